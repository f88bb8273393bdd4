using System.Net;
using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>The lifecycle event, in the shape that aws.lambda.Invocation sends with the lifecycle scope CRUD.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public async Task Create_checks_the_wiring_and_changes_nothing()
    {
        await using var fixture = await RotationFixture.StartAsync(document: null);
        var before = await fixture.SnapshotAsync();
        Assert.Equal("The secret and its template key point at each other.", await fixture.ActAsync(Event(fixture, "create")));
        Assert.Equal(before, await fixture.SnapshotAsync());
    }

    [Fact]
    public async Task Create_fails_when_the_wiring_is_wrong()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.TagSecretAsync("apikey-rotation:template", "nosuchkey1");
        Assert.Contains("the template key nosuchkey1", await fixture.FailAsync(Json(Event(fixture, "create"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"action":"lifecycle","secretId":"ARN"}""")]
    [InlineData("""{"action":"lifecycle","secretId":"ARN","tf":{}}""")]
    [InlineData("""{"action":"lifecycle","secretId":"ARN","tf":{"action":"destroy"}}""")]
    public async Task An_event_without_a_known_lifecycle_action_is_refused(string eventJson)
    {
        await using var fixture = await RotationFixture.StartAsync();
        Assert.Contains("tf.action is not create, update or delete", await fixture.FailAsync(eventJson.Replace("ARN", fixture.SecretArn, StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_puts_the_current_and_previous_key_into_gained_plans()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2, unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync(3);
        var before = fixture.PlanIds.ToArray();
        var gained = await fixture.AddPlanAsync(fixture.TemplateId);
        string[] declared = [before[1], gained];

        // When Pulumi sends the update, the template key is still in the plan that it loses.
        var message = await fixture.ActAsync(Event(fixture, "update", declared));

        Assert.Equal("Keys added to usage plans: 2.", message);
        var keys = await fixture.MintedAsync();
        Assert.Equal(before.Order(), await PlansAsync(fixture, keys[0])); // disabled: not put anywhere
        Assert.Equal(before.Append(gained).Order(), await PlansAsync(fixture, keys[1]));
        Assert.Equal(before.Append(gained).Order(), await PlansAsync(fixture, keys[2]));
        var again = await fixture.SnapshotAsync();
        Assert.Equal("Keys added to usage plans: 0.", await fixture.ActAsync(Event(fixture, "update", declared)));
        Assert.Equal(again, await fixture.SnapshotAsync());
    }

    [Fact]
    public async Task Keys_leave_a_usage_plan_after_the_template_has()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2, unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync(3);
        var before = await fixture.SnapshotAsync();
        Assert.Equal("The keys leave the usage plan when this resource is deleted.", await fixture.ActAsync(Leave(fixture, "create", fixture.PlanIds[1])));
        Assert.Equal("The keys leave the usage plan when this resource is deleted.", await fixture.ActAsync(Leave(fixture, "update", fixture.PlanIds[1])));
        Assert.Equal(
            $"The template key {fixture.TemplateId} is in usage plan {fixture.PlanIds[1]}, so the secret's keys stay there.", await fixture.ActAsync(Leave(fixture, "delete", fixture.PlanIds[1])));
        Assert.Equal(before, await fixture.SnapshotAsync());

        await fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[1], KeyId = fixture.TemplateId });
        Assert.Equal($"Keys removed from usage plan {fixture.PlanIds[1]}: 3.", await fixture.ActAsync(Leave(fixture, "delete", fixture.PlanIds[1])));

        Assert.All(await fixture.MintedAsync(), key => Assert.Equal([fixture.PlanIds[0]], PlansAsync(fixture, key).Result));
        Assert.Equal($"No key of this secret is in usage plan {fixture.PlanIds[1]}.", await fixture.ActAsync(Leave(fixture, "delete", fixture.PlanIds[1])));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    /// <summary>hashicorp/terraform-provider-aws 43447: after an update that failed, the state has the new input, so that no later event tells what was before.</summary>
    [Theory]
    [InlineData("GetApiKeys")]
    [InlineData("CreateUsagePlanKey")]
    public async Task After_an_update_that_failed_no_key_is_left_in_a_lost_plan(string operation)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var lost = fixture.PlanIds[0];
        var gained = await fixture.AddPlanAsync(fixture.TemplateId);
        fixture.Aws.Faults = call => call.Operation == operation && call.AccessKeyId == RotationFixture.FunctionAccessKey ? Fault.Error(400, "BadRequestException", "Injected.") : null;
        await Assert.ThrowsAsync<RotationException>(() => fixture.ActAsync(Event(fixture, "update", [gained])));
        fixture.Aws.Faults = null;

        await fixture.ActAsync(Event(fixture, "update", [gained]));
        await fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = lost, KeyId = fixture.TemplateId }); // as the stack goes on
        await fixture.ActAsync(Leave(fixture, "delete", lost));

        Assert.Empty((await fixture.Gateway.GetUsagePlanKeysAsync(new GetUsagePlanKeysRequest { UsagePlanId = lost })).Items ?? []);
        Assert.True((await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn })).GetProperty("Healthy").GetBoolean());
    }

    [Fact]
    public async Task A_plan_is_left_only_with_its_id_and_a_wiring_that_is_right()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2);
        await fixture.RotateHealthyAsync(2);
        await fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[1], KeyId = fixture.TemplateId });
        Assert.Contains("the event has no usagePlanId", await fixture.FailAsync(Json(Leave(fixture, "delete", null))), StringComparison.Ordinal);
        Assert.Contains("the event's tf.action is not create, update or delete", await fixture.FailAsync(Json(Leave(fixture, "destroy", fixture.PlanIds[1]))), StringComparison.Ordinal);

        await fixture.TagKeyAsync(fixture.TemplateId, "apikey-rotation:template-for", "another");
        Assert.Contains("does not point back at", await fixture.FailAsync(Json(Leave(fixture, "delete", fixture.PlanIds[1]))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_the_template_left_a_moment_ago_is_left_though_reads_lag()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2, unknowns: new() { ReadLag = TimeSpan.FromSeconds(5) });
        await fixture.RotateHealthyAsync(2);
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        await fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[1], KeyId = fixture.TemplateId });
        Assert.Equal($"Keys removed from usage plan {fixture.PlanIds[1]}: 2.", await fixture.ActAsync(Leave(fixture, "delete", fixture.PlanIds[1])));
    }

    [Fact]
    public async Task Update_puts_a_key_that_testSecret_has_passed_already_into_gained_plans()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var token = await fixture.OpenRotationAsync();
        var before = fixture.PlanIds.ToArray();
        Assert.Equal("Keys added to usage plans: 0.", await fixture.ActAsync(Event(fixture, "update", before)));
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        var gained = await fixture.AddPlanAsync(fixture.TemplateId);

        Assert.Equal("Keys added to usage plans: 3.", await fixture.ActAsync(Event(fixture, "update", [.. before, gained])));

        await fixture.RunAsync(token, "finishSecret");
        Assert.Equal(before.Append(gained).Order(), await PlansAsync(fixture, (await fixture.MintedAsync())[^1]));
    }

    [Fact]
    public async Task Update_finds_a_plan_that_the_template_was_put_into_a_moment_ago()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new() { ReadLag = TimeSpan.FromSeconds(5) });
        await fixture.RotateHealthyAsync(2);
        var before = fixture.PlanIds.ToArray();
        var gained = await fixture.AddPlanAsync((await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest())).Id);
        using var deployer = fixture.ApiGateway("AKIADEPLOYER");
        await deployer.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = gained, KeyId = fixture.TemplateId, KeyType = "API_KEY" });

        Assert.Equal("Keys added to usage plans: 2.", await fixture.ActAsync(Event(fixture, "update", [.. before, gained])));
    }

    [Fact]
    public async Task Update_is_in_force_at_once()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var gained = await fixture.AddPlanAsync(fixture.TemplateId);
        var stage = (await fixture.Gateway.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = gained })).ApiStages[0];
        var url = fixture.Aws.InvokeUrl(stage.ApiId, stage.Stage);
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(await fixture.ReadKeyAsync(), url));

        await fixture.ActAsync(Event(fixture, "update", [.. fixture.PlanIds]));

        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync(), url));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync("AWSPREVIOUS"), url));
    }

    [Fact]
    public async Task Update_leaves_plans_alone_that_the_stack_never_declared_and_keys_of_others()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var key = Assert.Single(await fixture.MintedAsync());
        var byHand = await fixture.AddPlanAsync(key.Id);
        var others = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = $"{fixture.SecretName}/{RotationFixture.NewToken()}", Enabled = true });
        var lost = await fixture.AddPlanAsync(others.Id);

        await fixture.ActAsync(Event(fixture, "update", [fixture.PlanIds[0]]));
        await fixture.ActAsync(Leave(fixture, "delete", lost));

        Assert.Contains(byHand, await PlansAsync(fixture, key.Id));
        Assert.Equal([lost], await PlansAsync(fixture, others.Id));
    }

    [Fact]
    public async Task Update_refuses_plans_that_the_template_is_not_in_and_changes_nothing()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        Assert.Contains(
            $"the template key {fixture.TemplateId} is not in usage plan nosuchplan",
            await fixture.FailAsync(Json(Event(fixture, "update", ["nosuchplan"]))),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_refuses_what_declares_no_plan()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        Assert.Contains("an update requires usagePlanIds", await fixture.FailAsync(Json(Event(fixture, "update"))), StringComparison.Ordinal);
        Assert.Contains("an update requires usagePlanIds", await fixture.FailAsync(Json(Event(fixture, "update", []))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_refuses_in_words_and_succeeds_while_rotation_is_enabled()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        var before = await fixture.SnapshotAsync();
        Assert.Equal("Nothing was deleted: the secret's rotation is enabled, so its keys are in use.", await fixture.ActAsync(Event(fixture, "delete")));
        Assert.Equal(before, await fixture.SnapshotAsync());
    }

    [Theory]
    [InlineData(50, 2)]
    [InlineData(90, 0)]
    public async Task Delete_waits_a_minute_for_rotation_to_show_as_off(int showsAfterSeconds, int deleted)
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new() { CancelShowsAfter = TimeSpan.FromSeconds(showsAfterSeconds) });
        await fixture.RotateHealthyAsync(2);
        await CancelAsync(fixture);

        var message = await fixture.ActAsync(Event(fixture, "delete"));

        Assert.Equal(deleted > 0 ? $"Minted keys deleted: {deleted}." : "Nothing was deleted: the secret's rotation is enabled, so its keys are in use.", message);
        Assert.Equal(2 - deleted, (await fixture.MintedAsync()).Count);
    }

    [Fact]
    public async Task Delete_deletes_every_minted_key_and_no_other()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        var others = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = $"{fixture.SecretName}/{RotationFixture.NewToken()}", Enabled = true });
        await CancelAsync(fixture);

        Assert.Equal("Minted keys deleted: 3.", await fixture.ActAsync(Event(fixture, "delete")));

        Assert.Equal(others.Id, Assert.Single(await fixture.MintedAsync()).Id);
        Assert.NotNull(await fixture.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = fixture.TemplateId }));
        Assert.Equal("Minted keys deleted: 0.", await fixture.ActAsync(Event(fixture, "delete")));
    }

    [Fact]
    public async Task Delete_deletes_no_key_twice_that_a_list_still_shows()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new() { ReadLag = TimeSpan.FromSeconds(5) });
        await fixture.RotateHealthyAsync(2);
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        await CancelAsync(fixture);
        var deletes = 0;
        fixture.Aws.Faults = call =>
        {
            deletes += call.Operation == "DeleteApiKey" ? 1 : 0;
            return null;
        };

        Assert.Equal("Minted keys deleted: 2.", await fixture.ActAsync(Event(fixture, "delete")));
        Assert.Equal(2, deletes);
    }

    [Fact]
    public async Task Delete_lists_again_until_no_key_is_left()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        await CancelAsync(fixture);
        var late = 0;
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "DeleteApiKey" && late++ == 0)
            {
                fixture.Aws.ApiGateway.CreateApiKey(new LocalAws.ApiGateway.CreateApiKeyRequest
                {
                    Name = $"{fixture.SecretName}/{RotationFixture.NewToken()}",
                    Tags = new Dictionary<string, string> { ["apikey-rotation:minted-for"] = fixture.SecretArn },
                });
            }

            return null;
        };

        Assert.Equal("Minted keys deleted: 3.", await fixture.ActAsync(Event(fixture, "delete")));
        Assert.Empty(await fixture.MintedAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Delete_works_when_the_secret_is_gone_or_going(bool atOnce)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        await CancelAsync(fixture);
        await fixture.Secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = fixture.SecretArn, ForceDeleteWithoutRecovery = atOnce ? true : null });
        Assert.Equal("Minted keys deleted: 2.", await fixture.ActAsync(Event(fixture, "delete")));
    }

    private static object Event(RotationFixture fixture, string action, IReadOnlyList<string>? plans = null) => new
    {
        action = "lifecycle",
        secretId = fixture.SecretArn,
        usagePlanIds = plans,
        tf = new { action, prev_input = action == "create" ? null : new { action = "lifecycle", secretId = fixture.SecretArn, usagePlanIds = plans } },
    };

    private static object Leave(RotationFixture fixture, string action, string? plan) => new { action = "leaveUsagePlan", secretId = fixture.SecretArn, usagePlanId = plan, tf = new { action } };

    private static string Json(object action) => JsonSerializer.Serialize(action);

    private static Task<CancelRotateSecretResponse> CancelAsync(RotationFixture fixture) => fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = fixture.SecretArn });

    private static Task<IEnumerable<string>> PlansAsync(RotationFixture fixture, ApiKey key) => PlansAsync(fixture, key.Id);

    private static async Task<IEnumerable<string>> PlansAsync(RotationFixture fixture, string keyId)
    {
        var plans = await fixture.Gateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = keyId, Limit = 500 });
        return (plans.Items ?? []).Select(plan => plan.Id).Order();
    }
}
