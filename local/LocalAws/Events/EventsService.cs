using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LocalAws;

/// <summary>
/// EventBridge's rules on the default bus. Those with a rate invoke their functions on the instance's clock; those with a pattern are kept, and match nothing,
/// as no trail delivers events here.
/// </summary>
public sealed partial class EventsService
{
    private const string ServicePrincipal = "events.amazonaws.com";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Rule> _rules = [];
    private readonly EmbeddedAws _aws;

    internal EventsService(EmbeddedAws aws) => _aws = aws;

    /// <summary>The rules' names.</summary>
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

    /// <summary>Makes a rule, or changes the one of that name. A rate runs from now on.</summary>
    /// <param name="name">The rule's name.</param>
    /// <param name="scheduleExpression"><c>rate(n minutes|hours|days)</c>; null for a rule with a pattern. No cron is run here.</param>
    /// <returns>The rule's ARN.</returns>
    /// <exception cref="AwsException">The expression is no rate.</exception>
    public string PutRule(string name, string? scheduleExpression)
    {
        var rate = scheduleExpression is null ? (TimeSpan?)null : RateOf(scheduleExpression);
        var arn = $"arn:aws:events:{_aws.Region}:{_aws.AccountId}:rule/{name}";
        lock (_gate)
        {
            var targets = _rules.Remove(name, out var replaced) ? replaced.Targets : [];
            replaced?.Timer?.Dispose();
            var rule = new Rule(arn, targets);
            _rules.Add(name, rule);
            rule.Timer = rate is { } every ? _aws.TimeProvider.CreateTimer(_ => _ = FireAsync(rule), state: null, every, every) : null;
        }

        return arn;
    }

    /// <summary>Adds a target to a rule, or changes the one of that id. Only functions are invoked.</summary>
    /// <param name="rule">The rule's name.</param>
    /// <param name="id">The target's id, unique in the rule.</param>
    /// <param name="arn">The target.</param>
    /// <param name="input">What it is sent, as JSON.</param>
    /// <exception cref="AwsException">There is no such rule.</exception>
    public void PutTarget(string rule, string id, string arn, string? input)
    {
        lock (_gate)
        {
            RuleOf(rule).Targets[id] = (arn, input ?? "{}");
        }
    }

    /// <summary>Removes a target.</summary>
    /// <param name="rule">The rule's name.</param>
    /// <param name="id">The target's id.</param>
    /// <exception cref="AwsException">There is no such rule.</exception>
    public void RemoveTarget(string rule, string id)
    {
        lock (_gate)
        {
            RuleOf(rule).Targets.Remove(id);
        }
    }

    /// <summary>Deletes a rule. AWS deletes none that has targets.</summary>
    /// <param name="name">The rule's name.</param>
    /// <exception cref="AwsException">The rule has targets.</exception>
    public void DeleteRule(string name)
    {
        lock (_gate)
        {
            if (_rules.GetValueOrDefault(name) is not { } rule)
            {
                return;
            }

            if (rule.Targets.Count > 0)
            {
                throw new AwsException(400, "ValidationException", "Rule can't be deleted since it has targets.");
            }

            rule.Timer?.Dispose();
            _rules.Remove(name);
        }
    }

    internal void Stop()
    {
        lock (_gate)
        {
            foreach (var rule in _rules.Values)
            {
                rule.Timer?.Dispose();
            }
        }
    }

    // AWS user guide: rate(value unit), the unit in the singular for 1.
    private static TimeSpan RateOf(string expression)
    {
        if (Rate().Match(expression) is not { Success: true } match)
        {
            throw new AwsException(400, "ValidationException", "Parameter ScheduleExpression is not valid.");
        }

        var value = int.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture);
        return match.Groups["unit"].Value switch
        {
            "minute" => TimeSpan.FromMinutes(value),
            "hour" => TimeSpan.FromHours(value),
            _ => TimeSpan.FromDays(value),
        };
    }

    private Task FireAsync(Rule rule)
    {
        (string Arn, string Input)[] targets;
        lock (_gate)
        {
            targets = [.. rule.Targets.Values];
        }

        return Task.WhenAll(targets.Select(target => InvokeAsync(rule, target.Arn, target.Input)));
    }

    // An asynchronous invocation: nobody hears its result, so the log of calls keeps what became of it.
    private async Task InvokeAsync(Rule rule, string functionArn, string input)
    {
        var call = _aws.Calls.Begin(ServicePrincipal, "lambda", "Invoke", $"{functionArn}/{rule.Arn.Split('/')[^1]}");
        var error = !_aws.Lambda.Admits(functionArn, ServicePrincipal, rule.Arn, _aws.Unknowns.RulesNameTheirAccount) ? "AccessDeniedException"
            : (await _aws.Lambda.RunAsync(functionArn, Encoding.UTF8.GetBytes(input))).Error is null ? null : "Unhandled";
        _aws.Calls.End(call, 200, error, _aws.TimeProvider.GetUtcNow());
    }

    private Rule RuleOf(string name) => _rules.GetValueOrDefault(name) ?? throw new AwsException(400, "ResourceNotFoundException", $"Rule {name} does not exist on EventBus default.");

    [GeneratedRegex(@"^rate\((?<value>[1-9][0-9]{0,4}) (?<unit>minute|hour|day)s?\)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rate();

    private sealed class Rule(string arn, Dictionary<string, (string Arn, string Input)> targets)
    {
        public string Arn { get; } = arn;

        public Dictionary<string, (string Arn, string Input)> Targets { get; } = targets;

        public ITimer? Timer { get; set; }
    }
}
