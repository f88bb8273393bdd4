using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager.Model;
using CsCheck;

namespace RotationFunction.Tests;

/// <summary>What happens to one secret, one thing after the other.</summary>
internal sealed record Life(LifeEvent[] Events, bool Holds, bool InTwoRegions = false)
{
    private const int MostCalls = 40; // more than a rotation that is tried once again makes

    private static readonly Gen<FaultKind> Kind = Gen.OneOf(Enum.GetValues<FaultKind>());
    private static readonly Gen<Key> AnyKey = Gen.OneOf(Enum.GetValues<Key>());

    /// <summary>What a person or a deployment may do at any time, also while a rotation runs.</summary>
    private static readonly Gen<LifeEvent> OperatorAction = Gen.OneOf<LifeEvent>(
        Gen.Const<LifeEvent>(new Edit()),
        Gen.Const<LifeEvent>(new RollbackByHand()),
        Gen.Const<LifeEvent>(new Act("rollback")),
        Gen.Const<LifeEvent>(new Act("revokePrevious")),
        Gen.Const<LifeEvent>(new Act("endOverlap")),
        Gen.Const<LifeEvent>(new Cancel()),
        AnyKey.Select(key => (LifeEvent)new Disable(key)),
        AnyKey.Select(key => (LifeEvent)new Delete(key)),
        AnyKey.Select(key => (LifeEvent)new Detach(key)),
        AnyKey.Select(key => (LifeEvent)new Use(key)),
        Gen.Const<LifeEvent>(new ChangePlans()),
        Gen.Const<LifeEvent>(new ReplaceLifecycle()),
        Gen.Int[1, 3].Select(rotation => (LifeEvent)new LateEvents(rotation)));

    private static readonly Gen<LifeEvent> OperatorActionInTwoRegions = Gen.Frequency(
        (2, OperatorAction),
        (1, Gen.Const<LifeEvent>(new AddRegion())),
        (1, Gen.Const<LifeEvent>(new RemoveRegion())),
        (1, Gen.Const<LifeEvent>(new LoseRegion())),
        (1, Gen.Const<LifeEvent>(new RegainRegion())),
        (1, AnyKey.Select(key => (LifeEvent)new DisableThere(key))));

    private static Gen<LifeEvent> RotationDuring(Gen<LifeEvent> action) => Gen.Select(
        Gen.Select(Gen.Int[1, MostCalls], Kind, (call, kind) => new PlannedFault(call, kind)).Array[0, 3],
        Gen.Select(Gen.Int[1, MostCalls], action, (call, done) => new Interruption(call, done)).Array[0, 2],
        Gen.Bool,
        (faults, interruptions, withOther) => (LifeEvent)new Rotate([.. faults.DistinctBy(fault => fault.Call)], [.. interruptions.DistinctBy(done => done.Call)], withOther));

    private static Gen<LifeEvent[]> AnyEvents(Gen<LifeEvent> action) => Gen.Frequency(
        (5, RotationDuring(action)),
        (3, action),
        (1, Gen.Int[1, 48].Select(hours => (LifeEvent)new Wait(hours))),
        (1, Gen.Const<LifeEvent>(new DeleteTemplate())),
        (1, Gen.Const<LifeEvent>(new Recreate()))).Array[1, 8];

    public static Gen<Life> Any { get; } = Gen.Select(AnyEvents(OperatorAction), Gen.Bool, (events, holds) => new Life(events, holds));

    /// <summary>In two Regions, of which one is added, removed, lost and regained at any time.</summary>
    public static Gen<Life> AnyInTwoRegions { get; } = AnyEvents(OperatorActionInTwoRegions).Select(events => new Life(events, Holds: false, InTwoRegions: true));

    /// <summary>Lives it on an account of its own.</summary>
    /// <exception cref="InvalidOperationException">An invariant was violated, or the secret did not end well.</exception>
    public async Task LiveAsync()
    {
        await using LifeScenario scenario = Holds ? await Scenario.StartAsync<LifeWithHoldScenario>()
            : InTwoRegions ? await Scenario.StartAsync<LifeInTwoRegionsScenario>(inTwoRegions: true) : await Scenario.StartAsync<LifeScenario>();
        foreach (var lifeEvent in Events)
        {
            await scenario.DoAsync(lifeEvent);
            await scenario.PassAsync();
            Check(lifeEvent.ToString());
        }

        await scenario.ConvergeAsync(toTheEnd: true);
        Check("when it was left alone");

        void Check(string when)
        {
            if (scenario.Invariants.Violations.Count > 0)
            {
                throw new InvalidOperationException($"{when}: {string.Join("; ", scenario.Invariants.Violations.Take(3))}");
            }
        }
    }

