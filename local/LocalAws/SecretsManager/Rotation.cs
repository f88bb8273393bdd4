namespace LocalAws.SecretsManager;

/// <summary>A rotation from RotateSecret until its version is AWSCURRENT, or until it is given up.</summary>
internal sealed class Rotation(string functionArn, StoredVersion version, bool test)
{
    private static readonly string[] AllSteps = ["createSecret", "setSecret", "testSecret", "finishSecret"];
    private static readonly string[] TestSteps = ["testSecret"];

    public string FunctionArn { get; } = functionArn;

    public StoredVersion Version { get; } = version;

    /// <summary>Whether only <c>testSecret</c> is called, as with RotateImmediately=false.</summary>
    public bool Test { get; } = test;

    public IReadOnlyList<string> Steps => Test ? TestSteps : AllSteps;

    public bool Cancelled { get; private set; }

    public void Cancel() => Cancelled = true;
}
