using System.Globalization;
using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Reads a secret, its template keys and its keys in each Region as a rotation does. Changes nothing; an error of a rotation is a finding.
/// </summary>
internal sealed class Inspection(Secrets secrets, Regions regions, Settings settings, TimeProvider time)
{
    // AWS rotates at any time in a window, which ends at the end of the day at the latest.
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(1);

    // A rotation takes minutes. The schedule that ends overlaps runs every hour or so.
    private static readonly TimeSpan StallTimeout = TimeSpan.FromHours(3);

    // Checks are daily, and CloudTrail's events can be hours late. A key is marked a day after its rotation at the latest.
    private static readonly TimeSpan ProofTimeout = TimeSpan.FromDays(3);

    // Each key costs two calls, and API Gateway accepts 40 at once. A ring of a secret's own keys is never longer.
    private const int MostLookedAt = 20;
    private const int MostFound = 10;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Inspects a secret.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="readsUsage">Reads the requests of all enabled keys. Otherwise only of those that clients should have left.</param>
    public async Task<InspectionResult> RunAsync(Invocation invocation, bool readsUsage)
    {
        var findings = new List<Finding>();
        var ring = await regions.Home.KeyRing.ListAsync(invocation);
        if (await TryAsync(findings, () => secrets.DescribeAsync(invocation)!) is not { } secret)
        {
            return new InspectionResult(null, null, null, [], 0, findings, null);
        }

        var home = new RegionalSecret(invocation, secret, regions.Home);
        var template = await ReadTemplateAsync(home, findings);
        // A rotation that has just started stores its value in a moment.
        var pending = secret.Pending is { } version ? await TryAsync(findings, () => secrets.ReadAsync(invocation, version)) : null;
        var current = await TryAsync(findings, () => secrets.ReadCurrentAsync(invocation, secret));
        var values = new Dictionary<string, ApiKeyValue?>
        {
            ["AWSCURRENT"] = current?.ApiKey,
            ["AWSPREVIOUS"] = (await TryAsync(findings, () => secrets.ReadPreviousAsync(invocation, secret)))?.ApiKey,
            ["AWSPENDING"] = pending?.ApiKey,
        };
        var inspected = await Task.WhenAll(
        [
            InspectAsync(home, template, ring, new Documents(values, current, pending), readsUsage, findings),
            .. regions.Of(invocation, secret).Skip(1).Select(there => InspectOtherAsync(there, new Documents(values), readsUsage)),
        ]);
        var others = inspected[1..];
        findings.AddRange(
        [
            .. new InOtherRegions(secret, time).InReplicas(),
            .. others.SelectMany(other => InOtherRegions.Named(other.Result.Secret!.Region, other.Result.Findings)),
            .. others.SelectMany(other => InOtherRegions.LeftEnabled(other.Result.Secret!, inspected[0].Keys, other.Keys)),
        ]);
        return inspected[0].Result with { Others = [.. others.Select(other => other.Result)] };
    }

    /// <summary>Inspects the keys of one Region. Adds to the findings.</summary>
    private async Task<(InspectionResult Result, List<InspectedKey> Keys)> InspectAsync(
        RegionalSecret there, Template? template, List<ApiKey> ring, Documents documents, bool readsUsage, List<Finding> findings)
    {
        var ((invocation, secret, region), values) = (there, documents.Values);
        ring =
        [
            .. ring.OrderByDescending(key => values.ContainsValue(new ApiKeyValue(key.Value))).ThenByDescending(key => key.Enabled == true)
                .ThenByDescending(key => key.CreatedDate),
        ];
        // Without a template key that can be read, the hold and the overlap may be invalid.
        var held = template is null ? null : await region.KeyRing.FindHeldAsync(invocation, secret, ring, values["AWSPREVIOUS"]);
        var keys = await ReadKeysAsync(there, ring.Take(MostLookedAt), values, held, readsUsage);
        // The other keys have no label's value: tagged or not, each enabled one is a stray.
        var others = ring.Skip(MostLookedAt).Count(key => key.Enabled == true);
        var result = new InspectionResult(
            secret, template, values["AWSCURRENT"], [.. keys.Select(key => key.Status)], others, findings,
            region.Name is null ? HoursOverdue(secret) : null)
        {
            PendingValue = values["AWSPENDING"],
        };
        var (old, oldKeyRequests) = template is null ? ([], null) : await new OldKeys(region.KeyUsage, time).FindAsync(invocation, secret, keys);
        findings.AddRange(
        [
            .. region.Name is null ? InRotation(invocation, secret, result, documents.Pending) : [], .. InUsagePlans(template),
            .. InCurrentKey(invocation, secret, result), .. InPreviousKey(values, result),
            .. InDocument(documents.Current, keys), .. InOverlap(invocation, secret, result), .. InHold(secret, result, held),
            .. InTags(secret, result), .. old, .. region.Name is null ? InWatch(keys) : [],
        ]);
        return (result with { OldKeyRequests = oldKeyRequests }, keys);
    }

