using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace RotationFunction;

/// <summary>
/// The key values that an invocation has generated, read or listed, and its RotationToken. Texts from outside (AWS's errors, tags, a probe's
/// response) may quote one, so <see cref="Hide"/> processes every text that the invocation logs, throws or returns. Lives as long as the invocation.
/// </summary>
/// <param name="secretId">The SecretId of the event. A document whose key is a part of it must not hide it.</param>
internal sealed partial class Confidential(string secretId)
{
    private readonly ConcurrentDictionary<ApiKeyValue, bool> _values = new(); // concurrent reads may add

    /// <summary>Adds a value. A value shorter than API Gateway accepts is no key and is ignored.</summary>
    public void Add(string? value)
    {
        if (value?.Length >= ApiKeyValue.Shortest && !secretId.Contains(value, StringComparison.Ordinal))
        {
            _values.TryAdd(new ApiKeyValue(value), true);
        }
    }

    /// <summary>
    /// Returns the text with <c>(hidden)</c> in place of each value, also if escaped as in JSON, a URL or HTML. A part of a value is not recognized.
    /// </summary>
    public string Hide(string text)
    {
        if (text.Length < ApiKeyValue.Shortest)
        {
            return text;
        }

        while (LongestIn(text) is { } value)
        {
            text = text.Replace(value.Text, value.ToString(), StringComparison.Ordinal);
        }

        text = HideEscaped(text, '\\', Json);
        text = HideEscaped(text, '%', Url);
        return HideEscaped(text, '&', Html);
    }

    // Creates the regular expression only for a text that needs it: most of them have none of these characters.
    private string HideEscaped(string text, char escape, Func<Regex> characters)
    {
        while (text.Contains(escape, StringComparison.Ordinal) && FindEscaped(text, characters()) is var (start, end, value))
        {
            text = text[..start] + value + text[end..];
        }

        return text;
    }

    // The longest, because one value may be the beginning of another.
    private ApiKeyValue? LongestIn(string text)
    {
        ApiKeyValue? longest = null;
        foreach (var (value, _) in _values)
        {
            if (value.Text.Length > (longest?.Text.Length ?? 0) && text.Contains(value.Text, StringComparison.Ordinal))
            {
                longest = value;
            }
        }

        return longest;
    }

    private (int Start, int End, ApiKeyValue Value)? FindEscaped(string text, Regex characters)
    {
        var plain = new StringBuilder(text.Length);
        var starts = new List<int>(text.Length + 1);
        foreach (Match character in characters.Matches(text))
        {
            plain.Append(Unescape(character.Value));
            starts.Add(character.Index);
        }

        starts.Add(text.Length);
        var unescaped = plain.ToString();
        return LongestIn(unescaped) is { } value && unescaped.IndexOf(value.Text, StringComparison.Ordinal) is var at
            ? (starts[at], starts[at + value.Text.Length], value)
            : null;
    }

    private static char Unescape(string character) => character switch
    {
        ['%', .. var hex] when hex.Length > 0 => (char)int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        ['\\', 'u', .. var hex] when hex.Length > 0 => (char)int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        ['\\', var escaped] => escaped,
        ['&', _, ..] => WebUtility.HtmlDecode(character)[0],
        _ => character[0],
    };

    [GeneratedRegex(@"\\u[0-9A-Fa-f]{4}|\\.|.", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Json();

    [GeneratedRegex(@"%[0-9A-Fa-f]{2}|.", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Url();

    [GeneratedRegex(@"&#?\w{1,8};|.", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Html();
}
