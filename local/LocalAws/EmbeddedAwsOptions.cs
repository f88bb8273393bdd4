namespace LocalAws;

/// <summary>How an <see cref="EmbeddedAws"/> behaves. The defaults answer at once and on the machine's clock.</summary>
public sealed record EmbeddedAwsOptions
{
    /// <summary>The clock of every date, deadline, delay and retry.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The port of 127.0.0.1 on which the services listen; any that is free where it is 0.</summary>
    public int Port { get; init; }

    /// <summary>The Region in ARNs.</summary>
    public string Region { get; init; } = "eu-west-1";

    /// <summary>The twelve digits of the account in ARNs.</summary>
    public string AccountId { get; init; } = "123456789012";

    /// <summary>The secret access key of every access key id that is no role's: requests over HTTP are signed with it.</summary>
    public string SecretAccessKey { get; init; } = "secret";

    /// <summary>How long a role, a change of its policies and its end take to be effective. AWS documents no bound; seconds are seen.</summary>
    public TimeSpan PolicyLag { get; init; } = TimeSpan.Zero;

    /// <summary>How long a change of a key or a usage plan takes to reach the data plane. AWS documents no bound; seconds to minutes are seen.</summary>
    public TimeSpan ActivationLag { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// The number of nodes that serve the data plane; callers come to them in turn. They learn of a change one after the other: the last one after
    /// the whole <see cref="ActivationLag"/>.
    /// </summary>
    public int DataPlaneNodes { get; init; } = 1;

    /// <summary>How often the four steps are tried in all before a rotation has failed. AWS publishes no number.</summary>
    public int RotationAttempts { get; init; } = 3;

    /// <summary>The time between a failed attempt and the next. AWS publishes no number.</summary>
    public TimeSpan RotationRetryDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether <see cref="Fault.StaleRead"/> can be used: the state before the last write is then kept, a copy for each write.</summary>
    public bool StaleReads { get; init; }

    /// <summary>How it behaves where AWS's behaviour is not known.</summary>
    public UnknownBehaviours Unknowns { get; init; } = new();

    /// <summary>Access key ids of those who set the scene and look on: <see cref="UnknownBehaviours.ConcurrentModifications"/> and <see cref="UnknownBehaviours.ReadLag"/> spare them, and what they write shows at once.</summary>
    public IReadOnlyCollection<string> Onlookers { get; init; } = [];
}
