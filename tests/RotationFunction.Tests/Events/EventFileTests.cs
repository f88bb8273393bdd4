using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LocalAws;
using LocalAws.Tests;

namespace RotationFunction.Tests;

/// <summary>
/// The payloads in events/ as Lambda gives them to the function: once in this process, and once in a process of its own through the runtime's protocol.
/// </summary>
public sealed partial class EventFileTests
{
    private const string InOneProcess = "rotation-process";

    [Theory]
    [InlineData("createSecret", "setSecret", "testSecret", "finishSecret", "finishSecret")]
    [InlineData("createSecret", "createSecret", "testSecret", "finishSecret", "setSecret")]
    [InlineData("setSecret")]
    [InlineData("createSecret", "setSecret", "testSecret", "finishSecret", "status", "statusByName", "check", "endOverlap", "revokePrevious", "rollback", "watch")]
    [InlineData("unknownStep", "noStep", "noSecretId", "noToken", "unknownToken", "stepIsAnObject", "null", "array", "cutOff", "bareWord", "unknownAction", "statusOfNothing", "createSecret")]
    public async Task An_event_has_the_same_effect_and_error_in_process_and_over_the_Runtime_API(params string[] events)
    {
        await using var here = await RotationFixture.StartAsync(activationWait: 0);
        await using var there = await RotationFixture.StartAsync(machineTime: true);
        var log = RegisterProcess(there);
        var (tokenHere, tokenThere) = (await here.OpenRotationAsync(), await there.OpenRotationAsync());

        foreach (var file in events)
        {
            var expected = await OutcomeAsync(here, RotationFixture.FunctionName, file, tokenHere);
            Assert.Equal(expected, await OutcomeAsync(there, InOneProcess, file, tokenThere));
        }

        Assert.NotEmpty(log());
    }

    [Fact]
    public async Task Secrets_Manager_rotates_with_the_function_in_a_process_of_its_own()
    {
        await using var fixture = await RotationFixture.StartAsync(machineTime: true);
        var log = RegisterProcess(fixture);
        for (var rotation = 0; rotation < 2; rotation++)
        {
            await fixture.Secrets.RotateSecretAsync(new Amazon.SecretsManager.Model.RotateSecretRequest
            {
                SecretId = fixture.SecretArn,
                ClientRequestToken = RotationFixture.NewToken(),
                RotationLambdaARN = fixture.FunctionArn.Replace(RotationFixture.FunctionName, InOneProcess, StringComparison.Ordinal),
            });
            await fixture.Aws.SecretsManager.SettledAsync();
            Assert.Equal(RotationOutcome.Succeeded, fixture.Aws.SecretsManager.Rotations[^1].Outcome);
        }

        Assert.Equal(System.Net.HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        Assert.Equal(System.Net.HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync("AWSPREVIOUS")));
        var lines = log().Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Contains(lines, entry => entry.TryGetProperty("step", out var step) && step.GetString() == "finishSecret" && entry.GetProperty("secretArn").GetString() == fixture.SecretArn);
        // As they were written, not as an entry of the log.
        Assert.Equal(8, lines.Count(line => line.TryGetProperty("_aws", out _) && line.GetProperty("SecretName").GetString() == fixture.SecretName && line.TryGetProperty("StepSeconds", out _)));
    }

