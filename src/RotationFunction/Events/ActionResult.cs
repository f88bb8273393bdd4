using System.Text.Json.Serialization;

namespace RotationFunction;

/// <summary>
/// The response of an action; a rotation step has no response. Pulumi stores the response of the stack's actions in its state. Fields without a value
/// are omitted.
/// </summary>
/// <param name="Action">The action.</param>
/// <param name="SecretId">The secret, as named in the event.</param>
/// <param name="Message">What the action did or found.</param>
public sealed record ActionResult(string Action, string SecretId, string Message)
{
    /// <summary>Gets whether <c>status</c> or <c>check</c> found no problem that needs to be fixed soon.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Healthy { get; init; }

    /// <summary>Gets the problems that <c>status</c> or <c>check</c> found.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Finding>? Findings { get; init; }

    /// <summary>Gets the rotation schedule and state, from <c>status</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RotationStatus? Rotation { get; init; }

    /// <summary>Gets the secret's keys, newest first, from <c>status</c>; after those of its own Region, those of each other one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<KeyStatus>? Keys { get; init; }

    /// <summary>Gets the other Regions in which the secret has keys, from <c>status</c>; null without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RegionStatus>? Regions { get; init; }
}

/// <summary>A problem that <c>status</c> or <c>check</c> found.</summary>
/// <param name="Problem">What is wrong; without a command, also what to do.</param>
/// <param name="Command">The command that fixes it.</param>
public sealed record Finding(string Problem, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Command = null)
{
    /// <summary>Gets whether the secret counts as healthy although this was found: there is much time until it matters.</summary>
    internal bool LeavesHealthy { get; init; }
}

/// <summary>A secret's rotation schedule and state. Times are UTC.</summary>
/// <param name="Enabled">Whether rotation is enabled.</param>
/// <param name="Schedule">AWS's schedule expression, or the number of days; null without a schedule.</param>
/// <param name="Window">The rotation window, in AWS's format; null for AWS's default.</param>
/// <param name="LastRotated">When Secrets Manager last rotated the secret.</param>
/// <param name="NextRotation">When the next rotation is due.</param>
/// <param name="HoursOverdue">How many hours the rotation is late; 0 if it is not; null if the due date is unknown.</param>
/// <param name="PendingVersion">The version of a rotation that is not complete; null without one.</param>
/// <param name="PendingStep">
/// The step of that rotation that has not passed, derived from values and keys. They do not show testSecret's result, so finishSecret is never named.
/// </param>
/// <param name="Overlap">How long the previous key stays enabled; null: until the next rotation.</param>
public sealed record RotationStatus(
    bool Enabled, string? Schedule, string? Window, DateTime? LastRotated, DateTime? NextRotation, double? HoursOverdue,
    string? PendingVersion, string? PendingStep, string? Overlap)
{
    /// <summary>Gets how long a key that clients still use stays enabled after the rotation that would disable it; null: it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Hold { get; init; }
}

/// <summary>The state of a secret in another Region.</summary>
/// <param name="Region">The Region's code.</param>
/// <param name="Replica">The status of the secret's replica there: <c>InSync</c>, <c>InProgress</c> or <c>Failed</c>; null without a replica.</param>
/// <param name="TemplateKeyId">The id of the template key there.</param>
/// <param name="UsagePlanIds">The usage plans of the template key; null if they could not be read.</param>
public sealed record RegionStatus(string Region, string? Replica, string? TemplateKeyId, IReadOnlyList<string>? UsagePlanIds)
{
    /// <summary>Gets AWS's text about the status of a replica that is not in sync.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReplicaMessage { get; init; }
}

/// <summary>A key of a secret, without its value. Times are UTC.</summary>
/// <param name="KeyId">The id.</param>
/// <param name="Kind">
/// <c>minted</c>, <c>adopted</c>, <c>held</c>: either of these without a label, enabled because of the secret's hold; or <c>foreign</c>: has a minted
/// key's name, or the secret names it as adopted, but its tag is missing. The function never changes it.
/// </param>
/// <param name="Labels">The labels of the versions that contain its value.</param>
/// <param name="Stray">
/// Whether it is enabled without a label, so that the next rotation disables it, or without its tag, so that no rotation does.
/// </param>
/// <param name="Enabled">Whether API Gateway accepts it.</param>
/// <param name="Created">When it was created.</param>
/// <param name="AgeDays">Its age in whole days.</param>
/// <param name="LastUpdated">When it was last changed, for example disabled.</param>
/// <param name="UsagePlanIds">The usage plans that it is in.</param>
public sealed record KeyStatus(
    string KeyId, string Kind, IReadOnlyList<string> Labels, bool Stray, bool Enabled,
    DateTime? Created, int? AgeDays, DateTime? LastUpdated, IReadOnlyList<string> UsagePlanIds)
{
    /// <summary>Gets the code of the Region of a key that is not in the secret's own; otherwise null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Region { get; init; }

    /// <summary>Gets until when the key is held at the latest; null for a key of another kind.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? HeldUntil { get; init; }

    /// <summary>Gets the requests that an enabled key made in each usage plan; null for a disabled key, and where nothing was read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<KeyUsageStatus>? Usage { get; init; }
}

/// <summary>
/// The requests of a key in a usage plan, by days in UTC, as API Gateway counts them. It shows a request half an hour later or so.
/// Null is not known, never "unused".
/// </summary>
/// <param name="UsagePlanId">The usage plan.</param>
/// <param name="Since">The first of the days that are known; null if a day is not known.</param>
/// <param name="LastUsed">The last day with a request. Null with <paramref name="Since"/>: no request since then.</param>
/// <param name="RequestsIn7Days">The requests of the last seven days, today included.</param>
public sealed record KeyUsageStatus(string UsagePlanId, DateOnly? Since, DateOnly? LastUsed, long? RequestsIn7Days);

/// <summary>The serialization of events and responses, generated at compile time.</summary>
[JsonSerializable(typeof(RotationEvent))]
[JsonSerializable(typeof(ActionResult))]
public sealed partial class EventJson : JsonSerializerContext;
