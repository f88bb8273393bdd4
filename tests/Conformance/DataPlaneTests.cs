using Amazon.APIGateway.Model;
using LocalAws;

namespace Conformance;

/// <summary>What an API's clients see.</summary>
public sealed class DataPlaneTests
{
    [Fact, Shows("data-1", "data-3", "data-4", "data-5", "data-6", "data-7")]
    public async Task A_key_is_served_while_it_is_enabled_and_in_a_plan_of_the_stage()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var stage = await account.StageAsync();
        var plan = await account.CreatePlanAsync(stage);
        var (key, stranger) = (await account.CreateKeyAsync(), await account.CreateKeyAsync());
        await account.AttachAsync(plan, key.Id);

        await account.UntilStatusAsync(200, stage, key.Value);
        Assert.Equal((403, """{"message":"Forbidden"}"""), await account.CallAsync(stage, null));
        Assert.Equal((403, """{"message":"Forbidden"}"""), await account.CallAsync(stage, ConformanceAccount.NewValue()));
        Assert.Equal((403, """{"message":"Forbidden"}"""), await account.CallAsync(stage, stranger.Value));

        await account.PatchAsync(key.Id, "/enabled", "false");
        await account.UntilStatusAsync(403, stage, key.Value);
        await account.PatchAsync(key.Id, "/enabled", "true");
        await account.UntilStatusAsync(200, stage, key.Value);
        await account.ApiGateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = plan, KeyId = key.Id });
        await account.UntilStatusAsync(403, stage, key.Value);
    }

    [Fact, Shows("data-2", "data-8")]
    public async Task A_method_without_a_key_serves_everybody_and_an_unknown_one_nobody()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var stage = await account.StageAsync(("/health", false));

        Assert.Equal(200, (await account.CallAsync(stage, null, "health")).Status);
        Assert.Equal((403, """{"message":"Missing Authentication Token"}"""), await account.CallAsync(stage, null, "nothing"));
    }

    [Fact, Shows("data-22")]
    public async Task A_key_in_the_header_is_not_read_where_an_authorizer_would_say_it()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var stage = await account.StageAsync(("/", true));
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(await account.CreatePlanAsync(stage), key.Id);
        Assert.Equal(200, (await account.CallAsync(stage, key.Value)).Status);

        var gateway = account.Embedded.ApiGateway;
        gateway.UpdateRestApi(new() { RestApiId = stage.ApiId, PatchOperations = [new("replace", "/apiKeySource", "AUTHORIZER")] });
        gateway.CreateDeployment(new() { RestApiId = stage.ApiId, StageName = stage.Stage });

        Assert.Equal((403, """{"message":"Forbidden"}"""), await account.CallAsync(stage, key.Value));
    }

    [Fact, Shows("data-11")]
    public async Task A_change_of_a_key_is_served_later()
    {
        var lag = TimeSpan.FromMinutes(2);
        await using var account = await ConformanceAccount.StartAsync(new EmbeddedAwsOptions { ActivationLag = lag });
        var clock = account.Clock;
        var stage = await account.StageAsync();
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(await account.CreatePlanAsync(stage), key.Id);

        Assert.Equal(403, (await account.CallAsync(stage, key.Value)).Status);
        clock.Advance(lag);
        Assert.Equal(200, (await account.CallAsync(stage, key.Value)).Status);
        await account.PatchAsync(key.Id, "/enabled", "false");
        Assert.Equal(200, (await account.CallAsync(stage, key.Value)).Status);
        clock.Advance(lag);
        Assert.Equal(403, (await account.CallAsync(stage, key.Value)).Status);
    }
}
