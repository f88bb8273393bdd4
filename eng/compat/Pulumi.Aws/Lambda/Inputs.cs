namespace Pulumi.Aws.Lambda.Inputs;

public sealed class FunctionEnvironmentArgs : ResourceArgs
{
    [field: Input("variables")]
    public InputMap<string> Variables { get => field ??= new(); set; }
}

public sealed class FunctionLoggingConfigArgs : ResourceArgs
{
    [Input("logFormat", required: true)]
    public Input<string> LogFormat { get; set; } = null!;

    [Input("logGroup")]
    public Input<string>? LogGroup { get; set; }
}

public sealed class FunctionTracingConfigArgs : ResourceArgs
{
    [Input("mode", required: true)]
    public Input<string> Mode { get; set; } = null!;
}

public sealed class FunctionVpcConfigArgs : ResourceArgs
{
    [field: Input("securityGroupIds", required: true)]
    public InputList<string> SecurityGroupIds { get => field ??= new(); set; }

    [field: Input("subnetIds", required: true)]
    public InputList<string> SubnetIds { get => field ??= new(); set; }
}
