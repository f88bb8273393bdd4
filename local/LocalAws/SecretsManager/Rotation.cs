namespace LocalAws.SecretsManager;

/// <summary>A rotation, from its start by RotateSecret or the schedule until its version is AWSCURRENT or its attempts are exhausted.</summary>
internal sealed class Rotation(string functionArn, StoredVersion version, bool test, DateTimeOffset? closes = null)
{
    private static readonly string[] AllSteps = ["createSecret", "setSecret", "testSecret", "finishSecret"];
    private static readonly string[] TestSteps = ["testSecret"];

    public string FunctionArn { get; } = functionArn;

    public StoredVersion Version { get; } = version;

    /// <summary>Gets whether only <c>testSecret</c> is called, as with RotateImmediately=false.</summary>
    public bool Test { get; } = test;

    /// <summary>Gets the end of the rotation window, or null for a requested rotation.</summary>
    public DateTimeOffset? Closes { get; } = closes;

    /// <summary>Gets whether no attempt is running or waiting.</summary>
    public bool Ended { get; set; }

    public IReadOnlyList<string> Steps => Test ? TestSteps : AllSteps;

    public bool Cancelled { get; private set; }

    public void Cancel() => Cancelled = true;
}
