namespace LocalAws;

/// <summary>How one service is spoken to.</summary>
internal interface IWireProtocol
{
    /// <summary>The service's name in a SigV4 scope.</summary>
    string Service { get; }

    /// <summary>What the service answers to a request that nobody signed.</summary>
    AwsException MissingAuthentication { get; }

    /// <summary>What the service answers to a caller that calls too often.</summary>
    /// <param name="retryAfter">When to come back, for a service that says so.</param>
    AwsException Throttled(TimeSpan retryAfter);

    /// <summary>Finds the operation that a request asks for, without doing anything yet.</summary>
    WireOperation Find(WireRequest request);

    /// <summary>Renders an error.</summary>
    WireResponse Error(AwsException error);
}

/// <summary>An operation that is ready to run.</summary>
/// <param name="Name">The operation's name.</param>
/// <param name="Resource">The ARN of what it acts on.</param>
/// <param name="RunAsync">Runs it; throws an <see cref="AwsException"/> where the service refuses.</param>
internal sealed record WireOperation(string Name, string Resource, Func<Task<WireResponse>> RunAsync)
{
    /// <summary>Whether it changes nothing, going by its name.</summary>
    public bool IsRead => Array.Exists(["Get", "Describe", "List", "BatchGet"], verb => Name.StartsWith(verb, StringComparison.Ordinal));
}
