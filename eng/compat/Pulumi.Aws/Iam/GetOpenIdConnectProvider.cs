namespace Pulumi.Aws.Iam;

public static class GetOpenIdConnectProvider
{
    private const string Token = "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider";

    public static Output<GetOpenIdConnectProviderResult> Invoke(GetOpenIdConnectProviderInvokeArgs? args = null, InvokeOptions? options = null)
        => Deployment.Instance.Invoke<GetOpenIdConnectProviderResult>(Token, args ?? new GetOpenIdConnectProviderInvokeArgs(), options);

    public static Output<GetOpenIdConnectProviderResult> Invoke(GetOpenIdConnectProviderInvokeArgs args, InvokeOutputOptions options)
        => Deployment.Instance.Invoke<GetOpenIdConnectProviderResult>(Token, args ?? new GetOpenIdConnectProviderInvokeArgs(), options);
}

public sealed class GetOpenIdConnectProviderInvokeArgs : InvokeArgs
{
    [Input("url")]
    public Input<string>? Url { get; set; }
}

[OutputType]
public sealed class GetOpenIdConnectProviderResult
{
    public readonly string Arn;

    [OutputConstructor]
    private GetOpenIdConnectProviderResult(string arn) => Arn = arn;
}
