using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>Something that the function does in a number of calls, and how it is tried again when it fails.</summary>
internal abstract class Scenario : IAsyncDisposable
{
    // Pairs of faults need three tries.
    protected const int Tries = 4;

    public RotationFixture Fixture { get; private set; } = null!;

    public Invariants Invariants { get; private set; } = null!;

    public FaultInjector Faults { get; } = new();

    /// <summary>The secret's other Region; null without one.</summary>
    public OtherRegion? Other { get; private set; }

    /// <summary>Whether there were rotations before, whose events may come late.</summary>
    public virtual bool HasPast => true;

    /// <summary>The number of steps before the first one that differs from a plain rotation's.</summary>
    public virtual int OwnStep => 0;

    /// <summary>Requests a month in each usage plan; null without a quota.</summary>
    protected virtual int? Quota => null;

    /// <summary>What passes before an undisturbed rotation, beside the day that always does.</summary>
    protected virtual TimeSpan BeforeRotation => TimeSpan.Zero;

    /// <summary>Whether another case can go on where the last one ended.</summary>
    public virtual bool IsReusable => false;

    /// <summary>Starts it.</summary>
    /// <param name="inTwoRegions">Whether the secret has keys in another Region too.</param>
    public static async Task<T> StartAsync<T>(bool inTwoRegions = false)
        where T : Scenario, new()
    {
        var scenario = new T();
        scenario.Fixture = await RotationFixture.StartAsync(
            plans: 2, activationLag: TimeSpan.FromSeconds(90), inProcess: scenario.Faults.Between, rotationAttempts: Tries, quota: scenario.Quota);
        scenario.Fixture.Aws.ApiGateway.AttachDuration = TimeSpan.FromSeconds(1);
        scenario.Invariants = new Invariants(scenario.Fixture);
        await scenario.AddOthersAsync();
        if (inTwoRegions)
        {
            scenario.Other = await scenario.Fixture.AddRegionAsync(quota: scenario.Quota);
            scenario.Other.Aws.ApiGateway.AttachDuration = TimeSpan.FromSeconds(1);
            scenario.Invariants.Other = new RegionInvariants(scenario.Other, scenario.Fixture, scenario.Invariants);
        }

        scenario.Faults.Attach(scenario.Fixture, scenario.Invariants);
        await scenario.PrepareAsync();
        scenario.Invariants.ProtectOthers();
        return scenario;
    }

    /// <summary>Does it, with the faults that are planned; returns how many tries it took, or null when it never came to an end.</summary>
    public abstract Task<int?> RunAsync();

    /// <summary>Goes on undisturbed and checks that all is as if nothing had happened.</summary>
    /// <param name="toTheEnd">Until even what a fault left behind must be deleted, two rotations later.</param>
    public abstract Task ConvergeAsync(bool toTheEnd);

    public async ValueTask DisposeAsync()
    {
        await Fixture.DisposeAsync();
        Faults.Dispose();
    }

    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Runs an action as a deployment that is started again does.</summary>
    protected async Task<int?> ActAsync(object action)
    {
        var json = JsonSerializer.Serialize(action);
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            try
            {
                await Faults.InvokeAsync(json);
                return attempt;
            }
            catch (Exception failure) when (failure is RotationException or ProcessDiedException or Amazon.Runtime.AmazonClientException)
            {
                Fixture.Time.Advance(TimeSpan.FromHours(1));
            }
        }

