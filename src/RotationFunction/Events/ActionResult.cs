using System.Text.Json.Serialization;

namespace RotationFunction;

/// <summary>What an action answers; a step of a rotation answers nothing. Of the stack's actions Pulumi keeps it in its state. Fields without a value are left out.</summary>
/// <param name="Action">The action.</param>
/// <param name="SecretId">The secret, as the event names it.</param>
/// <param name="Message">What was done or seen, in words.</param>
public sealed record ActionResult(string Action, string SecretId, string Message)
{
    /// <summary>Of <c>status</c> and <c>check</c>: whether nothing was found.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Healthy { get; init; }

    /// <summary>Of <c>status</c> and <c>check</c>: what is wrong.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Finding>? Findings { get; init; }

    /// <summary>Of <c>status</c>: when it rotates.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RotationStatus? Rotation { get; init; }

    /// <summary>Of <c>status</c>: the secret's keys, the latest first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<KeyStatus>? Keys { get; init; }
}

/// <summary>Something that is wrong.</summary>
/// <param name="Problem">What is wrong; where there is no command, also what to do.</param>
/// <param name="Command">What mends it.</param>
public sealed record Finding(string Problem, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Command = null);

/// <summary>When a secret rotates. Times are UTC.</summary>
/// <param name="Enabled">Whether it does.</param>
/// <param name="Schedule">AWS's schedule expression, or every how many days; null without one.</param>
/// <param name="Window">How long a rotation may take to begin and be tried again, as AWS writes it; null where AWS's default holds.</param>
/// <param name="LastRotated">When Secrets Manager last did.</param>
/// <param name="NextRotation">By when it will.</param>
/// <param name="HoursOverdue">By how many hours it is late; 0 when it is not; null when nothing says when it is due.</param>
/// <param name="PendingVersion">The version of a rotation that is not complete.</param>
/// <param name="PendingStep">The step of that rotation that has not passed, as far as values and keys show: what testSecret found does not show, so finishSecret is never named.</param>
/// <param name="Overlap">How long the previous key stays enabled; null: until the next rotation.</param>
public sealed record RotationStatus(
    bool Enabled, string? Schedule, string? Window, DateTime? LastRotated, DateTime? NextRotation, double? HoursOverdue, string? PendingVersion, string? PendingStep, string? Overlap);

/// <summary>A key of a secret, without its value. Times are UTC.</summary>
/// <param name="KeyId">Its id.</param>
/// <param name="Kind">
/// <c>minted</c>, <c>adopted</c>, or <c>foreign</c>: named like a minted key, or by the secret as adopted, but not tagged as one, and never touched.
/// </param>
/// <param name="Labels">The labels of the versions that hold its value.</param>
/// <param name="Stray">Whether it is enabled without a label, so that the next rotation disables it, or without its tag, so that none does.</param>
/// <param name="Enabled">Whether API Gateway accepts it.</param>
/// <param name="Created">When it was made.</param>
/// <param name="AgeDays">How many whole days ago that was.</param>
/// <param name="LastUpdated">When it was last changed, as by being disabled.</param>
/// <param name="UsagePlanIds">The usage plans that it is in.</param>
public sealed record KeyStatus(
    string KeyId, string Kind, IReadOnlyList<string> Labels, bool Stray, bool Enabled, DateTime? Created, int? AgeDays, DateTime? LastUpdated, IReadOnlyList<string> UsagePlanIds);

/// <summary>Serialization of what the function receives and answers, generated at compile time.</summary>
[JsonSerializable(typeof(RotationEvent))]
[JsonSerializable(typeof(ActionResult))]
public sealed partial class EventJson : JsonSerializerContext;
