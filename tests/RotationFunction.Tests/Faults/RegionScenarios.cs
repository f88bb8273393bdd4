using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace RotationFunction.Tests;

/// <summary>A stack adds a Region: its tag is there, and lifecycle's update creates the keys that the secret has by then.</summary>
internal sealed class AddRegionScenario : Scenario
{
    public override Task<int?> RunAsync() => ActAsync(RegionLifecycleTests.Update(Fixture, Other!));

    public override async Task ConvergeAsync(bool toTheEnd)
    {
        // Its clients come when the update has ended.
        Invariants.Other!.HasClients = true;
        await Invariants.CheckAsync();
        await RotateAndCheckAsync(times: 2);
        CheckNothingIsLeftOver();
    }

    protected override async Task PrepareAsync()
    {
        Invariants.Other!.HasClients = false;
        await Other!.UntagAsync();
        await Fixture.RotateHealthyAsync(3);
        await Other.TagAsync();
        // The stack makes other changes first.
        await Fixture.TagSecretAsync("team", "payments");
        Fixture.Time.Advance(TimeSpan.FromHours(1));
    }
}

/// <summary>The first deployment with a key that is in use already, in the other Region only.</summary>
internal sealed class AdoptionThereScenario : ProvisionScenario
{
    public override async Task ConvergeAsync(bool toTheEnd)
    {
        // Its value is the secret's now. The second rotation disables the adopted key, which stays.
        Invariants.KeysAreInUse = true;
        await Invariants.CheckAsync();
        await Fixture.RotateHealthyAsync(3);
        CheckNothingIsLeftOver();
    }

    protected override async Task PrepareAsync()
    {
        Invariants.KeysAreInUse = false;
        var adopted = (await Other!.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use", Enabled = true })).Id;
        await Other.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = Other.PlanIds[0], KeyId = adopted, KeyType = "API_KEY" });
        await Other.TagBothAsync("apikey-rotation:adopted", adopted);
        // The stack makes the secret with all its tags.
        await Fixture.TagSecretAsync("team", "payments");
        Fixture.Time.Advance(TimeSpan.FromHours(1));
    }
}

/// <summary>A stack removes a Region: clients have left, its tag is gone, and lifecycle's update deletes the keys there.</summary>
internal sealed class RemoveRegionScenario : Scenario
{
    public override Task<int?> RunAsync() => ActAsync(RegionLifecycleTests.Remove(Fixture));

    public override async Task ConvergeAsync(bool toTheEnd)
    {
        if (Invariants.Other!.MintedCount() is var count and not 0)
        {
            Invariants.Violations.Add($"{count} keys are left in the Region");
        }

        Invariants.Other = null;
        await RotateAndCheckAsync(times: 2);
        CheckNothingIsLeftOver();
    }

    protected override async Task PrepareAsync()
    {
        await Fixture.RotateHealthyAsync(3);
        Invariants.Other!.HasClients = false;
        await Other!.UntagAsync();
        await Fixture.Secrets.RemoveRegionsFromReplicationAsync(new RemoveRegionsFromReplicationRequest { SecretId = Fixture.SecretArn, RemoveReplicaRegions = [Other.Name] });
        Fixture.Time.Advance(TimeSpan.FromHours(1));
    }
}
