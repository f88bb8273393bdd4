using System.Text.RegularExpressions;
using Amazon.APIGateway.Model;
using Screens;

namespace RotationTool.Tests;

/// <summary>The pictures in docs/ are what the tool prints. With ROTATION_TESTS_WRITE_SCREENS=1 they are written.</summary>
public sealed partial class ScreenTests
{
    [Fact]
    public async Task The_pictures_show_what_the_tool_prints()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var (_, template) = await fixture.AddSecretAsync("partners/acme");
        // So that the order of the keys, the latest first, is not left to chance.
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        // Spectre.Console takes a log of GitHub's for a terminal with colours.
        fixture.Variables["GITHUB_ACTIONS"] = "true";

        var rotate = await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait");
        var one = await fixture.RunAsync("status", ToolFixture.SecretName);
        await fixture.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = template, PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = "true" }] });
        var all = await fixture.RunAsync("status");

        Assert.Equal((0, 0, 1), (rotate.ExitCode, one.ExitCode, all.ExitCode));
        var keyIds = (await fixture.Gateway.GetApiKeysAsync(new GetApiKeysRequest { Limit = 500 })).Items.Select(key => key.Id).ToList();
        AssertPicture("tool-rotate.svg", "apikey-rotation rotate shop/orders --wait", rotate.Output);
        AssertPicture("tool-status.svg", "apikey-rotation status shop/orders", one.Output);
        AssertPicture("tool-status-all.svg", "apikey-rotation status", all.Output);

        void AssertPicture(string file, string command, string output) => Screenshot.AssertShows(Path.Combine(Tool.Root, "docs", file), command, Steady(output, fixture, keyIds));
    }

    /// <summary>Ids and times of every run the same, of the length that they have.</summary>
    private static string Steady(string output, ToolFixture fixture, IEnumerable<string> keyIds)
    {
        output = output.Replace(fixture.PlanId, "a1b2c3", StringComparison.Ordinal);
        foreach (var (id, index) in keyIds.Where(id => output.Contains(id, StringComparison.Ordinal)).OrderBy(id => output.IndexOf(id, StringComparison.Ordinal)).ToList().Select((id, index) => (id, index)))
        {
            output = output.Replace(id, $"k{index + 1}w9x2rt4f", StringComparison.Ordinal);
        }

        output = Times().Replace(output, "2026-11-02 08:00Z");
        output = Seconds().Replace(output, "after 3 s");
        output = Uses().Replace(output, use => "2026-11-02, 6 in 7 days".PadRight(use.Length));
        return Versions().Replace(output, "7c4ae0f5-3b52-4b5c-9d4e-8c1f6a2d9e70");
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\dZ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Times();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d, \d+ in 7 days", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Uses();

    [GeneratedRegex(@"after \d+ s", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Seconds();

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Versions();
}
