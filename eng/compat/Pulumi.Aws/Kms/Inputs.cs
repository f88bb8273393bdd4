namespace Pulumi.Aws.Kms.Inputs;

public sealed class GrantConstraintArgs : ResourceArgs
{
    [field: Input("encryptionContextSubset")]
    public InputMap<string> EncryptionContextSubset { get => field ??= new(); set; }
}
