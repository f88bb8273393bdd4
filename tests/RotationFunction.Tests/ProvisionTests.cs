using System.Net;
using System.Text.Json;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>The provision event: a deployment ends with a working secret or an error message.</summary>
public sealed class ProvisionTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"url":"https://orders.example.com"}""")]
    public async Task A_secret_without_a_key_gets_its_first_one_although_rotation_is_not_enabled(string? document)
    {
        await using var world = await World.StartAsync(document: document);

        var message = await world.ActAsync(Event(world));

        var current = (await world.LabelsAsync()).Single(version => version.Value.Contains("AWSCURRENT")).Key;
        Assert.Equal($"The secret has a key, in version {current}.", message);
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
        Assert.Equal(document?.Contains("url", StringComparison.Ordinal) ?? false, (await world.CurrentDocumentAsync()).Contains("orders.example.com", StringComparison.Ordinal));
        await world.RotateHealthyAsync(3);
        Assert.Equal([false, true, true], (await world.MintedAsync()).Select(key => key.Enabled));
    }

    [Fact]
    public async Task A_secret_that_has_a_key_is_left_as_it_is()
    {
        await using var world = await World.StartAsync();
        await world.ActAsync(Event(world));
        var before = await world.SnapshotAsync();
        Assert.Equal("The secret has a key already; it was left as it is.", await world.ActAsync(Event(world)));
        Assert.Equal(before, await world.SnapshotAsync());
    }

    [Fact]
    public async Task A_value_that_cannot_be_read_is_not_taken_for_a_missing_one()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        world.Aws.Faults = call => call.Operation == "GetSecretValue" && call.AccessKeyId == World.FunctionAccessKey
            ? Fault.Error(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret value") : null;
        Assert.Contains("finds no value for the labelled version", await world.FailAsync(JsonSerializer.Serialize(Event(world))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rotation_that_is_pending_is_resumed()
    {
        await using var world = await World.StartAsync();
        var token = await world.OpenRotationAsync();
        await world.RunAsync(token, "createSecret");

        Assert.Equal($"The secret has a key, in version {token}.", await world.ActAsync(Event(world)));
        Assert.Single(await world.MintedAsync());
    }

    [Fact]
    public async Task One_that_died_at_any_call_is_resumed_by_the_next()
    {
        var calls = 0;
        await using (var clean = await World.StartAsync(document: null))
        {
            clean.Aws.Faults = call => call.AccessKeyId == World.FunctionAccessKey && ++calls < 0 ? Fault.ConnectionReset() : null;
            await clean.ActAsync(Event(clean));
        }

        Assert.InRange(calls, 20, 40);
        for (var dies = 1; dies <= calls; dies++)
        {
            foreach (var afterEffect in new[] { false, true })
            {
                await using var world = await World.StartAsync(document: null);
                var call = 0;
                // From this call on nothing is answered, not to the SDK's retries either: the process is gone.
                world.Aws.Faults = made => made.AccessKeyId == World.FunctionAccessKey && ++call >= dies
                    ? Fault.Error(400, "Injected", $"died at call {dies}", afterEffect && call == dies) : null;
                await Assert.ThrowsAsync<RotationException>(() => world.ActAsync(Event(world)));
                world.Aws.Faults = null;

                await world.ActAsync(Event(world));

                Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
                Assert.True(await world.ReadKeyAsync() == Assert.Single(await world.MintedAsync(), key => key.Enabled == true).Value);
            }
        }
    }

    [Fact]
    public async Task What_goes_wrong_is_the_deployments_error()
    {
        await using var world = await World.StartAsync(document: null);
        await world.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = world.PlanIds[0], KeyId = world.TemplateId });
        Assert.Contains("is in no usage plan, so a new key would open nothing", await world.FailAsync(JsonSerializer.Serialize(Event(world))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("provision", 80, true)]
    [InlineData("provision", 95, false)]
    [InlineData("lifecycle", 80, true)]
    [InlineData("lifecycle", 95, false)]
    public async Task A_role_that_is_not_effective_yet_is_waited_for_up_to_90_seconds(string action, int effectiveAfterSeconds, bool succeeds)
    {
        await using var world = await World.StartAsync();
        var start = world.Time.GetUtcNow();
        world.Aws.Faults = _ => world.Time.GetUtcNow() - start < TimeSpan.FromSeconds(effectiveAfterSeconds)
            ? Fault.Error(400, "AccessDeniedException", "User: role is not authorized to perform: secretsmanager:DescribeSecret") : null;
        var act = () => world.ActAsync(new { action, secretId = world.SecretArn, tf = new { action = "create" } });

        if (succeeds)
        {
            await act();
        }
        else
        {
            Assert.Contains("not authorized to perform: secretsmanager:DescribeSecret", (await Assert.ThrowsAsync<RotationException>(act)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_step_of_a_rotation_does_not_wait_for_a_role()
    {
        await using var world = await World.StartAsync();
        var token = await world.OpenRotationAsync();
        var before = world.Time.GetUtcNow();
        world.Aws.Faults = _ => Fault.Error(400, "AccessDeniedException", "denied");
        await Assert.ThrowsAsync<RotationException>(() => world.RunAsync(token, "createSecret"));
        Assert.Equal(before, world.Time.GetUtcNow());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"url":"https://orders.example.com"}""")]
    public async Task An_adopted_key_becomes_the_first_AWSCURRENT_and_its_value_is_never_printed(string? document)
    {
        await using var world = await World.StartAsync(document: document);
        var adopted = await AddAdoptedAsync(world);

        Assert.Equal($"The key {adopted.Id} was adopted; the first rotation replaces it.", await world.ActAsync(Event(world)));

        Assert.True(adopted.Value == await world.ReadKeyAsync());
        Assert.Empty(await world.MintedAsync());
        Assert.Equal(RotationOutcome.Succeeded, (await world.RotateAsync(immediately: false)).Outcome);
    }

    [Fact]
    public async Task An_adopted_key_is_retired_like_any_other_but_never_deleted()
    {
        await using var world = await World.StartAsync(document: null);
        var adopted = await AddAdoptedAsync(world);
        await world.ActAsync(Event(world));

        await world.RotateHealthyAsync();
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(adopted.Value));
        await world.RotateHealthyAsync();
        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(adopted.Value));
        await world.RotateHealthyAsync(3);
        await world.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = world.SecretArn });
        await world.ActAsync(new { action = "lifecycle", secretId = world.SecretArn, tf = new { action = "delete" } });

        Assert.False((await world.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = adopted.Id })).Enabled);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("key")]
    public async Task An_adopted_key_is_disabled_only_while_both_tags_point_at_each_other(string changed)
    {
        await using var world = await World.StartAsync(document: null);
        var adopted = await AddAdoptedAsync(world);
        await world.ActAsync(Event(world));
        var others = await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "of another team", Enabled = true });
        await (changed == "secret" ? world.TagSecretAsync("apikey-rotation:adopted", others.Id) : world.TagKeyAsync(adopted.Id, "apikey-rotation:adopted-for", "another"));

        await world.RotateHealthyAsync(4);

        Assert.True((await world.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = adopted.Id })).Enabled);
        Assert.True((await world.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = others.Id })).Enabled);
    }

    [Fact]
    public async Task A_key_to_adopt_that_clients_cannot_use_is_refused()
    {
        await using var world = await World.StartAsync(plans: 2);
        await world.TagSecretAsync("apikey-rotation:adopted", "nosuchkey1");
        Assert.Contains("the key nosuchkey1 to adopt, which the secret's tag apikey-rotation:adopted names, does not exist", await FailAsync(world), StringComparison.Ordinal);

        var key = await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use" });
        await world.TagSecretAsync("apikey-rotation:adopted", key.Id);
        Assert.Contains($"the key {key.Id} to adopt is disabled", await FailAsync(world), StringComparison.Ordinal);

        await world.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = key.Id, PatchOperations = [new PatchOperation { Op = Op.Replace, Path = "/enabled", Value = "true" }] });
        await world.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = world.PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });
        Assert.Contains($"the key {key.Id} to adopt is not in usage plan {world.PlanIds[1]}", await FailAsync(world), StringComparison.Ordinal);

        await world.TagKeyAsync(key.Id, "apikey-rotation:adopted-for", "another/secret");
        Assert.Contains($"the key {key.Id} was adopted for the secret another/secret already", await FailAsync(world), StringComparison.Ordinal);
    }

    private static Task<string> FailAsync(World world) => world.FailAsync(JsonSerializer.Serialize(Event(world)));

    private static object Event(World world) => new { action = "provision", secretId = world.SecretArn };

    private static async Task<CreateApiKeyResponse> AddAdoptedAsync(World world)
    {
        var key = await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use since 2019", Enabled = true });
        foreach (var plan in world.PlanIds)
        {
            await world.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = plan, KeyId = key.Id, KeyType = "API_KEY" });
        }

        await world.TagSecretAsync("apikey-rotation:adopted", key.Id);
        return key;
    }
}
