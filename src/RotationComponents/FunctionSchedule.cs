using System.Text.Json;
using Pulumi;
using Aws = Pulumi.Aws;

namespace RotationComponents;

/// <summary>
/// When a schedule invokes the function: a cron expression in UTC, and the time after it in which EventBridge Scheduler picks the moment. All keys of
/// the account share API Gateway's rate, and the window disperses their invocations.
/// </summary>
/// <param name="Cron">The expression.</param>
/// <param name="WindowInMinutes">The length of the window.</param>
/// <param name="PeriodInSeconds">The time to the next invocation. An invocation that Lambda has not accepted by then is dropped.</param>
internal sealed record FunctionSchedule(string Cron, int WindowInMinutes, int PeriodInSeconds)
{
    /// <summary>Once a day. The window opens after the rotations of the night, and two checks are at most 36 hours apart.</summary>
    public static readonly FunctionSchedule Daily = new("cron(0 6 * * ? *)", 12 * 60, 86_400);

    /// <summary>Once an hour.</summary>
    public static readonly FunctionSchedule Hourly = new("cron(0 * * * ? *)", 30, 3600);

    /// <summary>Creates a schedule that invokes an action for a secret.</summary>
    /// <param name="function">The function. Its name is the beginning of the schedule's.</param>
    /// <param name="name">The rest of the schedule's name.</param>
    /// <param name="action">The action.</param>
    /// <param name="description">The description, without the name of the secret at its end.</param>
    /// <param name="key">The key whose secret the action is for.</param>
    /// <param name="parent">The component that the schedule belongs to.</param>
    public void Invoke(KeyRotationFunction function, string name, string action, string description, RotatingApiKey key, Resource parent) =>
        _ = new Aws.Scheduler.Schedule($"{function.GetResourceName()}-{name}", new()
        {
            Description = key.SecretName.Apply(secret => description + secret),
            ScheduleExpression = Cron,
            FlexibleTimeWindow = new Aws.Scheduler.Inputs.ScheduleFlexibleTimeWindowArgs
            {
                Mode = "FLEXIBLE",
                MaximumWindowInMinutes = WindowInMinutes,
            },
            Target = new Aws.Scheduler.Inputs.ScheduleTargetArgs
            {
                Arn = function.Arn,
                RoleArn = function.ScheduleRoleArn,
                Input = key.SecretArn.Apply(secretArn => JsonSerializer.Serialize(new { action, secretId = secretArn })),
                RetryPolicy = new Aws.Scheduler.Inputs.ScheduleTargetRetryPolicyArgs { MaximumEventAgeInSeconds = PeriodInSeconds },
            },
        }, new CustomResourceOptions { Parent = parent });
}
