namespace LocalAws.ApiGateway;

/// <summary>Tags of API Gateway, with case-sensitive keys.</summary>
internal static class TagDictionary
{
    public static Dictionary<string, string> CopyOf(IReadOnlyDictionary<string, string>? tags) =>
        tags is null ? new() : new(tags);
}
