namespace LocalAws.DataPlane;

/// <summary>The result of a request with an API key.</summary>
internal enum Admission
{
    /// <summary>The request is accepted.</summary>
    Served,

    /// <summary>The key is unknown, disabled, or in no usage plan of the stage.</summary>
    Forbidden,

    /// <summary>The key has exceeded its plan's rate.</summary>
    Throttled,

    /// <summary>The key has exceeded its plan's quota.</summary>
    QuotaExceeded,
}