        return null;
    }

    /// <summary>Undisturbed rotations.</summary>
    /// <param name="times">How many.</param>
    /// <param name="exact">Whether each must leave exactly the keys in use enabled.</param>
    protected async Task RotateAndCheckAsync(int times, bool exact = true)
    {
        for (var rotation = 0; rotation < times; rotation++)
        {
            Fixture.Time.Advance(BeforeRotation);
            var record = await Fixture.RotateAsync();
            if (record.Outcome != RotationOutcome.Succeeded || record.Steps.Count != 4)
            {
                Invariants.Violations.Add($"an undisturbed rotation needed {record.Steps.Count} steps: {record.Steps.FirstOrDefault(step => step.Error is not null)?.Error}");
            }

            Invariants.CheckHolds();
            if (exact)
            {
                Invariants.CheckRing();
            }
        }
    }

    /// <summary>Each enabled key is in the declared usage plans, and in no others.</summary>
    protected async Task CheckKeysAreInAsync(params string[] declared)
    {
        foreach (var key in (await Fixture.MintedAsync()).Where(key => key.Enabled == true && KeyNames.IsMinted(key.Name, Fixture.SecretName)))
        {
            var plans = await Fixture.Gateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = key.Id });
            if (!plans.Items.Select(plan => plan.Id).Order().SequenceEqual(declared.Order()))
            {
                Invariants.Violations.Add($"key {key.Id} is not in the declared plans");
            }
        }
    }

    protected void CheckNothingIsLeftOver()
    {
        // Disabled, previous, current.
        if (Invariants.MintedCount() is var count && count != (Invariants.PreviousIsKept ? 3 : 2))
        {
            Invariants.Violations.Add($"{count} keys are left");
        }
    }

    // Keys that look like the secret's own: of a secret with a longer name, and one that was never tagged.
    private async Task AddOthersAsync()
    {
        await Fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = Fixture.SecretName + "-2/" + RotationFixture.NewToken(), Enabled = true });
        await Fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest
        {
            Name = Fixture.SecretName + "/more/" + RotationFixture.NewToken(),
            Enabled = true,
            Tags = new() { ["apikey-rotation:minted-for"] = Fixture.SecretArn.Replace(Fixture.SecretName, Fixture.SecretName + "/more", StringComparison.Ordinal) },
        });
    }
}

/// <summary>A rotation by Secrets Manager of a secret that has been rotated before: it also disables a key and deletes one.</summary>
internal class RotationScenario : Scenario
{
    public override bool IsReusable => true;

    public override async Task<int?> RunAsync()
    {
        var record = await Fixture.RotateAsync();
        return record.Outcome == RotationOutcome.Succeeded ? record.Steps.Max(step => step.Attempt) : null;
    }

    public override async Task ConvergeAsync(bool toTheEnd)
    {
        await RotateAndCheckAsync(times: toTheEnd ? 2 : 1);
        if (toTheEnd)
        {
            CheckNothingIsLeftOver();
        }
    }

    protected override Task PrepareAsync() => Fixture.RotateHealthyAsync(3);
}

/// <summary>The first deployment: a secret without a value gets its first key.</summary>
internal class ProvisionScenario : Scenario
{
    public override bool HasPast => false;

    public override Task<int?> RunAsync() => ActAsync(new { action = "provision", secretId = Fixture.SecretArn });

    public override async Task ConvergeAsync(bool toTheEnd)
    {
        await RotateAndCheckAsync(times: toTheEnd ? 2 : 1);
        if (toTheEnd)
        {
            CheckNothingIsLeftOver();
        }
    }
}

/// <summary>The first deployment with a key that is in use already.</summary>
internal sealed class AdoptionScenario : ProvisionScenario
{
    private string _adopted = "";

    public override async Task ConvergeAsync(bool toTheEnd)
    {
        // The second rotation disables the adopted key, which stays; from the fourth on a minted one is deleted.
        Invariants.Unprotect(_adopted);
        Invariants.Other?.HasClients = true;
        await Fixture.RotateHealthyAsync(2);
        Invariants.ProtectOthers();
        await RotateAndCheckAsync(times: 2);
        CheckNothingIsLeftOver();
    }

    protected override async Task PrepareAsync()
    {
        _adopted = (await Fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use", Enabled = true })).Id;
        // The key is in use here only: clients of another Region come when the deployment has ended.
        Invariants.Other?.HasClients = false;
        foreach (var plan in Fixture.PlanIds)
        {
            await Fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = plan, KeyId = _adopted, KeyType = "API_KEY" });
        }

        await Fixture.TagBothAsync("apikey-rotation:adopted", _adopted);
        // The last write is another one: the stack makes the secret with all its tags, so that one read alone does not miss a tag.
        await Fixture.TagSecretAsync("team", "payments");
        Fixture.Time.Advance(TimeSpan.FromHours(1));
    }
}

/// <summary>A usage plan that is declared: the keys in use are put into it.</summary>
internal sealed class UpdateScenario : Scenario
{
    private string _lost = "";
    private string _gained = "";

    public override bool IsReusable => true;

    public override Task<int?> RunAsync() => ActAsync(new
    {
        action = "lifecycle",
        secretId = Fixture.SecretArn,
        usagePlanIds = new[] { Fixture.PlanIds[0], _gained },
        tf = new { action = "update" },
    });

