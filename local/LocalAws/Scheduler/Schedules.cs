namespace LocalAws.Scheduler;

/// <summary>The input of CreateSchedule and of UpdateSchedule, which replaces everything that CreateSchedule can set.</summary>
public sealed record ScheduleRequest
{
    /// <summary>Gets the schedule's name, unique in its group.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets the group, or null for the default group. There is no other here.</summary>
    public string? GroupName { get; init; }

    /// <summary>Gets the token that identifies a repeated CreateSchedule.</summary>
    public string? ClientToken { get; init; }

    /// <summary>Gets the description.</summary>
    public string? Description { get; init; }

    /// <summary>Gets a cron expression of one minute, daily or hourly. No other expression is run here.</summary>
    public required string ScheduleExpression { get; init; }

    /// <summary>Gets the time zone of the expression, or null for UTC. There is no other here.</summary>
    public string? ScheduleExpressionTimezone { get; init; }

    /// <summary>Gets <c>ENABLED</c> or <c>DISABLED</c>, or null for <c>ENABLED</c>.</summary>
    public string? State { get; init; }

    /// <summary>Gets the time after a scheduled time in which the target is invoked.</summary>
    public required FlexibleTimeWindow FlexibleTimeWindow { get; init; }

    /// <summary>Gets the function to invoke.</summary>
    public required ScheduleTarget Target { get; init; }
}

/// <summary>The window of a schedule.</summary>
/// <param name="Mode"><c>OFF</c> or <c>FLEXIBLE</c>.</param>
/// <param name="MaximumWindowInMinutes">1 to 1440, for <c>FLEXIBLE</c> only.</param>
public sealed record FlexibleTimeWindow(string Mode, int? MaximumWindowInMinutes = null);

/// <summary>The target of a schedule.</summary>
public sealed record ScheduleTarget
{
    /// <summary>Gets the function's ARN. Other targets are not supported here.</summary>
    public required string Arn { get; init; }

    /// <summary>Gets the ARN of the role that Scheduler assumes.</summary>
    public required string RoleArn { get; init; }

    /// <summary>Gets the event as JSON, or null for an empty object.</summary>
    public string? Input { get; init; }

    /// <summary>Gets the retries of an invocation that Lambda does not accept.</summary>
    public RetryPolicy? RetryPolicy { get; init; }
}

/// <summary>The retries of an invocation.</summary>
/// <param name="MaximumEventAgeInSeconds">60 to 86,400, the default.</param>
/// <param name="MaximumRetryAttempts">0 to 185, the default.</param>
public sealed record RetryPolicy(int? MaximumEventAgeInSeconds = null, int? MaximumRetryAttempts = null);

/// <summary>A schedule, as GetSchedule returns it.</summary>
public sealed record Schedule
{
    /// <summary>Gets what happens when the schedule has ended: nothing.</summary>
    public string ActionAfterCompletion { get; init; } = "NONE";

    /// <summary>Gets the ARN.</summary>
    public required string Arn { get; init; }

    /// <summary>Gets the time of creation.</summary>
    public required DateTimeOffset CreationDate { get; init; }

    /// <summary>Gets the description, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Gets the window.</summary>
    public required FlexibleTimeWindow FlexibleTimeWindow { get; init; }

    /// <summary>Gets the group.</summary>
    public required string GroupName { get; init; }

    /// <summary>Gets the time of the last change.</summary>
    public required DateTimeOffset LastModificationDate { get; init; }

    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the expression.</summary>
    public required string ScheduleExpression { get; init; }

    /// <summary>Gets the time zone.</summary>
    public required string ScheduleExpressionTimezone { get; init; }

    /// <summary>Gets the state.</summary>
    public required string State { get; init; }

    /// <summary>Gets the target, with its retry policy.</summary>
    public required ScheduleTarget Target { get; init; }
}

/// <summary>The output of CreateSchedule and UpdateSchedule.</summary>
/// <param name="ScheduleArn">The ARN of the schedule.</param>
public sealed record ScheduleResponse(string ScheduleArn);
