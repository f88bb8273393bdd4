using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Infra;

/// <summary>Reads the fields of a configuration section. Collects all errors, each with the path of its field.</summary>
internal sealed class ConfigSection
{
    private readonly string _path;
    private readonly List<string> _errors;
    private readonly Func<string, JsonValueKind, JsonElement?> _read;
    private readonly HashSet<string> _known = [];
    private readonly string[] _present;

    /// <summary>Creates the section of the stack's own settings, which Pulumi returns as strings. An empty string means "not set".</summary>
    public ConfigSection(Func<string, string?> setting, List<string> errors)
    {
        (_path, _errors, _present) = ("", errors, []);
        _read = (field, kind) => setting(field) is not { Length: > 0 } text ? null
            : kind == JsonValueKind.String ? JsonSerializer.SerializeToElement(text)
            : TryParse(text) ?? JsonSerializer.SerializeToElement(text);
    }

    private ConfigSection(string path, JsonElement section, List<string> errors)
    {
        (_path, _errors) = (path + ".", errors);
        _present = [.. section.EnumerateObject().Select(property => property.Name)];
        _read = (field, _) => section.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>Reads a string that must fit a rule. The error states the rule.</summary>
    public string? Text(string field, string rule, Predicate<string> fits) => Text(field, rule, text => fits(text) ? null : "");

    /// <summary>
    /// Reads a string that must fit a rule. The error states the rule and <paramref name="problem"/>, which returns null for a valid string.
    /// </summary>
    public string? Text(string field, string rule, Func<string, string?> problem) =>
        Read(field, JsonValueKind.String) is { } value ? Fitting(field, value, rule, problem) : null;

    public int? Integer(string field, int least, int most)
    {
        if (Read(field, JsonValueKind.Number) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }

        Wrong(field, string.Create(
            CultureInfo.InvariantCulture, $"is {value.GetRawText()} and must be a whole number from {least} to {most}{WithoutQuotes(value)}"));
        return null;
    }

    public double? Number(string field, double least)
    {
        if (Read(field, JsonValueKind.Number) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least)
        {
            return number;
        }

        Wrong(field, string.Create(
            CultureInfo.InvariantCulture, $"is {value.GetRawText()} and must be a number from {least}{WithoutQuotes(value)}"));
        return null;
    }

    public bool? Flag(string field)
    {
        if (Read(field, JsonValueKind.True) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Wrong(field, $"is {value.GetRawText()} and must be true or false");
        return null;
    }

    /// <summary>Reads a list of distinct strings. Returns an empty list if it is not set.</summary>
    public IReadOnlyList<string> Texts(string field, string rule, Predicate<string> fits)
    {
        var texts = new List<string>();
        foreach (var (value, path) in Items(field))
        {
            if (Fitting(path, value, rule, text => fits(text) ? null : "") is not { } text)
            {
                continue;
            }

            if (texts.Contains(text))
            {
                Wrong(path, $"is {value.GetRawText()}, which is already in the list");
            }
            else
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    /// <summary>Reads a map of names to strings.</summary>
    public IReadOnlyDictionary<string, string> Map(string field, string rule, Func<string, string, bool> fits)
    {
        var map = new Dictionary<string, string>();
        foreach (var property in Read(field, JsonValueKind.Object) is { } value && IsObject(field, value) ? value.EnumerateObject() : default)
        {
            var name = property.Name;
            if (Fitting($"{field}.{name}", property.Value, rule, Problem) is { } text)
            {
                map[name] = text;
            }

            string? Problem(string text) => Invisible(name) is { } inName ? $"in its name, {inName}" : fits(name, text) ? null : "";
        }

        return map;
    }

    public ConfigSection? Section(string field) =>
        Read(field, JsonValueKind.Object) is { } value && IsObject(field, value) ? new ConfigSection(_path + field, value, _errors) : null;

    public IReadOnlyList<ConfigSection> Sections(string field) =>
    [
        .. from item in Items(field)
           where IsObject(item.Path, item.Value)
           select new ConfigSection(_path + item.Path, item.Value, _errors),
    ];

    public bool Has(string field) => Read(field, JsonValueKind.Undefined) is not null;

    /// <summary>Returns the value of a field that can be a number or a string.</summary>
    public JsonElement? Any(string field) => Read(field, JsonValueKind.Undefined);

    public void Wrong(string field, string problem) => _errors.Add(string.Concat(
        $"{_path}{field}: {problem}".EnumerateRunes().Select(rune => IsInvisible(rune) ? $"<{CodePoint(rune)}>" : rune.ToString())));

    public void Required(string field, string what) => Wrong(field, "is missing: " + what);

    /// <summary>Reports fields that are set but were not read, such as misspelled ones.</summary>
    public void End()
    {
        foreach (var field in _present.Where(field => !_known.Contains(field)))
        {
            Wrong(field, $"is not a setting. Valid settings: {string.Join(", ", _known.Order(StringComparer.Ordinal))}");
        }
    }

    /// <summary>
    /// Returns the value if it is a string that fits the rule and has no invisible character. Does not convert a number to a string: YAML can have
    /// dropped its leading zeros, and reads an id such as 12e4 as a number.
    /// </summary>
    private string? Fitting(string path, JsonElement value, string rule, Func<string, string?> problem)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        var wrong = Invisible(text) ?? problem(text);
        if (wrong is null && value.ValueKind == JsonValueKind.String)
        {
            return text;
        }

        Wrong(path, wrong is null && value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
            ? $"is {value.GetRawText()} without quotes. Quote it, or set it with pulumi config set --type string. It must be {rule}"
            : $"is {value.GetRawText()} and must be {rule}{(wrong is { Length: > 0 } ? ": " : "")}{wrong}");
        return null;
    }

    /// <summary>Returns the problem of a string that has an invisible character, or null.</summary>
    private static string? Invisible(string text)
    {
        if (!text.EnumerateRunes().Any(IsInvisible))
        {
            return text.Trim() == text ? null : "it begins or ends with a space";
        }

        var invisible = text.EnumerateRunes().First(IsInvisible);
        return $"it has the invisible character {CodePoint(invisible)}"
            + (invisible.Value == '\n' ? ", a line break. In YAML, |- and >- drop the last one" : "");
    }

    private static string CodePoint(Rune rune) => string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}");

    /// <summary>
    /// True for line breaks, tabs and other control characters, zero-width and bidirectional characters, and spaces other than U+0020.
    /// </summary>
    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.SpaceSeparator => rune.Value != ' ',
        _ => false,
    };

    private List<(JsonElement Value, string Path)> Items(string field)
    {
        if (Read(field, JsonValueKind.Array) is not { } value)
        {
            return [];
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            return value.EnumerateArray().Select((item, index) => (item, string.Create(CultureInfo.InvariantCulture, $"{field}[{index}]"))).ToList();
        }

        Wrong(field, "must be a list");
        return [];
    }

    private bool IsObject(string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            return true;
        }

        Wrong(field, "must be an object");
        return false;
    }

    private JsonElement? Read(string field, JsonValueKind kind)
    {
        _known.Add(field);
        return _read(field, kind);
    }

    private static string WithoutQuotes(JsonElement value) => value.ValueKind == JsonValueKind.String ? ", without quotes" : "";

    private static JsonElement? TryParse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
