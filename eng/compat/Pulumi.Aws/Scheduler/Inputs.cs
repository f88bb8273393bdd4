namespace Pulumi.Aws.Scheduler.Inputs;

public sealed class ScheduleFlexibleTimeWindowArgs : ResourceArgs
{
    [Input("maximumWindowInMinutes")]
    public Input<int>? MaximumWindowInMinutes { get; set; }

    [Input("mode", required: true)]
    public Input<string> Mode { get; set; } = null!;
}

public sealed class ScheduleTargetArgs : ResourceArgs
{
    [Input("arn", required: true)]
    public Input<string> Arn { get; set; } = null!;

    [Input("input")]
    public Input<string>? Input { get; set; }

    [Input("retryPolicy")]
    public Input<ScheduleTargetRetryPolicyArgs>? RetryPolicy { get; set; }

    [Input("roleArn", required: true)]
    public Input<string> RoleArn { get; set; } = null!;
}

public sealed class ScheduleTargetRetryPolicyArgs : ResourceArgs
{
    [Input("maximumEventAgeInSeconds")]
    public Input<int>? MaximumEventAgeInSeconds { get; set; }
}