    /// <summary>Inspects the keys of another Region. If the Region cannot be read, that is the finding.</summary>
    private async Task<(InspectionResult Result, List<InspectedKey> Keys)> InspectOtherAsync(RegionalSecret there, Documents documents, bool readsUsage)
    {
        try
        {
            var findings = new List<Finding>();
            var ring = await there.KeyRing.ListAsync(there.Invocation);
            return await InspectAsync(there, await ReadTemplateAsync(there, findings), ring, documents, readsUsage, findings);
        }
        catch (Exception failure) when (Errors.IsOfAws(failure))
        {
            return (new InspectionResult(there.Secret, null, null, [], 0, [InOtherRegions.Failed(there, failure)], null) { IsRead = false }, []);
        }
    }

    private static Task<Template?> ReadTemplateAsync(RegionalSecret there, List<Finding> findings) =>
        TryAsync(findings, () => TemplateKey.ReadWithPlansAsync(there.Invocation, there.Secret, there.ApiKeys)!);

    private static async Task<T?> TryAsync<T>(List<Finding> findings, Func<Task<T?>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (RotationException wrong)
        {
            findings.Add(new Finding(wrong.Problem ?? wrong.Message));
            return null;
        }
    }

    private IEnumerable<Finding> InRotation(Invocation invocation, SecretDescription secret, InspectionResult result, SecretDocument? pending)
    {
        if (!secret.RotationEnabled)
        {
            yield return new Finding("Rotation is not enabled for this secret.", Commands.EnableRotation(secret.Arn));
        }

        if (result.HoursOverdue > 0)
        {
            yield return new Finding(
                $"Rotation is {result.HoursOverdue.Value.ToString("F1", CultureInfo.InvariantCulture)} hours overdue.",
                Commands.RotateSecret(secret.Arn));
        }

        var pendingSince = pending?.Created?.ToUniversalTime() ?? secret.LastChanged;
        if (secret.Pending is { } stuck && stuck != secret.Current && Now - pendingSince > StallTimeout)
        {
            yield return new Finding(
                $"Version {stuck} has been AWSPENDING since {pendingSince:u}: its rotation is not complete. The function's log shows why. "
                + "If the log has no entry for that version, Lambda throttled the function: see its metric Throttles. "
                + "The command abandons the rotation.",
                Commands.ClearPending(invocation.SecretId, stuck));
        }
    }

    private static IEnumerable<Finding> InUsagePlans(Template? template) => (template?.Plans.WithoutStage ?? []).Select(plan =>
        new Finding(
            $"Usage plan {plan} of the template key has no API stage: it gives access to no API, so clients are refused.", Commands.AddStage(plan)));

    private static IEnumerable<Finding> InCurrentKey(Invocation invocation, SecretDescription secret, InspectionResult result)
    {
        if (result.CurrentKey is null)
        {
            if (invocation.Region is null)
            {
                yield return new Finding("AWSCURRENT contains no readable key.", Commands.RotateSecret(secret.Arn));
            }

            yield break;
        }

        if (result.KeyOf("AWSCURRENT") is not { } current)
        {
            yield return new Finding("No key of this secret has AWSCURRENT's value, so clients are refused.", Commands.RotateSecret(secret.Arn));
            yield break;
        }

        if (!current.Enabled)
        {
            yield return new Finding(
                $"AWSCURRENT's key {current.KeyId} is disabled, so clients are refused.", Commands.EnableKey(current.KeyId));
        }

        foreach (var finding in InPlansOf(current, "AWSCURRENT", result.Template))
        {
            yield return finding;
        }
    }

