using System.Collections.Immutable;
using Pulumi.Aws.ApiGateway.Inputs;

namespace Pulumi.Aws.ApiGateway;

public class UsagePlan : CustomResource
{
    public UsagePlan(string name, UsagePlanArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:apigateway/usagePlan:UsagePlan", name, args ?? new UsagePlanArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("description")]
    public Output<string?> Description { get; private set; } = null!;

    [Output("name")]
    public Output<string> Name { get; private set; } = null!;

    [Output("productCode")]
    public Output<string?> ProductCode { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;

    [Output("tags")]
    public Output<ImmutableDictionary<string, string>?> Tags { get; private set; } = null!;
}

public sealed class UsagePlanArgs : ResourceArgs
{
    [field: Input("apiStages")]
    public InputList<UsagePlanApiStageArgs> ApiStages { get => field ??= new(); set; }

    [Input("description")]
    public Input<string>? Description { get; set; }

    [Input("name")]
    public Input<string>? Name { get; set; }

    [Input("productCode")]
    public Input<string>? ProductCode { get; set; }

    [Input("quotaSettings")]
    public Input<UsagePlanQuotaSettingsArgs>? QuotaSettings { get; set; }

    [Input("region")]
    public Input<string>? Region { get; set; }

    [field: Input("tags")]
    public InputMap<string> Tags { get => field ??= new(); set; }

    [Input("throttleSettings")]
    public Input<UsagePlanThrottleSettingsArgs>? ThrottleSettings { get; set; }
}
