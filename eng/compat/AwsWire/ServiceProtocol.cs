using System.Text.Json;

namespace AwsWire;

/// <summary>What all operations of one service have in common on the wire.</summary>
/// <param name="memberNames">The names of the documents' members; null: those of the types.</param>
internal sealed class ServiceProtocol(JsonNamingPolicy memberNames)
{
    public required string ServiceName { get; init; }

    public required string ApiVersion { get; init; }

    public required string ContentType { get; init; }

    /// <summary>The part of <c>X-Amz-Target</c> before the operation's name; null for a service with URIs.</summary>
    public string TargetPrefix { get; init; }

    /// <summary>Thrown for an error that the operation does not declare.</summary>
    public required Type ServiceException { get; init; }

    public Document Document { get; } = new(memberNames);
}
