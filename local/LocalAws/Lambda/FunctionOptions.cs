namespace LocalAws;

/// <summary>The configuration of a function.</summary>
public sealed record FunctionOptions
{
    /// <summary>
    /// Gets the ARN of the function's execution role. A process receives its credentials; a handler in this process chooses its own. Default: the
    /// function acts as the account's administrator.
    /// </summary>
    public string? RoleArn { get; init; }

    /// <summary>
    /// Gets the function's environment variables. A process inherits this process's variables, except AWS's. Lambda's own variables override them.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the reserved concurrency, or null for no limit. Lambda throttles further invocations.</summary>
    public int? ReservedConcurrency { get; init; }

    /// <summary>Gets the function's timeout, in whole seconds on the wire. Default: Lambda's maximum, 15 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(15);
}
