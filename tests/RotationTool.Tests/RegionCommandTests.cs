using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using LocalAws;

namespace RotationTool.Tests;

/// <summary>The commands that the docs and the tool print for several Regions, as printed, in a shell with the AWS CLI.</summary>
public sealed class RegionCommandTests
{
    private const string There = "us-east-1";

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_Region_is_lost_and_comes_back()
    {
        await using var fixture = await ToolFixture.StartAsync();
        using var commands = new DocumentedCommands(fixture, "runbook.md", "A Region is lost", "A Region comes back with old keys");
        var there = await fixture.AddRegionAsync(There);
        var before = await fixture.ReadKeyAsync();
        there.Aws.Outage = Fault.ConnectionReset();
        there.Aws.SecretsManager.ReplicationStopped = true;

        await commands.RunAsync("apikey-rotation check NAME", exitCode: 1);
        await commands.RunAsync("aws secretsmanager untag-resource");
        await commands.RunAsync("apikey-rotation rotate NAME --wait");
        await commands.RunAsync("apikey-rotation revoke NAME");
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(before));

        there.Aws.Outage = null;
        there.Aws.SecretsManager.ReplicationStopped = false;
        Assert.Contains($"\"id\": \"{there.TemplateId}\"", await commands.RunAsync("aws apigateway get-api-keys --region REGION"), StringComparison.Ordinal);
        await commands.RunAsync("aws secretsmanager tag-resource", there.TemplateId);
        await fixture.WaitForReplicaAsync(There);
        Assert.Contains("\"InSync\"", await commands.RunAsync("aws secretsmanager describe-secret --query ReplicationStatus"), StringComparison.Ordinal);
        var found = await commands.RunAsync("apikey-rotation check NAME", exitCode: 1);
        var disable = Assert.Single(found.Split('\n'), line => line.StartsWith("  aws apigateway update-api-key --region", StringComparison.Ordinal));
        await commands.RunPrintedAsync(disable.Trim());
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(before, there.OrdersUrl));
        await commands.RunAsync("apikey-rotation rotate NAME --wait");
        await fixture.WaitForReplicaAsync(There);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await there.ReadKeyAsync(), there.OrdersUrl));
        commands.AssertAllRan();
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task The_home_Region_is_lost()
    {
        await using var fixture = await ToolFixture.StartAsync();
        using var commands = new DocumentedCommands(fixture, "runbook.md", "The home Region is lost");
        var there = await fixture.AddRegionAsync(There);
        await fixture.RotateAsync();
        await fixture.WaitForReplicaAsync(There);
        var (inUse, previous) = (await there.ReadKeyAsync(), await there.ReadKeyAsync(label: "AWSPREVIOUS"));
        fixture.Aws.In(fixture.Aws.Region).Outage = Fault.ConnectionReset();

        Assert.True((await commands.RunAsync("aws secretsmanager get-secret-value")).Contains(inUse, StringComparison.Ordinal), "The replica has another key.");
        await commands.RunAsync("aws apigateway update-api-key", await there.IdOfAsync(previous));
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(previous, there.OrdersUrl));
        await commands.RunAsync("aws secretsmanager stop-replication-to-replica");
        Assert.Contains(await there.IdOfAsync(inUse), await commands.RunAsync("aws apigateway get-api-keys"), StringComparison.Ordinal);
        Assert.Contains("AWSCURRENT", await commands.RunAsync("aws secretsmanager describe-secret"), StringComparison.Ordinal);
        await RegionDrillTests.AdoptAsync(fixture, there, inUse, ToolFixture.SecretName + "-2", keyId => commands.RunAsync("aws apigateway untag-resource", keyId));
        fixture.Variables["AWS_REGION"] = There;
        await commands.RunAsync("apikey-rotation rotate NAME-2 --wait");
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await there.ReadKeyAsync(ToolFixture.SecretName + "-2"), there.OrdersUrl));

        fixture.Aws.In(fixture.Aws.Region).Outage = null;
        fixture.Variables["AWS_REGION"] = fixture.Aws.Region;
        var found = await commands.RunAsync("apikey-rotation check NAME", exitCode: 1);
        Assert.Contains($"! In Region {There}: the secret has no replica there.", found, StringComparison.Ordinal);
        await fixture.UntagSecretAsync($"apikey-rotation:template:{There}");
        await commands.RunAsync("apikey-rotation rotate NAME --wait");
        await commands.RunAsync("apikey-rotation revoke NAME");
        commands.AssertAllRan();
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task Clients_are_seen_to_have_left_a_Region_that_is_removed()
    {
        await using var fixture = await ToolFixture.StartAsync();
        using var commands = new DocumentedCommands(fixture, "deploy.md", "Two Regions");
        var there = await fixture.AddRegionAsync(There);
        var key = await there.ReadKeyAsync();
        await fixture.CallApiAsync(key, there.OrdersUrl);
        var keyId = await there.IdOfAsync(key);

        Assert.Contains($"\"{There}\"", await commands.RunAsync("aws secretsmanager describe-secret --secret-id NAME --query"), StringComparison.Ordinal);
        Assert.Contains($"\"{keyId}\"", await commands.RunAsync("aws apigateway get-api-keys"), StringComparison.Ordinal);
        Assert.Contains($"\"{keyId}\"", await commands.RunAsync("aws apigateway get-usage", plan: there.PlanId), StringComparison.Ordinal);
        await fixture.Secrets.RemoveRegionsFromReplicationAsync(new() { SecretId = fixture.SecretArn, RemoveReplicaRegions = [There] });
        string? gone = null;
        for (var attempt = 0; gone?.Contains("ResourceNotFoundException", StringComparison.Ordinal) != true && attempt < 100; attempt++)
        {
            gone = await commands.RunAsync("aws secretsmanager describe-secret --region", exitCode: null);
        }

        Assert.Contains("ResourceNotFoundException", gone, StringComparison.Ordinal);
        commands.AssertAllRan();
    }

    /// <summary>The commands for a shell in sections of a page, which must all be run.</summary>
    private sealed class DocumentedCommands : IDisposable
    {
        private readonly ToolFixture _fixture;
        private readonly List<string> _commands;
        private readonly HashSet<string> _run = [];
        private readonly DirectoryInfo _folder;

        public DocumentedCommands(ToolFixture fixture, string page, params string[] sections)
        {
            Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are quoted for sh, which Windows lacks.");
            Assert.SkipUnless(IsInstalled(), "The aws CLI is not installed.");
            _fixture = fixture;
            var all = File.ReadAllText(Path.Combine(Tool.Root, "docs", page)).Split("\n## ");
            _commands = [.. sections.SelectMany(section => Regex
                .Matches(Assert.Single(all, text => text.StartsWith(section + "\n", StringComparison.Ordinal)), "`(?<command>(aws|apikey-rotation) [^`]+)`", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
                .Select(match => match.Groups["command"].Value)).Distinct()];
            _folder = Directory.CreateTempSubdirectory();
            var tool = Path.Combine(_folder.FullName, "apikey-rotation");
            File.WriteAllText(tool, $"#!/bin/sh\nexec dotnet '{Tool.Path}' \"$@\"\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }
        }

        /// <summary>Runs the command that begins so. Returns what it printed.</summary>
        public Task<string> RunAsync(string begin, string id = "", string plan = "", int? exitCode = 0)
        {
            var command = _commands.Find(command => command == begin)
                ?? Assert.Single(_commands, command => command.StartsWith(begin, StringComparison.Ordinal));
            _run.Add(command);
            var values = new Dictionary<string, string>
            {
                ["NAME"] = ToolFixture.SecretName,
                ["ARN"] = _fixture.SecretArn,
                ["REGION"] = There,
                ["ID"] = id,
                ["PLAN"] = plan,
                ["DAY"] = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            };
            return RunPrintedAsync(Regex.Replace(command, @"\b[A-Z]+\b", word => values.GetValueOrDefault(word.Value, word.Value), RegexOptions.None, TimeSpan.FromSeconds(1)), exitCode);
        }

        /// <summary>Runs a command as it was printed.</summary>
        public async Task<string> RunPrintedAsync(string command, int? exitCode = 0)
        {
            var answer = await Tool.RunAsync("sh", ["-c", command], new Dictionary<string, string>(_fixture.Variables)
            {
                ["AWS_DEFAULT_REGION"] = _fixture.Variables["AWS_REGION"], // version 1 of the CLI ignores AWS_REGION
                ["AWS_ACCESS_KEY_ID"] = command.StartsWith("aws ", StringComparison.Ordinal) ? "AKIAOWNER" : _fixture.Variables["AWS_ACCESS_KEY_ID"],
                ["PATH"] = _folder.FullName + ":" + Environment.GetEnvironmentVariable("PATH"),
            });
            // Not what it printed to standard output, which can have a value.
            Assert.True(exitCode is null || answer.ExitCode == exitCode, $"{command} exited with {answer.ExitCode}: {answer.Errors}");
            return answer.Output + (exitCode is null ? answer.Errors : "");
        }

        public void AssertAllRan() => Assert.Empty(_commands.Except(_run));

        public void Dispose() => _folder.Delete(recursive: true);

        private static bool IsInstalled()
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo("aws", "--version") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
                process.WaitForExit();
                return process.ExitCode == 0;
            }
            catch (Win32Exception)
            {
                return false;
            }
        }
    }
}
