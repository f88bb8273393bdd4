namespace LocalAws;

/// <summary>A function's configuration.</summary>
public sealed record FunctionOptions
{
    /// <summary>
    /// The ARN of the function's execution role. A process gets its credentials; what a handler of this process signs with is up to the handler. Null:
    /// the function acts as the account's administrator.
    /// </summary>
    public string? RoleArn { get; init; }

    /// <summary>The function's environment variables. A process inherits this one's, but for those of AWS; what Lambda sets itself goes last.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>How many invocations may run at a time; null: as many as there are. Lambda throttles what is more.</summary>
    public int? ReservedConcurrency { get; init; }

    /// <summary>The function's timeout, in whole seconds on the wire; Lambda's longest, 15 minutes, unless said otherwise.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(15);
}
