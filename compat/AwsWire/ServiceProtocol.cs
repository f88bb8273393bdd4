using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;

namespace AwsWire;

/// <summary>What all operations of one service have in common on the wire.</summary>
internal sealed class ServiceProtocol
{
    public ServiceProtocol(JsonNamingPolicy memberNames)
    {
        var resolver = new DefaultJsonTypeInfoResolver();
        resolver.Modifiers.Add(KeepModelledMembers);
        resolver.Modifiers.Add(FillIdempotencyToken);

        Json = new JsonSerializerOptions
        {
            TypeInfoResolver = resolver,
            PropertyNamingPolicy = memberNames,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            Converters = { new EpochSecondsConverter(), new BlobConverter(), new ConstantClassConverterFactory() },
        };
        Json.MakeReadOnly();
    }

    public required string ServiceName { get; init; }

    public required string ApiVersion { get; init; }

    public required string ContentType { get; init; }

    /// <summary>The part of <c>X-Amz-Target</c> before the operation's name; null for a service with URIs.</summary>
    public string TargetPrefix { get; init; }

    /// <summary>Thrown for an error that the operation does not declare.</summary>
    public required Type ServiceException { get; init; }

    public JsonSerializerOptions Json { get; }

    // Requests and responses inherit transport members from AWSSDK.Core that are not part of the document.
    private static void KeepModelledMembers(JsonTypeInfo type)
    {
        for (var i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (type.Properties[i].DeclaringType.Assembly == typeof(AmazonWebServiceRequest).Assembly)
            {
                type.Properties.RemoveAt(i);
            }
        }
    }

    private static void FillIdempotencyToken(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property is { Name: "ClientRequestToken", Get: { } get })
            {
                property.Get = request => get(request) ?? Guid.NewGuid().ToString();
            }
        }
    }
}
