namespace LocalAws;

/// <summary>The wire protocol of a service.</summary>
internal interface IWireProtocol
{
    /// <summary>Gets the service's name in a SigV4 scope.</summary>
    string Service { get; }

    /// <summary>Gets the service's error for an unsigned request.</summary>
    AwsException MissingAuthentication { get; }

    /// <summary>Returns the service's error for a throttled caller.</summary>
    /// <param name="retryAfter">The value of Retry-After, for a service that sends it.</param>
    AwsException Throttled(TimeSpan retryAfter);

    /// <summary>Finds the operation of a request, without running it.</summary>
    WireOperation Find(WireRequest request);

    /// <summary>Renders an error.</summary>
    WireResponse Error(AwsException error);
}

/// <summary>An operation that can run.</summary>
/// <param name="Name">The operation's name.</param>
/// <param name="Resource">The ARN of the resource.</param>
/// <param name="RunAsync">Runs the operation. Throws an <see cref="AwsException"/> if the service returns an error.</param>
internal sealed record WireOperation(string Name, string Resource, Func<Task<WireResponse>> RunAsync)
{
    /// <summary>Gets whether the operation only reads, judged by its name.</summary>
    public bool IsRead => Array.Exists(["Get", "Describe", "List", "BatchGet"], verb => Name.StartsWith(verb, StringComparison.Ordinal));
}
