using System.Collections.Immutable;
using Pulumi.Aws.SecretsManager.Inputs;

namespace Pulumi.Aws.SecretsManager;

public class Secret : CustomResource
{
    public Secret(string name, SecretArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:secretsmanager/secret:Secret", name, args ?? new SecretArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("description")]
    public Output<string?> Description { get; private set; } = null!;

    [Output("kmsKeyId")]
    public Output<string?> KmsKeyId { get; private set; } = null!;

    [Output("name")]
    public Output<string> Name { get; private set; } = null!;

    [Output("policy")]
    public Output<string> Policy { get; private set; } = null!;

    [Output("recoveryWindowInDays")]
    public Output<int?> RecoveryWindowInDays { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;

    [Output("tags")]
    public Output<ImmutableDictionary<string, string>?> Tags { get; private set; } = null!;

    [Output("type")]
    public Output<string?> Type { get; private set; } = null!;
}

public sealed class SecretArgs : ResourceArgs
{
    [Input("description")]
    public Input<string>? Description { get; set; }

    [Input("kmsKeyId")]
    public Input<string>? KmsKeyId { get; set; }

    [Input("name")]
    public Input<string>? Name { get; set; }

    [Input("policy")]
    public Input<string>? Policy { get; set; }

    [Input("recoveryWindowInDays")]
    public Input<int>? RecoveryWindowInDays { get; set; }

    [Input("region")]
    public Input<string>? Region { get; set; }

    [field: Input("replicas")]
    public InputList<SecretReplicaArgs> Replicas { get => field ??= new(); set; }

    [field: Input("tags")]
    public InputMap<string> Tags { get => field ??= new(); set; }

    [Input("type")]
    public Input<string>? Type { get; set; }
}
