using System.Text.Encodings.Web;
using System.Text.Json;
using RotationFunction;

namespace RotationTool;

/// <summary>Shows one secret or all secrets.</summary>
internal sealed class StatusCommand(RotationAccount account, Screen screen)
{
    // Names of keys and secrets are not escaped: the output is not for a web page.
    private static readonly EventJson Json = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    // For each secret of a list. Lambda lets a function run for 15 minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<ExitCode> RunAsync(string? secretId, string? function, bool json, CancellationToken cancellationToken)
    {
        if (secretId is null)
        {
            return await ShowAllAsync(function, json, cancellationToken);
        }

        var secret = await account.FindAsync(secretId, cancellationToken);
        var status = await account.ActAsync(secret, "status", cancellationToken);
        if (json)
        {
            screen.PrintJson(JsonSerializer.Serialize(status, Json.ActionResult));
        }
        else
        {
            screen.Show(secret, status);
        }

        return ExitOf([status]);
    }

    private async Task<ExitCode> ShowAllAsync(string? function, bool json, CancellationToken cancellationToken)
    {
        var secrets = await account.ListAsync(function, cancellationToken);
        var seen = new List<(RotatedSecret Secret, ActionResult Status)>();
        // One after the other: API Gateway's control plane accepts few requests a second.
        foreach (var secret in secrets)
        {
            seen.Add((secret, await StatusAsync(secret, cancellationToken)));
        }

        if (json)
        {
            screen.PrintJson("[" + string.Join(",\n", seen.Select(each => JsonSerializer.Serialize(each.Status, Json.ActionResult))) + "]");
        }
        else if (seen.Count == 0)
        {
            screen.Print("No secret with a rotating API key was found. AWS_REGION and AWS_PROFILE select where to look.");
        }
        else
        {
            screen.Show(seen);
        }

        return ExitOf(seen.Select(each => each.Status));
    }

    /// <summary>Returns the status of one secret. A function that cannot be invoked must not hide the other secrets.</summary>
    private async Task<ActionResult> StatusAsync(RotatedSecret secret, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await account.ActAsync(secret, "status", patience.Token);
        }
        catch (Exception failure) when (ErrorReporter.CanReport(failure) && !cancellationToken.IsCancellationRequested)
        {
            var why = patience.IsCancellationRequested
                ? $"The function {secret.Function} did not respond within {Patience.TotalSeconds:F0} s."
                : ErrorReporter.Translate(failure).Message;
            var answer = new ActionResult("status", secret.Arn, "The secret's function could not be invoked.")
            {
                Healthy = false,
                Findings = [new Finding(why)],
            };
            return LogText.Sanitize(answer);
        }
    }

    private static ExitCode ExitOf(IEnumerable<ActionResult> seen) => seen.All(status => status.Healthy == true) ? ExitCode.Fine : ExitCode.Wrong;
}
