using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>A check finds what a rotation would fail at and what clients suffer from, throws none of it, and changes nothing.</summary>
public sealed class CheckTests
{
    private static readonly Dictionary<string, (Func<RotationFixture, Task> Break, string Problem, string? Command)> Damages = new()
    {
        ["rotation is off"] = (
            fixture => fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = fixture.SecretArn }),
            "Rotation is not enabled", "aws secretsmanager rotate-secret --rotation-lambda-arn"),
        ["the current key is disabled"] = (
            async fixture => await fixture.DisableAsync((await fixture.MintedAsync())[^1].Id),
            "is disabled, so clients are refused", "op=replace,path=/enabled,value=true"),
        ["the current key is deleted"] = (
            async fixture => await fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = (await fixture.MintedAsync())[^1].Id }),
            "No key of this secret has AWSCURRENT's value", "aws secretsmanager rotate-secret"),
        ["the current key is in no plan"] = (
            async fixture => await fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = (await fixture.MintedAsync())[^1].Id }),
            "is not in usage plan", "aws apigateway create-usage-plan-key"),
        ["the current key is in a plan that the template is not in"] = (
            async fixture => await fixture.AddPlanAsync((await fixture.MintedAsync())[^1].Id), "AWSCURRENT's key", "aws apigateway delete-usage-plan-key"),
        ["the previous key is in no plan"] = (
            async fixture => await fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = (await fixture.MintedAsync())[^2].Id }),
            "AWSPREVIOUS's key", "aws apigateway create-usage-plan-key"),
        ["the previous key is in a plan that the template is not in"] = (
            async fixture => await fixture.AddPlanAsync((await fixture.MintedAsync())[^2].Id), "AWSPREVIOUS's key", "aws apigateway delete-usage-plan-key"),
        ["the previous key is deleted"] = (
            async fixture => await fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = (await fixture.MintedAsync())[^2].Id }),
            "No key of this secret has AWSPREVIOUS's value", null),
        ["the stage was made anew"] = (fixture => RemakeStageAsync(fixture, 0), "has no API stage", "aws apigateway update-usage-plan --usage-plan-id"),
        ["the template is gone"] = (fixture => fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = fixture.TemplateId }), "the template key", null),
        ["the document is no JSON"] = (
            fixture => fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, SecretString = "a secret text" }), "is not a JSON object", null),
        ["the document has no key"] = (
            fixture => fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, SecretString = "{}" }), "AWSCURRENT contains no readable key", "aws secretsmanager rotate-secret"),
        ["the overlap says no time"] = (fixture => fixture.TagSecretAsync("apikey-rotation:overlap", "soon"), "the secret's tag apikey-rotation:overlap is 'soon'", null),
        ["a rotation is stuck"] = (
            async fixture =>
            {
                await fixture.OpenRotationAsync();
                fixture.Time.Advance(TimeSpan.FromHours(4));
            },
            "has been AWSPENDING since", "--version-stage AWSPENDING --remove-from-version-id"),
        ["nothing ends the overlap"] = (
            async fixture =>
            {
                await fixture.TagSecretAsync("apikey-rotation:overlap", "24h");
                fixture.Time.Advance(TimeSpan.FromHours(28));
            },
            "is enabled although the overlap of 24h has ended", "endOverlap"),
        ["the secret is about to be deleted"] = (
            fixture => fixture.Secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = fixture.SecretArn }), "the secret is marked for deletion", null),
    };

    public static TheoryData<string> AllDamages() => [.. Damages.Keys];

    [Theory]
    [MemberData(nameof(AllDamages))]
    public async Task It_finds(string damage)
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync(2);
        Assert.True((await CheckAsync(fixture)).GetProperty("Healthy").GetBoolean());
        var (breakIt, problem, command) = Damages[damage];
        await breakIt(fixture);
        fixture.Log.Clear();

        var answer = await CheckAsync(fixture);

        Assert.False(answer.GetProperty("Healthy").GetBoolean());
        var finding = Assert.Single(answer.GetProperty("Findings").EnumerateArray(), finding => finding.GetProperty("Problem").GetString()!.Contains(problem, StringComparison.Ordinal));
        Assert.Equal(command is not null, finding.TryGetProperty("Command", out var told) && told.GetString()!.Contains(command!, StringComparison.Ordinal));
        Assert.Contains(fixture.Log, entry => entry.Level == "Warning" && entry.Message.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_healthy_secret_has_no_finding_and_stays_as_it_is()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        var before = await fixture.SnapshotAsync();
        var answer = await CheckAsync(fixture);
        Assert.Equal("No problems found.", answer.GetProperty("Message").GetString());
        Assert.Empty(answer.GetProperty("Findings").EnumerateArray());
        Assert.Equal(before, await fixture.SnapshotAsync());
    }

    /// <summary>A redeployment that makes the stage anew: API Gateway takes it out of the usage plans (hashicorp/terraform-provider-aws 14100).</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task A_usage_plan_that_lost_its_stage_is_named_though_another_has_one(int lost, int kept)
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2);
        await fixture.RotateHealthyAsync(2);
        await RemakeStageAsync(fixture, lost);

        var findings = (await fixture.AnswerAsync(new { action = "status", secretId = fixture.SecretArn })).GetProperty("Findings").GetRawText();

        Assert.Contains(fixture.PlanIds[lost], findings, StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.PlanIds[kept], findings, StringComparison.Ordinal);
        await fixture.RotateHealthyAsync();
    }

    [Fact]
    public async Task A_previous_key_that_was_revoked_is_no_finding()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        await fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn });
        Assert.True((await CheckAsync(fixture)).GetProperty("Healthy").GetBoolean());
    }

    [Fact]
    public async Task An_adopted_key_is_looked_at_too_as_current_and_as_previous()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var adopted = await fixture.AdoptAsync();
        var other = await fixture.AddPlanAsync(adopted);
        Assert.Contains($"AWSCURRENT's key {adopted} is in usage plan {other}", (await CheckAsync(fixture)).GetProperty("Findings").GetRawText(), StringComparison.Ordinal);
        await fixture.RotateHealthyAsync();
        Assert.Contains($"AWSPREVIOUS's key {adopted} is in usage plan {other}", (await CheckAsync(fixture)).GetProperty("Findings").GetRawText(), StringComparison.Ordinal);
    }

    /// <summary>From aws-samples/aws-secrets-manager-rotation-lambdas 89 and others: a rotation replaces one field, and clients read another.</summary>
    [Theory]
    [InlineData("""{"api_key":"VALUE"}""", "api_key")]
    [InlineData("""{"x-api-key":"VALUE"}""", "x-api-key")]
    [InlineData("""{"legacy":{"apiKey":"VALUE"}}""", "legacy.apiKey")]
    [InlineData("""{"urls":["https://api.example.com/?key=VALUE"]}""", "urls[]")]
    [InlineData("""{"settings":"{\"headers\":{\"x-api-key\":\"VALUE\"}}"}""", "settings")]
    public async Task A_key_that_also_stands_in_another_field_is_named_by_that_field_until_the_key_is_gone(string document, string field)
    {
        const string InUse = "InUseInUseInUseInUse1234";
        await using var fixture = await RotationFixture.StartAsync(document.Replace("VALUE", InUse, StringComparison.Ordinal));
        fixture.Hide(InUse);
        var key = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use", Enabled = true, Value = InUse });
        await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });
        await fixture.TagBothAsync("apikey-rotation:adopted", key.Id);
        await fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn });
        await fixture.RotateHealthyAsync();
        Assert.Contains(fixture.Log, entry => entry.Level == "Warning" && entry.Message.Contains($"also contains its key in {field}.", StringComparison.Ordinal));
        await AssertFoundAsync("which a rotation will disable");
        await fixture.RotateHealthyAsync();
        await AssertFoundAsync("which is disabled");

        await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, SecretString = $$"""{"apiKey":"{{await fixture.ReadKeyAsync()}}"}""" });
        Assert.True((await CheckAsync(fixture)).GetProperty("Healthy").GetBoolean());

        async Task AssertFoundAsync(string state)
        {
            var finding = Assert.Single((await CheckAsync(fixture)).GetProperty("Findings").EnumerateArray()).GetProperty("Problem").GetString()!;
            Assert.Contains(key.Id, finding, StringComparison.Ordinal);
            Assert.Contains($"{state}, in {field}.", finding, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task It_probes_with_the_current_key()
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: "https://api.example.com/orders?token=private");
        await fixture.RotateHealthyAsync(); // the probe proves nothing, so it waits
        var served = await fixture.ReadKeyAsync();
        api.Answer = (_, _) => ScriptedApi.Forbidden();

        var finding = Assert.Single((await CheckAsync(fixture)).GetProperty("Findings").EnumerateArray()).GetProperty("Problem").GetString();
        Assert.StartsWith("The probe of https://api.example.com/orders is inconclusive: with AWSCURRENT's key it returned 403", finding, StringComparison.Ordinal);

        api.Answer = (key, _) => key == served ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        Assert.True((await CheckAsync(fixture)).GetProperty("Healthy").GetBoolean());
    }

    [Theory]
    [InlineData(null, 10)]
    [InlineData("rate(10 days)", null)]
    [InlineData("cron(0 8 1 * ? *)", null)]
    public async Task A_rotation_that_is_late_is_overdue_from_when_it_was_due(string? expression, int? days)
    {
        await using var fixture = await RotationFixture.StartAsync(rotationAttempts: 1);
        await fixture.RotateHealthyAsync();
        await fixture.Secrets.RotateSecretAsync(new RotateSecretRequest
        {
            SecretId = fixture.SecretArn,
            RotateImmediately = false,
            RotationRules = new RotationRulesType { ScheduleExpression = expression, AutomaticallyAfterDays = days },
        });
        await fixture.Aws.SecretsManager.SettledAsync();
        var due = (await fixture.Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = fixture.SecretArn })).NextRotationDate!.Value.ToUniversalTime();
        await CheckAsync(fixture);
        Assert.Equal(0, Metric(fixture));

        fixture.OnInvoke = _ => throw new InvalidOperationException("not run");
        fixture.Time.Advance(due - fixture.Time.GetUtcNow().UtcDateTime + TimeSpan.FromHours(5));
        await fixture.Aws.SecretsManager.SettledAsync();

        var answer = await CheckAsync(fixture);
        Assert.InRange(Metric(fixture), 4.9, 5.1);
        Assert.Contains(answer.GetProperty("Findings").EnumerateArray(), finding => finding.GetProperty("Problem").GetString() == "Rotation is 5.0 hours overdue.");

        static double Metric(RotationFixture fixture) => fixture.Metrics[^1].GetProperty("HoursOverdue").GetDouble();
    }

    [Fact]
    public async Task Should_NextRotationDate_move_on_while_rotations_fail_the_last_one_tells()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        fixture.FunctionTap.Rewrite = answer =>
        {
            var fields = JsonSerializer.Deserialize<Dictionary<string, object>>(answer)!;
            fields["RotationRules"] = new { AutomaticallyAfterDays = 30 };
            fields["NextRotationDate"] = fixture.Time.GetUtcNow().AddDays(1).ToUnixTimeSeconds();
            return JsonSerializer.Serialize(fields);
        };
        fixture.Time.Advance(TimeSpan.FromDays(31) + TimeSpan.FromHours(7));
        await CheckAsync(fixture);
        Assert.InRange(fixture.Metrics[^1].GetProperty("HoursOverdue").GetDouble(), 6.9, 7.1);
    }

    [Fact]
    public async Task What_AWS_refuses_is_thrown()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        fixture.Aws.Faults = call => call is { Operation: "DescribeSecret", AccessKeyId: RotationFixture.FunctionAccessKey } ? Fault.Error(400, "AccessDeniedException", "no") : null;
        var failure = await Assert.ThrowsAsync<RotationException>(() => CheckAsync(fixture));
        Assert.Contains("AWS returned AccessDeniedException", failure.Message, StringComparison.Ordinal);
    }

    private static async Task RemakeStageAsync(RotationFixture fixture, int plan)
    {
        var stage = (await fixture.Gateway.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = fixture.PlanIds[plan] })).ApiStages[0];
        var deployment = fixture.Aws.ApiGateway.GetStage(stage.ApiId, stage.Stage).DeploymentId;
        fixture.Aws.ApiGateway.DeleteStage(stage.ApiId, stage.Stage);
        await fixture.Gateway.CreateStageAsync(new CreateStageRequest { RestApiId = stage.ApiId, StageName = stage.Stage, DeploymentId = deployment });
    }

    private static Task<JsonElement> CheckAsync(RotationFixture fixture) => fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn });
}
