using Pulumi.Aws.Lambda.Inputs;

namespace Pulumi.Aws.Lambda;

public class FunctionEventInvokeConfig : CustomResource
{
    public FunctionEventInvokeConfig(string name, FunctionEventInvokeConfigArgs args, CustomResourceOptions? options = null)
        : base("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", name, args ?? new FunctionEventInvokeConfigArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("functionName")]
    public Output<string> FunctionName { get; private set; } = null!;

    [Output("maximumEventAgeInSeconds")]
    public Output<int?> MaximumEventAgeInSeconds { get; private set; } = null!;

    [Output("maximumRetryAttempts")]
    public Output<int?> MaximumRetryAttempts { get; private set; } = null!;

    [Output("qualifier")]
    public Output<string?> Qualifier { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;
}

public sealed class FunctionEventInvokeConfigArgs : ResourceArgs
{
    [Input("destinationConfig")]
    public Input<FunctionEventInvokeConfigDestinationConfigArgs>? DestinationConfig { get; set; }

    [Input("functionName", required: true)]
    public Input<string> FunctionName { get; set; } = null!;

    [Input("maximumEventAgeInSeconds")]
    public Input<int>? MaximumEventAgeInSeconds { get; set; }

    [Input("maximumRetryAttempts")]
    public Input<int>? MaximumRetryAttempts { get; set; }

    [Input("qualifier")]
    public Input<string>? Qualifier { get; set; }

    [Input("region")]
    public Input<string>? Region { get; set; }
}
