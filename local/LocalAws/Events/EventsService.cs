using System.Text.Json;
using LocalAws.Events;
using LocalAws.Iam;

namespace LocalAws;

/// <summary>
/// EventBridge: the rules of the default bus, and the events that Secrets Manager sends to it. No target is embedded, so its event is only recorded
/// in <see cref="Deliveries"/>, with an error if its role does not permit EventBridge to send it. The policies of topics are not evaluated.
/// </summary>
public sealed class EventsService
{
    private const string ServicePrincipal = "events.amazonaws.com";

    // EventBridge user guide, "Amazon EventBridge quotas".
    private const int MostRules = 300;
    private const int MostTargets = 5;
    private const int LongestPattern = 2048;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Rule> _rules = [];
    private readonly List<EventDelivery> _deliveries = [];
    private readonly EmbeddedAws _aws;
    private readonly string _region;

    internal EventsService(EmbeddedAws aws, string region) => (_aws, _region) = (aws, region);

    /// <summary>Gets the names of the rules.</summary>
    public IReadOnlyList<string> Rules
    {
        get
        {
            lock (_gate)
            {
                return [.. _rules.Keys];
            }
        }
    }

    /// <summary>Gets the events that rules have sent to targets, in that order.</summary>
    public IReadOnlyList<EventDelivery> Deliveries
    {
        get
        {
            lock (_gate)
            {
                return [.. _deliveries];
            }
        }
    }

    /// <summary>Creates a rule, or changes the pattern of the rule of that name. Returns its ARN.</summary>
    /// <param name="name">The rule's name.</param>
    /// <param name="eventPattern">The pattern, as JSON, or null for a rule with a schedule only, which never fires here.</param>
    /// <exception cref="AwsException">The name or the pattern is not valid, or there are too many rules.</exception>
    public string PutRule(string name, string? eventPattern)
    {
        ArgumentNullException.ThrowIfNull(name);
        // API reference of PutRule.
        if (name.Length is 0 or > 64 || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_'))
        {
            throw new AwsException(400, "ValidationException", $"The name {name} must be 1 to 64 letters, digits, dots, hyphens and underscores.");
        }

        if (eventPattern?.Length > LongestPattern)
        {
            throw new AwsException(
                400, "LimitExceededException", $"The event pattern has {eventPattern.Length} characters and can have {LongestPattern}.");
        }

        var pattern = eventPattern is null ? null : EventPattern.Parse(eventPattern);
        lock (_gate)
        {
            if (!_rules.ContainsKey(name) && _rules.Count >= MostRules)
            {
                throw new AwsException(400, "LimitExceededException", $"The event bus has {MostRules} rules.");
            }

            _rules[name] = new Rule(pattern, _rules.TryGetValue(name, out var before) ? before.Targets : []);
        }

        return ArnOf(name);
    }

    /// <summary>Deletes a rule. A rule that does not exist is no error (API reference).</summary>
    /// <param name="name">The rule's name.</param>
    /// <exception cref="AwsException">The rule has targets.</exception>
    public void DeleteRule(string name)
    {
        lock (_gate)
        {
            if (_rules.TryGetValue(name, out var rule) && rule.Targets.Count > 0)
            {
                // Quoted in the provider's code.
                throw new AwsException(400, "ValidationException", "Rule can't be deleted since it has targets.");
            }

            _rules.Remove(name);
        }
    }

    /// <summary>Adds a target to a rule, or replaces the target of that id.</summary>
    /// <param name="rule">The rule's name.</param>
    /// <param name="target">The target.</param>
    /// <exception cref="AwsException">The rule does not exist, the target lacks its role, or the rule has too many targets.</exception>
    public void PutTarget(string rule, EventTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        lock (_gate)
        {
            var (pattern, targets) = Find(rule);
            // EventBridge user guide, "IAM roles for sending events to targets".
            if (pattern is not null && ActionOf(target.Arn) is not null && target.RoleArn is null)
            {
                throw new AwsException(400, "ValidationException", $"RoleArn is required for target {target.Arn}.");
            }

            targets.RemoveAll(other => other.Id == target.Id);
            if (targets.Count >= MostTargets)
            {
                // Observed in the field.
                throw new AwsException(400, "LimitExceededException", "The requested resource exceeds the maximum number allowed.");
            }

            targets.Add(target);
        }
    }

    /// <summary>Returns the targets of a rule.</summary>
    /// <param name="rule">The rule's name.</param>
    /// <exception cref="AwsException">The rule does not exist.</exception>
    public IReadOnlyList<EventTarget> ListTargets(string rule)
    {
        lock (_gate)
        {
            return [.. Find(rule).Targets];
        }
    }

    /// <summary>Removes a target from a rule.</summary>
    /// <param name="rule">The rule's name.</param>
    /// <param name="id">The target's id.</param>
    /// <exception cref="AwsException">The rule does not exist.</exception>
    public void RemoveTarget(string rule, string id)
    {
        lock (_gate)
        {
            Find(rule).Targets.RemoveAll(target => target.Id == id);
        }
    }

    /// <summary>Sends an event of a service to the rules. Events reference, "AWS service event metadata": the fields of every event.</summary>
    internal void Send(string source, string detailType, string resource, object detail)
    {
        var sent = JsonSerializer.SerializeToElement(new Dictionary<string, object>
        {
            ["version"] = "0",
            ["id"] = Guid.NewGuid().ToString(),
            ["detail-type"] = detailType,
            ["source"] = source,
            ["account"] = _aws.AccountId,
            ["time"] = _aws.TimeProvider.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
            ["region"] = _region,
            ["resources"] = new[] { resource },
            ["detail"] = detail,
        });
        lock (_gate)
        {
            foreach (var (name, rule) in _rules.Where(rule => rule.Value.Pattern?.Matches(sent) == true))
            {
                _deliveries.AddRange(rule.Targets.Select(
                    target => new EventDelivery(name, target.Arn, sent, IsPermitted(name, target) ? null : "NO_PERMISSIONS")));
            }
        }
    }

    // Service Authorization Reference: the action that a role must permit for each kind of target. A topic has no role.
    private static string? ActionOf(string arn) => arn.Split(':') switch
    {
        [_, _, "events", ..] => "events:PutEvents",
        [_, _, "codebuild", ..] => "codebuild:StartBuild",
        [_, _, "states", ..] => "states:StartExecution",
        [_, _, "sns", ..] => null,
        _ => throw AwsException.NotHere("events", $"PutTargets with {arn}"),
    };

    private bool IsPermitted(string rule, EventTarget target)
    {
        if (ActionOf(target.Arn) is not { } action)
        {
            return true;
        }

        var keys = new ConditionKeys();
        keys.Add("aws:SourceAccount", _aws.AccountId);
        keys.Add("aws:SourceArn", ArnOf(rule));
        return _aws.Iam.Trusts(target.RoleArn!, ServicePrincipal, keys) && _aws.Iam.Allows(target.RoleArn!, action, target.Arn);
    }

    private string ArnOf(string rule) => $"arn:aws:events:{_region}:{_aws.AccountId}:rule/{rule}";

    private Rule Find(string name) => _rules.GetValueOrDefault(name)
        ?? throw new AwsException(400, "ResourceNotFoundException", $"Rule {name} does not exist on EventBus default.");

    private sealed record Rule(EventPattern? Pattern, List<EventTarget> Targets);
}
