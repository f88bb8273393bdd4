namespace LocalAws.DataPlane;

/// <summary>What becomes of a request with an API key.</summary>
internal enum Admission
{
    /// <summary>It is served.</summary>
    Served,

    /// <summary>The key is unknown, disabled, or in no usage plan of the stage.</summary>
    Forbidden,

    /// <summary>The key is over its plan's rate.</summary>
    Throttled,

    /// <summary>The key is over its plan's quota.</summary>
    QuotaExceeded,
}
