using LocalAws;

namespace Examples.Tests;

/// <summary>examples/shell, on an API whose key is replaced under it.</summary>
public sealed class ShellClientTests
{
    private const string Script = "examples/shell/call-api.sh";
    private static readonly string[] Needed = ["aws", "curl"];


    [Fact]
    public async Task It_calls_through_a_rotation_and_a_revoke_and_shows_the_key_to_nobody()
    {
        await SkipUnlessInstalledAsync("aws", "curl", "jq");
        await using var fixture = await ClientFixture.StartAsync();
        using var tools = new Tools([.. Needed, "jq"]);

        Assert.Equal((0, """{"ok":true}""", ""), await CallAsync(fixture, tools, fixture.Orders));
        await fixture.RotateAsync();
        Assert.Equal((0, """{"ok":true}""", ""), await CallAsync(fixture, tools, fixture.Orders));
        await fixture.RevokePreviousAsync();
        Assert.Equal((0, """{"ok":true}""", ""), await CallAsync(fixture, tools, fixture.Orders));

        Assert.Contains("curl --disable --config - ", tools.Seen, StringComparison.Ordinal);
        fixture.Print(tools.Seen);
    }

    [Fact]
    public async Task A_key_that_is_revoked_between_the_read_and_the_call_is_read_again()
    {
        await SkipUnlessInstalledAsync("aws", "curl", "jq");
        await using var fixture = await ClientFixture.StartAsync();
        using var tools = new Tools([.. Needed, "jq"]);
        await fixture.RotateAsync();
        await fixture.RevokePreviousAsync();
        fixture.FailReads(Fault.StaleRead(), onlyFirst: 1);

        Assert.Equal((0, """{"ok":true}""", ""), await CallAsync(fixture, tools, fixture.Orders));

        Assert.Equal(2, fixture.Reads);
        fixture.Print(tools.Seen);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task An_outage_of_Secrets_Manager_ends_it_before_anything_is_sent()
    {
        await SkipUnlessInstalledAsync("aws", "curl", "jq");
        await using var fixture = await ClientFixture.StartAsync();
        await using var api = await LoopbackApi.StartAsync();
        using var tools = new Tools([.. Needed, "jq"]);
        fixture.FailReads(Fault.Error(500, "InternalServiceError", "Injected."));

        var (exitCode, output, errors) = await CallAsync(fixture, tools, api.Url);

        Assert.Equal((1, ""), (exitCode, output));
        Assert.EndsWith($"call-api.sh: cannot read secret {ClientFixture.SecretName}.\n", errors, StringComparison.Ordinal);
        Assert.True(api.Keys.IsEmpty, "something was sent");
    }

    [Theory, InlineData(false), InlineData(true)]
    [Trait("Category", "Proof")]
    public async Task An_API_that_refuses_for_another_reason_is_called_once_and_its_answer_shown(bool readsFail)
    {
        await SkipUnlessInstalledAsync("aws", "curl", "jq");
        await using var fixture = await ClientFixture.StartAsync();
        await using var api = await LoopbackApi.StartAsync();
        using var tools = new Tools([.. Needed, "jq"]);
        api.Status = 403;
        fixture.FailReads(readsFail ? Fault.Error(500, "InternalServiceError", "Injected.") : null, exceptFirst: 1);

        var (exitCode, output, errors) = await CallAsync(fixture, tools, api.Url);

        Assert.Equal((1, "status 403"), (exitCode, output));
        Assert.EndsWith($"call-api.sh: {api.Url} returned 403.\n", errors, StringComparison.Ordinal);
        Assert.Equal((1, 2), (api.Keys.Count, fixture.Reads));
    }

    [Theory, InlineData(301), InlineData(302), InlineData(307)]
    public async Task A_redirect_takes_the_key_nowhere_whatever_the_curlrc_says(int status)
    {
        await SkipUnlessInstalledAsync("curl", "jq");
        await using var api = await LoopbackApi.StartAsync();
        await using var other = await LoopbackApi.StartAsync();
        (api.Status, api.Location) = (status, other.Url.ToString());
        using var tools = new Tools([.. Needed, "jq"]);
        tools.Add("aws", $$$"""echo '{"apiKey":"{{{Documents.Key}}}"}'""");
        await File.WriteAllTextAsync(Path.Combine(tools.Path, ".curlrc"), "location\nverbose\n", TestContext.Current.CancellationToken);

        var (exitCode, output, errors) = await CallAsync(null, tools, api.Url, ("HOME", tools.Path), ("CURL_HOME", tools.Path));

        Assert.Equal((1, $"status {status}"), (exitCode, output));
        Assert.Equal($"call-api.sh: {api.Url} returned {status}. Redirects are not followed: they would carry the key along.\n", errors);
        Assert.Equal((1, 0), (api.Keys.Count, other.Keys.Count));
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task Eight_callers_at_once_do_not_get_in_each_others_way()
    {
        await SkipUnlessInstalledAsync("aws", "curl", "jq");
        await using var fixture = await ClientFixture.StartAsync();
        using var tools = new Tools([.. Needed, "jq"]);

        var calls = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CallAsync(fixture, tools, fixture.Orders)));

        Assert.All(calls, call => Assert.Equal((0, """{"ok":true}""", ""), call));
        Assert.Equal(8, fixture.Reads);
    }

