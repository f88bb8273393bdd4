using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>A check finds what a rotation would fail at and what clients suffer from, throws none of it, and changes nothing.</summary>
public sealed class CheckTests
{
    private static readonly Dictionary<string, (Func<World, Task> Break, string Problem, string? Command)> Damages = new()
    {
        ["rotation is off"] = (
            world => world.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = world.SecretArn }),
            "Rotation is not enabled", "aws secretsmanager rotate-secret --rotation-lambda-arn"),
        ["the current key is disabled"] = (
            async world => await world.DisableAsync((await world.MintedAsync())[^1].Id),
            "is disabled, so clients are refused", "op=replace,path=/enabled,value=true"),
        ["the current key is deleted"] = (
            async world => await world.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = (await world.MintedAsync())[^1].Id }),
            "No key of this secret has AWSCURRENT's value", "aws secretsmanager rotate-secret"),
        ["the current key is in no plan"] = (
            async world => await world.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = world.PlanIds[0], KeyId = (await world.MintedAsync())[^1].Id }),
            "is not in usage plan", "aws apigateway create-usage-plan-key"),
        ["the current key is in a plan that the template is not in"] = (
            async world => await world.AddPlanAsync((await world.MintedAsync())[^1].Id), "AWSCURRENT's key", "aws apigateway delete-usage-plan-key"),
        ["the previous key is in no plan"] = (
            async world => await world.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = world.PlanIds[0], KeyId = (await world.MintedAsync())[^2].Id }),
            "AWSPREVIOUS's key", "aws apigateway create-usage-plan-key"),
        ["the previous key is in a plan that the template is not in"] = (
            async world => await world.AddPlanAsync((await world.MintedAsync())[^2].Id), "AWSPREVIOUS's key", "aws apigateway delete-usage-plan-key"),
        ["the previous key is deleted"] = (
            async world => await world.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = (await world.MintedAsync())[^2].Id }),
            "No key of this secret has AWSPREVIOUS's value", null),
        ["the stage was made anew"] = (world => RemakeStageAsync(world, 0), "has no API stage", "aws apigateway update-usage-plan --usage-plan-id"),
        ["the template is gone"] = (world => world.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = world.TemplateId }), "the template key", null),
        ["the document is no JSON"] = (
            world => world.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = world.SecretArn, SecretString = "a secret text" }), "is not a JSON object", null),
        ["the document has no key"] = (
            world => world.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = world.SecretArn, SecretString = "{}" }), "AWSCURRENT holds no key", "aws secretsmanager rotate-secret"),
        ["the overlap says no time"] = (world => world.TagSecretAsync("apikey-rotation:overlap", "soon"), "the secret's tag apikey-rotation:overlap is 'soon'", null),
        ["a rotation is stuck"] = (
            async world =>
            {
                await world.OpenRotationAsync();
                world.Time.Advance(TimeSpan.FromHours(4));
            },
            "has been AWSPENDING since", "--version-stage AWSPENDING --remove-from-version-id"),
        ["nothing ends the overlap"] = (
            async world =>
            {
                await world.TagSecretAsync("apikey-rotation:overlap", "24h");
                world.Time.Advance(TimeSpan.FromHours(28));
            },
            "is enabled although the overlap of 24h is over", "endOverlap"),
        ["the secret is about to be deleted"] = (
            world => world.Secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = world.SecretArn }), "the secret is marked for deletion", null),
    };

    public static TheoryData<string> AllDamages() => [.. Damages.Keys];

    [Theory]
    [MemberData(nameof(AllDamages))]
    public async Task It_finds(string damage)
    {
        await using var world = await World.StartAsync(unknowns: new UnknownBehaviours());
        await world.RotateHealthyAsync(2);
        Assert.True((await CheckAsync(world)).GetProperty("Healthy").GetBoolean());
        var (breakIt, problem, command) = Damages[damage];
        await breakIt(world);
        world.Log.Clear();

        var answer = await CheckAsync(world);

        Assert.False(answer.GetProperty("Healthy").GetBoolean());
        var finding = Assert.Single(answer.GetProperty("Findings").EnumerateArray(), finding => finding.GetProperty("Problem").GetString()!.Contains(problem, StringComparison.Ordinal));
        Assert.Equal(command is not null, finding.TryGetProperty("Command", out var told) && told.GetString()!.Contains(command!, StringComparison.Ordinal));
        Assert.Contains(world.Log, entry => entry.Level == "Warning" && entry.Message.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_healthy_secret_has_no_finding_and_stays_as_it_is()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(3);
        var before = await world.SnapshotAsync();
        var answer = await CheckAsync(world);
        Assert.Equal("Nothing is wrong.", answer.GetProperty("Message").GetString());
        Assert.Empty(answer.GetProperty("Findings").EnumerateArray());
        Assert.Equal(before, await world.SnapshotAsync());
    }

    /// <summary>A redeployment that makes the stage anew: API Gateway takes it out of the usage plans (hashicorp/terraform-provider-aws 14100).</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task A_usage_plan_that_lost_its_stage_is_named_though_another_has_one(int lost, int kept)
    {
        await using var world = await World.StartAsync(plans: 2);
        await world.RotateHealthyAsync(2);
        await RemakeStageAsync(world, lost);

        var findings = (await world.AnswerAsync(new { action = "status", secretId = world.SecretArn })).GetProperty("Findings").GetRawText();

        Assert.Contains(world.PlanIds[lost], findings, StringComparison.Ordinal);
        Assert.DoesNotContain(world.PlanIds[kept], findings, StringComparison.Ordinal);
        await world.RotateHealthyAsync();
    }

    [Fact]
    public async Task A_previous_key_that_was_revoked_is_no_finding()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        await world.ActAsync(new { action = "revokePrevious", secretId = world.SecretArn });
        Assert.True((await CheckAsync(world)).GetProperty("Healthy").GetBoolean());
    }

    [Fact]
    public async Task An_adopted_key_is_looked_at_too_as_current_and_as_previous()
    {
        await using var world = await World.StartAsync();
        var adopted = await world.AdoptAsync();
        var other = await world.AddPlanAsync(adopted);
        Assert.Contains($"AWSCURRENT's key {adopted} is in usage plan {other}", (await CheckAsync(world)).GetProperty("Findings").GetRawText(), StringComparison.Ordinal);
        await world.RotateHealthyAsync();
        Assert.Contains($"AWSPREVIOUS's key {adopted} is in usage plan {other}", (await CheckAsync(world)).GetProperty("Findings").GetRawText(), StringComparison.Ordinal);
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
        await using var world = await World.StartAsync(document.Replace("VALUE", InUse, StringComparison.Ordinal));
        world.Hide(InUse);
        var key = await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use", Enabled = true, Value = InUse });
        await world.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = world.PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });
        await world.TagBothAsync("apikey-rotation:adopted", key.Id);
        await world.ActAsync(new { action = "provision", secretId = world.SecretArn });
        await world.RotateHealthyAsync();
        Assert.Contains(world.Log, entry => entry.Level == "Warning" && entry.Message.Contains($"holds its key in {field} too", StringComparison.Ordinal));
        await AssertFoundAsync("which a rotation will disable");
        await world.RotateHealthyAsync();
        await AssertFoundAsync("which is disabled");

        await world.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = world.SecretArn, SecretString = $$"""{"apiKey":"{{await world.ReadKeyAsync()}}"}""" });
        Assert.True((await CheckAsync(world)).GetProperty("Healthy").GetBoolean());

        async Task AssertFoundAsync(string state)
        {
            var finding = Assert.Single((await CheckAsync(world)).GetProperty("Findings").EnumerateArray()).GetProperty("Problem").GetString()!;
            Assert.Contains(key.Id, finding, StringComparison.Ordinal);
            Assert.Contains($"{state}, in {field} too", finding, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task It_probes_with_the_current_key()
    {
        var api = new ScriptedApi();
        await using var world = await World.StartAsync(api: api, probe: "https://api.example.com/orders?token=private");
        await world.RotateHealthyAsync(); // the probe proves nothing, so it waits
        var served = await world.ReadKeyAsync();
        api.Answer = (_, _) => ScriptedApi.Forbidden();

        var finding = Assert.Single((await CheckAsync(world)).GetProperty("Findings").EnumerateArray()).GetProperty("Problem").GetString();
        Assert.StartsWith("The probe of https://api.example.com/orders proves nothing: with AWSCURRENT's key it answered 403", finding, StringComparison.Ordinal);

        api.Answer = (key, _) => key == served ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        Assert.True((await CheckAsync(world)).GetProperty("Healthy").GetBoolean());
    }

    [Theory]
    [InlineData(null, 10)]
    [InlineData("rate(10 days)", null)]
    [InlineData("cron(0 8 1 * ? *)", null)]
    public async Task A_rotation_that_is_late_is_overdue_from_when_it_was_due(string? expression, int? days)
    {
        await using var world = await World.StartAsync(rotationAttempts: 1);
        await world.RotateHealthyAsync();
        await world.Secrets.RotateSecretAsync(new RotateSecretRequest
        {
            SecretId = world.SecretArn,
            RotateImmediately = false,
            RotationRules = new RotationRulesType { ScheduleExpression = expression, AutomaticallyAfterDays = days },
        });
        await world.Aws.SecretsManager.SettledAsync();
        var due = (await world.Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = world.SecretArn })).NextRotationDate!.Value.ToUniversalTime();
        await CheckAsync(world);
        Assert.Equal(0, Metric(world));

        world.OnInvoke = _ => throw new InvalidOperationException("not run");
        world.Time.Advance(due - world.Time.GetUtcNow().UtcDateTime + TimeSpan.FromHours(5));
        await world.Aws.SecretsManager.SettledAsync();

        var answer = await CheckAsync(world);
        Assert.InRange(Metric(world), 4.9, 5.1);
        Assert.Contains(answer.GetProperty("Findings").EnumerateArray(), finding => finding.GetProperty("Problem").GetString() == "Rotation is 5.0 hours overdue.");

        static double Metric(World world) => world.Metrics[^1].GetProperty("HoursOverdue").GetDouble();
    }

    [Fact]
    public async Task Should_NextRotationDate_move_on_while_rotations_fail_the_last_one_tells()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        world.FunctionTap.Rewrite = answer =>
        {
            var fields = JsonSerializer.Deserialize<Dictionary<string, object>>(answer)!;
            fields["RotationRules"] = new { AutomaticallyAfterDays = 30 };
            fields["NextRotationDate"] = world.Time.GetUtcNow().AddDays(1).ToUnixTimeSeconds();
            return JsonSerializer.Serialize(fields);
        };
        world.Time.Advance(TimeSpan.FromDays(31) + TimeSpan.FromHours(7));
        await CheckAsync(world);
        Assert.InRange(world.Metrics[^1].GetProperty("HoursOverdue").GetDouble(), 6.9, 7.1);
    }

    [Fact]
    public async Task What_AWS_refuses_is_thrown()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        world.Aws.Faults = call => call is { Operation: "DescribeSecret", AccessKeyId: World.FunctionAccessKey } ? Fault.Error(400, "AccessDeniedException", "no") : null;
        var failure = await Assert.ThrowsAsync<RotationException>(() => CheckAsync(world));
        Assert.Contains("AWS answered AccessDeniedException", failure.Message, StringComparison.Ordinal);
    }

    private static async Task RemakeStageAsync(World world, int plan)
    {
        var stage = (await world.Gateway.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = world.PlanIds[plan] })).ApiStages[0];
        var deployment = world.Aws.ApiGateway.GetStage(stage.ApiId, stage.Stage).DeploymentId;
        world.Aws.ApiGateway.DeleteStage(stage.ApiId, stage.Stage);
        await world.Gateway.CreateStageAsync(new CreateStageRequest { RestApiId = stage.ApiId, StageName = stage.Stage, DeploymentId = deployment });
    }

    private static Task<JsonElement> CheckAsync(World world) => world.AnswerAsync(new { action = "check", secretId = world.SecretArn });
}
