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
        await using var world = await World.StartAsync(document: null);
        var before = await world.SnapshotAsync();
        Assert.Equal("The secret and its template key point at each other.", await world.ActAsync(Event(world, "create")));
        Assert.Equal(before, await world.SnapshotAsync());
    }

    [Fact]
    public async Task Create_fails_when_the_wiring_is_wrong()
    {
        await using var world = await World.StartAsync();
        await world.TagSecretAsync("apikey-rotation:template", "nosuchkey1");
        Assert.Contains("the template key nosuchkey1", await world.FailAsync(Json(Event(world, "create"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"action":"lifecycle","secretId":"ARN"}""")]
    [InlineData("""{"action":"lifecycle","secretId":"ARN","tf":{}}""")]
    [InlineData("""{"action":"lifecycle","secretId":"ARN","tf":{"action":"destroy"}}""")]
    public async Task An_event_without_a_known_lifecycle_action_is_refused(string eventJson)
    {
        await using var world = await World.StartAsync();
        Assert.Contains("no tf.action of create, update or delete", await world.FailAsync(eventJson.Replace("ARN", world.SecretArn, StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_puts_the_current_and_previous_key_into_gained_plans()
    {
        await using var world = await World.StartAsync(plans: 2, unknowns: new UnknownBehaviours());
        await world.RotateHealthyAsync(3);
        var before = world.PlanIds.ToArray();
        var gained = await world.AddPlanAsync(world.TemplateId);
        string[] declared = [before[1], gained];

        // When Pulumi sends the update, the template key is still in the plan that it loses.
        var message = await world.ActAsync(Event(world, "update", declared));

        Assert.Equal("Keys put into usage plans: 2.", message);
        var keys = await world.MintedAsync();
        Assert.Equal(before.Order(), await PlansAsync(world, keys[0])); // disabled: not put anywhere
        Assert.Equal(before.Append(gained).Order(), await PlansAsync(world, keys[1]));
        Assert.Equal(before.Append(gained).Order(), await PlansAsync(world, keys[2]));
        var again = await world.SnapshotAsync();
        Assert.Equal("Keys put into usage plans: 0.", await world.ActAsync(Event(world, "update", declared)));
        Assert.Equal(again, await world.SnapshotAsync());
    }

    [Fact]
    public async Task Keys_leave_a_usage_plan_after_the_template_has()
    {
        await using var world = await World.StartAsync(plans: 2, unknowns: new UnknownBehaviours());
        await world.RotateHealthyAsync(3);
        var before = await world.SnapshotAsync();
        Assert.Equal("The keys leave the usage plan when this resource is deleted.", await world.ActAsync(Leave(world, "create", world.PlanIds[1])));
        Assert.Equal("The keys leave the usage plan when this resource is deleted.", await world.ActAsync(Leave(world, "update", world.PlanIds[1])));
        Assert.Equal(
            $"The template key {world.TemplateId} is in usage plan {world.PlanIds[1]}, so the secret's keys stay there.", await world.ActAsync(Leave(world, "delete", world.PlanIds[1])));
        Assert.Equal(before, await world.SnapshotAsync());

        await world.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = world.PlanIds[1], KeyId = world.TemplateId });
        Assert.Equal($"Keys taken out of usage plan {world.PlanIds[1]}: 3.", await world.ActAsync(Leave(world, "delete", world.PlanIds[1])));

        Assert.All(await world.MintedAsync(), key => Assert.Equal([world.PlanIds[0]], PlansAsync(world, key).Result));
        Assert.Equal($"No key of this secret is in usage plan {world.PlanIds[1]}.", await world.ActAsync(Leave(world, "delete", world.PlanIds[1])));
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
    }

    /// <summary>hashicorp/terraform-provider-aws 43447: after an update that failed, the state has the new input, so that no later event tells what was before.</summary>
    [Theory]
    [InlineData("GetApiKeys")]
    [InlineData("CreateUsagePlanKey")]
    public async Task After_an_update_that_failed_no_key_is_left_in_a_lost_plan(string operation)
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var lost = world.PlanIds[0];
        var gained = await world.AddPlanAsync(world.TemplateId);
        world.Aws.Faults = call => call.Operation == operation && call.AccessKeyId == World.FunctionAccessKey ? Fault.Error(400, "BadRequestException", "Injected.") : null;
        await Assert.ThrowsAsync<RotationException>(() => world.ActAsync(Event(world, "update", [gained])));
        world.Aws.Faults = null;

        await world.ActAsync(Event(world, "update", [gained]));
        await world.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = lost, KeyId = world.TemplateId }); // as the stack goes on
        await world.ActAsync(Leave(world, "delete", lost));

        Assert.Empty((await world.Gateway.GetUsagePlanKeysAsync(new GetUsagePlanKeysRequest { UsagePlanId = lost })).Items ?? []);
        Assert.True((await world.AnswerAsync(new { action = "check", secretId = world.SecretArn })).GetProperty("Healthy").GetBoolean());
    }

    [Fact]
    public async Task A_plan_is_left_only_with_its_id_and_a_wiring_that_is_right()
    {
        await using var world = await World.StartAsync(plans: 2);
        await world.RotateHealthyAsync(2);
        await world.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = world.PlanIds[1], KeyId = world.TemplateId });
        Assert.Contains("the event has no usagePlanId", await world.FailAsync(Json(Leave(world, "delete", null))), StringComparison.Ordinal);
        Assert.Contains("the event has no tf.action of create, update or delete", await world.FailAsync(Json(Leave(world, "destroy", world.PlanIds[1]))), StringComparison.Ordinal);

        await world.TagKeyAsync(world.TemplateId, "apikey-rotation:template-for", "another");
        Assert.Contains("does not point back at", await world.FailAsync(Json(Leave(world, "delete", world.PlanIds[1]))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_the_template_left_a_moment_ago_is_left_though_reads_lag()
    {
        await using var world = await World.StartAsync(plans: 2, unknowns: new() { ReadLag = TimeSpan.FromSeconds(5) });
        await world.RotateHealthyAsync(2);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await world.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = world.PlanIds[1], KeyId = world.TemplateId });
        Assert.Equal($"Keys taken out of usage plan {world.PlanIds[1]}: 2.", await world.ActAsync(Leave(world, "delete", world.PlanIds[1])));
    }

    [Fact]
    public async Task Update_puts_a_key_that_testSecret_has_passed_already_into_gained_plans()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var token = await world.OpenRotationAsync();
        var before = world.PlanIds.ToArray();
        Assert.Equal("Keys put into usage plans: 0.", await world.ActAsync(Event(world, "update", before)));
        await world.RunAsync(token, "createSecret", "setSecret", "testSecret");
        var gained = await world.AddPlanAsync(world.TemplateId);

        Assert.Equal("Keys put into usage plans: 3.", await world.ActAsync(Event(world, "update", [.. before, gained])));

        await world.RunAsync(token, "finishSecret");
        Assert.Equal(before.Append(gained).Order(), await PlansAsync(world, (await world.MintedAsync())[^1]));
    }

    [Fact]
    public async Task Update_finds_a_plan_that_the_template_was_put_into_a_moment_ago()
    {
        await using var world = await World.StartAsync(unknowns: new() { ReadLag = TimeSpan.FromSeconds(5) });
        await world.RotateHealthyAsync(2);
        var before = world.PlanIds.ToArray();
        var gained = await world.AddPlanAsync((await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest())).Id);
        using var deployer = world.ApiGateway("AKIADEPLOYER");
        await deployer.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = gained, KeyId = world.TemplateId, KeyType = "API_KEY" });

        Assert.Equal("Keys put into usage plans: 2.", await world.ActAsync(Event(world, "update", [.. before, gained])));
    }

    [Fact]
    public async Task Update_is_in_force_at_once()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var gained = await world.AddPlanAsync(world.TemplateId);
        var stage = (await world.Gateway.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = gained })).ApiStages[0];
        var url = world.Aws.InvokeUrl(stage.ApiId, stage.Stage);
        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(await world.ReadKeyAsync(), url));

        await world.ActAsync(Event(world, "update", [.. world.PlanIds]));

        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync(), url));
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync("AWSPREVIOUS"), url));
    }

    [Fact]
    public async Task Update_leaves_plans_alone_that_the_stack_never_declared_and_keys_of_others()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        var key = Assert.Single(await world.MintedAsync());
        var byHand = await world.AddPlanAsync(key.Id);
        var others = await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = $"{world.SecretName}/{World.NewToken()}", Enabled = true });
        var lost = await world.AddPlanAsync(others.Id);

        await world.ActAsync(Event(world, "update", [world.PlanIds[0]]));
        await world.ActAsync(Leave(world, "delete", lost));

        Assert.Contains(byHand, await PlansAsync(world, key.Id));
        Assert.Equal([lost], await PlansAsync(world, others.Id));
    }

    [Fact]
    public async Task Update_refuses_plans_that_the_template_is_not_in_and_changes_nothing()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        Assert.Contains(
            $"the template key {world.TemplateId} is not in usage plan nosuchplan",
            await world.FailAsync(Json(Event(world, "update", ["nosuchplan"]))),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_refuses_what_declares_no_plan()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        Assert.Contains("an update needs usagePlanIds", await world.FailAsync(Json(Event(world, "update"))), StringComparison.Ordinal);
        Assert.Contains("an update needs usagePlanIds", await world.FailAsync(Json(Event(world, "update", []))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_refuses_in_words_and_succeeds_while_rotation_is_enabled()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(3);
        var before = await world.SnapshotAsync();
        Assert.Equal("Nothing was deleted: the secret's rotation is enabled, so its keys are in use.", await world.ActAsync(Event(world, "delete")));
        Assert.Equal(before, await world.SnapshotAsync());
    }

    [Theory]
    [InlineData(50, 2)]
    [InlineData(90, 0)]
    public async Task Delete_waits_a_minute_for_rotation_to_show_as_off(int showsAfterSeconds, int deleted)
    {
        await using var world = await World.StartAsync(unknowns: new() { CancelShowsAfter = TimeSpan.FromSeconds(showsAfterSeconds) });
        await world.RotateHealthyAsync(2);
        await CancelAsync(world);

        var message = await world.ActAsync(Event(world, "delete"));

        Assert.Equal(deleted > 0 ? $"Minted keys deleted: {deleted}." : "Nothing was deleted: the secret's rotation is enabled, so its keys are in use.", message);
        Assert.Equal(2 - deleted, (await world.MintedAsync()).Count);
    }

    [Fact]
    public async Task Delete_deletes_every_minted_key_and_no_other()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(3);
        var others = await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = $"{world.SecretName}/{World.NewToken()}", Enabled = true });
        await CancelAsync(world);

        Assert.Equal("Minted keys deleted: 3.", await world.ActAsync(Event(world, "delete")));

        Assert.Equal(others.Id, Assert.Single(await world.MintedAsync()).Id);
        Assert.NotNull(await world.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = world.TemplateId }));
        Assert.Equal("Minted keys deleted: 0.", await world.ActAsync(Event(world, "delete")));
    }

    [Fact]
    public async Task Delete_lists_again_until_no_key_is_left()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        await CancelAsync(world);
        var late = 0;
        world.Aws.Faults = call =>
        {
            if (call.Operation == "DeleteApiKey" && late++ == 0)
            {
                world.Aws.ApiGateway.CreateApiKey(new LocalAws.ApiGateway.CreateApiKeyRequest
                {
                    Name = $"{world.SecretName}/{World.NewToken()}",
                    Tags = new Dictionary<string, string> { ["apikey-rotation:minted-for"] = world.SecretArn },
                });
            }

            return null;
        };

        Assert.Equal("Minted keys deleted: 3.", await world.ActAsync(Event(world, "delete")));
        Assert.Empty(await world.MintedAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Delete_works_when_the_secret_is_gone_or_going(bool atOnce)
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        await CancelAsync(world);
        await world.Secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = world.SecretArn, ForceDeleteWithoutRecovery = atOnce ? true : null });
        Assert.Equal("Minted keys deleted: 2.", await world.ActAsync(Event(world, "delete")));
    }

    private static object Event(World world, string action, IReadOnlyList<string>? plans = null) => new
    {
        action = "lifecycle",
        secretId = world.SecretArn,
        usagePlanIds = plans,
        tf = new { action, prev_input = action == "create" ? null : new { action = "lifecycle", secretId = world.SecretArn, usagePlanIds = plans } },
    };

    private static object Leave(World world, string action, string? plan) => new { action = "leaveUsagePlan", secretId = world.SecretArn, usagePlanId = plan, tf = new { action } };

    private static string Json(object action) => JsonSerializer.Serialize(action);

    private static Task<CancelRotateSecretResponse> CancelAsync(World world) => world.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = world.SecretArn });

    private static Task<IEnumerable<string>> PlansAsync(World world, ApiKey key) => PlansAsync(world, key.Id);

    private static async Task<IEnumerable<string>> PlansAsync(World world, string keyId)
    {
        var plans = await world.Gateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = keyId, Limit = 500 });
        return (plans.Items ?? []).Select(plan => plan.Id).Order();
    }
}
