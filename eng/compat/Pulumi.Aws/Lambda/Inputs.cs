namespace Pulumi.Aws.Lambda.Inputs;

public sealed class FunctionDeadLetterConfigArgs : ResourceArgs
{
    [Input("targetArn", required: true)]
    public Input<string> TargetArn { get; set; } = null!;
}

public sealed class FunctionEnvironmentArgs : ResourceArgs
{
    [field: Input("variables")]
    public InputMap<string> Variables { get => field ??= new(); set; }
}

public sealed class FunctionEphemeralStorageArgs : ResourceArgs
{
    [Input("size")]
    public Input<int>? Size { get; set; }
}

public sealed class FunctionLoggingConfigArgs : ResourceArgs
{
    [Input("applicationLogLevel")]
    public Input<string>? ApplicationLogLevel { get; set; }

    [Input("logFormat", required: true)]
    public Input<string> LogFormat { get; set; } = null!;

    [Input("logGroup")]
    public Input<string>? LogGroup { get; set; }

    [Input("systemLogLevel")]
    public Input<string>? SystemLogLevel { get; set; }
}

public sealed class FunctionSnapStartArgs : ResourceArgs
{
    [Input("applyOn", required: true)]
    public Input<string> ApplyOn { get; set; } = null!;

    [Input("optimizationStatus")]
    public Input<string>? OptimizationStatus { get; set; }
}

public sealed class FunctionTracingConfigArgs : ResourceArgs
{
    [Input("mode", required: true)]
    public Input<string> Mode { get; set; } = null!;
}

public sealed class FunctionVpcConfigArgs : ResourceArgs
{
    [Input("ipv6AllowedForDualStack")]
    public Input<bool>? Ipv6AllowedForDualStack { get; set; }

    [field: Input("securityGroupIds", required: true)]
    public InputList<string> SecurityGroupIds { get => field ??= new(); set; }

    [field: Input("subnetIds", required: true)]
    public InputList<string> SubnetIds { get => field ??= new(); set; }

    [Input("vpcId")]
    public Input<string>? VpcId { get; set; }
}
