using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace LocalAws.Tests;

/// <summary>A client from outside this project: the AWS CLI.</summary>
public sealed class AwsCliTests
{
    private static readonly Lazy<bool> IsInstalled = new(() =>
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
    });

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_secret_lives_through_a_rotation()
    {
        Assert.SkipUnless(IsInstalled.Value, "The aws CLI is not installed.");
        await using var aws = await EmbeddedAws.StartAsync();
        var arn = aws.Lambda.Register("rotate", invocation =>
        {
            Rotate(aws, JsonSerializer.Deserialize<JsonElement>(invocation.Payload.Span));
            return Task.FromResult(ReadOnlyMemory<byte>.Empty);
        });

        await RunAsync(
            aws, "lambda", "add-permission", "--function-name", "rotate", "--statement-id", "rotation", "--action", "lambda:InvokeFunction", "--principal", "secretsmanager.amazonaws.com", "--source-account", aws.AccountId);
        await RunAsync(aws, "secretsmanager", "create-secret", "--name", "payments", "--secret-string", "v1", "--tags", "Key=team,Value=payments");
        var rotated = await RunAsync(aws, "secretsmanager", "rotate-secret", "--secret-id", "payments", "--rotation-lambda-arn", arn, "--rotation-rules", "AutomaticallyAfterDays=30");
        await aws.SecretsManager.SettledAsync();
        var value = await RunAsync(aws, "secretsmanager", "get-secret-value", "--secret-id", "payments");
        var secret = await RunAsync(aws, "secretsmanager", "describe-secret", "--secret-id", "payments");
        await RunAsync(aws, "secretsmanager", "delete-secret", "--secret-id", "payments", "--recovery-window-in-days", "7");
        var refused = await RunAsync(aws, succeeds: false, "secretsmanager", "get-secret-value", "--secret-id", "payments");

        Assert.Equal("rotated", Json(value).GetProperty("SecretString").GetString());
        Assert.Equal(Json(rotated).GetProperty("VersionId").GetString(), Json(value).GetProperty("VersionId").GetString());
        Assert.True(Json(secret).GetProperty("RotationEnabled").GetBoolean());
        Assert.Equal(30, Json(secret).GetProperty("RotationRules").GetProperty("AutomaticallyAfterDays").GetInt32());
        Assert.Contains("(InvalidRequestException)", refused, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_key_lives_and_opens_its_stage()
    {
        Assert.SkipUnless(IsInstalled.Value, "The aws CLI is not installed.");
        await using var aws = await EmbeddedAws.StartAsync();
        var api = aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document }).Id;
        aws.ApiGateway.CreateDeployment(new() { RestApiId = api, StageName = "prod" });
        var plan = aws.ApiGateway.CreateUsagePlan(new() { Name = "gold", ApiStages = [new(api, "prod")] }).Id;
        var key = Json(await RunAsync(aws, "apigateway", "create-api-key", "--name", "payments/a", "--enabled", "--tags", "team=payments"));
        var id = key.GetProperty("id").GetString()!;

        await RunAsync(aws, "apigateway", "create-usage-plan-key", "--usage-plan-id", plan, "--key-id", id, "--key-type", "API_KEY");
        using var http = EmbeddedAws.CreateHttpClient();
        http.DefaultRequestHeaders.Add("x-api-key", key.GetProperty("value").GetString());
        var served = await http.GetAsync(aws.InvokeUrl(api, "prod"));
        await RunAsync(aws, "apigateway", "update-api-key", "--api-key", id, "--patch-operations", "op=replace,path=/enabled,value=false");
        var refused = await http.GetAsync(aws.InvokeUrl(api, "prod"));
        var listed = await RunAsync(aws, "apigateway", "get-api-keys", "--name-query", "payments/", "--include-values");
        var tags = await RunAsync(aws, "apigateway", "get-tags", "--resource-arn", $"arn:aws:apigateway:eu-west-1::/apikeys/{id}");
        await RunAsync(aws, "apigateway", "delete-api-key", "--api-key", id);
        var unknown = await RunAsync(aws, succeeds: false, "apigateway", "get-api-key", "--api-key", id);

        Assert.Equal((200, 403), ((int)served.StatusCode, (int)refused.StatusCode));
        Assert.Equal(key.GetProperty("value").GetString(), Json(listed).GetProperty("items")[0].GetProperty("value").GetString());
        Assert.Equal("payments", Json(tags).GetProperty("tags").GetProperty("team").GetString());
        Assert.Contains("(NotFoundException)", unknown, StringComparison.Ordinal);
        Assert.Contains("Invalid API Key identifier specified", unknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_with_a_key_is_made_as_docs_first_run_makes_it()
    {
        Assert.SkipUnless(IsInstalled.Value, "The aws CLI is not installed.");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for bash.");
        await using var aws = await EmbeddedAws.StartAsync();
        var guide = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "first-run.md"));
        var start = guide.IndexOf("\nAPI=$(aws apigateway create-rest-api", StringComparison.Ordinal);
        var commands = guide[start..guide.IndexOf("\nURL=", start, StringComparison.Ordinal)];

        var ids = (await RunProgramAsync(aws, succeeds: true, "bash", "-c", $$"""
            set -e; {{commands}}
            KEY=$(aws apigateway create-api-key --name orders --enabled --query id --output text)
            aws apigateway create-usage-plan-key --usage-plan-id $PLAN --key-id $KEY --key-type API_KEY
            echo ids $API $(aws apigateway get-api-key --api-key $KEY --include-value --query value --output text)
            """)).Split('\n').Single(line => line.StartsWith("ids ", StringComparison.Ordinal)).Split(' ');

        using var http = EmbeddedAws.CreateHttpClient();
        var refused = await http.GetAsync(aws.InvokeUrl(ids[1], "test"));
        http.DefaultRequestHeaders.Add("x-api-key", ids[2]);
        var served = await http.GetAsync(aws.InvokeUrl(ids[1], "test"));
        var unknown = await http.GetAsync(new Uri(aws.InvokeUrl(ids[1], "test"), "nothing"));

        Assert.Equal((403, """{"message":"Forbidden"}"""), ((int)refused.StatusCode, await refused.Content.ReadAsStringAsync()));
        Assert.Equal(200, (int)served.StatusCode);
        Assert.Equal((403, """{"message":"Missing Authentication Token"}"""), ((int)unknown.StatusCode, await unknown.Content.ReadAsStringAsync()));
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task Signatures_hold_for_escaped_arns_and_queries_and_a_wrong_secret_is_refused()
    {
        Assert.SkipUnless(IsInstalled.Value, "The aws CLI is not installed.");
        await using var aws = await EmbeddedAws.StartAsync();
        var plan = aws.ApiGateway.CreateUsagePlan(new() { Name = "gold", Quota = new(10, 0, "DAY") }).Id;
        var key = aws.ApiGateway.CreateApiKey(new() { Name = "a b+c/d~é" }).Id;
        aws.ApiGateway.CreateUsagePlanKey(new() { UsagePlanId = plan, KeyId = key });
        var arn = $"arn:aws:apigateway:eu-west-1::/apikeys/{key}";

        await RunAsync(aws, "apigateway", "tag-resource", "--resource-arn", arn, "--tags", "a=1,b=2");
        await RunAsync(aws, "apigateway", "untag-resource", "--resource-arn", arn, "--tag-keys", "b", "c:d/e f");
        var listed = await RunAsync(aws, "apigateway", "get-api-keys", "--name-query", "a b+c/d~é");
        await RunAsync(aws, "apigateway", "update-usage", "--usage-plan-id", plan, "--key-id", key, "--patch-operations", "op=replace,path=/remaining,value=3");
        var today = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var usage = await RunAsync(aws, "apigateway", "get-usage", "--usage-plan-id", plan, "--start-date", today, "--end-date", today);
        await using var other = await EmbeddedAws.StartAsync(new EmbeddedAwsOptions { SecretAccessKey = "changed" });
        var gateway = await RunAsync(other, succeeds: false, "apigateway", "get-api-keys");
        var secrets = await RunAsync(other, succeeds: false, "secretsmanager", "list-secrets");

        Assert.Equal(["a"], aws.ApiGateway.GetTags(arn).Tags.Keys);
        Assert.Equal(1, Json(listed).GetProperty("items").GetArrayLength());
        Assert.Equal(3, Json(usage).GetProperty("items").GetProperty(key)[0][1].GetInt32());
        Assert.Contains("(InvalidSignatureException)", gateway, StringComparison.Ordinal);
        Assert.Contains("(InvalidSignatureException)", secrets, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_is_invoked()
    {
        Assert.SkipUnless(IsInstalled.Value, "The aws CLI is not installed.");
        await using var aws = await EmbeddedAws.StartAsync();
        aws.Lambda.Register("throws", _ => throw new InvalidOperationException("no"));

        var output = await RunAsync(aws, "lambda", "invoke", "--function-name", "throws", "--payload", "{}", OperatingSystem.IsWindows() ? "NUL" : "/dev/null");

        Assert.Equal("Unhandled", Json(output).GetProperty("FunctionError").GetString());
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_schedule_is_created_read_changed_and_deleted()
    {
        Assert.SkipUnless(IsInstalled.Value, "The aws CLI is not installed.");
        await using var aws = await EmbeddedAws.StartAsync();
        var function = aws.Lambda.Register("rotate", invocation => Task.FromResult(invocation.Payload));
        var role = aws.Iam.CreateRole("schedules", """{"Statement":{"Effect":"Allow","Principal":{"Service":"scheduler.amazonaws.com"},"Action":"sts:AssumeRole"}}""").Arn;
        var target = JsonSerializer.Serialize(new { Arn = function, RoleArn = role, Input = "{}" });

        await RunAsync(
            aws, "scheduler", "create-schedule", "--name", "check", "--schedule-expression", "cron(0 6 * * ? *)", "--target", target,
            "--flexible-time-window", "Mode=FLEXIBLE,MaximumWindowInMinutes=720");
        var created = await RunAsync(aws, "scheduler", "get-schedule", "--name", "check");
        await RunAsync(
            aws, "scheduler", "update-schedule", "--name", "check", "--schedule-expression", "cron(0 7 * * ? *)", "--target", target, "--flexible-time-window", "Mode=OFF");
        var changed = await RunAsync(aws, "scheduler", "get-schedule", "--name", "check");
        await RunAsync(aws, "scheduler", "delete-schedule", "--name", "check");
        var unknown = await RunAsync(aws, succeeds: false, "scheduler", "get-schedule", "--name", "check");

        Assert.Equal(720, Json(created).GetProperty("FlexibleTimeWindow").GetProperty("MaximumWindowInMinutes").GetInt32());
        Assert.Equal("cron(0 7 * * ? *)", Json(changed).GetProperty("ScheduleExpression").GetString());
        Assert.Contains("(ResourceNotFoundException)", unknown, StringComparison.Ordinal);
        Assert.Contains("Schedule check does not exist.", unknown, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_replica_is_read_and_promoted_in_its_Region()
    {
        Assert.SkipUnless(IsInstalled.Value, "The aws CLI is not installed.");
        await using var aws = await EmbeddedAws.StartAsync(new() { ReplicationLag = TimeSpan.Zero });

        await RunAsync(aws, "secretsmanager", "create-secret", "--name", "payments", "--secret-string", "v1", "--add-replica-regions", "Region=us-east-1");
        var value = await RunAsync(aws, "secretsmanager", "get-secret-value", "--secret-id", "payments", "--region", "us-east-1");
        var refused = await RunAsync(aws, succeeds: false, "secretsmanager", "put-secret-value", "--secret-id", "payments", "--secret-string", "v2", "--region", "us-east-1");
        await RunAsync(aws, "secretsmanager", "stop-replication-to-replica", "--secret-id", "payments", "--region", "us-east-1");
        await RunAsync(aws, "secretsmanager", "put-secret-value", "--secret-id", "payments", "--secret-string", "v2", "--region", "us-east-1");

        Assert.Contains(":us-east-1:", Json(value).GetProperty("ARN").GetString(), StringComparison.Ordinal);
        Assert.Contains("Operation not permitted on a replica secret.", refused, StringComparison.Ordinal);
    }

    /// <summary>With the tests, one service for each protocol: REST, query and JSON.</summary>
    [Theory]
    [InlineData("lambda list-functions")]
    [InlineData("iam list-roles")]
    [InlineData("logs describe-log-groups")]
    [InlineData("apigateway get-domain-names", Traits = ["Category", "Proof"])]
    [InlineData("events list-rules", Traits = ["Category", "Proof"])]
    [InlineData("scheduler list-schedules", Traits = ["Category", "Proof"])]
    [InlineData("cloudwatch describe-alarms", Traits = ["Category", "Proof"])]
    [InlineData("sns list-topics", Traits = ["Category", "Proof"])]
    [InlineData("sts get-caller-identity", Traits = ["Category", "Proof"])]
    [InlineData("kms list-keys", Traits = ["Category", "Proof"])]
    public async Task What_is_not_here_is_an_error_with_a_text(string command)
    {
        Assert.SkipUnless(IsInstalled.Value, "The aws CLI is not installed.");
        await using var aws = await EmbeddedAws.StartAsync();

        var refused = await RunAsync(aws, succeeds: false, command.Split(' '));

        Assert.Matches(@"An error occurred \(NotImplemented\) when calling the \w+ operation: The embedded AWS does not have ", refused);
        Assert.Single(aws.Calls.Snapshot());
    }

    private static void Rotate(EmbeddedAws aws, JsonElement rotation)
    {
        var (secretId, token) = (rotation.GetProperty("SecretId").GetString()!, rotation.GetProperty("ClientRequestToken").GetString()!);
        if (rotation.GetProperty("Step").ValueEquals("createSecret"))
        {
            aws.SecretsManager.PutSecretValue(new() { SecretId = secretId, ClientRequestToken = token, SecretString = "rotated", VersionStages = ["AWSPENDING"] });
        }

        if (rotation.GetProperty("Step").ValueEquals("finishSecret"))
        {
            var current = aws.SecretsManager.GetSecretValue(new() { SecretId = secretId }).VersionId;
            aws.SecretsManager.UpdateSecretVersionStage(
                new() { SecretId = secretId, VersionStage = "AWSCURRENT", RemoveFromVersionId = current, MoveToVersionId = token });
        }
    }

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);

    private static Task<string> RunAsync(EmbeddedAws aws, params string[] arguments) => RunAsync(aws, succeeds: true, arguments);

    private static Task<string> RunAsync(EmbeddedAws aws, bool succeeds, params string[] arguments) =>
        RunProgramAsync(aws, succeeds, "aws", [.. arguments, "--output", "json"]);

    private static async Task<string> RunProgramAsync(EmbeddedAws aws, bool succeeds, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["AWS_ENDPOINT_URL"] = aws.ServiceUrl.ToString(),
            ["AWS_ACCESS_KEY_ID"] = "AKIACLI",
            ["AWS_SECRET_ACCESS_KEY"] = "secret",
            ["AWS_DEFAULT_REGION"] = aws.Region,
            ["AWS_CONFIG_FILE"] = "/dev/null",
            ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
            ["AWS_PAGER"] = "",
        })
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True((process.ExitCode == 0) == succeeds, $"{program} {arguments[0]} {arguments[1]} ended with {process.ExitCode}: {await error}");
        return await output + await error;
    }
}
