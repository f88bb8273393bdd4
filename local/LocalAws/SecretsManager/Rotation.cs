namespace LocalAws.SecretsManager;

/// <summary>A rotation from its start, by RotateSecret or by the schedule, until its version is AWSCURRENT or its attempts are over.</summary>
internal sealed class Rotation(string functionArn, StoredVersion version, bool test, DateTimeOffset? closes = null)
{
    private static readonly string[] AllSteps = ["createSecret", "setSecret", "testSecret", "finishSecret"];
    private static readonly string[] TestSteps = ["testSecret"];

    public string FunctionArn { get; } = functionArn;

    public StoredVersion Version { get; } = version;

    /// <summary>Whether only <c>testSecret</c> is called, as with RotateImmediately=false.</summary>
    public bool Test { get; } = test;

    /// <summary>When the window closes in which it is tried; null for a rotation that was asked for.</summary>
    public DateTimeOffset? Closes { get; } = closes;

    /// <summary>Whether no attempt is running or waiting.</summary>
    public bool Ended { get; set; }

    public IReadOnlyList<string> Steps => Test ? TestSteps : AllSteps;

    public bool Cancelled { get; private set; }

    public void Cancel() => Cancelled = true;
}
