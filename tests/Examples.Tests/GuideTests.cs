using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;

namespace Examples.Tests;

/// <summary>docs/clients.md does what it says.</summary>
public sealed partial class GuideTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "clients.md")).ReplaceLineEndings("\n");

    public static TheoryData<string> PythonSnippets => [.. Snippets("python")];

    [Fact]
    public async Task The_registration_keeps_the_key_and_follows_no_redirect()
    {
        await using var fixture = await ClientFixture.StartAsync();
        await using var api = await LoopbackApi.StartAsync();
        await using var other = await LoopbackApi.StartAsync();
        using var secretsManager = fixture.SecretsManager();
        var services = new ServiceCollection();
        services.AddHttpClient("orders")
            .UseSocketsHttpHandler((handler, _) => (handler.AllowAutoRedirect, handler.PooledConnectionLifetime) = (false, TimeSpan.FromMinutes(2)))
            .AddHttpMessageHandler(() => new RotatedApiKeyHandler(secretsManager, "partner/api", TimeSpan.FromMinutes(5), TimeProvider.System))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        await using var provider = services.BuildServiceProvider();
        foreach (var status in new[] { 200, 302, 403 })
        {
            (api.Status, api.Location) = (status, status == 302 ? other.Url.ToString() : null);
            using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
            using var response = await client.GetAsync(api.Url, TestContext.Current.CancellationToken);
            Assert.Equal((HttpStatusCode)status, response.StatusCode);
        }

        Assert.All(api.Keys, Assert.NotNull);
        Assert.Equal((2, 3, 0), (fixture.Reads, api.Keys.Count, other.Keys.Count));
        var source = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "GuideTests.cs"), TestContext.Current.CancellationToken);
        Assert.Contains(Lines(Assert.Single(Snippets("csharp"))), Lines(source), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(PythonSnippets))]
    public async Task A_snippet_of_Python_runs(string snippet)
    {
        foreach (var module in new[] { "boto3", "requests", "httpx" }.Where(snippet.Split('\n')[0].Contains))
        {
            Assert.SkipUnless(await ClientProcess.SucceedsAsync("python3", "-c", $"import {module}"), $"python3 with {module} is not installed.");
        }

        await using var fixture = await ClientFixture.StartAsync();
        await using var process = fixture.Start("python3", ["-c", $"url = '{fixture.Orders}'\n{snippet}"], ("PYTHONPATH", "examples/python"));
        var answer = await process.EndAsync();
        Assert.Equal((0, ""), (answer.ExitCode, answer.Errors));
        Assert.All(answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Equal("""200 b'{"ok":true}'""", line.TrimEnd()));
        Assert.Equal(1, fixture.Reads);
    }

    // TykTechnologies/github-actions 23, v-fidelusaleksander/ghcertified 764:
    // a step runs a file of the repository in a job that never checked it out.
    [Fact]
    public void Each_workflow_checks_out_before_it_runs_a_file_of_the_repository()
    {
        foreach (var workflow in Snippets("yaml").Where(snippet => snippet.Contains("steps:", StringComparison.Ordinal)))
        {
            var checkout = workflow.IndexOf("uses: actions/checkout@", StringComparison.Ordinal);
            Assert.InRange(workflow.IndexOf("run: examples/", StringComparison.Ordinal), checkout + 1, workflow.Length);
            Assert.True(checkout > 0, "no checkout");
            Assert.Contains("contents: read", workflow, StringComparison.Ordinal); // for the checkout
            Assert.Contains("id-token: write", workflow, StringComparison.Ordinal); // for the role
        }
    }

    [Fact]
    public async Task The_workflows_step_runs_where_the_repository_is_checked_out()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for Linux and macOS.");
        Assert.SkipUnless(
            await ClientProcess.SucceedsAsync("aws", "--version") && await ClientProcess.SucceedsAsync("curl", "--version"),
            "The aws CLI or curl is not installed.");
        var step = Step().Match(Guide).Groups["command"].Value;
        await using var fixture = await ClientFixture.StartAsync();
        await using var process = fixture.Start("bash", ["-e", "-c", step], ("URL", fixture.Orders.ToString()));
        Assert.Equal(new Answer(0, """{"ok":true}""", ""), await process.EndAsync());
    }

    [Fact]
    public void Each_example_that_it_names_is_there()
    {
        var named = Example().Matches(Guide).Select(match => match.Value).Distinct().ToList();
        Assert.Contains("examples/shell/call-api.sh", named);
        Assert.Contains("examples/python/rotated_api_key.py", named);
        Assert.All(named, file => Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, file)), file));
    }

    private static IEnumerable<string> Snippets(string language) =>
        from match in Snippet().Matches(Guide) where match.Groups["language"].Value == language select match.Groups["text"].Value;

    private static string Lines(string text) =>
        string.Join('\n', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex(
        "^```(?<language>[a-z]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Snippet();

    [GeneratedRegex("^  - run: (?<command>examples/.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Step();

    [GeneratedRegex(@"\bexamples/[\w./-]+\w", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Example();
}
