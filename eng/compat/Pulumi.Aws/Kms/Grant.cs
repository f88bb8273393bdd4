using Pulumi.Aws.Kms.Inputs;

namespace Pulumi.Aws.Kms;

public class Grant : CustomResource
{
    public Grant(string name, GrantArgs args, CustomResourceOptions? options = null)
        : base("aws:kms/grant:Grant", name, args ?? new GrantArgs(), ResourceDefaults.Merge(options))
    {
    }
}

public sealed class GrantArgs : ResourceArgs
{
    [field: Input("constraints")]
    public InputList<GrantConstraintArgs> Constraints { get => field ??= new(); set; }

    [Input("granteePrincipal", required: true)]
    public Input<string> GranteePrincipal { get; set; } = null!;

    [Input("keyId", required: true)]
    public Input<string> KeyId { get; set; } = null!;

    [field: Input("operations", required: true)]
    public InputList<string> Operations { get => field ??= new(); set; }
}
