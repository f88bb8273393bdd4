using Pulumi.Aws.Scheduler.Inputs;

namespace Pulumi.Aws.Scheduler;

public class Schedule : CustomResource
{
    public Schedule(string name, ScheduleArgs args, CustomResourceOptions? options = null)
        : base("aws:scheduler/schedule:Schedule", name, args ?? new ScheduleArgs(), ResourceDefaults.Merge(options))
    {
    }
}

public sealed class ScheduleArgs : ResourceArgs
{
    [Input("description")]
    public Input<string>? Description { get; set; }

    [Input("flexibleTimeWindow", required: true)]
    public Input<ScheduleFlexibleTimeWindowArgs> FlexibleTimeWindow { get; set; } = null!;

    [Input("scheduleExpression", required: true)]
    public Input<string> ScheduleExpression { get; set; } = null!;

    [Input("target", required: true)]
    public Input<ScheduleTargetArgs> Target { get; set; } = null!;
}