    public override string ToString() => (Holds ? "with a hold and a quota\n" : InTwoRegions ? "in two Regions\n" : "\n") + string.Join('\n', Events.Select((lifeEvent, index) => $"  {index + 1}. {lifeEvent}"));
}

/// <summary>A key by what it is to the secret.</summary>
internal enum Key
{
    Current,
    Previous,
    Pending,
    Retired,
}

/// <summary>Something that happens to a secret.</summary>
internal abstract record LifeEvent
{
    public abstract Task HappenAsync(LifeScenario life);
}

/// <summary>Somebody asks for a rotation, in which this goes wrong; another secret of the same function may rotate at the same time.</summary>
internal sealed record Rotate(PlannedFault[] Faults, Interruption[] Interruptions, bool WithOther) : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.RotateAsync(this);

    public override string ToString() =>
        string.Join(", ", ["rotate", .. Faults.Select(fault => fault.ToString()), .. Interruptions.Select(done => done.ToString()), .. WithOther ? ["another secret at the same time"] : Array.Empty<string>()]);
}

/// <summary>Something that is done before the n-th call of a rotation.</summary>
internal sealed record Interruption(int Call, LifeEvent OperatorAction)
{
    public override string ToString() => $"({OperatorAction}) before call {Call}";
}

/// <summary>The owner changes a field of the document, not the key.</summary>
internal sealed record Edit : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.EditAsync();
}

/// <summary>Somebody moves AWSCURRENT back to the version before.</summary>
internal sealed record RollbackByHand : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.RollBackAsync();
}

/// <summary>Somebody, or a schedule, invokes an action on the previous key.</summary>
internal sealed record Act(string Action) : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.ActOnPreviousAsync(Action);
}

/// <summary>Somebody calls CancelRotateSecret.</summary>
internal sealed record Cancel : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.CancelAsync();
}

/// <summary>Somebody disables a minted key.</summary>
internal sealed record Disable(Key Key) : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.DamageAsync(Key, id => life.Fixture.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest
    {
        ApiKey = id,
        PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = "false" }],
    }));
}

/// <summary>Somebody deletes a minted key.</summary>
internal sealed record Delete(Key Key) : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.DamageAsync(Key, id => life.Fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = id }));
}

/// <summary>Somebody takes a minted key out of its first usage plan.</summary>
internal sealed record Detach(Key Key) : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.DamageAsync(
        Key, id => life.Fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = life.Fixture.PlanIds[0], KeyId = id }));
}

/// <summary>Somebody calls the API with a key, whoever it is by then.</summary>
internal sealed record Use(Key Key) : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.UseAsync(Key);
}

/// <summary>The template is put into its second usage plan, or taken out of it.</summary>
internal sealed record ChangePlans : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.ChangePlansAsync();
}

/// <summary>A deployment adds a usage plan: the template joins it, then lifecycle's update adds it to the keys in use.</summary>
internal sealed record AddPlan : LifeEvent
{
    public override async Task HappenAsync(LifeScenario life)
    {
        await life.ChangePlansAsync();
        await life.Faults.ActAsync(JsonSerializer.Serialize(new
        {
            action = "lifecycle",
            secretId = life.Fixture.SecretArn,
            usagePlanIds = life.Fixture.PlanIds,
            tf = new { action = "update" },
        }));
    }
}

/// <summary>A deployment replaces the lifecycle resource: it is created anew, and the old one deleted.</summary>
internal sealed record ReplaceLifecycle : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.ReplaceLifecycleAsync();
}

/// <summary>All events of an earlier rotation are delivered again.</summary>
internal sealed record LateEvents(int Rotation) : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.Faults.RepeatAsync(Rotation);
}

/// <summary>Nothing, for a while.</summary>
internal sealed record Wait(int Hours) : LifeEvent
{
    public override Task HappenAsync(LifeScenario life)
    {
        life.Fixture.Time.Advance(TimeSpan.FromHours(Hours));
        return Task.CompletedTask;
    }
}

/// <summary>Somebody deletes the template key, tries to rotate, and deploys the stack again.</summary>
internal sealed record DeleteTemplate : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.ReplaceTemplateAsync();
}

/// <summary>The secret is deleted and made anew under its name.</summary>
internal sealed record Recreate : LifeEvent
{
    public override Task HappenAsync(LifeScenario life) => life.RecreateAsync();
}

/// <summary>A secret that has been rotated before, beside another one of the same function.</summary>
internal class LifeScenario : Scenario
{
    /// <summary>What the name of the other secret adds to this one's.</summary>
    public const string Beside = "/beside";

