using System.Text.Json;
using RotationFunction;

namespace RotationTool;

/// <summary>
/// Reads the response of a function. It is untrusted, because a principal that owns a secret chooses its function and its tags:
/// each field is checked, texts are limited to one line, and only commands of <see cref="Commands"/> for this secret are kept.
/// </summary>
internal static class Answers
{
    private const int MostKeys = 500;
    private const int MostFindings = 100;
    private const int MostPerKey = 50;
    private const int MostRegions = 50;

    /// <summary>Returns the response to an action; null if it is not that of a rotation function.</summary>
    public static ActionResult? Read(ReadOnlySpan<byte> payload, string action, RotatedSecret secret)
    {
        ActionResult? answer;
        try
        {
            answer = JsonSerializer.Deserialize(payload, EventJson.Default.ActionResult);
        }
        catch (JsonException)
        {
            return null;
        }

        var isWhole = answer is { Message: not null } && (answer.Healthy is not null || action is not ("status" or "check")) && IsWhole(answer);
        return isWhole ? Vetted(answer!, action, secret) : null;
    }

    /// <summary>Returns the text of the exception that a function threw, without the stack trace; null without one.</summary>
    public static string? ReadError(ReadOnlyMemory<byte> payload, RotatedSecret secret)
    {
        try
        {
            using var error = JsonDocument.Parse(payload);
            return error.RootElement.ValueKind == JsonValueKind.Object
                && error.RootElement.TryGetProperty("errorMessage", out var message) && message.ValueKind == JsonValueKind.String
                ? Commands.Vetted(LogText.Sanitize(message.GetString()!), secret.Arn, takesIds: secret.IsNamed)
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null; // not JSON, or not valid Unicode
        }
    }

    // The serializer returns null for a JSON null or a missing field, even for a non-nullable type.
    private static bool IsWhole(ActionResult answer) =>
        answer.Findings?.All(finding => finding is { Problem: not null }) != false
        && answer.Keys?.All(key => key is { KeyId: not null, Kind: not null, Labels: not null, UsagePlanIds: not null }
            && !key.Labels.Contains(null!) && !key.UsagePlanIds.Contains(null!)
            && key.Usage?.All(usage => usage is { UsagePlanId: not null }) != false) != false
        && answer.Regions?.All(region => region is { Region: not null } && region.UsagePlanIds?.Contains(null!) != true) != false
        && double.IsFinite(answer.Rotation?.HoursOverdue ?? 0);

    private static ActionResult Vetted(ActionResult answer, string action, RotatedSecret secret)
    {
        var findings = answer.Findings?.Take(MostFindings).ToList();
        var isTooMuch = answer.Keys?.Count > MostKeys || answer.Findings?.Count > MostFindings;
        if (isTooMuch)
        {
            var counts = $"{answer.Keys?.Count ?? 0} keys and {answer.Findings?.Count ?? 0} findings";
            findings = [.. findings ?? [], new Finding($"The function returned {counts}: the first {MostKeys} and {MostFindings} are shown.")];
        }

        var lines = LogText.Sanitize(answer with
        {
            Action = action,
            SecretId = secret.Arn,
            Findings = findings,
            Keys = answer.Keys?.Take(MostKeys)
                .Select(key => key with
                {
                    Labels = [.. key.Labels.Take(MostPerKey)],
                    UsagePlanIds = [.. key.UsagePlanIds.Take(MostPerKey)],
                    Usage = key.Usage?.Take(MostPerKey).ToList(),
                }).ToList(),
            Regions = answer.Regions?.Take(MostRegions)
                .Select(region => region with { UsagePlanIds = region.UsagePlanIds?.Take(MostPerKey).ToList() }).ToList(),
        });
        return lines with
        {
            Message = Commands.Vetted(lines.Message, secret.Arn, secret.IsNamed),
            Regions = lines.Regions?.Select(region => region with
            {
                ReplicaMessage = region.ReplicaMessage is { } message ? Commands.Vetted(message, secret.Arn, secret.IsNamed) : null,
            }).ToList(),
            Findings = lines.Findings?.Select(finding => Commands.Vetted(finding, secret.Arn, secret.IsNamed)).ToList(),
            Healthy = lines.Healthy is { } healthy ? healthy && !isTooMuch : null,
        };
    }
}