    public override async Task ConvergeAsync(bool toTheEnd)
    {
        await Fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = _lost, KeyId = Fixture.TemplateId });
        await ActAsync(new { action = "leaveUsagePlan", secretId = Fixture.SecretArn, usagePlanId = _lost, tf = new { action = "delete" } });
        await CheckKeysAreInAsync(Fixture.PlanIds[0], _gained);

        await RotateAndCheckAsync(times: toTheEnd ? 2 : 1);
        if (toTheEnd)
        {
            CheckNothingIsLeftOver();
        }

        // The next case goes the other way.
        (_lost, _gained) = (_gained, _lost);
        await Fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = _gained, KeyId = Fixture.TemplateId, KeyType = "API_KEY" });
    }

    protected override async Task PrepareAsync()
    {
        await Fixture.RotateHealthyAsync(3);
        _lost = Fixture.PlanIds[1];
        _gained = await Fixture.AddPlanAsync(Fixture.TemplateId);
    }
}

/// <summary>A usage plan that is declared no more: the template has left it, and so do all keys.</summary>
internal sealed class LeaveUsagePlanScenario : Scenario
{
    public override Task<int?> RunAsync() => ActAsync(new { action = "leaveUsagePlan", secretId = Fixture.SecretArn, usagePlanId = Fixture.PlanIds[1], tf = new { action = "delete" } });

    public override async Task ConvergeAsync(bool toTheEnd)
    {
        await CheckKeysAreInAsync(Fixture.PlanIds[0]);
        await RotateAndCheckAsync(times: toTheEnd ? 2 : 1);
        if (toTheEnd)
        {
            CheckNothingIsLeftOver();
        }
    }

    protected override async Task PrepareAsync()
    {
        await Fixture.RotateHealthyAsync(3);
        await Fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = Fixture.PlanIds[1], KeyId = Fixture.TemplateId });
        Fixture.Time.Advance(TimeSpan.FromHours(1));
    }
}

/// <summary>The end: rotation is off, and the lifecycle resource's delete takes the keys away.</summary>
internal sealed class DecommissionScenario : Scenario
{
    public override Task<int?> RunAsync()
    {
        Invariants.KeysAreInUse = false;
        return ActAsync(new { action = "lifecycle", secretId = Fixture.SecretArn, tf = new { action = "delete" } });
    }

    public override Task ConvergeAsync(bool toTheEnd)
    {
        if (Invariants.MintedCount() is var count and not 0)
        {
            Invariants.Violations.Add($"{count} keys are left");
        }

        return Task.CompletedTask;
    }

    protected override async Task PrepareAsync()
    {
        await Fixture.RotateHealthyAsync(3);
        await Fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = Fixture.SecretArn });
    }
}

/// <summary>A rotation of a secret whose previous key ends at once.</summary>
internal sealed class RotationWithoutOverlapScenario : RotationScenario
{
    public override int OwnStep => 3; // finishSecret

    public override async Task<int?> RunAsync()
    {
        var tries = await base.RunAsync();
        Invariants.CheckRing();
        return tries;
    }

    protected override async Task PrepareAsync()
    {
        await Fixture.TagSecretAsync("apikey-rotation:overlap", "0");
        Invariants.PreviousIsKept = false;
        await base.PrepareAsync();
    }
}

/// <summary>A rotation of a secret whose old keys are held while they are used, and whose quota is carried: a day after the last one, so it holds a key.</summary>
internal sealed class RotationWithHoldScenario : RotationScenario
{
    public static readonly TimeSpan Length = TimeSpan.FromDays(3);

    public override int OwnStep => 3; // finishSecret

    protected override int? Quota => 10_000_000;

    protected override TimeSpan BeforeRotation => Length;

    public override async Task<int?> RunAsync()
    {
        var tries = await base.RunAsync();
        if (!Invariants.HasHeld())
        {
            Invariants.Violations.Add("no key is held");
        }

        return tries;
    }

    protected override async Task PrepareAsync()
    {
        await Fixture.TagSecretAsync("apikey-rotation:hold", "3d");
        await Fixture.TagSecretAsync("apikey-rotation:quota", "carry");
        Invariants.Hold = Length;
        await base.PrepareAsync();
        Fixture.Time.Advance(Length);
        await Fixture.RotateHealthyAsync();
    }
}

/// <summary>The time of a held key is over, and the schedule looks.</summary>
internal sealed class EndHoldScenario : Scenario
{
    public override bool IsReusable => true;

    protected override int? Quota => 10_000_000;

    protected override TimeSpan BeforeRotation => RotationWithHoldScenario.Length;

