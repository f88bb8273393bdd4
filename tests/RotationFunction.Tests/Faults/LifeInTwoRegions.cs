using System.Text.Json;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>A deployment adds the other Region: its tag, then lifecycle's update. Its clients come when that has ended.</summary>
internal sealed record AddRegion : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => ((LifeInTwoRegionsScenario)life).AddRegionAsync();
}

/// <summary>A deployment removes the other Region: its clients have left, its tag goes, then lifecycle's update, which may refuse.</summary>
internal sealed record RemoveRegion : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => ((LifeInTwoRegionsScenario)life).RemoveRegionAsync();
}

/// <summary>The other Region cannot be reached, and its replica does not follow.</summary>
internal sealed record LoseRegion : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => ((LifeInTwoRegionsScenario)life).LoseRegionAsync();
}

/// <summary>It is there again, as it was.</summary>
internal sealed record RegainRegion : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => ((LifeInTwoRegionsScenario)life).RegainRegionAsync();
}

/// <summary>Somebody disables a minted key there.</summary>
internal sealed record DisableThere(Key Key) : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => ((LifeInTwoRegionsScenario)life).DisableThereAsync(Key);
}

/// <summary>A secret with keys in another Region, which is added, removed and lost.</summary>
internal sealed class LifeInTwoRegionsScenario : LifeScenario
{
    private bool _isDeployed = true;
    private bool _hasKeys = true;

    // The template is always in this one.
    private string[] Plans => [Fixture.PlanIds[0]];

    public async Task AddRegionAsync()
    {
        if (!_isDeployed)
        {
            await Other!.TagAsync();
            (_isDeployed, _hasKeys) = (true, true);
            await UpdateAsync();
        }
    }

    public async Task RemoveRegionAsync()
    {
        if (_isDeployed)
        {
            Invariants.Other!.HasClients = false;
            await Other!.UntagAsync();
            _isDeployed = false;
            await DeployAsync(RegionLifecycleTests.Remove(Fixture, Plans));
            _hasKeys = false;
        }
    }

    public Task LoseRegionAsync()
    {
        (Other!.Aws.Outage, Other.Aws.SecretsManager.ReplicationStopped) = (Fault.ConnectionReset(), true);
        return Task.CompletedTask;
    }

    public Task RegainRegionAsync()
    {
        (Other!.Aws.Outage, Other.Aws.SecretsManager.ReplicationStopped) = (null, false);
        return Task.CompletedTask;
    }

    public async Task DisableThereAsync(Key which)
    {
        var labelled = new[] { "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING" }.Select(label => Invariants.ValueOf(label)).ToArray();
        var key = Invariants.Other!.Keys().FirstOrDefault(key => which is Key.Retired ? !labelled.Contains(key.Value) : key.Value == labelled[(int)which]);
        if (key is not null)
        {
            Invariants.Damaged.Add(key.Value!);
            Other!.Aws.ApiGateway.UpdateApiKey(new() { ApiKey = key.Id, PatchOperations = [new("replace", "/enabled", "false")] });
        }
    }

    public override async Task ConvergeAsync(bool toTheEnd)
    {
        Faults.Plan();
        await RegainRegionAsync();
        Fixture.Time.Advance(TimeSpan.FromMinutes(1));
        await Fixture.ClearPendingAsync();
        if (_isDeployed)
        {
            // Somebody deleted the key: lifecycle's update refuses until a rotation has created the next one.
            if (!Invariants.IsEnabled("AWSCURRENT"))
            {
                await RotateAsync(new Rotate([], [], WithOther: false));
            }

            await UpdateAsync();
        }
        else
        {
            if (_hasKeys)
            {
                await DeployAsync(RegionLifecycleTests.Remove(Fixture, Plans));
            }

            if (Invariants.Other!.MintedCount() is var count and not 0)
            {
                Invariants.Violations.Add($"{count} keys are left in the Region that was removed");
            }

            Invariants.Other = null;
        }

        await base.ConvergeAsync(toTheEnd);
    }

    private async Task UpdateAsync()
    {
        await DeployAsync(RegionLifecycleTests.Update(Fixture, Other!, Plans));
        Invariants.Other!.HasClients = true;
        await Invariants.CheckAsync();
    }

    private Task DeployAsync(object action) => Faults.ActAsync(JsonSerializer.Serialize(action));
}