    /// <summary>Clients that have not re-read the secret use this key. If it is disabled, an overlap or revokePrevious disabled it.</summary>
    private static IEnumerable<Finding> InPreviousKey(Dictionary<string, ApiKeyValue?> values, InspectionResult result)
    {
        if (values["AWSPREVIOUS"] is not { } previous || previous == values["AWSCURRENT"])
        {
            return [];
        }

        return result.KeyOf("AWSPREVIOUS") switch
        {
            null =>
            [
                new Finding("No key of this secret has AWSPREVIOUS's value: clients that have not re-read the secret are refused until they do, "
                    + "and rollback is impossible until the next rotation."),
            ],
            { Enabled: true } key => InPlansOf(key, "AWSPREVIOUS", result.Template),
            _ => [],
        };
    }

    private static IEnumerable<Finding> InPlansOf(KeyStatus key, string label, Template? template) => template is null ? [] :
    [
        .. template.Plans.Ids.Except(key.UsagePlanIds).Select(plan => new Finding(
            $"{label}'s key {key.KeyId} is not in usage plan {plan}, but the template key is.", Commands.AttachKey(plan, key.KeyId))),
        .. key.UsagePlanIds.Except(template.Plans.Ids).Select(plan => new Finding(
            $"{label}'s key {key.KeyId} is in usage plan {plan}, but the template key is not: "
            + "the keys of later rotations will not be in that plan. Add the template key to the plan, or remove this key from it.",
            Commands.DetachKey(plan, key.KeyId))),
    ];

    /// <summary>A rotation replaces only <c>apiKey</c>: clients that read another field are refused once its key is retired.</summary>
    private static IEnumerable<Finding> InDocument(SecretDocument? current, List<InspectedKey> keys) =>
        from key in keys
        where key.Status.Kind != KeyKind.Foreign
        from field in current?.FieldsHolding(key.Value) ?? []
        select new Finding(LogText.Sanitize(
            $"AWSCURRENT's document also contains the value of key {key.Status.KeyId}, "
            + $"which {(key.Status.Enabled ? "a rotation will disable" : "is disabled")}, in {field}. "
            + "A rotation replaces only apiKey. Change clients to read apiKey, and remove the other field."));

    private IEnumerable<Finding> InOverlap(Invocation invocation, SecretDescription secret, InspectionResult result)
    {
        // If the template key could not be read, the tag itself may be invalid.
        if (result.Template is null || Overlap.Of(invocation, secret) is not { } overlap || Now - overlap.EndOf(secret) <= StallTimeout)
        {
            yield break;
        }

        // A key that was enabled later has an overlap of its own.
        foreach (var key in result.Keys.Where(key => key is { Enabled: true, Kind: not KeyKind.Foreign }
            && !key.Labels.Intersect(["AWSCURRENT", "AWSPENDING"], StringComparer.Ordinal).Any()
            && Now - key.LastUpdated > overlap.Length + StallTimeout))
        {
            yield return new Finding(
                $"Key {key.KeyId} is enabled although the overlap of {secret.Tag(RotationTags.Overlap)} has ended: "
                + "endOverlap is not invoked, or it fails.",
                Commands.EndOverlap(secret.Arn));
        }
    }

    private IEnumerable<Finding> InHold(SecretDescription secret, InspectionResult result, HeldKeys? held) =>
        from key in result.Keys
        where key is { Enabled: true, Labels: [], Kind: not KeyKind.Foreign } && Now - held?.EndOf(key.Created) > StallTimeout
        select new Finding(
            $"Key {key.KeyId} is enabled although its hold of {secret.Tag(RotationTags.Hold)} has ended: endOverlap is not invoked, or it fails.",
            Commands.EndOverlap(secret.Arn));

