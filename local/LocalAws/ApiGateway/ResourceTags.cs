namespace LocalAws.ApiGateway;

/// <summary>TagResource's input.</summary>
public sealed record TagResourceRequest
{
    /// <summary>The ARN of a key, a plan, a REST API or a stage.</summary>
    public required string ResourceArn { get; init; }

    /// <summary>The tags to set; others stay.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }
}

/// <summary>UntagResource's input.</summary>
public sealed record UntagResourceRequest
{
    /// <summary>The ARN of a key, a plan, a REST API or a stage.</summary>
    public required string ResourceArn { get; init; }

    /// <summary>The tags to take off.</summary>
    public required IReadOnlyList<string> TagKeys { get; init; }
}

/// <summary>GetTags' output.</summary>
/// <param name="Tags">The resource's tags.</param>
public sealed record ResourceTags(IReadOnlyDictionary<string, string> Tags);
