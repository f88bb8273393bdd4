using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalAws;

/// <summary>The JSON bodies of requests.</summary>
internal static class RequestBody
{
    /// <summary>Reads an operation's input. What it lacks is named as AWS names it; the form is seen in the field for Secrets Manager.</summary>
    /// <param name="body">The body.</param>
    /// <param name="json">How it is read.</param>
    /// <param name="name">A member's name in errors, by that in the body.</param>
    /// <param name="unreadable">What the service answers where it cannot read the body. Also where a list or a map holds null (secret-15).</param>
    /// <param name="check">Refuses what its type cannot tell.</param>
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

            var missing = Members<T>(json).Where(member => !Has(root, member)).ToList();
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

    /// <summary>Whether a structure has a member that is not null.</summary>
    public static bool Has(JsonElement structure, string member) =>
        structure.TryGetProperty(member, out var value) && value.ValueKind is not JsonValueKind.Null;

    /// <summary>The names of the members that the operation needs.</summary>
    private static IEnumerable<string> Members<T>(JsonSerializerOptions json) => typeof(T).GetProperties()
        .Where(property => property.IsDefined(typeof(RequiredMemberAttribute)) || property.IsDefined(typeof(JsonRequiredAttribute)))
        .Select(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
            ?? json.PropertyNamingPolicy?.ConvertName(property.Name) ?? property.Name);

    // Maps are a REST service's tags.
    private static bool HoldsNull(JsonElement element, bool isMap) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Any(item => item.ValueKind is JsonValueKind.Null || HoldsNull(item, isMap: false)),
        JsonValueKind.Object => element.EnumerateObject().Any(
            member => (isMap && member.Value.ValueKind is JsonValueKind.Null) || HoldsNull(member.Value, member.Name is "tags")),
        _ => false,
    };
}
