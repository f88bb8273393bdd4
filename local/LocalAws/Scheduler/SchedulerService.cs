using System.Text;
using LocalAws.Iam;
using LocalAws.Lambda;
using LocalAws.Scheduler;

namespace LocalAws;

/// <summary>
/// EventBridge Scheduler: the schedules of the default group. They invoke functions on the instance's clock, with the permissions of their roles.
/// </summary>
public sealed class SchedulerService
{
    private const string ServicePrincipal = "scheduler.amazonaws.com";

    // AWS documents exponential backoff, and no delays.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(8);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, StoredSchedule> _schedules = [];
    private readonly EmbeddedAws _aws;
    private readonly AwsRegion _region;
    private readonly LambdaProtocol _lambda;
    private readonly CancellationToken _stopped;

    internal SchedulerService(EmbeddedAws aws, AwsRegion region, LambdaProtocol lambda, CancellationToken stopped)
    {
        _aws = aws;
        _region = region;
        _lambda = lambda;
        _stopped = stopped;
    }

    /// <summary>Gets the names of the schedules.</summary>
    public IReadOnlyList<string> Schedules
    {
        get
        {
            lock (_gate)
            {
                return [.. _schedules.Keys];
            }
        }
    }

    /// <summary>Gets or sets how often each invocation is delivered, at the same time. AWS delivers at least once.</summary>
    public int Copies { get; set; } = 1;

    private DateTimeOffset Now => _aws.TimeProvider.GetUtcNow();

    /// <summary>Creates a schedule. Its first invocation belongs to the next scheduled time.</summary>
    /// <param name="request">The schedule.</param>
    /// <exception cref="AwsException">The request is not valid, the schedule exists, or Scheduler cannot assume the role.</exception>
    public ScheduleResponse CreateSchedule(ScheduleRequest request)
    {
        var times = Check(request);
        lock (_gate)
        {
            if (!_schedules.TryGetValue(request.Name, out var existing))
            {
                Put(request, times, Now);
            }
            else if (request.ClientToken is null || request.ClientToken != existing.Request.ClientToken)
            {
                throw new AwsException(409, "ConflictException", $"Schedule {request.Name} already exists.");
            }
        }

        return new ScheduleResponse(ArnOf(request.Name));
    }

    /// <summary>Replaces everything of a schedule: a parameter that the request does not set has its default again.</summary>
    /// <param name="request">The schedule.</param>
    /// <exception cref="AwsException">The request is not valid, the schedule does not exist, or Scheduler cannot assume the role.</exception>
    public ScheduleResponse UpdateSchedule(ScheduleRequest request)
    {
        var times = Check(request);
        lock (_gate)
        {
            Put(request, times, Find(request.Name, request.GroupName).Created);
        }

        return new ScheduleResponse(ArnOf(request.Name));
    }

    /// <summary>Returns a schedule.</summary>
    /// <param name="name">The name.</param>
    /// <param name="groupName">The group, or null for the default group.</param>
    /// <exception cref="AwsException">The schedule does not exist.</exception>
    public Schedule GetSchedule(string name, string? groupName = null)
    {
        lock (_gate)
        {
            var stored = Find(name, groupName);
            var request = stored.Request;
            return new Schedule
            {
                Arn = ArnOf(name),
                CreationDate = stored.Created,
                Description = request.Description,
                FlexibleTimeWindow = request.FlexibleTimeWindow,
                GroupName = ScheduleRules.DefaultGroup,
                LastModificationDate = stored.Modified,
                Name = name,
                ScheduleExpression = request.ScheduleExpression,
                ScheduleExpressionTimezone = request.ScheduleExpressionTimezone ?? ScheduleRules.TimeZone,
                State = request.State ?? ScheduleRules.Enabled,
                Target = request.Target,
            };
        }
    }

    /// <summary>Deletes a schedule.</summary>
    /// <param name="name">The name.</param>
    /// <param name="groupName">The group, or null for the default group.</param>
    /// <exception cref="AwsException">The schedule does not exist.</exception>
    public void DeleteSchedule(string name, string? groupName = null)
    {
        lock (_gate)
        {
            Find(name, groupName).Timer?.Dispose();
            _schedules.Remove(name);
        }
    }

    internal string ArnOf(string name, string? groupName = null) => Arn($"schedule/{groupName ?? ScheduleRules.DefaultGroup}/{name}");

    internal void Stop()
    {
        lock (_gate)
        {
            foreach (var schedule in _schedules.Values)
            {
                schedule.Timer?.Dispose();
            }
        }
    }

    private string Arn(string resource) => $"arn:aws:scheduler:{_region.Name}:{_aws.AccountId}:{resource}";

    private CronSchedule Check(ScheduleRequest request)
    {
        var times = ScheduleRules.Check(request);
        return IsAssumed(request.Target.RoleArn) ? times : throw ScheduleRules.RoleNotAssumed();
    }