    [Theory]
    [InlineData("denied")]
    [InlineData("cut off")]
    [InlineData("never answered")]
    public async Task A_function_starts_whatever_becomes_of_its_first_calls(string fate)
    {
        await using var fixture = await RotationFixture.StartAsync(machineTime: true);
        RegisterProcess(fixture);
        fixture.Aws.Faults = call => call.AccessKeyId is not (RotationFixture.FunctionAccessKey or "anonymous") ? null : fate switch
        {
            "denied" => Fault.Error(403, "AccessDeniedException", "denied"),
            "cut off" => Fault.ConnectionReset(),
            _ => Fault.TimeOut(),
        };

        var answer = await InvokeAsync(fixture, InOneProcess, "null");

        Assert.Contains("The event is null", JsonDocument.Parse(answer).RootElement.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        // A process gives them two seconds, in which a machine that is busy with other tests may get to none.
        for (var again = 0; again < 5 && Made().Count < 3; again++)
        {
            await fixture.Aws.Lambda.KillProcessesAsync(InOneProcess);
            await InvokeAsync(fixture, InOneProcess, "null");
        }

        // Not signed: no account's rate counts these two.
        Assert.Equal(["anonymous GetApiKeys", "anonymous GetUsagePlans", $"{RotationFixture.FunctionAccessKey} GetRandomPassword"], Made());

        List<string> Made() =>
        [
            .. fixture.Aws.Calls.Snapshot().Select(call => call.Call).Where(call => call.AccessKeyId is RotationFixture.FunctionAccessKey or "anonymous")
                .Select(call => $"{call.AccessKeyId} {call.Operation}").Distinct().OrderBy(call => call.Split(' ')[0] != "anonymous").ThenBy(call => call, StringComparer.Ordinal),
        ];
    }

    [Fact]
    public async Task A_setting_that_cannot_be_used_is_the_error_of_each_invocation()
    {
        await using var fixture = await RotationFixture.StartAsync(machineTime: true);
        RegisterProcess(fixture, activationWait: "soon");
        var answer = JsonDocument.Parse(await InvokeAsync(fixture, InOneProcess, "null")).RootElement;
        Assert.Equal("RotationException", answer.GetProperty("errorType").GetString());
        Assert.Contains("ACTIVATION_WAIT is 'soon'", answer.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
    }

    private static Func<string[]> RegisterProcess(RotationFixture fixture, string activationWait = "0")
    {
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var process = new FunctionProcess("dotnet", OutputOf("LambdaHost"))
        {
            Handler = "RotationFunction::RotationFunction.Function::FunctionHandler",
            LogLine = line =>
            {
                fixture.Print(line);
                lines.Enqueue(line);
            },
        };
        fixture.Aws.Lambda.RegisterProcess(InOneProcess, process, new FunctionOptions
        {
            Environment = new Dictionary<string, string>
            {
                ["LAMBDA_TASK_ROOT"] = Path.GetDirectoryName(OutputOf("RotationFunction"))!,
                ["AWS_ACCESS_KEY_ID"] = RotationFixture.FunctionAccessKey,
                ["AWS_LAMBDA_LOG_FORMAT"] = "JSON",
                ["ACTIVATION_WAIT"] = activationWait,
            },
        });
        fixture.PermitSecretsManager(InOneProcess);
        return () => [.. lines];
    }

    /// <summary>What Lambda answered, and the state that the event left, with what differs from run to run named instead.</summary>
    private static async Task<string> OutcomeAsync(RotationFixture fixture, string functionName, string file, string token)
    {
        var rotationToken = Guid.NewGuid().ToString();
        fixture.Hide(rotationToken);
        var payload = (await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "events", file + ".json")))
            .Replace("{SecretArn}", fixture.SecretArn, StringComparison.Ordinal)
            .Replace("{SecretName}", fixture.SecretName, StringComparison.Ordinal)
            .Replace("{Token}", token, StringComparison.Ordinal)
            .Replace("{RotationToken}", rotationToken, StringComparison.Ordinal);
        var text = new StringBuilder(file).AppendLine();
        text.AppendLine(await InvokeAsync(fixture, functionName, payload));
        var pending = await ValueAsync(fixture, token);
        foreach (var key in await fixture.MintedAsync())
        {
            text.AppendLine($"{key.Name} enabled: {key.Enabled}, {key.Description}, {key.CustomerId}, of the pending version: {key.Value == pending}");
        }

        foreach (var (version, labels) in (await fixture.LabelsAsync()).OrderBy(version => version.Key != token))
        {
            text.AppendLine($"{(version == token ? token : "other")}: {string.Join(',', labels.Order())}, has a key: {await ValueAsync(fixture, version) is not null}");
        }

        foreach (var id in (await fixture.MintedAsync()).Select(key => key.Id).Concat(fixture.PlanIds))
        {
            text.Replace(id, "ID");
        }

        return Times().Replace(text.Replace(fixture.SecretArn, "ARN").Replace(token, "TOKEN").ToString(), "TIME");
    }

    private static async Task<string?> ValueAsync(RotationFixture fixture, string versionId)
    {
        try
        {
            var answer = await fixture.Secrets.GetSecretValueAsync(new Amazon.SecretsManager.Model.GetSecretValueRequest { SecretId = fixture.SecretArn, VersionId = versionId });
            return JsonDocument.Parse(answer.SecretString).RootElement.TryGetProperty("apiKey", out var key) ? key.GetString() : null;
        }
        catch (Amazon.SecretsManager.Model.ResourceNotFoundException)
        {
            return null;
        }
    }

    private static async Task<string> InvokeAsync(RotationFixture fixture, string functionName, string payload)
    {
        using var http = new HttpClient(new SigningHandler("AKIAOWNER", "lambda"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(fixture.Aws.ServiceUrl, $"2015-03-31/functions/{functionName}/invocations"))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(payload)),
        };
        using var response = await http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        fixture.Print(body);
        return body;
    }

    [GeneratedRegex(@"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+Z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Times();

    private static string OutputOf(string project) =>
        typeof(EventFileTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == project).Value!;
}
