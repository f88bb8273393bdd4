using System.Globalization;
using System.Text;

namespace RotationFunction;

/// <summary>
/// Converts text from outside (ids, tags, AWS's texts) to one line of limited length for a log, an error or an answer, without characters that break,
/// hide or reorder text.
/// </summary>
internal static class LogText
{
    private const int Longest = 2000;
    private const int LongestId = 256; // AWS's longest: a schedule expression, and a tag

    public static string Sanitize(string text, int longest = Longest)
    {
        var line = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.Length > longest ? text.AsSpan(0, longest).EnumerateRunes() : text.AsSpan().EnumerateRunes())
        {
            // EnumerateRunes returns the replacement character for an unpaired surrogate.
            line.Append(IsPrinted(rune) ? rune.ToString() : " ");
        }

        return line + (text.Length > longest ? " (cut)" : "");
    }

    /// <summary>Returns an answer whose texts are all such lines. The problem replaces a command that cannot be shown with a sentence.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="hide">Hides confidential values in a text.</param>
    public static ActionResult Sanitize(ActionResult answer, Func<string, string>? hide = null)
    {
        return answer with
        {
            Action = OfId(answer.Action),
            SecretId = OfText(answer.SecretId),
            Message = OfText(answer.Message),
            Findings = answer.Findings?.Select(OfFinding).ToList(),
            Rotation = answer.Rotation is not { } rotation ? null : rotation with
            {
                Schedule = OfId(rotation.Schedule),
                Window = OfId(rotation.Window),
                PendingVersion = OfId(rotation.PendingVersion),
                PendingStep = OfId(rotation.PendingStep),
                Overlap = OfId(rotation.Overlap),
                Hold = OfId(rotation.Hold),
            },
            Keys = answer.Keys?.Select(key => key with
            {
                KeyId = OfId(key.KeyId),
                Region = OfId(key.Region),
                Kind = OfId(key.Kind),
                Labels = [.. key.Labels.Select(label => OfId(label))],
                UsagePlanIds = [.. key.UsagePlanIds.Select(plan => OfId(plan))],
                Usage = key.Usage?.Select(usage => usage with { UsagePlanId = OfId(usage.UsagePlanId) }).ToList(),
            }).ToList(),
            Regions = answer.Regions?.Select(region => region with
            {
                Region = OfId(region.Region),
                Replica = OfId(region.Replica),
                ReplicaMessage = region.ReplicaMessage is { } message ? OfText(message) : null,
                TemplateKeyId = OfId(region.TemplateKeyId),
                UsagePlanIds = region.UsagePlanIds?.Select(plan => OfId(plan)).ToList(),
            }).ToList(),
        };

        string OfText(string text) => Sanitize(hide?.Invoke(text) ?? text);

        [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(id))]
        string? OfId(string? id) => id is null ? null : Sanitize(hide?.Invoke(id) ?? id, LongestId);

        Finding OfFinding(Finding finding) => finding.Command is not { } command ? new Finding(OfText(finding.Problem))
            : command.Length <= Longest && command == OfText(command) && command != Commands.Withheld
                ? finding with { Problem = OfText(finding.Problem) }
            : new Finding($"{OfText(finding.Problem)} {Commands.Withheld}");
    }

    private static bool IsPrinted(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
        && !IsInvisible(rune.Value);

    // Unicode's Default_Ignorable_Code_Point other than format characters, the Braille blank, and the replacement character.
    private static bool IsInvisible(int codePoint) => codePoint
        is 0x034F or 0x115F or 0x1160 or (0x17B4 or 0x17B5) or (>= 0x180B and <= 0x180F) or 0x2800 or 0x3164
            or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or 0xFFFD or (>= 0xE0000 and <= 0xE0FFF);
}
