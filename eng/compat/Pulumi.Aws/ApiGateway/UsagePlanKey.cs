namespace Pulumi.Aws.ApiGateway;

public class UsagePlanKey : CustomResource
{
    public UsagePlanKey(string name, UsagePlanKeyArgs args, CustomResourceOptions? options = null)
        : base("aws:apigateway/usagePlanKey:UsagePlanKey", name, args ?? new UsagePlanKeyArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("keyId")]
    public Output<string> KeyId { get; private set; } = null!;

    [Output("keyType")]
    public Output<string> KeyType { get; private set; } = null!;

    [Output("name")]
    public Output<string> Name { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;

    [Output("usagePlanId")]
    public Output<string> UsagePlanId { get; private set; } = null!;

    [Output("value")]
    public Output<string> Value { get; private set; } = null!;
}

public sealed class UsagePlanKeyArgs : ResourceArgs
{
    [Input("keyId", required: true)]
    public Input<string> KeyId { get; set; } = null!;

    [Input("keyType", required: true)]
    public Input<string> KeyType { get; set; } = null!;

    [Input("region")]
    public Input<string>? Region { get; set; }

    [Input("usagePlanId", required: true)]
    public Input<string> UsagePlanId { get; set; } = null!;
}
