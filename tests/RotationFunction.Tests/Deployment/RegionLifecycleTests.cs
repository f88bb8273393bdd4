using System.Net;
using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>A stack adds a Region to a key, changes its plans there, removes the Region, and is destroyed.</summary>
public sealed class RegionLifecycleTests
{
    private const string There = OtherRegion.Virginia;

    [Fact]
    public async Task Create_checks_the_wiring_in_each_Region()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        Assert.Equal("The secret and its template key point at each other.", await fixture.ActAsync(Create(fixture)));
        await other.TagKeyAsync(other.TemplateId, "apikey-rotation:template-for", "another");

        Assert.Contains($"in Region {There}: the secret's tag apikey-rotation:template:{There} points at key {other.TemplateId}", await fixture.FailAsync(Json(Create(fixture))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Region_that_is_added_gets_the_keys_of_all_labels_and_they_are_served_when_the_update_ends()
    {
        var lag = TimeSpan.FromSeconds(100);
        await using var fixture = await RotationFixture.StartAsync(activationLag: lag);
        await fixture.RotateHealthyAsync(3);
        var next = await fixture.OpenRotationAsync();
        await fixture.RunAsync(next, "createSecret", "setSecret", "testSecret");
        var other = await fixture.AddRegionAsync();

        var message = await fixture.ActAsync(Update(fixture, other));

        Assert.Equal($"Keys added to usage plans: 0. In Region {There}: Keys created: 3. Keys added to usage plans: 0.", message);
        Assert.Equal("+++", await other.RingAsync());
        Assert.Equal((await fixture.MintedAsync()).Skip(1).Select(key => (key.Name, key.Value)).Order(), (await other.MintedAsync()).Select(key => (key.Name, key.Value)).Order());
        foreach (var label in new[] { "AWSCURRENT", "AWSPREVIOUS" })
        {
            Assert.True(await other.AcceptsAsync(await fixture.ReadKeyAsync(label)));
        }

        Assert.Equal($"Keys added to usage plans: 0. In Region {There}: Keys created: 0. Keys added to usage plans: 0.", await fixture.ActAsync(Update(fixture, other)));
        await fixture.RunAsync(next, "createSecret", "setSecret", "testSecret", "finishSecret");
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        await fixture.RotateHealthyAsync(2);
        await RegionTests.AssertHealthyAsync(fixture, other);
    }

    /// <summary>testSecret may have passed before the Region was there: then AWSCURRENT moves to the next key without another test.</summary>
    [Fact]
    public async Task The_probe_of_a_Region_that_is_added_accepts_the_next_key_too_before_the_update_ends()
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: "https://home.example.com/prod");
        api.Answer = (key, _) => fixture.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        await fixture.RotateHealthyAsync(2);
        await fixture.RunAsync(await fixture.OpenRotationAsync(), "createSecret", "setSecret", "testSecret");
        var other = await fixture.AddRegionAsync();
        await other.TagBothAsync("apikey-rotation:probe", "https://there.example.com/prod");

        await fixture.ActAsync(Update(fixture, other));

        var sent = api.Requests.Where(request => request.RequestUri!.Host == "there.example.com").Select(request => request.Headers.GetValues("x-api-key").Single());
        Assert.True((await other.MintedAsync()).Select(key => key.Value).ToHashSet().IsSubsetOf(sent));
        Assert.Equal("+++", await other.RingAsync());
    }

