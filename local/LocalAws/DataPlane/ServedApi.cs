using LocalAws.ApiGateway;

namespace LocalAws.DataPlane;

/// <summary>An API in the state of a deployment.</summary>
internal sealed class ServedApi(string apiKeySource, IEnumerable<Resource> resources)
{
    // AWS developer guide: of several matching paths, the more specific segment wins. A brace sorts after all other characters of a segment.
    private readonly Route[] _routes =
    [
        .. resources.Where(resource => resource.ResourceMethods is not null)
            .OrderBy(resource => resource.Path, StringComparer.Ordinal)
            .Select(resource => new Route(SegmentsOf(resource.Path), resource.ResourceMethods!)),
    ];

    /// <summary>
    /// Gets whether callers send their key in a header. Otherwise an authorizer returns the key, and there are no authorizers here.
    /// </summary>
    public bool ReadsKeyHeader { get; } = apiKeySource is "HEADER";

    /// <summary>
    /// Returns the method for a request with its path parameters, or null if there is none. A resource's own method has priority over its ANY.
    /// </summary>
    public (Method Method, IReadOnlyDictionary<string, string> PathParameters)? Find(string httpMethod, IReadOnlyList<string> path)
    {
        foreach (var route in _routes)
        {
            if (!Matches(route.Segments, path))
            {
                continue;
            }

            if (route.Methods.TryGetValue(httpMethod, out var method) || route.Methods.TryGetValue("ANY", out method))
            {
                return (method, ParametersOf(route.Segments, path));
            }
        }

        return null;
    }

    private static string[] SegmentsOf(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsVariable(string segment) => segment.StartsWith('{');

    private static bool IsGreedy(string segment) => segment.EndsWith("+}", StringComparison.Ordinal);

    private static bool Matches(string[] segments, IReadOnlyList<string> path)
    {
        var greedy = segments is [.., var last] && IsGreedy(last);
        return (greedy ? path.Count >= segments.Length : path.Count == segments.Length)
            && segments.Zip(path).All(pair => IsVariable(pair.First) || pair.First == pair.Second);
    }

    private static Dictionary<string, string> ParametersOf(string[] segments, IReadOnlyList<string> path) => segments
        .Select((segment, index) => (Segment: segment, Value: IsGreedy(segment) ? string.Join('/', path.Skip(index)) : path[index]))
        .Where(pair => IsVariable(pair.Segment))
        .ToDictionary(pair => pair.Segment.Trim('{', '}', '+'), pair => pair.Value);

    private sealed record Route(string[] Segments, IReadOnlyDictionary<string, Method> Methods);
}
