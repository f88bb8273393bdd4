namespace Pulumi.Aws.CloudWatch;

public class Dashboard : CustomResource
{
    public Dashboard(string name, DashboardArgs args, CustomResourceOptions? options = null)
        : base("aws:cloudwatch/dashboard:Dashboard", name, args ?? new DashboardArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;
}

public sealed class DashboardArgs : ResourceArgs
{
    [Input("dashboardBody", required: true)]
    public Input<string> DashboardBody { get; set; } = null!;

    [Input("dashboardName", required: true)]
    public Input<string> DashboardName { get; set; } = null!;

    [Input("region")]
    public Input<string>? Region { get; set; }
}
