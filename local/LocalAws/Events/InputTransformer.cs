using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LocalAws.Events;

/// <summary>
/// What a target gets instead of the event. EventBridge user guide, "Amazon EventBridge input transformation": the paths name parts of the event, and
/// the template contains them in angle brackets. Paths other than fields of fields are not supported here.
/// </summary>
/// <param name="InputPaths">The paths, such as <c>$.detail</c>, by name.</param>
/// <param name="InputTemplate">The template: JSON, or a JSON string.</param>
public sealed partial record InputTransformer(IReadOnlyDictionary<string, string> InputPaths, string InputTemplate)
{
    // API reference of InputTransformer.
    private const int LongestTemplate = 8192;
    private const int MostPaths = 100;

    internal void Check()
    {
        if (InputTemplate.Length is 0 or > LongestTemplate || InputPaths.Count > MostPaths)
        {
            throw Validation.Failed(
                $"Value at 'inputTemplate' failed to satisfy constraint: Member must have length less than or equal to {LongestTemplate}");
        }

        if (InputPaths.Values.FirstOrDefault(path => !Path().IsMatch(path)) is { } other)
        {
            throw AwsException.NotHere("events", $"PutTargets with the path {other}");
        }

        if (Variable().Matches(InputTemplate).FirstOrDefault(variable => !InputPaths.ContainsKey(variable.Groups["name"].Value)) is { } unknown)
        {
            throw new AwsException(400, "ValidationException", $"InputTemplate for target has invalid placeholder {unknown.Value}.");
        }
    }

    /// <summary>Returns the target's input; null if it is not JSON, which EventBridge does not deliver.</summary>
    internal JsonElement? Apply(JsonElement sent)
    {
        var text = new StringBuilder();
        var end = 0;
        foreach (Match variable in Variable().Matches(InputTemplate))
        {
            text.Append(InputTemplate, end, variable.Index - end);
            end = variable.Index + variable.Length;
            if (Find(sent, InputPaths[variable.Groups["name"].Value]) is { } found)
            {
                // In a JSON string a value loses its quotes; elsewhere it is JSON.
                var json = found.GetRawText();
                text.Append(IsInString(InputTemplate.AsSpan(0, variable.Index)) ? json.Trim('"') : json);
            }
        }

        text.Append(InputTemplate, end, InputTemplate.Length - end);
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text.ToString());
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement? Find(JsonElement sent, string path)
    {
        JsonElement? found = sent;
        foreach (var field in path.Split('.').Skip(1))
        {
            found = found is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(field, out var value) ? value : null;
        }

        return found;
    }

    private static bool IsInString(ReadOnlySpan<char> before)
    {
        var isIn = false;
        for (var index = 0; index < before.Length; index++)
        {
            index += isIn && before[index] is '\\' ? 1 : 0;
            isIn ^= index < before.Length && before[index] is '"' && (index == 0 || before[index - 1] is not '\\');
        }

        return isIn;
    }

    [GeneratedRegex(@"\A\$(\.[A-Za-z0-9_-]+)*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Path();

    [GeneratedRegex("<(?<name>[A-Za-z0-9_]+)>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
