namespace Pulumi.Aws.Iam;

public class OpenIdConnectProvider : CustomResource
{
    public OpenIdConnectProvider(string name, OpenIdConnectProviderArgs args, CustomResourceOptions? options = null)
        : base("aws:iam/openIdConnectProvider:OpenIdConnectProvider", name, args ?? new OpenIdConnectProviderArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;
}

public sealed class OpenIdConnectProviderArgs : ResourceArgs
{
    [field: Input("clientIdLists", required: true)]
    public InputList<string> ClientIdLists { get => field ??= new(); set; }

    [Input("url", required: true)]
    public Input<string> Url { get; set; } = null!;
}
