using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LocalAws.Lambda;

namespace LocalAws;

/// <summary>
/// EventBridge's rules on the default bus. Rules with a schedule invoke their functions on the instance's clock. Rules with a pattern are stored but
/// match nothing, because no trail delivers events here.
/// </summary>
public sealed partial class EventsService
{
    private const string ServicePrincipal = "events.amazonaws.com";

    // EventBridge user guide, "Amazon EventBridge quotas". In some Regions a bus accepts 100 rules.
    private const int MostRules = 300;
    private const int MostTargets = 5;

    private static readonly TimeSpan MaximumEventAge = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Rule> _rules = [];
    private readonly EmbeddedAws _aws;
    private readonly CancellationToken _stopped;

    internal EventsService(EmbeddedAws aws, CancellationToken stopped)
    {
        _aws = aws;
        _stopped = stopped;
    }

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

    /// <summary>Creates a rule, or updates the rule of that name. A rate starts now.</summary>
    /// <param name="name">The rule's name.</param>
    /// <param name="scheduleExpression">
    /// <c>rate(n minutes|hours|days)</c>, or a cron of one minute, daily or hourly, in UTC: no other is run here. Null for a rule with a pattern.
    /// </param>
    /// <returns>The rule's ARN.</returns>
    /// <exception cref="AwsException">The name or the expression is not valid, or the bus has reached its quota of rules.</exception>
    public string PutRule(string name, string? scheduleExpression)
    {
        if (!RuleName().IsMatch(name))
        {
            throw new AwsException(400, "ValidationException", "A rule's name has 1 to 64 of the characters . - _ A-Z a-z 0-9.");
        }

        (TimeSpan Due, TimeSpan Period)? schedule = scheduleExpression is null ? null : ScheduleOf(scheduleExpression, _aws.TimeProvider.GetUtcNow());
        var arn = $"arn:aws:events:{_aws.Region}:{_aws.AccountId}:rule/{name}";
        lock (_gate)
        {
            var targets = _rules.Remove(name, out var replaced) ? replaced.Targets : [];
            replaced?.Timer?.Dispose();
            if (_rules.Count >= MostRules)
            {
                throw LimitExceeded();
            }

            var rule = new Rule(arn, targets);
            _rules.Add(name, rule);
            rule.Timer = schedule is var (due, period) ? _aws.TimeProvider.CreateTimer(_ => _ = FireAsync(rule), state: null, due, period) : null;
        }

        return arn;
    }

    /// <summary>Adds a target to a rule, or updates the target of that id. Only functions are invoked.</summary>
    /// <param name="rule">The rule's name.</param>
    /// <param name="id">The target's id, unique in the rule.</param>
    /// <param name="arn">The ARN of the target.</param>
    /// <param name="input">The input of the target, as JSON.</param>
    /// <exception cref="AwsException">The rule does not exist, has reached its quota of targets, or the input is not JSON.</exception>
    public void PutTarget(string rule, string id, string arn, string? input)
    {
        if (input is not null && !IsJson(input))
        {
            throw new AwsException(400, "ValidationException", $"JSON syntax error in input for target {id}");
        }

        lock (_gate)
        {
            var targets = RuleOf(rule).Targets;
            if (targets.Count >= MostTargets && !targets.ContainsKey(id))
            {
                throw LimitExceeded();
            }

            targets[id] = (arn, input ?? "{}");
        }
    }

    /// <summary>Removes a target.</summary>
    /// <param name="rule">The rule's name.</param>
    /// <param name="id">The target's id.</param>
    /// <exception cref="AwsException">The rule does not exist.</exception>
    public void RemoveTarget(string rule, string id)
    {
        lock (_gate)
        {
            RuleOf(rule).Targets.Remove(id);
        }
    }

    /// <summary>Deletes a rule. Like AWS, rejects a rule that has targets.</summary>
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

