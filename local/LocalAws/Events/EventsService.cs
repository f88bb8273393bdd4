using System.Text.Json;
using LocalAws.Events;
using LocalAws.Iam;

namespace LocalAws;

/// <summary>
/// EventBridge: the rules of the default bus, and the events that Secrets Manager and CloudTrail send to it. Of the targets only functions are
/// embedded: they are invoked. What any target gets is recorded in <see cref="Deliveries"/>, with an error if a role or a function's policy does not
/// permit EventBridge to send it. The policies of topics are not evaluated.
/// </summary>
public sealed class EventsService
{
    private const string ServicePrincipal = "events.amazonaws.com";

    // EventBridge user guide, "Amazon EventBridge quotas".
    private const int MostRules = 300;
    private const int MostTargets = 5;
    private const int LongestPattern = 2048;

    // EventBridge user guide, "Receiving read-only management events from AWS services".
    private const string Enabled = "ENABLED";
    private const string EnabledWithReads = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";
    private const string Disabled = "DISABLED";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Rule> _rules = [];
    private readonly List<EventDelivery> _deliveries = [];
    private readonly List<Task> _invocations = [];
    private readonly EmbeddedAws _aws;
    private readonly AwsRegion _region;
    private readonly CancellationToken _stopped;

    internal EventsService(EmbeddedAws aws, AwsRegion region, CancellationToken stopped) => (_aws, _region, _stopped) = (aws, region, stopped);

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

    /// <summary>Waits until the functions have ended that events have invoked so far.</summary>
    public Task SettledAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll(_invocations);
        }
    }

    /// <summary>Creates a rule, or changes the pattern and the state of the rule of that name. Returns its ARN.</summary>
    /// <param name="name">The rule's name.</param>
    /// <param name="eventPattern">The pattern, as JSON, or null for a rule with a schedule only, which never fires here.</param>
    /// <param name="state">The rule's state. A rule that is just enabled gets no read-only event of CloudTrail.</param>
    /// <exception cref="AwsException">The name, the pattern or the state is not valid, or there are too many rules.</exception>
    public string PutRule(string name, string? eventPattern, string state = Enabled)
    {
        ArgumentNullException.ThrowIfNull(name);
        // API reference of PutRule.
        if (name.Length is 0 or > 64 || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_'))
        {
            throw new AwsException(400, "ValidationException", $"The name {name} must be 1 to 64 letters, digits, dots, hyphens and underscores.");
        }

        if (state is not (Enabled or EnabledWithReads or Disabled))
        {
            throw Validation.Failed(
                $"Value '{state}' at 'state' failed to satisfy constraint: Member must satisfy enum value set: "
                + $"[{Enabled}, {Disabled}, {EnabledWithReads}]");
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

            _rules[name] = new Rule(pattern, state, _rules.TryGetValue(name, out var before) ? before.Targets : []);
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
            var (pattern, _, targets) = Find(rule);
            // EventBridge user guide, "IAM roles for sending events to targets".
            if (pattern is not null && ActionOf(target.Arn) is not null && target.RoleArn is null)
            {
                throw new AwsException(400, "ValidationException", $"RoleArn is required for target {target.Arn}.");
            }

            target.Transformer?.Check();

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
    internal void Send(string source, string detailType, string? resource, object detail, bool isRead = false)
    {
        var sent = JsonSerializer.SerializeToElement(new Dictionary<string, object>
        {
            ["version"] = "0",
            ["id"] = Guid.NewGuid().ToString(),
            ["detail-type"] = detailType,
            ["source"] = source,
            ["account"] = _aws.AccountId,
            ["time"] = _aws.TimeProvider.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
            ["region"] = _region.Name,
            ["resources"] = resource is null ? [] : new[] { resource },
            ["detail"] = detail,
        });
        lock (_gate)
        {
            foreach (var (name, rule) in _rules.Where(rule => rule.Value.State != Disabled && rule.Value.Pattern?.Matches(sent) == true))
            {
                if (!isRead || rule.State == EnabledWithReads)
                {
                    rule.Targets.ForEach(target => Deliver(name, target, sent));
                }
            }
        }
    }

    /// <summary>
    /// Sends a record of CloudTrail to the rules. Events reference, "AWS service events delivered via CloudTrail". Of the read-only calls, a rule
    /// that is just enabled gets those whose names do not begin like a read.
    /// </summary>
    internal void SendRecord(JsonElement record)
    {
        var (source, name) = (record.GetProperty("eventSource").GetString()!, record.GetProperty("eventName").GetString()!);
        var isCall = record.GetProperty("eventType").GetString() is "AwsApiCall";
        Send(
            "aws." + source.Split('.')[0],
            isCall ? "AWS API Call via CloudTrail" : "AWS Service Event via CloudTrail",
            resource: null,
            record,
            isRead: isCall && Array.Exists(["Get", "Describe", "List"], verb => name.StartsWith(verb, StringComparison.Ordinal)));
    }

    private void Deliver(string rule, EventTarget target, JsonElement sent)
    {
        var isFunction = IsFunction(target.Arn);
        var error = isFunction
            ? _region.Lambda.Admits(target.Arn, ServicePrincipal, ArnOf(rule)) ? null : "NO_PERMISSIONS"
            : IsPermitted(rule, target) ? null : "NO_PERMISSIONS";
        var input = target.Transformer is null ? sent : target.Transformer.Apply(sent);
        _deliveries.Add(new EventDelivery(rule, target.Arn, input ?? default, error ?? (input is null ? "INVALID_JSON" : null)));
        if (isFunction && error is null && input is { } payload)
        {
            _invocations.Add(Task.Run(() => InvokeAsync(rule, target.Arn, payload)));
        }
    }

    // As for a schedule: no caller receives the result, so only the call log keeps it.
    private async Task InvokeAsync(string rule, string functionArn, JsonElement input)
    {
        var call = _aws.Calls.Begin(ServicePrincipal, "lambda", "Invoke", $"{functionArn}/{rule}");
        string? error;
        try
        {
            var result = await _region.Lambda.RunAsynchronouslyAsync(functionArn, JsonSerializer.SerializeToUtf8Bytes(input), _stopped);
            error = result.Error is null ? null : "Unhandled";
        }
        catch (AwsException exception)
        {
            error = exception.Code;
        }

        _aws.Calls.End(call, 200, error, _aws.TimeProvider.GetUtcNow());
    }

    private static bool IsFunction(string arn) => arn.Split(':') is [_, _, "lambda", ..];

    // Service Authorization Reference: the action that a role must permit for each kind of target. A topic has no role.
    private static string? ActionOf(string arn) => arn.Split(':') switch
    {
        [_, _, "events", ..] => "events:PutEvents",
        [_, _, "codebuild", ..] => "codebuild:StartBuild",
        [_, _, "states", ..] => "states:StartExecution",
        [_, _, "sns" or "lambda", ..] => null,
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

    private string ArnOf(string rule) => $"arn:aws:events:{_region.Name}:{_aws.AccountId}:rule/{rule}";

    private Rule Find(string name) => _rules.GetValueOrDefault(name)
        ?? throw new AwsException(400, "ResourceNotFoundException", $"Rule {name} does not exist on EventBus default.");

    private sealed record Rule(EventPattern? Pattern, string State, List<EventTarget> Targets);
}