    // govuk-one-login/authentication-api 3366, dmno-dev/varlock 1009, Lifecycle-Innovations-Limited/claude-ops 72:
    // JSON taken apart by a pattern for each line.
    [Theory, MemberData(nameof(WithKey))]
    public async Task It_sends_the_key_of_any_document_that_has_one(string reader, string document)
    {
        await SkipUnlessInstalledAsync("curl", reader);
        var (api, call) = await CallWithAsync(reader, document);
        Assert.Equal((0, "status 200", ""), call);
        Assert.Equal([Documents.Key], api.Keys);
    }

    [Theory, MemberData(nameof(WithoutKey))]
    [Trait("Category", "Proof")]
    public async Task It_sends_nothing_where_the_document_has_no_key_and_does_not_quote_it(string reader, string document)
    {
        await SkipUnlessInstalledAsync("curl", reader);
        var (api, call) = await CallWithAsync(reader, document);
        Assert.Equal((1, ""), (call.ExitCode, call.Output));
        Assert.Equal(
            $"call-api.sh: secret {ClientFixture.SecretName} holds no key: its text is not a JSON object with a printable \"apiKey\". "
            + "Rotate the secret or store a key.\n",
            call.Errors);
        Assert.True(api.Keys.IsEmpty, "something was sent");
    }