    /// <summary>Returns the time until the first run of a schedule, and the interval of the next ones.</summary>
    private static (TimeSpan Due, TimeSpan Period) ScheduleOf(string expression, DateTimeOffset now)
    {
        // User guide: the unit is singular for 1 and plural for more. A rate starts when the rule is created.
        if (Rate().Match(expression) is { Success: true } rate)
        {
            var value = int.Parse(rate.Groups["value"].Value, CultureInfo.InvariantCulture);
            var unit = rate.Groups["unit"].Value;
            var every = unit[0] switch
            {
                'm' => TimeSpan.FromMinutes(value),
                'h' => TimeSpan.FromHours(value),
                _ => TimeSpan.FromDays(value),
            };
            return unit.EndsWith('s') == value > 1 ? (every, every) : throw InvalidSchedule();
        }

        if (Cron().Match(expression) is not { Success: true } cron)
        {
            throw InvalidSchedule();
        }

        var minute = int.Parse(cron.Groups["minute"].Value, CultureInfo.InvariantCulture);
        var (period, first) = cron.Groups["hour"].Value is "*"
            ? (TimeSpan.FromHours(1), TimeSpan.FromMinutes(minute))
            : (TimeSpan.FromDays(1), new TimeSpan(int.Parse(cron.Groups["hour"].Value, CultureInfo.InvariantCulture), minute, 0));
        var due = first - now.UtcDateTime.TimeOfDay;
        return (due > TimeSpan.Zero ? due : due + (period * (Math.Floor(-due / period) + 1)), period);
    }

    private static AwsException InvalidSchedule() => new(400, "ValidationException", "Parameter ScheduleExpression is not valid.");

    private static AwsException LimitExceeded() => new(400, "LimitExceededException", "The requested resource exceeds the maximum number allowed.");

    private static bool IsJson(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
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

    // An asynchronous invocation: no caller receives its result, so only the call log keeps it.
    private async Task InvokeAsync(Rule rule, string functionArn, string input)
    {
        var call = _aws.Calls.Begin(ServicePrincipal, "lambda", "Invoke", $"{functionArn}/{rule.Arn.Split('/')[^1]}");
        string? error;
        try
        {
            error = !_aws.Lambda.Admits(functionArn, ServicePrincipal, rule.Arn, _aws.Unknowns.RulesNameTheirAccount) ? "AccessDeniedException"
                : (await RunAsync(functionArn, Encoding.UTF8.GetBytes(input))).Error is null ? null : "Unhandled";
        }
        catch (AwsException exception)
        {
            error = exception.Code;
        }

        _aws.Calls.End(call, 200, error, _aws.TimeProvider.GetUtcNow());
    }

    /// <summary>
    /// Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation": Lambda retries a throttled event for 6 hours,
    /// with delays from 1 second to 5 minutes. Errors of the function are not retried here.
    /// </summary>
    private async Task<FunctionResult> RunAsync(string functionArn, byte[] input)
    {
        var discarded = _aws.TimeProvider.GetUtcNow() + MaximumEventAge;
        for (var delay = TimeSpan.FromSeconds(1); ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                return await _aws.Lambda.RunAsync(functionArn, input);
            }
            catch (AwsException exception) when (exception.Status == 429 && !_stopped.IsCancellationRequested && _aws.TimeProvider.GetUtcNow() + delay <= discarded)
            {
                await Task.Delay(delay, _aws.TimeProvider, _stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Rule RuleOf(string name) => _rules.GetValueOrDefault(name) ?? throw new AwsException(400, "ResourceNotFoundException", $"Rule {name} does not exist on EventBus default.");

    [GeneratedRegex(@"^[.\-_A-Za-z0-9]{1,64}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RuleName();

    [GeneratedRegex(
        @"^rate\((?<value>[1-9][0-9]{0,4}) (?<unit>(minute|hour|day)s?)\)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rate();

    [GeneratedRegex(
        @"^cron\((?<minute>[1-5]?[0-9]) (?<hour>\*|1?[0-9]|2[0-3]) \* \* \? \*\)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Cron();

    private sealed class Rule(string arn, Dictionary<string, (string Arn, string Input)> targets)
    {
        public string Arn { get; } = arn;

        public Dictionary<string, (string Arn, string Input)> Targets { get; } = targets;

        public ITimer? Timer { get; set; }
    }
}
