using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalAws;

/// <summary>Reads the JSON bodies of requests.</summary>
internal static class RequestBody
{
    private static readonly ConcurrentDictionary<Type, string[]> RequiredMembers = new();

    /// <summary>Reads an operation's input. Names missing members like AWS; for Secrets Manager this form was observed in the field.</summary>
    /// <param name="body">The body.</param>
    /// <param name="json">The options for reading it.</param>
    /// <param name="name">Returns a member's name in errors for its name in the body.</param>
    /// <param name="unreadable">The service's error for a body that it cannot read, or in which a list or a map contains null (secret-15).</param>
    /// <param name="check">Rejects what the type of the input cannot express.</param>
    public static T Read<T>(
        ReadOnlyMemory<byte> body, JsonSerializerOptions json, Func<string, string> name, AwsException unreadable, Action<JsonElement>? check = null)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object || HoldsNull(root, isMap: false))
            {
                throw new JsonException();
            }

            var missing = Members(typeof(T), json).Where(member => !Has(root, member)).ToList();
            if (missing.Count > 0)
            {
                throw Validation.Failed(
                    [.. missing.Select(member => $"Value null at '{name(member)}' failed to satisfy constraint: Member must not be null")]);
            }

            check?.Invoke(root);
            return root.Deserialize<T>(json) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw unreadable;
        }
    }

    /// <summary>Returns whether a structure has a member that is not null.</summary>
    public static bool Has(JsonElement structure, string member) =>
        structure.TryGetProperty(member, out var value) && value.ValueKind is not JsonValueKind.Null;

    /// <summary>Returns the names of the members that the operation requires.</summary>
    private static string[] Members(Type input, JsonSerializerOptions json) => RequiredMembers.GetOrAdd(input, _ =>
    [
        .. input.GetProperties()
            .Where(property => property.IsDefined(typeof(RequiredMemberAttribute)) || property.IsDefined(typeof(JsonRequiredAttribute)))
            .Select(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
                ?? json.PropertyNamingPolicy?.ConvertName(property.Name) ?? property.Name),
    ]);

    // Maps are the tags of a REST service.
    private static bool HoldsNull(JsonElement element, bool isMap) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Any(item => item.ValueKind is JsonValueKind.Null || HoldsNull(item, isMap: false)),
        JsonValueKind.Object => element.EnumerateObject().Any(
            member => (isMap && member.Value.ValueKind is JsonValueKind.Null) || HoldsNull(member.Value, member.Name is "tags")),
        _ => false,
    };
}