    [Theory, InlineData("jq"), InlineData("python3")]
    [Trait("Category", "Proof")]
    public async Task The_aws_CLI_hands_a_document_over_as_it_is(string reader)
    {
        await SkipUnlessInstalledAsync("aws", "curl", reader);
        await using var fixture = await ClientFixture.StartAsync();
        await using var api = await LoopbackApi.StartAsync();
        using var tools = new Tools([.. Needed, reader]);
        fixture.Store($"{{\r\n\t\"owner\":\t\"Zoë \\\"apiKey\\\": \\\"no\\\"\",\n\"apiKey\":\n\n\"{Documents.Key}\" }}\n");

        Assert.Equal((0, "status 200", ""), await CallAsync(fixture, tools, api.Url));

        Assert.Equal([Documents.Key], api.Keys);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task Printable_characters_that_curl_would_read_otherwise_are_sent_as_they_are()
    {
        await SkipUnlessInstalledAsync("curl", "jq", "python3");
        foreach (var reader in new[] { "jq", "python3" })
        {
            var (api, call) = await CallWithAsync(reader, """{"apiKey":"a\"b\\n#c$d`e'f%gggggggg"}""");
            Assert.Equal(0, call.ExitCode);
            Assert.Equal(["""a"b\n#c$d`e'f%gggggggg"""], api.Keys);
        }
    }

    [Fact]
    public async Task Without_jq_and_python3_it_says_what_is_missing_and_sends_nothing()
    {
        await SkipUnlessInstalledAsync("curl");
        await using var api = await LoopbackApi.StartAsync();
        using var tools = new Tools(Needed);
        var call = await CallAsync(null, tools, api.Url);
        Assert.Equal((1, "", "call-api.sh: install jq or python3 to parse the JSON of the secret.\n"), call);
        Assert.True(api.Keys.IsEmpty, "something was sent");
    }

    [Theory, InlineData(""), InlineData(ClientFixture.SecretName)]
    public async Task Without_a_secret_and_a_URL_it_says_how_it_is_used(string arguments)
    {
        await SkipUnlessInstalledAsync("bash");
        await using var process = ClientProcess.Start("bash", [Script, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)], _ => { });
        var answer = await process.EndAsync();
        Assert.NotEqual(0, answer.ExitCode);
        Assert.Contains("usage: call-api.sh SECRET URL", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_that_was_turned_on_before_and_exported_variables_do_not_show_the_key()
    {
        await SkipUnlessInstalledAsync("curl", "jq");
        await using var api = await LoopbackApi.StartAsync();
        using var tools = new Tools([.. Needed, "jq"]);
        tools.Add("aws", $$$"""echo '{"apiKey":"{{{Documents.Key}}}"}'""");

        var call = await CallAsync(null, tools, api.Url, ("SHELLOPTS", "xtrace"), ("header", "h"), ("document", "d"), ("another", "a"));

        Assert.Equal((0, "status 200"), (call.ExitCode, call.Output));
        Assert.Equal([Documents.Key], api.Keys);
        Assert.False(call.Errors.Contains(Documents.Key, StringComparison.Ordinal), "the trace shows the key");
        Assert.False(tools.Seen.Contains(Documents.Key, StringComparison.Ordinal), "an argument or a variable shows the key");
    }

    public static TheoryData<string, string> WithKey() => ForEachReader(Documents.WithKey);

    public static TheoryData<string, string> WithoutKey() => ForEachReader(Documents.WithoutKey);

    private static TheoryData<string, string> ForEachReader(TheoryData<string> documents) =>
        [.. from reader in new[] { "jq", "python3" } from document in documents select (reader, document.Data)];

    private static async Task SkipUnlessInstalledAsync(params string[] commands)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for Linux and macOS.");
        foreach (var command in commands.Prepend("bash"))
        {
            Assert.SkipUnless(await ClientProcess.SucceedsAsync(command, "--version"), $"{command} is not installed.");
        }
    }

    /// <summary>Calls an API that accepts everything, where the aws CLI reads this document.</summary>
    private static async Task<(LoopbackApi Api, (int ExitCode, string Output, string Errors) Call)> CallWithAsync(string reader, string document)
    {
        await using var api = await LoopbackApi.StartAsync();
        using var tools = new Tools([.. Needed, reader]);
        var file = Path.Combine(tools.Path, "document");
        await File.WriteAllTextAsync(file, document + "\n", TestContext.Current.CancellationToken);
        tools.Add("aws", $"cat '{file}'");
        var call = await CallAsync(null, tools, api.Url);
        Assert.False(tools.Seen.Contains("Good", StringComparison.Ordinal), "an argument or a variable shows the key");
        return (api, call);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> CallAsync(
        ClientFixture? fixture, Tools tools, Uri url, params (string Name, string Value)[] variables)
    {
        string[] arguments = [Script, ClientFixture.SecretName, url.ToString()];
        variables = [.. variables, ("PATH", tools.Path)];
        var bash = Tools.Find("bash");
        await using var process = fixture?.Start(bash, arguments, variables) ?? ClientProcess.Start(bash, arguments, _ => { }, variables);
        var answer = await process.EndAsync();
        return (answer.ExitCode, answer.Output, answer.Errors);
    }
}
