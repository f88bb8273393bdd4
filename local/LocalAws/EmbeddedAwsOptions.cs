namespace LocalAws;

/// <summary>The options of an <see cref="EmbeddedAws"/>. With the defaults it responds at once and uses the machine's clock.</summary>
public sealed record EmbeddedAwsOptions
{
    /// <summary>Gets the clock of every date, deadline, delay and retry.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gets the port of 127.0.0.1 for the services, or 0 for any free port.</summary>
    public int Port { get; init; }

    /// <summary>Gets the home Region: the one of <see cref="EmbeddedAws.SecretsManager"/> and the other services of that class.</summary>
    public string Region { get; init; } = "eu-west-1";

    /// <summary>Gets the twelve digits of the account in ARNs.</summary>
    public string AccountId { get; init; } = "123456789012";

    /// <summary>Gets the secret access key of every access key id that does not belong to a role. It signs requests over HTTP.</summary>
    public string SecretAccessKey { get; init; } = "secret";

    /// <summary>
    /// Gets the time until a new role, a change of its policies or its deletion takes effect. AWS documents no limit; seconds were observed.
    /// </summary>
    public TimeSpan PolicyLag { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// Gets the time until a change of a key or a usage plan reaches the data plane. AWS documents no limit; seconds to minutes were observed.
    /// </summary>
    public TimeSpan ActivationLag { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// Gets the number of nodes of the data plane, which serve requests in turn. A change reaches one node after the other, the last one after the
    /// whole <see cref="ActivationLag"/>.
    /// </summary>
    public int DataPlaneNodes { get; init; } = 1;

    /// <summary>
    /// Gets the time until a change of a secret reaches its replicas. AWS publishes no time. <see cref="SecretsManagerService.ReplicationLag"/> sets
    /// it for one Region.
    /// </summary>
    public TimeSpan ReplicationLag { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets the time until CloudTrail's record of a call reaches EventBridge. AWS documents about 5 minutes on average, and no limit.
    /// </summary>
    public TimeSpan TrailLag { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets the number of attempts at the four steps before a rotation fails. AWS publishes no number.</summary>
    public int RotationAttempts { get; init; } = 3;

    /// <summary>Gets the time between a failed attempt and the next one. AWS publishes no number.</summary>
    public TimeSpan RotationRetryDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets whether <see cref="Fault.StaleRead"/> can be used. Each write then keeps a copy of the state before it.</summary>
    public bool StaleReads { get; init; }

    /// <summary>Gets the variants of unknown AWS behaviour.</summary>
    public UnknownBehaviours Unknowns { get; init; } = new();

    /// <summary>
    /// Gets the access key ids of callers that prepare and observe a test. <see cref="UnknownBehaviours.ConcurrentModifications"/> and
    /// <see cref="UnknownBehaviours.ReadLag"/> do not affect them, and their writes are visible at once.
    /// </summary>
    public IReadOnlyCollection<string> Onlookers { get; init; } = [];
}
