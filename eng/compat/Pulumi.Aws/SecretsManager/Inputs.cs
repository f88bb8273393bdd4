namespace Pulumi.Aws.SecretsManager.Inputs;

public sealed class SecretReplicaArgs : ResourceArgs
{
    [Input("kmsKeyId")]
    public Input<string>? KmsKeyId { get; set; }

    [Input("lastAccessedDate")]
    public Input<string>? LastAccessedDate { get; set; }

    [Input("region", required: true)]
    public Input<string> Region { get; set; } = null!;

    [Input("status")]
    public Input<string>? Status { get; set; }
}

public sealed class SecretRotationRotationRulesArgs : ResourceArgs
{
    [Input("automaticallyAfterDays")]
    public Input<int>? AutomaticallyAfterDays { get; set; }

    [Input("duration")]
    public Input<string>? Duration { get; set; }

    [Input("scheduleExpression")]
    public Input<string>? ScheduleExpression { get; set; }
}
