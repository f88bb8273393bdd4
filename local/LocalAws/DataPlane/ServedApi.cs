using LocalAws.ApiGateway;

namespace LocalAws.DataPlane;

/// <summary>An API as a deployment froze it.</summary>
internal sealed class ServedApi(string apiKeySource, IEnumerable<Resource> resources)
{
    // AWS developer guide: of several paths that match, the one with the more specific segment goes first. A brace sorts after all that a text may hold.
    private readonly Route[] _routes =
    [
        .. resources.Where(resource => resource.ResourceMethods is not null)
            .OrderBy(resource => resource.Path, StringComparer.Ordinal)
            .Select(resource => new Route(SegmentsOf(resource.Path), resource.ResourceMethods!)),
    ];

    /// <summary>Whether callers send their key in a header; else an authorizer would say which it is, and there is none.</summary>
    public bool ReadsKeyHeader { get; } = apiKeySource is "HEADER";

    /// <summary>The method that serves a request, with its path parameters; null where none does. A resource's own method goes before its ANY.</summary>
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
