using System.Collections.Immutable;
using Pulumi.Aws.Lambda.Inputs;

namespace Pulumi.Aws.Lambda;

public class Function : CustomResource
{
    public Function(string name, FunctionArgs args, CustomResourceOptions? options = null)
        : base("aws:lambda/function:Function", name, args ?? new FunctionArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("architectures")]
    public Output<ImmutableArray<string>> Architectures { get; private set; } = null!;

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("code")]
    public Output<Archive?> Code { get; private set; } = null!;

    [Output("codeSha256")]
    public Output<string> CodeSha256 { get; private set; } = null!;

    [Output("codeSigningConfigArn")]
    public Output<string?> CodeSigningConfigArn { get; private set; } = null!;

    [Output("description")]
    public Output<string?> Description { get; private set; } = null!;

    [Output("handler")]
    public Output<string?> Handler { get; private set; } = null!;

    [Output("imageUri")]
    public Output<string?> ImageUri { get; private set; } = null!;

    [Output("invokeArn")]
    public Output<string> InvokeArn { get; private set; } = null!;

    [Output("kmsKeyArn")]
    public Output<string?> KmsKeyArn { get; private set; } = null!;

    [Output("lastModified")]
    public Output<string> LastModified { get; private set; } = null!;

    [Output("layers")]
    public Output<ImmutableArray<string>> Layers { get; private set; } = null!;

    [Output("memorySize")]
    public Output<int?> MemorySize { get; private set; } = null!;

    [Output("name")]
    public Output<string> Name { get; private set; } = null!;

    [Output("packageType")]
    public Output<string?> PackageType { get; private set; } = null!;

    [Output("publish")]
    public Output<bool?> Publish { get; private set; } = null!;

    [Output("publishTo")]
    public Output<string?> PublishTo { get; private set; } = null!;

    [Output("qualifiedArn")]
    public Output<string> QualifiedArn { get; private set; } = null!;

    [Output("qualifiedInvokeArn")]
    public Output<string> QualifiedInvokeArn { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;

    [Output("reservedConcurrentExecutions")]
    public Output<int?> ReservedConcurrentExecutions { get; private set; } = null!;

    [Output("responseStreamingInvokeArn")]
    public Output<string> ResponseStreamingInvokeArn { get; private set; } = null!;

    [Output("role")]
    public Output<string> Role { get; private set; } = null!;

    [Output("runtime")]
    public Output<string?> Runtime { get; private set; } = null!;

    [Output("s3Bucket")]
    public Output<string?> S3Bucket { get; private set; } = null!;

    [Output("s3Key")]
    public Output<string?> S3Key { get; private set; } = null!;

    [Output("s3ObjectVersion")]
    public Output<string?> S3ObjectVersion { get; private set; } = null!;

    [Output("signingJobArn")]
    public Output<string> SigningJobArn { get; private set; } = null!;

    [Output("signingProfileVersionArn")]
    public Output<string> SigningProfileVersionArn { get; private set; } = null!;

    [Output("skipDestroy")]
    public Output<bool?> SkipDestroy { get; private set; } = null!;

    [Output("sourceCodeHash")]
    public Output<string> SourceCodeHash { get; private set; } = null!;

    [Output("sourceCodeSize")]
    public Output<int> SourceCodeSize { get; private set; } = null!;

    [Output("sourceKmsKeyArn")]
    public Output<string?> SourceKmsKeyArn { get; private set; } = null!;

    [Output("tags")]
    public Output<ImmutableDictionary<string, string>?> Tags { get; private set; } = null!;

    [Output("tagsAll")]
    public Output<ImmutableDictionary<string, string>> TagsAll { get; private set; } = null!;

    [Output("timeout")]
    public Output<int?> Timeout { get; private set; } = null!;

    [Output("useResourceTimeoutForPropagation")]
    public Output<bool?> UseResourceTimeoutForPropagation { get; private set; } = null!;

    [Output("version")]
    public Output<string> Version { get; private set; } = null!;
}

public sealed class FunctionArgs : ResourceArgs
{
    [field: Input("architectures")]
    public InputList<string> Architectures { get => field ??= new(); set; }

    [Input("code")]
    public Input<Archive>? Code { get; set; }

    [Input("codeSha256")]
    public Input<string>? CodeSha256 { get; set; }

    [Input("codeSigningConfigArn")]
    public Input<string>? CodeSigningConfigArn { get; set; }

    [Input("deadLetterConfig")]
    public Input<FunctionDeadLetterConfigArgs>? DeadLetterConfig { get; set; }

    [Input("description")]
    public Input<string>? Description { get; set; }

    [Input("environment")]
    public Input<FunctionEnvironmentArgs>? Environment { get; set; }

    [Input("ephemeralStorage")]
    public Input<FunctionEphemeralStorageArgs>? EphemeralStorage { get; set; }

    [Input("handler")]
    public Input<string>? Handler { get; set; }

    [Input("imageUri")]
    public Input<string>? ImageUri { get; set; }

    [Input("kmsKeyArn")]
    public Input<string>? KmsKeyArn { get; set; }

    [field: Input("layers")]
    public InputList<string> Layers { get => field ??= new(); set; }

    [Input("loggingConfig")]
    public Input<FunctionLoggingConfigArgs>? LoggingConfig { get; set; }

    [Input("memorySize")]
    public Input<int>? MemorySize { get; set; }

    [Input("name")]
    public Input<string>? Name { get; set; }

    [Input("packageType")]
    public Input<string>? PackageType { get; set; }

    [Input("publish")]
    public Input<bool>? Publish { get; set; }

    [Input("publishTo")]
    public Input<string>? PublishTo { get; set; }

    [Input("region")]
    public Input<string>? Region { get; set; }

    [Input("reservedConcurrentExecutions")]
    public Input<int>? ReservedConcurrentExecutions { get; set; }

    [Input("role", required: true)]
    public Input<string> Role { get; set; } = null!;

    [Input("runtime")]
    public InputUnion<string, Runtime>? Runtime { get; set; }

    [Input("s3Bucket")]
    public Input<string>? S3Bucket { get; set; }

    [Input("s3Key")]
    public Input<string>? S3Key { get; set; }

    [Input("s3ObjectVersion")]
    public Input<string>? S3ObjectVersion { get; set; }

    [Input("skipDestroy")]
    public Input<bool>? SkipDestroy { get; set; }

    [Input("snapStart")]
    public Input<FunctionSnapStartArgs>? SnapStart { get; set; }

    [Input("sourceCodeHash")]
    public Input<string>? SourceCodeHash { get; set; }

    [Input("sourceKmsKeyArn")]
    public Input<string>? SourceKmsKeyArn { get; set; }

    [field: Input("tags")]
    public InputMap<string> Tags { get => field ??= new(); set; }

    [Input("timeout")]
    public Input<int>? Timeout { get; set; }

    [Input("tracingConfig")]
    public Input<FunctionTracingConfigArgs>? TracingConfig { get; set; }

    [Input("useResourceTimeoutForPropagation")]
    public Input<bool>? UseResourceTimeoutForPropagation { get; set; }

    [Input("vpcConfig")]
    public Input<FunctionVpcConfigArgs>? VpcConfig { get; set; }
}