    /// <summary>A key that has leaked must not be enabled again by a deployment.</summary>
    [Fact]
    public async Task A_previous_key_that_was_revoked_is_disabled_in_a_Region_that_is_added()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        await fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn });
        var other = await fixture.AddRegionAsync();

        await fixture.ActAsync(Update(fixture, other));

        var disabled = Assert.Single(await other.MintedAsync(), key => key.Enabled != true);
        Assert.Equal(await fixture.ReadKeyAsync("AWSPREVIOUS"), disabled.Value);
        Assert.Equal(2, (await other.MintedAsync()).Count);
    }

    [Fact]
    public async Task A_value_that_the_function_never_accepted_gets_no_key_in_a_Region_that_is_added()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var planted = new string('p', 30);
        await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, SecretString = $$"""{"apiKey":"{{planted}}"}""" });
        var other = await fixture.AddRegionAsync();

        var error = (await Assert.ThrowsAnyAsync<Exception>(() => fixture.ActAsync(Update(fixture, other)))).Message;

        Assert.Contains($"in Region {There}: no key of this secret has the version's value", error, StringComparison.Ordinal);
        Assert.DoesNotContain(await other.MintedAsync(), key => key.Value == planted);
    }

    /// <summary>The next rotation mends it, as without another Region.</summary>
    [Fact]
    public async Task A_previous_key_that_somebody_deleted_does_not_stop_the_Region_that_is_added()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var previous = await fixture.ReadKeyAsync("AWSPREVIOUS");
        await fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = (await fixture.MintedAsync()).Single(key => key.Value == previous).Id });
        var other = await fixture.AddRegionAsync();

        await fixture.ActAsync(Update(fixture, other));

        Assert.True(await fixture.ReadKeyAsync() == Assert.Single(await other.MintedAsync()).Value, "The key there has another value.");
    }

    [Fact]
    public async Task A_key_that_somebody_else_created_with_a_value_of_the_secret_is_not_taken()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var other = await fixture.AddRegionAsync();
        await other.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "planted", Value = await fixture.ReadKeyAsync(), Enabled = true });

        // A 409 may also be another's change, so it is tried again while there is time.
        var error = (await Assert.ThrowsAnyAsync<Exception>(() => fixture.ActAsync(Update(fixture, other)))).Message;

        Assert.Contains($"in Region {There}: API Gateway reports that a key with the value of version", error, StringComparison.Ordinal);
        Assert.Empty(await other.MintedAsync());
    }

    [Fact]
    public async Task Update_puts_the_keys_of_a_Region_into_plans_that_the_template_gained_there()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(3);
        var gained = await other.AddPlanAsync(other.TemplateId);

        Assert.Equal($"Keys added to usage plans: 0. In Region {There}: Keys created: 0. Keys added to usage plans: 2.", await fixture.ActAsync(Update(fixture, other)));

        Assert.Equal(2, other.Aws.ApiGateway.GetUsagePlanKeys(new() { UsagePlanId = gained, NameQuery = fixture.SecretName + "/" }).Items.Count);
    }

    [Fact]
    public async Task Keys_leave_a_plan_of_a_Region_after_the_template_has()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        var other = await fixture.AddRegionAsync();
        var plan = await other.AddPlanAsync(other.TemplateId);
        await fixture.RotateHealthyAsync(2);
        Assert.Equal($"The template key {other.TemplateId} is in usage plan {plan}, so the secret's keys stay there.", await fixture.ActAsync(Leave(fixture, plan, There)));
        await other.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = plan, KeyId = other.TemplateId });

        Assert.Equal($"Keys removed from usage plan {plan}: 2.", await fixture.ActAsync(Leave(fixture, plan, There)));

        Assert.Empty(other.Aws.ApiGateway.GetUsagePlanKeys(new() { UsagePlanId = plan, NameQuery = fixture.SecretName + "/" }).Items);
    }

    [Fact]
    public async Task A_plan_that_is_not_declared_for_the_template_of_a_Region_is_named_with_the_Region()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        other.PlanIds.Add("nosuch1");
        Assert.Contains($"in Region {There}: the template key {other.TemplateId} is not in usage plan nosuch1", await fixture.FailAsync(Json(Update(fixture, other))), StringComparison.Ordinal);
        other.PlanIds.Clear();
        Assert.Contains("an update requires usagePlanIds", await fixture.FailAsync(Json(Update(fixture, other))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lifecycle", "us-east-1.evil.example.com")]
    [InlineData("lifecycle", "")]
    [InlineData("leaveUsagePlan", "us-east-1/../")]
    [InlineData("leaveUsagePlan", "US-EAST-1")]
    public async Task An_event_that_names_no_Region_is_refused(string action, string region)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var regions = new Dictionary<string, string[]> { [region] = ["plan"] };
        Assert.Contains("the event names a Region that cannot be one", await fixture.FailAsync(Json(action == "lifecycle"
            ? new { action, secretId = fixture.SecretArn, usagePlanIds = fixture.PlanIds, regions, tf = new { action = "update" } }
            : new { action, secretId = fixture.SecretArn, usagePlanId = "plan", region, tf = new { action = "delete" } })), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Region_that_is_removed_loses_its_keys_once_its_tag_is_gone()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(3);
        var foreign = await other.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = fixture.SecretName + "/" + RotationFixture.NewToken(), Enabled = true });
        Assert.Contains(
            $"in Region {There}: the secret's tag apikey-rotation:template:{There} still names a template key there, so rotations create keys there. Nothing was deleted.",
            await fixture.FailAsync(Json(Remove(fixture))),
            StringComparison.Ordinal);
        Assert.Equal(4, (await other.MintedAsync()).Count);
        await other.UntagAsync();

        Assert.Equal($"Keys added to usage plans: 0. In Region {There}: Minted keys deleted: 3.", await fixture.ActAsync(Remove(fixture)));

        Assert.Equal(foreign.Id, Assert.Single(await other.MintedAsync()).Id);
        Assert.Equal(3, (await fixture.MintedAsync()).Count);
        Assert.Equal($"Keys added to usage plans: 0. In Region {There}: Minted keys deleted: 0.", await fixture.ActAsync(Remove(fixture)));
        await fixture.RotateHealthyAsync(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_Region_is_not_removed_during_a_rotation_which_may_create_a_key_there(bool byPlan)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        var pending = await fixture.OpenRotationAsync();
        await fixture.RunAsync(pending, "createSecret", "setSecret");
        await other.UntagAsync();
        var removal = byPlan ? Leave(fixture, other.PlanIds[0], There) : Remove(fixture);

        Assert.Contains($"in Region {There}: version {pending} is AWSPENDING: its rotation is not complete and may create a key there. Nothing was deleted.", await fixture.FailAsync(Json(removal)), StringComparison.Ordinal);

        Assert.Equal("+++", await other.RingAsync());
        await fixture.RunAsync(pending, "testSecret", "finishSecret");
        Assert.EndsWith("Minted keys deleted: 3.", await fixture.ActAsync(removal), StringComparison.Ordinal);
        Assert.Equal("", await other.RingAsync());
    }

    /// <summary>Pulumi takes the input of a failed update as the previous one, so the next update may not say any more that the Region is removed.</summary>
    [Fact]
    public async Task The_plan_of_a_removed_Region_takes_its_keys_along_where_no_update_has()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        await other.UntagAsync();

        Assert.Equal("Minted keys deleted: 2.", await fixture.ActAsync(Leave(fixture, other.PlanIds[0], There)));

        Assert.Equal("", await other.RingAsync());
        Assert.Equal(2, (await fixture.MintedAsync()).Count);
    }

    [Fact]
    public async Task A_Region_that_is_removed_and_cannot_be_reached_is_named_and_the_rest_of_the_update_is_done()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        await other.UntagAsync();
        await fixture.AddPlanAsync(fixture.TemplateId);
        other.Aws.Outage = Fault.ConnectionReset();

        var error = (await Assert.ThrowsAnyAsync<Exception>(() => fixture.ActAsync(Remove(fixture)))).Message;

        Assert.StartsWith($"lifecycle of secret {fixture.SecretArn}, in Region {There}: a call to AWS ended without a response", error, StringComparison.Ordinal);
        Assert.Equal("Keys added to usage plans: 0.", await fixture.ActAsync(new { action = "lifecycle", secretId = fixture.SecretArn, usagePlanIds = fixture.PlanIds, tf = new { action = "update" } }));
        await fixture.RotateHealthyAsync();
        other.Aws.Outage = null;
        Assert.EndsWith("Minted keys deleted: 2.", await fixture.ActAsync(Remove(fixture)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tags")]
    [InlineData("event")]
    [InlineData("previous")]
    public async Task Delete_finds_the_Regions_in_the_tags_and_in_the_event(string source)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(3);
        await CancelAsync(fixture);
        if (source != "tags")
        {
            await other.UntagAsync();
        }

        var declared = new Dictionary<string, IReadOnlyList<string>> { [There] = other.PlanIds };
        var message = await fixture.ActAsync(new
        {
            action = "lifecycle",
            secretId = fixture.SecretArn,
            regions = source == "event" ? declared : null,
            tf = new { action = "delete", prev_input = source == "previous" ? new { regions = declared } : null },
        });

        Assert.Equal($"Minted keys deleted: 3. In Region {There}: Minted keys deleted: 3.", message);
        Assert.Equal("", await other.RingAsync());
        Assert.Empty(await fixture.MintedAsync());
    }

    [Fact]
    public async Task Delete_without_a_secret_deletes_the_keys_with_its_ARN_in_each_Region()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        await fixture.Secrets.RemoveRegionsFromReplicationAsync(new RemoveRegionsFromReplicationRequest { SecretId = fixture.SecretArn, RemoveReplicaRegions = [There] });
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        await fixture.Secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = fixture.SecretArn, ForceDeleteWithoutRecovery = true });

        Assert.Equal($"Minted keys deleted: 2. In Region {There}: Minted keys deleted: 2.", await fixture.ActAsync(Delete(fixture, other)));
    }

    [Fact]
    public async Task Delete_goes_on_in_the_other_Region_and_names_the_one_that_it_cannot_reach()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        await CancelAsync(fixture);
        other.Aws.Outage = Fault.ConnectionReset();

        var error = (await Assert.ThrowsAnyAsync<Exception>(() => fixture.ActAsync(Delete(fixture, other)))).Message;

        Assert.Contains($"in Region {There}: a call to AWS ended without a response", error, StringComparison.Ordinal);
        Assert.Empty(await fixture.MintedAsync());
        other.Aws.Outage = null;
        Assert.Equal($"Minted keys deleted: 0. In Region {There}: Minted keys deleted: 2.", await fixture.ActAsync(Delete(fixture, other)));
    }

    /// <summary>A setSecret that began before rotation was disabled creates its key after the first lists.</summary>
    [Fact]
    public async Task Delete_outlives_a_step_of_a_rotation_that_is_not_complete()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        var pending = await fixture.OpenRotationAsync();
        await fixture.RunAsync(pending, "createSecret", "setSecret");
        await CancelAsync(fixture);
        Assert.Contains($"version {pending} is AWSPENDING, and a step of its rotation may run until ", await fixture.FailAsync(Json(Delete(fixture, other))), StringComparison.Ordinal);
        Assert.Equal("+++", await other.RingAsync());
        fixture.Time.Advance(TimeSpan.FromMinutes(5));
        var before = fixture.Time.GetUtcNow();

        Assert.Equal($"Minted keys deleted: 3. In Region {There}: Minted keys deleted: 3.", await fixture.ActAsync(Delete(fixture, other)));

        Assert.InRange(fixture.Time.GetUtcNow() - before, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(11));
    }

    [Fact]
    public async Task Provision_gives_a_secret_its_first_key_in_each_Region_and_proves_the_permissions_there()
    {
        await using var fixture = await RotationFixture.StartAsync(document: null);
        var other = await fixture.AddRegionAsync();

        var message = await fixture.ActAsync(Provision(fixture));

        Assert.Matches("^The secret has a key, in version [^ ]+ The role can create, tag, update, attach, detach and delete keys: tested with key [a-z0-9]+ and key [a-z0-9]+, which were deleted.$", message);
        Assert.Equal("+", await other.RingAsync());
        Assert.Equal(await fixture.ReadKeyAsync(), (await other.MintedAsync())[0].Value);
        Assert.StartsWith("The secret already has a key. Nothing was changed.", await fixture.ActAsync(Provision(fixture)), StringComparison.Ordinal);
        await fixture.RotateHealthyAsync(3);
        await RegionTests.AssertHealthyAsync(fixture, other);
    }

    [Fact]
    public async Task Provision_waits_for_permissions_in_another_Region_too()
    {
        await using var fixture = await RotationFixture.StartAsync(document: null);
        var other = await fixture.AddRegionAsync();
        var denials = 0;
        fixture.Aws.Faults = call => call.Region == There && call.AccessKeyId == RotationFixture.FunctionAccessKey && ++denials < 8 ? Fault.Error(403, "AccessDeniedException", "not yet") : null;

        await fixture.ActAsync(Provision(fixture));

        Assert.Equal("+", await other.RingAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Provision_creates_the_current_key_in_the_Region_that_lacks_it(bool lacksHome)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync();
        await (lacksHome ? fixture.Gateway : other.Gateway).DeleteApiKeyAsync(
            new DeleteApiKeyRequest { ApiKey = (lacksHome ? await fixture.MintedAsync() : await other.MintedAsync())[0].Id });
        var value = await fixture.ReadKeyAsync();

        Assert.StartsWith($"The secret already has a key. It was created in {(lacksHome ? fixture.Aws.Region : There)}. ", await fixture.ActAsync(Provision(fixture)), StringComparison.Ordinal);

        Assert.Equal(value, await fixture.ReadKeyAsync());
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(value));
        Assert.True(await other.AcceptsAsync(value));
    }

    /// <summary>As after an attempt that was killed between the key's creation and its attach.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_current_key_that_is_in_no_usage_plan_is_served_when_the_deployment_ends(bool lacksThere, bool provisions)
    {
        await using var fixture = await RotationFixture.StartAsync(activationLag: TimeSpan.FromSeconds(100));
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        var value = await fixture.ReadKeyAsync();
        var (gateway, plan) = lacksThere ? (other.Gateway, other.PlanIds[0]) : (fixture.Gateway, fixture.PlanIds[0]);
        var keyId = (lacksThere ? await other.MintedAsync() : await fixture.MintedAsync()).Single(key => key.Value == value).Id;
        await gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = plan, KeyId = keyId });
        fixture.Time.Advance(TimeSpan.FromHours(1));

        await fixture.ActAsync(provisions ? Provision(fixture) : Update(fixture, other));

        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(value));
        Assert.True(await other.AcceptsAsync(value));
    }

    [Fact]
    public async Task Provision_names_the_Region_in_which_the_current_key_is_disabled()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync();
        var there = (await other.MintedAsync())[0].Id;
        await other.Gateway.UpdateApiKeyAsync(new() { ApiKey = there, PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = "false" }] });

        Assert.Contains(
            $"in Region {There}: AWSCURRENT's key {there} is disabled, so clients are refused.",
            (await Assert.ThrowsAnyAsync<Exception>(() => fixture.ActAsync(Provision(fixture)))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Adoption_takes_one_value_and_gives_it_to_the_Regions_that_adopt_no_key(bool adoptsHome, bool adoptsThere)
    {
        await using var fixture = await RotationFixture.StartAsync(document: null);
        var other = await fixture.AddRegionAsync();
        var value = "in-use-" + Guid.NewGuid();
        var (home, there) = (await InUseAsync(fixture.Gateway, fixture.PlanIds[0], value, adoptsHome), await InUseAsync(other.Gateway, other.PlanIds[0], value, adoptsThere));
        if (home is not null)
        {
            await fixture.TagBothAsync("apikey-rotation:adopted", home);
        }

        if (there is not null)
        {
            await other.TagBothAsync("apikey-rotation:adopted", there);
        }

        var message = await fixture.ActAsync(Provision(fixture));

        Assert.StartsWith(
            adoptsHome && adoptsThere ? $"The key {home} was adopted, in Region {There} key {there}; the first" : $"The key {home ?? there} was adopted; the first", message, StringComparison.Ordinal);
        Assert.Equal(value, await fixture.ReadKeyAsync());
        Assert.Equal((adoptsHome ? "" : "+", adoptsThere ? "" : "+"), (string.Concat((await fixture.MintedAsync()).Select(_ => '+')), await other.RingAsync()));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(value));
        Assert.True(await other.AcceptsAsync(value));
        await fixture.RotateHealthyAsync(2);
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(value));
        Assert.False(await other.AcceptsAsync(value));
    }

    [Fact]
    public async Task Keys_of_unequal_value_are_not_adopted_and_nothing_is_changed()
    {
        await using var fixture = await RotationFixture.StartAsync(document: null);
        var other = await fixture.AddRegionAsync();
        await fixture.TagBothAsync("apikey-rotation:adopted", (await InUseAsync(fixture.Gateway, fixture.PlanIds[0], "in-use-" + Guid.NewGuid(), true))!);
        var there = (await InUseAsync(other.Gateway, other.PlanIds[0], "in-use-" + Guid.NewGuid(), true))!;
        await other.TagBothAsync("apikey-rotation:adopted", there);

        Assert.Contains($"in Region {There}: the key {there} to adopt does not have the value of the key to adopt in the first Region.", await fixture.FailAsync(Json(Provision(fixture))), StringComparison.Ordinal);

        Assert.DoesNotContain("apikey-rotation:adopted-for", other.Aws.ApiGateway.GetApiKey(there).Tags ?? new Dictionary<string, string>());
    }

    /// <summary>The clients for another Region are made as the SDK is configured.</summary>
    [Fact]
    public async Task Without_clients_of_a_test_another_Region_is_reached_through_the_environment()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync();
        string[] names = ["AWS_ENDPOINT_URL_API_GATEWAY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"];
        string?[] before = [.. names.Select(Environment.GetEnvironmentVariable)];
        try
        {
            foreach (var (name, value) in names.Zip([fixture.Aws.ServiceUrl.ToString(), RotationFixture.FunctionAccessKey, "secret", fixture.Aws.Region]))
            {
                Environment.SetEnvironmentVariable(name, value);
            }

            using var http = new HttpClient();
            var function = new Function(new Settings(TimeSpan.Zero), fixture.Secrets, fixture.Gateway, http, Stream.Null, fixture.Time);
            var received = new RotationEvent { Action = "revokePrevious", SecretId = fixture.SecretArn };
            await function.FunctionHandler(received, new LambdaHost.InvocationContext("id", fixture.FunctionArn, fixture.Time.GetUtcNow().AddMinutes(1), fixture.Time, new LambdaHost.TemplateLogger(_ => { })));
        }
        finally
        {
            foreach (var (name, value) in names.Zip(before))
            {
                Environment.SetEnvironmentVariable(name, value);
            }
        }

        Assert.Contains(fixture.Aws.Calls.Snapshot(), call => call.Call is { Operation: "GetApiKeys", Region: There, AccessKeyId: RotationFixture.FunctionAccessKey });
        Assert.Equal("+", await other.RingAsync());
    }

    private static async Task<string?> InUseAsync(Amazon.APIGateway.IAmazonAPIGateway gateway, string plan, string value, bool exists)
    {
        if (!exists)
        {
            return null;
        }

        var key = await gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use", Value = value, Enabled = true });
        await gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = plan, KeyId = key.Id, KeyType = "API_KEY" });
        return key.Id;
    }

    private static Task<CancelRotateSecretResponse> CancelAsync(RotationFixture fixture) => fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = fixture.SecretArn });

    private static Dictionary<string, IReadOnlyList<string>> Declared(OtherRegion other) => new() { [other.Name] = other.PlanIds };

    private static object Create(RotationFixture fixture) => new { action = "lifecycle", secretId = fixture.SecretArn, tf = new { action = "create" } };

    internal static object Update(RotationFixture fixture, OtherRegion other, IEnumerable<string>? plans = null) => new
    {
        action = "lifecycle",
        secretId = fixture.SecretArn,
        usagePlanIds = plans ?? fixture.PlanIds,
        regions = Declared(other),
        tf = new { action = "update", prev_input = new { usagePlanIds = fixture.PlanIds } },
    };

    internal static object Remove(RotationFixture fixture, IEnumerable<string>? plans = null) => new
    {
        action = "lifecycle",
        secretId = fixture.SecretArn,
        usagePlanIds = plans ?? fixture.PlanIds,
        tf = new { action = "update", prev_input = new { action = "lifecycle", usagePlanIds = fixture.PlanIds, regions = new Dictionary<string, string[]> { [There] = ["plan"] } } },
    };

    internal static object Delete(RotationFixture fixture, OtherRegion other) =>
        new { action = "lifecycle", secretId = fixture.SecretArn, usagePlanIds = fixture.PlanIds, regions = Declared(other), tf = new { action = "delete" } };

    private static object Leave(RotationFixture fixture, string plan, string region) =>
        new { action = "leaveUsagePlan", secretId = fixture.SecretArn, usagePlanId = plan, region, tf = new { action = "delete" } };

    private static object Provision(RotationFixture fixture) => new { action = "provision", secretId = fixture.SecretArn };

    private static string Json(object action) => JsonSerializer.Serialize(action);
}