    /// <summary>A principal that can only untag keys must not keep one in use, and one that can only create keys must not fill the page.</summary>
    private static IEnumerable<Finding> InTags(SecretDescription secret, InspectionResult result)
    {
        var untagged = result.Keys.Where(key => key is { Kind: KeyKind.Foreign, Stray: true }).OrderByDescending(key => key.Labels.Count).ToList();
        foreach (var key in untagged.Take(MostFound))
        {
            var what = key.Labels is [var label, ..] ? $"has {label}'s value" : "has the name of a key of this secret";
            yield return new Finding(
                $"Key {key.KeyId}, which {what}, is enabled without the tag that shows its owner: neither a rotation nor revokePrevious "
                + "disables it. The command restores the tag. If the secret never owned that key, someone else created it and must delete it.",
                key.KeyId == secret.Tag(RotationTags.Adopted)
                    ? Commands.TagAdoptedKey(ApiKeys.Arn(secret, "/apikeys/" + key.KeyId), secret.Name)
                    : Commands.TagMintedKey(ApiKeys.Arn(secret, "/apikeys/" + key.KeyId), secret.Arn));
        }

        if (Math.Max(0, untagged.Count - MostFound) + result.OthersEnabled is > 0 and var more)
        {
            yield return new Finding(
                $"{more} more keys with names like keys of this secret are enabled without a label or a tag: strays, or keys that others created.",
                Commands.ListRing(secret.Name));
        }
    }

    private IEnumerable<Finding> InWatch(List<InspectedKey> keys) =>
        from key in keys
        where settings.Watches && key.Status is { Kind: not KeyKind.Foreign } && key.Status.Labels.Contains("AWSCURRENT", StringComparer.Ordinal)
        let seen = key.Watched ?? key.Status.Created
        where Now - seen > ProofTimeout
        select new Finding(
            $"No event of CloudTrail has reached the watch since {seen:u}, so calls of others on key {key.Status.KeyId} are not reported. "
            + "The account may have no trail that records management events in this Region: set trail to true. If watch was set lately, "
            + "the check of the next day reports it as working.");

    private async Task<List<InspectedKey>> ReadKeysAsync(
        RegionalSecret there, IEnumerable<ApiKey> ring, Dictionary<string, ApiKeyValue?> values, HeldKeys? held, bool readsUsage)
    {
        var (invocation, secret, region) = there;
        var keys = new List<InspectedKey>();
        foreach (var listed in ring)
        {
            if (await there.ApiKeys.FindAsync(invocation, listed.Id) is { } key)
            {
                await AddAsync(key, listed.Value, KeyRing.IsMintedFor(secret.Arn, key) ? KeyKind.Minted : KeyKind.Foreign);
            }
        }

        if (await there.KeyRing.ReadAdoptedAsync(invocation, secret) is { } adopted)
        {
            var kind = KeyRing.IsAdoptedFor(secret.Name, adopted) ? KeyKind.Adopted : KeyKind.Foreign;
            await AddAsync(adopted, adopted.Value, kind, isAdopted: true);
        }

        return [.. keys.OrderByDescending(key => key.Status.Created)];

        async Task AddAsync(GetApiKeyResponse key, string value, string kind, bool isAdopted = false)
        {
            var own = new ApiKeyValue(value);
            var labels = values.Where(label => label.Value == own).Select(label => label.Key).ToList();
            var created = key.CreatedDate?.ToUniversalTime();
            // No finding is about the plans of a disabled key without a label: only status returns them.
            var plans = key.Enabled == true || labels.Count > 0
                || invocation.IsWaitedFor ? await there.ApiKeys.ListPlansAsync(invocation, key.Id, _ => true) : [];
            var usage = readsUsage && key.Enabled == true
                ? await region.KeyUsage.ReadAsync(invocation, key.Id, plans, DateOnly.FromDateTime(created ?? DateTime.UnixEpoch)) : null;
            if (kind != KeyKind.Foreign && key.Enabled == true && labels.Count == 0 && held?.MayHold(key.CreatedDate) == true)
            {
                kind = KeyKind.Held;
            }

            var status = new KeyStatus(
                key.Id,
                kind,
                labels,
                Stray: key.Enabled == true && (kind == KeyKind.Foreign ? !isAdopted || labels.Count > 0 : kind != KeyKind.Held && labels.Count == 0),
                key.Enabled == true,
                created,
                AgeDays: (int?)(Now - created)?.TotalDays,
                key.LastUpdatedDate?.ToUniversalTime(),
                plans.ConvertAll(plan => plan.Id))
            {
                Region = region.Name,
                HeldUntil = kind == KeyKind.Held ? held!.EndOf(key.CreatedDate) : null,
                Usage = usage?.ConvertAll(plan => new KeyUsageStatus(plan.PlanId, plan.IsKnown ? plan.Since : null, plan.LastUsed, plan.OfLast(7))),
            };
            keys.Add(new InspectedKey(status, own, plans)
            {
                Usage = usage,
                Watched = DateTime.TryParse(
                    key.Tags?.GetValueOrDefault(RotationTags.Watched), CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var watched) ? watched : null,
            });
        }
    }