    /// <summary>When endOverlap disables AWSPREVIOUS's key; null where it does not.</summary>
    protected virtual TimeSpan? Overlap => TimeSpan.FromHours(24);

    private string _otherSecret = "";
    private bool _replacesLifecycle;
    private int _edits;

    public override async Task<int?> RunAsync()
    {
        await RotateAsync(new Rotate([], [], WithOther: false));
        return 1;
    }

    public async Task DoAsync(LifeEvent lifeEvent)
    {
        try
        {
            await lifeEvent.HappenAsync(this);
        }
        catch (Exception failure) when (failure is AmazonServiceException or RotationException)
        {
            // AWS or the function may refuse it at that moment.
        }
    }

    /// <summary>What goes on after each event.</summary>
    public virtual Task PassAsync() => Task.CompletedTask;

    public async Task ActOnPreviousAsync(string action)
    {
        var secret = await Fixture.Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = Fixture.SecretArn });
        var endsIt = action is "revokePrevious" || (action is "endOverlap" && Fixture.Time.GetUtcNow().UtcDateTime - secret.LastChangedDate!.Value.ToUniversalTime() >= Overlap);
        if (endsIt && Invariants.ValueOf("AWSPREVIOUS") is { } previous && previous != Invariants.ValueOf("AWSCURRENT"))
        {
            Invariants.Damaged.Add(previous);
        }

        await Faults.ActAsync(JsonSerializer.Serialize(new { action, secretId = Fixture.SecretArn }));
        if (action is "endOverlap")
        {
            Invariants.CheckHolds();
        }
    }

    public async Task RotateAsync(Rotate rotate)
    {
        Fixture.Time.Advance(TimeSpan.FromDays(1));
        Faults.Plan(rotate.Faults);
        foreach (var (call, action) in rotate.Interruptions)
        {
            Faults.Interrupt(call, () => DoAsync(action));
        }

        try
        {
            if (rotate.WithOther)
            {
                await Fixture.Secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = _otherSecret, RotationLambdaARN = Fixture.FunctionArn });
            }

            await Fixture.Secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = Fixture.SecretArn, RotationLambdaARN = Fixture.FunctionArn });
        }
        catch (AmazonServiceException)
        {
            // A rotation that failed before holds AWSPENDING.
        }

        await Fixture.Aws.SecretsManager.SettledAsync();
        Faults.Plan();
        await Invariants.CheckAsync();
    }

    public async Task EditAsync()
    {
        var document = await Fixture.CurrentDocumentAsync();
        var fields = JsonSerializer.Deserialize<Dictionary<string, object>>(document)!;
        fields["note"] = ++_edits;
        Invariants.ExcuseBeforeEdit();
        await Fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = Fixture.SecretArn, SecretString = JsonSerializer.Serialize(fields) });
    }

    public async Task RollBackAsync()
    {
        var labels = await Fixture.LabelsAsync();
        if (labels.FirstOrDefault(version => version.Value.Contains("AWSPREVIOUS")).Key is { } previous && Invariants.ValueOf("AWSPREVIOUS") is not null)
        {
            await Fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest
            {
                SecretId = Fixture.SecretArn,
                VersionStage = "AWSCURRENT",
                MoveToVersionId = previous,
                RemoveFromVersionId = labels.First(version => version.Value.Contains("AWSCURRENT")).Key,
            });
        }
    }

    /// <summary>Not while lifecycle is replaced: to the function that looks like the end of the stack (docs/reliability.md).</summary>
    public Task CancelAsync() => _replacesLifecycle
        ? Task.CompletedTask
        : Fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = Fixture.SecretArn });

    public async Task DamageAsync(Key which, Func<string, Task> damage)
    {
        if (await FindAsync(which) is not { } key)
        {
            return;
        }

        Invariants.Damaged.Add(key.Value);
        Invariants.RingWasCut = true;
        try
        {
            await damage(key.Id);
        }
        catch (NotFoundException)
        {
            // It is not in that plan.
        }
    }

    public async Task UseAsync(Key which)
    {
        if (await FindAsync(which) is { } key)
        {
            await Fixture.CallApiAsync(key.Value);
        }
    }

    private async Task<ApiKey?> FindAsync(Key which)
    {
        var keys = (await Fixture.MintedAsync()).Where(key => KeyNames.IsMinted(key.Name, Fixture.SecretName)).ToList();
        var labelled = new[] { "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING" }.Select(label => Invariants.ValueOf(label)).ToArray();
        return which is Key.Retired ? keys.Find(key => !labelled.Contains(key.Value)) : keys.Find(key => key.Value == labelled[(int)which]);
    }

    public async Task ChangePlansAsync()
    {
        var plan = Fixture.PlanIds[1];
        var plans = await Fixture.Gateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = Fixture.TemplateId });
        if (plans.Items.Exists(held => held.Id == plan))
        {
            await Fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = plan, KeyId = Fixture.TemplateId });
        }
        else
        {
            await Fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = plan, KeyId = Fixture.TemplateId, KeyType = "API_KEY" });
        }
    }

    public async Task ReplaceLifecycleAsync()
    {
        Fixture.Time.Advance(UnknownsTests.Chosen.CancelShowsAfter); // a deployment, which makes other resources before
        if ((await Fixture.Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = Fixture.SecretArn })).RotationEnabled == true)
        {
            _replacesLifecycle = true;
            await Faults.ActAsync(JsonSerializer.Serialize(new { action = "lifecycle", secretId = Fixture.SecretArn, tf = new { action = "create" } }));
            await Faults.ActAsync(JsonSerializer.Serialize(new { action = "lifecycle", secretId = Fixture.SecretArn, tf = new { action = "delete" } }));
            _replacesLifecycle = false;
        }
    }

    public async Task ReplaceTemplateAsync()
    {
        Invariants.Unprotect(Fixture.TemplateId);
        await Fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = Fixture.TemplateId });
        await RotateAsync(new Rotate([], [], WithOther: false));
        Fixture.TemplateId = await CreateTemplateAsync(Fixture.SecretName, "the template again");
        await Fixture.TagSecretAsync("apikey-rotation:template", Fixture.TemplateId);
        Invariants.ProtectOthers();
    }

    public virtual async Task RecreateAsync()
    {
        await Fixture.RecreateSecretAsync();
        await ProvisionAsync(Fixture.SecretArn);
    }

    public override async Task ConvergeAsync(bool toTheEnd)
    {
        Faults.Plan();
        // What docs/protocol.md says to do with a version that no retry can finish.
        if ((await Fixture.LabelsAsync()).FirstOrDefault(version => version.Value.Contains("AWSPENDING") && !version.Value.Contains("AWSCURRENT")).Key is { } stuck)
        {
            await Fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = Fixture.SecretArn, VersionStage = "AWSPENDING", RemoveFromVersionId = stuck });
        }

        await RotateAndCheckAsync(times: 1, exact: false);
        await RotateAndCheckAsync(times: 2);
        CheckNothingIsLeftOver();
    }

    protected override async Task PrepareAsync()
    {
        await TagAsync();
        await Fixture.RotateHealthyAsync(3);
        var name = Fixture.SecretName + Beside;
        var template = await CreateTemplateAsync(name, "another template");
        _otherSecret = (await Fixture.Secrets.CreateSecretAsync(new CreateSecretRequest
        {
            Name = name,
            SecretString = "{}",
            Tags = [new Tag { Key = "apikey-rotation:template", Value = template }],
        })).ARN;
        await ProvisionAsync(_otherSecret);
        Invariants.OtherSecretArn = _otherSecret;
    }

    protected virtual Task TagAsync() => Fixture.TagSecretAsync("apikey-rotation:overlap", "24h");

    private async Task<string> CreateTemplateAsync(string secretName, string description)
    {
        var template = await Fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "template", Description = description, Tags = new() { ["apikey-rotation:template-for"] = secretName } });
        await Fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = Fixture.PlanIds[0], KeyId = template.Id, KeyType = "API_KEY" });
        return template.Id;
    }

    private Task ProvisionAsync(string secretArn) => Faults.ActAsync(JsonSerializer.Serialize(new { action = "provision", secretId = secretArn }));
}

/// <summary>
/// The same for a secret whose old keys are held while they are used, and whose quota is carried. Every key has leaked: somebody calls the API with each
/// that is enabled, and the schedule looks.
/// </summary>
internal sealed class LifeWithHoldScenario : LifeScenario
{
    protected override int? Quota => 10_000_000;

    protected override TimeSpan? Overlap => null;

    protected override TimeSpan BeforeRotation => RotationWithHoldScenario.Length;

    public override async Task PassAsync()
    {
        foreach (var key in (await Fixture.MintedAsync()).Where(key => key.Enabled == true))
        {
            await Fixture.CallApiAsync(key.Value);
        }

        Fixture.Time.Advance(TimeSpan.FromMinutes(41));
        await DoAsync(new Act("endOverlap"));
    }

    public override async Task RecreateAsync()
    {
        await base.RecreateAsync();
        await TagAsync();
    }

    protected override async Task TagAsync()
    {
        Invariants.Hold = RotationWithHoldScenario.Length;
        await Fixture.TagSecretAsync("apikey-rotation:hold", "3d");
        await Fixture.TagSecretAsync("apikey-rotation:quota", "carry");
    }
}
