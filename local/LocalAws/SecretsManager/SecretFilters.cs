using System.Text.RegularExpressions;

namespace LocalAws.SecretsManager;

/// <summary>The filters of ListSecrets (AWS API reference, type Filter). A secret must match each filter with one of its values.</summary>
internal static partial class SecretFilters
{
    public static void Check(IReadOnlyList<SecretFilter> filters)
    {
        Constraints.Length("filters", filters.Count, 0, 10);
        foreach (var (filter, number) in filters.Select((filter, index) => (filter, index + 1)))
        {
            // Both are optional in the published model. The text is not known.
            if (filter.Key is null)
            {
                throw SecretsManagerErrors.InvalidParameter("Invalid filter key");
            }

            if (filter.Key is not ("description" or "name" or "tag-key" or "tag-value" or "primary-region" or "owning-service" or "all"))
            {
                throw Constraints.Broken(
                    $"filters.{number}.member.key",
                    "Member must satisfy enum value set: [all, name, tag-key, description, tag-value, primary-region, owning-service]",
                    filter.Key);
            }

            if (filter.Values is not { Count: > 0 and <= 10 })
            {
                // The text was observed in the field.
                throw SecretsManagerErrors.InvalidParameter($"Invalid filter values for key: {filter.Key}");
            }

            Constraints.Each($"filters.{number}.member.values", filter.Values, 0, 512, Value());
        }
    }

    public static bool Match(StoredSecret secret, SecretFilter filter) =>
        filter.Values!.Any(value => value is ['!', .. var rest] ? !Matches(secret, filter.Key!, rest) : Matches(secret, filter.Key!, value));

    private static bool Matches(StoredSecret secret, string key, string value) => key switch
    {
        "name" => StartsWith([secret.Name], value),
        "tag-key" => StartsWith(secret.Tags.Select(tag => tag.Key), value),
        "tag-value" => StartsWith(secret.Tags.Select(tag => tag.Value ?? ""), value),
        "primary-region" => StartsWith(secret.PrimaryRegion is { } region ? [region] : [], value),
        // The reference calls it a prefix. Observed in the field: it is a prefix of words, as with "all".
        "description" => HasWords([secret.Description ?? ""], value),
        "all" => HasWords([secret.Name, secret.Description ?? "", .. secret.Tags.SelectMany(tag => new[] { tag.Key, tag.Value ?? "" })], value),
        // No secret here belongs to another service.
        _ => false,
    };

    private static bool StartsWith(IEnumerable<string> texts, string value) => texts.Any(text => text.StartsWith(value, StringComparison.Ordinal));

    /// <summary>
    /// Returns whether each word of the value is a prefix of a word of the texts, or the whole value is a prefix of a text. Not case-sensitive.
    /// </summary>
    private static bool HasWords(IReadOnlyList<string> texts, string value)
    {
        var words = texts.SelectMany(text => Words(text)).ToList();
        return texts.Any(text => text.StartsWith(value, StringComparison.OrdinalIgnoreCase))
            || (Words(value) is { Length: > 0 } wanted
                && wanted.All(prefix => words.Exists(word => word.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))));
    }

    private static string[] Words(string text) =>
        [.. text.Split([' ', '/', '-', '_', '+', '=', '.', '@', ':'], StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(part => Word().Matches(part).Select(match => match.Value))];

    // Observed on AWS: AppBeta is App and Beta, COMPANYthings is COMPAN and Ythings, COMPANY is one word.
    [GeneratedRegex("[^a-z][a-z]+|((?![^a-z][a-z]).)+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Value();
}