    /// <summary>
    /// Returns how many hours a rotation is late. AWS documents only that NextRotationDate may be in the past while rotations fail. If it moves,
    /// the date of the last rotation and the schedule's period still show the delay.
    /// </summary>
    private double? HoursOverdue(SecretDescription secret)
    {
        DateTime?[] due = [secret.NextRotation, secret.LastRotated + PeriodOf(secret) + LongestWindow];
        return secret.RotationEnabled && due.Min() is { } first ? Math.Max(0, (Now - first).TotalHours) : null;
    }

    internal static TimeSpan? PeriodOf(SecretDescription secret) =>
        (secret.Rules?.ScheduleExpression?.Split('(', ' ', ')'), secret.Rules?.AutomaticallyAfterDays) switch
        {
            (["rate", var count, "hour" or "hours", ..], _) when int.TryParse(count, CultureInfo.InvariantCulture, out var hours) =>
                TimeSpan.FromHours(hours),
            (["rate", var count, "day" or "days", ..], _) when int.TryParse(count, CultureInfo.InvariantCulture, out var days) =>
            TimeSpan.FromDays(days),
            (null, { } days) => TimeSpan.FromDays(days),
            _ => null,
        };

    /// <summary>The values that labels have. In the secret's own Region also the documents, which are the same for all.</summary>
    private sealed record Documents(Dictionary<string, ApiKeyValue?> Values, SecretDocument? Current = null, SecretDocument? Pending = null);
}

/// <summary>The relation of a key to a secret.</summary>
internal static class KeyKind
{
    public const string Minted = "minted";
    public const string Adopted = "adopted";
    public const string Held = "held";
    public const string Foreign = "foreign";
}

/// <summary>The result of an inspection, or of its part in another Region. Without a secret, a finding says why it cannot be used.</summary>
internal sealed record InspectionResult(
    SecretDescription? Secret, Template? Template, ApiKeyValue? CurrentKey, List<KeyStatus> Keys, int OthersEnabled,
    List<Finding> Findings, double? HoursOverdue)
{
    public ApiKeyValue? PendingValue { get; init; }

    /// <summary>Gets how many requests old keys made yesterday and today; null if it is not known, or a rotation was less than a day ago.</summary>
    public long? OldKeyRequests { get; init; }

    /// <summary>Gets the results in other Regions. Their findings are among those of the whole, which name the Regions.</summary>
    public IReadOnlyList<InspectionResult> Others { get; init; } = [];

    /// <summary>Gets whether the keys could be read.</summary>
    public bool IsRead { get; init; } = true;

    /// <summary>Gets whether nothing was found that needs to be fixed soon.</summary>
    public bool IsHealthy => Findings.TrueForAll(finding => finding.LeavesHealthy);

    /// <summary>
    /// Gets the step that the AWSPENDING version has not passed, derived from values and keys; null without a rotation in progress.
    /// </summary>
    public string? PendingStep => Secret is null || Secret.Pending == Secret.Current || Secret.Pending is null ? null
        : PendingValue is null ? CreateSecret.Step
        : Others.Prepend(this).All(result => result.HasPendingKey) ? TestSecret.Step
        : SetSecret.Step;

    /// <summary>Returns the key that has a label's value. Values are unique, so clients use this key, whatever its tags.</summary>
    public KeyStatus? KeyOf(string label) => Keys.Find(key => key.Labels.Contains(label, StringComparer.Ordinal));

    private bool HasPendingKey =>
        KeyOf("AWSPENDING") is { Enabled: true } key && Template?.Plans.Ids.Except(key.UsagePlanIds).Any() == false;

    public int KeysInRing => Keys.Count(key => key.Kind != KeyKind.Foreign);

    public int Strays => Keys.Count(key => key.Stray) + OthersEnabled;

    public string FindingsInWords =>
        Findings.Count switch { 0 => "No problems found.", 1 => "1 problem found.", var count => $"{count} problems found." };
}
