namespace LocalAws.ApiGateway;

/// <summary>The input of TagResource.</summary>
public sealed record TagResourceRequest
{
    /// <summary>The ARN of a key, a plan, a REST API or a stage.</summary>
    public required string ResourceArn { get; init; }

    /// <summary>The tags to set. Other tags stay.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }
}

/// <summary>The input of UntagResource.</summary>
public sealed record UntagResourceRequest
{
    /// <summary>The ARN of a key, a plan, a REST API or a stage.</summary>
    public required string ResourceArn { get; init; }

    /// <summary>The tags to remove.</summary>
    public required IReadOnlyList<string> TagKeys { get; init; }
}

/// <summary>The output of GetTags.</summary>
/// <param name="Tags">The resource's tags.</param>
public sealed record ResourceTags(IReadOnlyDictionary<string, string> Tags);
