namespace Pulumi.Aws.ApiGateway.Inputs;

public sealed class UsagePlanApiStageArgs : ResourceArgs
{
    [Input("apiId", required: true)]
    public Input<string> ApiId { get; set; } = null!;

    [Input("stage", required: true)]
    public Input<string> Stage { get; set; } = null!;
}

public sealed class UsagePlanQuotaSettingsArgs : ResourceArgs
{
    [Input("limit", required: true)]
    public Input<int> Limit { get; set; } = null!;

    [Input("offset")]
    public Input<int>? Offset { get; set; }

    [Input("period", required: true)]
    public Input<string> Period { get; set; } = null!;
}

public sealed class UsagePlanThrottleSettingsArgs : ResourceArgs
{
    [Input("burstLimit")]
    public Input<int>? BurstLimit { get; set; }

    [Input("rateLimit")]
    public Input<double>? RateLimit { get; set; }
}
