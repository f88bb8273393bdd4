namespace Pulumi.Aws.Lambda;

public class Alias : CustomResource
{
    public Alias(string name, AliasArgs args, CustomResourceOptions? options = null)
        : base("aws:lambda/alias:Alias", name, args ?? new AliasArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("description")]
    public Output<string?> Description { get; private set; } = null!;

    [Output("functionName")]
    public Output<string> FunctionName { get; private set; } = null!;

    [Output("functionVersion")]
    public Output<string> FunctionVersion { get; private set; } = null!;

    [Output("name")]
    public Output<string> Name { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;
}

public sealed class AliasArgs : ResourceArgs
{
    [Input("description")]
    public Input<string>? Description { get; set; }

    [Input("functionName", required: true)]
    public Input<string> FunctionName { get; set; } = null!;

    [Input("functionVersion", required: true)]
    public Input<string> FunctionVersion { get; set; } = null!;

    [Input("name")]
    public Input<string>? Name { get; set; }

    [Input("region")]
    public Input<string>? Region { get; set; }
}
