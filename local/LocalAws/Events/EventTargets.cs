using System.Text.Json;

namespace LocalAws.Events;

/// <summary>A target of a rule.</summary>
/// <param name="Id">The id, unique in the rule.</param>
/// <param name="Arn">The ARN of the topic, function, event bus, build project or state machine.</param>
/// <param name="RoleArn">
/// The ARN of the role that EventBridge assumes, or null for a topic or a function, whose own policy permits EventBridge to use it.
/// </param>
/// <param name="Transformer">What the target gets instead of the event, or null for the event.</param>
public sealed record EventTarget(string Id, string Arn, string? RoleArn = null, InputTransformer? Transformer = null);

/// <summary>An event that a rule has sent to a target.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="TargetArn">The target's ARN.</param>
/// <param name="Event">The event, as the target receives it.</param>
/// <param name="Error">The error code of a failed delivery, or null.</param>
public sealed record EventDelivery(string Rule, string TargetArn, JsonElement Event, string? Error);
