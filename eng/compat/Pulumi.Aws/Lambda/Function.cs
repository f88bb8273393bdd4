using System.Collections.Immutable;
using Pulumi.Aws.Lambda.Inputs;

namespace Pulumi.Aws.Lambda;

public class Function : CustomResource
{
    public Function(string name, FunctionArgs args, CustomResourceOptions? options = null)
        : base("aws:lambda/function:Function", name, args ?? new FunctionArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("code")]
    public Output<Archive?> Code { get; private set; } = null!;

    [Output("description")]
    public Output<string?> Description { get; private set; } = null!;

    [Output("handler")]
    public Output<string?> Handler { get; private set; } = null!;

    [Output("kmsKeyArn")]
    public Output<string?> KmsKeyArn { get; private set; } = null!;

    [Output("memorySize")]
    public Output<int?> MemorySize { get; private set; } = null!;

    [Output("name")]
    public Output<string> Name { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;

    [Output("reservedConcurrentExecutions")]
    public Output<int?> ReservedConcurrentExecutions { get; private set; } = null!;

    [Output("role")]
    public Output<string> Role { get; private set; } = null!;

    [Output("runtime")]
    public Output<string?> Runtime { get; private set; } = null!;

    [Output("tags")]
    public Output<ImmutableDictionary<string, string>?> Tags { get; private set; } = null!;

    [Output("timeout")]
    public Output<int?> Timeout { get; private set; } = null!;

    [Output("version")]
    public Output<string> Version { get; private set; } = null!;
}

public sealed class FunctionArgs : ResourceArgs
{
    [field: Input("architectures")]
    public InputList<string> Architectures { get => field ??= new(); set; }

    [Input("code")]
    public Input<Archive>? Code { get; set; }

    [Input("description")]
    public Input<string>? Description { get; set; }

    [Input("environment")]
    public Input<FunctionEnvironmentArgs>? Environment { get; set; }

    [Input("handler")]
    public Input<string>? Handler { get; set; }

    [Input("kmsKeyArn")]
    public Input<string>? KmsKeyArn { get; set; }

    [Input("loggingConfig")]
    public Input<FunctionLoggingConfigArgs>? LoggingConfig { get; set; }

    [Input("memorySize")]
    public Input<int>? MemorySize { get; set; }

    [Input("name")]
    public Input<string>? Name { get; set; }

    [Input("packageType")]
    public Input<string>? PackageType { get; set; }

    [Input("region")]
    public Input<string>? Region { get; set; }

    [Input("reservedConcurrentExecutions")]
    public Input<int>? ReservedConcurrentExecutions { get; set; }

    [Input("role", required: true)]
    public Input<string> Role { get; set; } = null!;

    [Input("runtime")]
    public InputUnion<string, Runtime>? Runtime { get; set; }

    [field: Input("tags")]
    public InputMap<string> Tags { get => field ??= new(); set; }

    [Input("timeout")]
    public Input<int>? Timeout { get; set; }

    [Input("tracingConfig")]
    public Input<FunctionTracingConfigArgs>? TracingConfig { get; set; }

    [Input("vpcConfig")]
    public Input<FunctionVpcConfigArgs>? VpcConfig { get; set; }
}
