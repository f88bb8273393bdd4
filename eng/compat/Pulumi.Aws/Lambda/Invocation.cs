namespace Pulumi.Aws.Lambda;

public class Invocation : CustomResource
{
    public Invocation(string name, InvocationArgs args, CustomResourceOptions? options = null)
        : base("aws:lambda/invocation:Invocation", name, args ?? new InvocationArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("functionName")]
    public Output<string> FunctionName { get; private set; } = null!;

    [Output("input")]
    public Output<string> Input { get; private set; } = null!;

    [Output("qualifier")]
    public Output<string?> Qualifier { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;

    [Output("result")]
    public Output<string> Result { get; private set; } = null!;
}

public sealed class InvocationArgs : ResourceArgs
{
    [Input("functionName", required: true)]
    public Input<string> FunctionName { get; set; } = null!;

    [Input("input", required: true)]
    public Input<string> Input { get; set; } = null!;

    [Input("lifecycleScope")]
    public Input<string>? LifecycleScope { get; set; }

    [Input("qualifier")]
    public Input<string>? Qualifier { get; set; }

    [Input("region")]
    public Input<string>? Region { get; set; }

    [Input("tenantId")]
    public Input<string>? TenantId { get; set; }

    [field: Input("triggers")]
    public InputMap<string> Triggers { get => field ??= new(); set; }
}