    public override async Task<int?> RunAsync()
    {
        var tries = await ActAsync(new { action = "endOverlap", secretId = Fixture.SecretArn });
        // The schedule does it every hour: a look that saw old labels left the key.
        await Faults.ActAsync(JsonSerializer.Serialize(new { action = "endOverlap", secretId = Fixture.SecretArn }));
        return tries;
    }

    public override async Task ConvergeAsync(bool toTheEnd)
    {
        Invariants.CheckHolds();
        Invariants.CheckRing();
        await RotateAndCheckAsync(times: toTheEnd ? 2 : 1);
        if (toTheEnd)
        {
            CheckNothingIsLeftOver();
        }

        await HoldAsync();
    }

    protected override async Task PrepareAsync()
    {
        await Fixture.TagSecretAsync("apikey-rotation:hold", "3d");
        Invariants.Hold = RotationWithHoldScenario.Length;
        await Fixture.RotateHealthyAsync(3);
        Fixture.Time.Advance(RotationWithHoldScenario.Length);
        await Fixture.RotateHealthyAsync();
        await HoldAsync();
    }

    private async Task HoldAsync()
    {
        await Fixture.RotateHealthyAsync();
        if (!Invariants.HasHeld())
        {
            Invariants.Violations.Add("no key is held");
        }

        Fixture.Time.Advance(RotationWithHoldScenario.Length);
    }
}

/// <summary>An action on the previous key, between two rotations.</summary>
internal abstract class ActionScenario : Scenario
{
    public override bool IsReusable => true;

    public override async Task ConvergeAsync(bool toTheEnd)
    {
        CheckEnded();
        await Fixture.RotateAsync();
        Invariants.PreviousIsKept = true;
        Invariants.CheckRing();
        if (toTheEnd)
        {
            await RotateAndCheckAsync(times: 2);
            CheckNothingIsLeftOver();
        }
    }

    protected override Task PrepareAsync() => Fixture.RotateHealthyAsync(3);

    protected Task<int?> ActAsync(string action)
    {
        Invariants.PreviousIsKept = false;
        return ActAsync(new { action, secretId = Fixture.SecretArn });
    }

    /// <summary>What the action must have done in the end, however often it was tried.</summary>
    protected abstract void CheckEnded();

    protected void CheckEnabled(string label, bool enabled)
    {
        if (Invariants.IsEnabled(label) != enabled)
        {
            Invariants.Violations.Add($"the key of {label} is {(enabled ? "disabled" : "enabled")} in the end");
        }
    }
}

/// <summary>The leak drill.</summary>
internal sealed class RevokePreviousScenario : ActionScenario
{
    public override Task<int?> RunAsync() => ActAsync("revokePrevious");

    protected override void CheckEnded() => CheckEnabled("AWSPREVIOUS", enabled: false);
}

/// <summary>The overlap is over.</summary>
internal sealed class EndOverlapScenario : ActionScenario
{
    public override async Task<int?> RunAsync()
    {
        Fixture.Time.Advance(TimeSpan.FromHours(25));
        var tries = await ActAsync("endOverlap");
        // The schedule does it every hour. A key that was enabled again meanwhile, because labels seemed to move, has an overlap of its own.
        Fixture.Time.Advance(TimeSpan.FromHours(25));
        await Faults.ActAsync(JsonSerializer.Serialize(new { action = "endOverlap", secretId = Fixture.SecretArn }));
        return tries;
    }

    protected override void CheckEnded() => CheckEnabled("AWSPREVIOUS", enabled: false);

    protected override async Task PrepareAsync()
    {
        await Fixture.TagSecretAsync("apikey-rotation:overlap", "24h");
        await base.PrepareAsync();
    }
}

/// <summary>AWSCURRENT goes back to a key that was revoked.</summary>
internal sealed class RollbackScenario : ActionScenario
{
    private string? _previous;

    public override async Task<int?> RunAsync()
    {
        Invariants.PreviousIsKept = false;
        await Faults.ActAsync(JsonSerializer.Serialize(new { action = "revokePrevious", secretId = Fixture.SecretArn }));
        Fixture.Time.Advance(TimeSpan.FromHours(1));
        _previous = Invariants.ValueOf("AWSPREVIOUS");
        return await ActAsync("rollback");
    }

    protected override void CheckEnded()
    {
        CheckEnabled("AWSCURRENT", enabled: true);
        CheckEnabled("AWSPREVIOUS", enabled: true);
        if (Invariants.ValueOf("AWSCURRENT") != _previous)
        {
            Invariants.Violations.Add("AWSCURRENT did not go back");
        }
    }
}
