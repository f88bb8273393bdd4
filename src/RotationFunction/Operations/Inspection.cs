using System.Globalization;
using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>Reads a secret, its template key and its keys as a rotation does. Changes nothing; an error of a rotation is a finding.</summary>
internal sealed class Inspection(Secrets secrets, ApiKeys apiKeys, KeyRing keyRing, KeyUsage keyUsage, TimeProvider time)
{
    // AWS rotates at any time in a window, which ends at the end of the day at the latest.
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(1);

    // A rotation takes minutes. The schedule that ends overlaps runs every hour or so.
    private static readonly TimeSpan StallTimeout = TimeSpan.FromHours(3);

    // Each key costs two calls, and API Gateway accepts 40 at once. A ring of a secret's own keys is never longer.
    private const int MostLookedAt = 20;
    private const int MostFound = 10;

    private readonly OldKeys _oldKeys = new(keyUsage, time);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Inspects a secret.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="readsUsage">Reads the requests of all enabled keys. Otherwise only of those that clients should have left.</param>
    public async Task<InspectionResult> RunAsync(Invocation invocation, bool readsUsage)
    {
        var findings = new List<Finding>();
        var ring = await keyRing.ListAsync(invocation);
        if (await TryAsync(() => secrets.DescribeAsync(invocation)!) is not { } secret)
        {
            return new InspectionResult(null, null, null, [], 0, findings, null);
        }

        var template = await TryAsync(() => TemplateKey.ReadWithPlansAsync(invocation, secret, apiKeys)!);
        // A rotation that has just started stores its value in a moment.
        var pending = secret.Pending is { } version ? await TryAsync(() => secrets.ReadAsync(invocation, version)) : null;
        var current = await TryAsync(() => secrets.ReadCurrentAsync(invocation, secret));
        var values = new Dictionary<string, ApiKeyValue?>
        {
            ["AWSCURRENT"] = current?.ApiKey,
            ["AWSPREVIOUS"] = (await TryAsync(() => secrets.ReadPreviousAsync(invocation, secret)))?.ApiKey,
            ["AWSPENDING"] = pending?.ApiKey,
        };
        ring =
        [
            .. ring.OrderByDescending(key => values.ContainsValue(new ApiKeyValue(key.Value))).ThenByDescending(key => key.Enabled == true)
                .ThenByDescending(key => key.CreatedDate),
        ];
        // Without a template key that can be read, the hold and the overlap may be invalid.
        var held = template is null ? null : await keyRing.FindHeldAsync(invocation, secret, ring, values["AWSPREVIOUS"]);
        var keys = await ReadKeysAsync(invocation, secret, ring.Take(MostLookedAt), values, held, readsUsage);
        // The other keys have no label's value: tagged or not, each enabled one is a stray.
        var others = ring.Skip(MostLookedAt).Count(key => key.Enabled == true);
        var result = new InspectionResult(
            secret, template, values["AWSCURRENT"], [.. keys.Select(key => key.Status)], others, findings, HoursOverdue(secret))
        {
            PendingValue = values["AWSPENDING"],
        };
        var (old, oldKeyRequests) = template is null ? ([], null) : await _oldKeys.FindAsync(invocation, secret, keys);
        findings.AddRange(
        [
            .. InRotation(invocation, secret, result, pending), .. InUsagePlans(template),
            .. InCurrentKey(secret, result), .. InPreviousKey(values, result),
            .. InDocument(current, keys), .. InOverlap(invocation, secret, result), .. InHold(secret, result, held),
            .. InTags(secret, result), .. old,
        ]);
        return result with { OldKeyRequests = oldKeyRequests };

        async Task<T?> TryAsync<T>(Func<Task<T?>> read)
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

    private static IEnumerable<Finding> InCurrentKey(SecretDescription secret, InspectionResult result)
    {
        if (result.CurrentKey is null)
        {
            yield return new Finding("AWSCURRENT contains no readable key.", Commands.RotateSecret(secret.Arn));
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

    private async Task<List<InspectedKey>> ReadKeysAsync(
        Invocation invocation, SecretDescription secret, IEnumerable<ApiKey> ring, Dictionary<string, ApiKeyValue?> values, HeldKeys? held,
        bool readsUsage)
    {
        var keys = new List<InspectedKey>();
        foreach (var listed in ring)
        {
            if (await apiKeys.FindAsync(invocation, listed.Id) is { } key)
            {
                await AddAsync(key, listed.Value, KeyRing.IsMintedFor(secret.Arn, key) ? KeyKind.Minted : KeyKind.Foreign);
            }
        }

        if (await keyRing.ReadAdoptedAsync(invocation, secret) is { } adopted)
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
                || invocation.IsWaitedFor ? await apiKeys.ListPlansAsync(invocation, key.Id, _ => true) : [];
            var usage = readsUsage && key.Enabled == true
                ? await keyUsage.ReadAsync(invocation, key.Id, plans, DateOnly.FromDateTime(created ?? DateTime.UnixEpoch)) : null;
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
                HeldUntil = kind == KeyKind.Held ? held!.EndOf(key.CreatedDate) : null,
                Usage = usage?.ConvertAll(plan => new KeyUsageStatus(plan.PlanId, plan.IsKnown ? plan.Since : null, plan.LastUsed, plan.OfLast(7))),
            };
            keys.Add(new InspectedKey(status, own, plans) { Usage = usage });
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
}

/// <summary>The relation of a key to a secret.</summary>
internal static class KeyKind
{
    public const string Minted = "minted";
    public const string Adopted = "adopted";
    public const string Held = "held";
    public const string Foreign = "foreign";
}

/// <summary>The result of an inspection. Without a secret, a finding says why it cannot be used.</summary>
internal sealed record InspectionResult(
    SecretDescription? Secret, Template? Template, ApiKeyValue? CurrentKey, List<KeyStatus> Keys, int OthersEnabled,
    List<Finding> Findings, double? HoursOverdue)
{
    public ApiKeyValue? PendingValue { get; init; }

    /// <summary>Gets how many requests old keys made yesterday and today; null if it is not known, or a rotation was less than a day ago.</summary>
    public long? OldKeyRequests { get; init; }

    /// <summary>Gets whether nothing was found that needs to be fixed soon.</summary>
    public bool IsHealthy => Findings.TrueForAll(finding => finding.LeavesHealthy);

    /// <summary>
    /// Gets the step that the AWSPENDING version has not passed, derived from values and keys; null without a rotation in progress.
    /// </summary>
    public string? PendingStep => Secret is null || Secret.Pending == Secret.Current || Secret.Pending is null ? null
        : PendingValue is null ? CreateSecret.Step
        : KeyOf("AWSPENDING") is not { Enabled: true } key || Template?.Plans.Ids.Except(key.UsagePlanIds).Any() != false ? SetSecret.Step
        : TestSecret.Step;

    /// <summary>Returns the key that has a label's value. Values are unique, so clients use this key, whatever its tags.</summary>
    public KeyStatus? KeyOf(string label) => Keys.Find(key => key.Labels.Contains(label, StringComparer.Ordinal));

    public int KeysInRing => Keys.Count(key => key.Kind != KeyKind.Foreign);

    public int Strays => Keys.Count(key => key.Stray) + OthersEnabled;

    public string FindingsInWords =>
        Findings.Count switch { 0 => "No problems found.", 1 => "1 problem found.", var count => $"{count} problems found." };
}
