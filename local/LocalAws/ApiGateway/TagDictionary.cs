namespace LocalAws.ApiGateway;

/// <summary>Tags as API Gateway has them: keys by case.</summary>
internal static class TagDictionary
{
    public static Dictionary<string, string> CopyOf(IReadOnlyDictionary<string, string>? tags) =>
        tags is null ? new() : new(tags);
}
