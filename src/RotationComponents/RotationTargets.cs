using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pulumi;
using Aws = Pulumi.Aws;

namespace RotationComponents;

/// <summary>A target that EventBridge notifies when AWSCURRENT has moved to another version of a key's secret.</summary>
public sealed class RotationTargetArgs : ResourceArgs
{
    /// <summary>
    /// Gets or sets the ARN of an SNS topic, an event bus, a CodeBuild project or a Step Functions state machine. The policy of a topic must permit
    /// events.amazonaws.com to publish.
    /// </summary>
    [Input("arn", required: true)]
    public required Input<string> Arn { get; set; }

    /// <summary>
    /// Gets or sets the ARN of the role that EventBridge assumes to use the target. Required for all targets but topics, which must have none.
    /// </summary>
    [Input("roleArn")]
    public Input<string>? RoleArn { get; set; }
}

/// <summary>The rule that notifies the targets of a key, on the event that Secrets Manager itself sends to EventBridge. It needs no trail.</summary>
internal static partial class RotationTargets
{
    /// <summary>EventBridge's quota for a rule.</summary>
    public const int Most = 5;

    /// <summary>What a target can be, for an error.</summary>
    public const string Rule = "the ARN of an SNS topic, an event bus, a CodeBuild project or a Step Functions state machine";

    /// <summary>Returns the problem of a key with more targets than <see cref="Most"/>.</summary>
    public static string TooMany(int count) =>
        string.Create(CultureInfo.InvariantCulture, $"has {count} targets, and EventBridge accepts {Most} for a rule");

    /// <summary>Returns whether a text is the ARN of a target.</summary>
    public static bool IsTarget(string arn) => TargetPattern().IsMatch(arn);

    /// <summary>Returns the problem of a target's role, or null.</summary>
    public static string? RoleProblem(string arn, bool hasRole) => (arn.Split(':')[2] is "sns", hasRole) switch
    {
        (true, true) => "a topic has no role: its policy must permit events.amazonaws.com to publish",
        (false, false) => "EventBridge needs the ARN of a role that permits it to use the target and that events.amazonaws.com can assume",
        _ => null,
    };

    /// <summary>
    /// Creates the rule and its targets. They come after the key's first value, which is no rotation. The event contains the secret's name, the label
    /// and the id of the version, and no value.
    /// </summary>
    /// <exception cref="RunException">A target is not valid. The message names it. It is thrown when its ARN is used.</exception>
    public static void Notify(
        string name, RotatingApiKeyArgs args, KeyRotationFunction function, Output<string> secretArn, Resource after, Resource parent)
    {
        if (args.RotationTargets.Count == 0)
        {
            return;
        }

        var options = new CustomResourceOptions { Parent = parent, DependsOn = after };
        var rule = new Aws.CloudWatch.EventRule($"{function.GetResourceName()}-rotated-{name}", new()
        {
            Description = args.SecretName.Apply(secret => "AWSCURRENT has moved to another version of secret " + secret),
            EventPattern = secretArn.Apply(PatternOf),
        }, options);
        foreach (var (key, target) in args.RotationTargets.OrderBy(target => target.Key, StringComparer.Ordinal))
        {
            _ = new Aws.CloudWatch.EventTarget($"{function.GetResourceName()}-{name}-{key}", new()
            {
                Rule = rule.Name,
                Arn = target.Arn.Apply(arn => Problem(arn, target.RoleArn is not null) is { } problem
                    ? throw new RunException($"The rotating key {name} cannot have the rotation target {key}: {arn}: {problem}.")
                    : arn),
                RoleArn = target.RoleArn,
            }, options);
        }
    }

    private static string? Problem(string arn, bool hasRole) => IsTarget(arn) ? RoleProblem(arn, hasRole) : $"it is not {Rule}";

    private static string PatternOf(string secretArn) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["source"] = AnyOf("aws.secretsmanager"),
        ["detail-type"] = AnyOf("Secret Label Updated"),
        ["resources"] = AnyOf(secretArn),
        ["detail"] = new { labelUpdated = AnyOf("AWSCURRENT") },
    });

    private static string[] AnyOf(string value) => [value];

    [GeneratedRegex(
        "^arn:aws[a-z-]*:(sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}|events:[a-z0-9-]+:[0-9]{12}:event-bus/[A-Za-z0-9._/-]{1,256}"
        + "|codebuild:[a-z0-9-]+:[0-9]{12}:project/[A-Za-z0-9_-]{2,255}"
        + "|states:[a-z0-9-]+:[0-9]{12}:stateMachine:[A-Za-z0-9_-]{1,80}(:[A-Za-z0-9_-]+)?)\\z",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TargetPattern();
}