    /// <summary>
    /// Returns whether Scheduler can assume a role. Scheduler user guide, "Confused deputy prevention": aws:SourceArn is the ARN of the schedule's
    /// group, not of the schedule.
    /// </summary>
    private bool IsAssumed(string roleArn)
    {
        var keys = new ConditionKeys();
        keys.Add("aws:SourceAccount", _aws.AccountId);
        keys.Add("aws:SourceArn", Arn("schedule-group/" + ScheduleRules.DefaultGroup));
        return _aws.Iam.Trusts(roleArn, ServicePrincipal, keys);
    }

    private StoredSchedule Find(string name, string? groupName) => groupName is not (null or ScheduleRules.DefaultGroup)
        ? throw new AwsException(404, "ResourceNotFoundException", $"Schedule group {groupName} does not exist.")
        : _schedules.GetValueOrDefault(name) ?? throw new AwsException(404, "ResourceNotFoundException", $"Schedule {name} does not exist.");

    private void Put(ScheduleRequest request, CronSchedule times, DateTimeOffset created)
    {
        _schedules.GetValueOrDefault(request.Name)?.Timer?.Dispose();
        var target = request.Target with { RetryPolicy = ScheduleRules.RetriesOf(request.Target) };
        var schedule = new StoredSchedule(request with { Target = target }, times, created, Now);
        _schedules[request.Name] = schedule;
        Await(schedule, after: Now);
    }

    /// <summary>Sets the timer of a schedule's next invocation. Invocations that the clock has passed in one move are not made up for.</summary>
    private void Await(StoredSchedule schedule, DateTimeOffset after)
    {
        if (schedule.Request.State is ScheduleRules.Disabled || _stopped.IsCancellationRequested)
        {
            return;
        }

        var now = Now;
        DateTimeOffset due;
        do
        {
            after = schedule.Times.Next(after);
            due = after + CronSchedule.DelayOf(ArnOf(schedule.Request.Name), after, schedule.Request.FlexibleTimeWindow);
        }
        while (due <= now);

        var scheduled = after;
        // The period is the schedule's, but each invocation has a delay of its own: the timer is replaced when it fires.
        schedule.Timer = _aws.TimeProvider.CreateTimer(_ => Fire(schedule, scheduled), state: null, due - now, schedule.Times.Period);
    }

    private void Fire(StoredSchedule schedule, DateTimeOffset scheduled)
    {
        lock (_gate)
        {
            if (_schedules.GetValueOrDefault(schedule.Request.Name) != schedule || schedule.Fired >= scheduled)
            {
                return;
            }

            schedule.Fired = scheduled;
            schedule.Timer?.Dispose();
            Await(schedule, scheduled);
        }

        for (var copy = 0; copy < Copies; copy++)
        {
            _ = InvokeAsync(schedule.Request);
        }
    }

    // No caller receives the result of an asynchronous invocation, so only the call log keeps it.
    private async Task InvokeAsync(ScheduleRequest schedule)
    {
        var call = _aws.Calls.Begin(ServicePrincipal, "lambda", "Invoke", $"{schedule.Target.Arn}/{schedule.Name}");
        string? error;
        try
        {
            await DeliverAsync(call, schedule.Target);
            var payload = Encoding.UTF8.GetBytes(schedule.Target.Input ?? "{}");
            var result = await _region.Lambda.RunAsynchronouslyAsync(schedule.Target.Arn, payload, _stopped);
            error = result.Error is null ? null : "Unhandled";
        }
        catch (AwsException exception)
        {
            error = exception.Code;
        }

        _aws.Calls.End(call, 200, error, Now);
    }

    /// <summary>
    /// Has Lambda accept an event. A refusal that can end is retried as the retry policy says. EventBridge retries 429 and 5xx only; that Scheduler
    /// does the same is inferred.
    /// </summary>
    private async Task DeliverAsync(AwsCall call, ScheduleTarget target)
    {
        var retries = target.RetryPolicy!;
        var expires = Now.AddSeconds(retries.MaximumEventAgeInSeconds!.Value);
        var delay = TimeSpan.FromSeconds(1);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Accept(call, target);
                return;
            }
            catch (AwsException refused) when (
                refused.Status is 429 or >= 500 && attempt < retries.MaximumRetryAttempts && Now + delay <= expires
                && !_stopped.IsCancellationRequested)
            {
                await Task.Delay(delay, _aws.TimeProvider, _stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
            }
        }
    }

    private void Accept(AwsCall call, ScheduleTarget target)
    {
        if (_aws.Faults?.Invoke(call)?.Refusal is { } refusal)
        {
            throw refusal(_lambda);
        }

        if (!IsAssumed(target.RoleArn) || !_aws.Iam.Allows(target.RoleArn, "lambda:InvokeFunction", target.Arn))
        {
            throw new AwsException(
                403, "AccessDeniedException", $"{target.RoleArn} is not authorized to perform: lambda:InvokeFunction on resource: {target.Arn}");
        }
    }

    private sealed class StoredSchedule(ScheduleRequest request, CronSchedule times, DateTimeOffset created, DateTimeOffset modified)
    {
        public ScheduleRequest Request { get; } = request;

        public CronSchedule Times { get; } = times;

        public DateTimeOffset Created { get; } = created;

        public DateTimeOffset Modified { get; } = modified;

        public DateTimeOffset Fired { get; set; } = modified;

        public ITimer? Timer { get; set; }
    }
}
