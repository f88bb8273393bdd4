using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Demo.Tests;

/// <summary>The real aws CLI against <c>demo --serve</c>.</summary>
public sealed partial class ServeTests
{
    [Fact]
    [Trait("Category", "Proof")]
    public async Task The_aws_CLI_describes_rotates_lists_and_invokes()
    {
        Assert.SkipUnless(IsInstalled("aws"), "The aws CLI is not installed on this machine.");
        using var demo = new DemoProcess("--serve");
        var endpoint = Endpoint().Match(await demo.ReadUntilAsync("AWS_ENDPOINT_URL")).Groups["url"].Value;
        var function = Function().Match(await demo.ReadUntilAsync("lambda invoke")).Groups["name"].Value;
        await demo.ReadUntilAsync("Ctrl+C");

        var before = await AwsAsync(endpoint, "secretsmanager", "describe-secret", "--secret-id", "demo/partner-api");
        Assert.True(before.GetProperty("RotationEnabled").GetBoolean());
        Assert.Equal("rate(1 day)", before.GetProperty("RotationRules").GetProperty("ScheduleExpression").GetString());
        Assert.Contains(before.GetProperty("Tags").EnumerateArray(), tag => tag.GetProperty("Key").GetString() == "apikey-rotation:template");

        var keys = (await AwsAsync(endpoint, "apigateway", "get-api-keys", "--name-query", "demo/partner-api/")).GetProperty("items");
        Assert.Equal(1, keys.GetArrayLength());
        Assert.False(keys[0].TryGetProperty("value", out _));

        var rotation = (await AwsAsync(endpoint, "secretsmanager", "rotate-secret", "--secret-id", "demo/partner-api")).GetProperty("VersionId").GetString()!;
        var line = "";
        while (!line.Contains("finishSecret", StringComparison.Ordinal))
        {
            line = await demo.ReadUntilAsync("Secret ");
            Assert.DoesNotContain("failed", line, StringComparison.Ordinal);
        }

        var after = await AwsAsync(endpoint, "secretsmanager", "describe-secret", "--secret-id", "demo/partner-api");
        Assert.Contains("AWSCURRENT", after.GetProperty("VersionIdsToStages").GetProperty(rotation).EnumerateArray().Select(label => label.GetString()));
        keys = (await AwsAsync(endpoint, "apigateway", "get-api-keys", "--name-query", "demo/partner-api/")).GetProperty("items");
        Assert.Equal(2, keys.GetArrayLength());

        using var folder = new TemporaryFolder();
        var (sent, answer) = (Path.Combine(folder.Path, "event.json"), Path.Combine(folder.Path, "answer.json"));
        await File.WriteAllTextAsync(sent, JsonSerializer.Serialize(new { action = "status", secretId = "demo/partner-api" }));
        var invoked = await AwsAsync(endpoint, "lambda", "invoke", "--function-name", function, "--payload", "fileb://" + sent, answer);
        Assert.False(invoked.TryGetProperty("FunctionError", out _));
        Assert.Contains("AWSPREVIOUS", await File.ReadAllTextAsync(answer), StringComparison.Ordinal);

        await demo.TerminateAsync();
        Assert.Equal(0, await demo.EndAsync());
    }

    private static async Task<JsonElement> AwsAsync(string endpoint, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("aws", ["--endpoint-url", endpoint, "--output", "json", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["AWS_ACCESS_KEY_ID"] = "AKIAOWNER",
                ["AWS_SECRET_ACCESS_KEY"] = "secret",
                ["AWS_REGION"] = "eu-west-1",
                ["AWS_DEFAULT_REGION"] = "eu-west-1",
                ["AWS_PAGER"] = "",
            },
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"aws {arguments[0]} {arguments[1]}: {await errors}");
        return JsonSerializer.Deserialize<JsonElement>(output);
    }

    private static bool IsInstalled(string command) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? command + ".exe" : command)));

    [GeneratedRegex(@"AWS_ENDPOINT_URL=(?<url>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Endpoint();

    [GeneratedRegex(@"--function-name (?<name>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Function();

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory().FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
