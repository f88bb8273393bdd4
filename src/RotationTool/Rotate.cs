using System.Diagnostics;

namespace RotationTool;

/// <summary>Starts a rotation, and follows it to its end when asked to.</summary>
/// <remarks>
/// Neither Secrets Manager nor the function keeps why a step failed, other than in a log. So a step that stands still is run once more:
/// each may be repeated, beside Secrets Manager too, and what it answers is the reason, or heals it. testSecret, which changes nothing, is run at once:
/// it answers when Secrets Manager's own does.
/// </remarks>
internal sealed class Rotate(Account account, Screen screen)
{
    private static readonly string[] Steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly long _started = Stopwatch.GetTimestamp();
    private int _passed;

    public async Task<ExitCode> RunAsync(string secretId, bool wait, CancellationToken cancellationToken)
    {
        var secret = await account.FindAsync(secretId, cancellationToken);
        if (secret.Function is null)
        {
            throw new ToolException(ExitCode.Wrong, $"No function rotates the secret {secret.Name}. Deploy the stack again, or: aws secretsmanager rotate-secret --rotation-lambda-arn FUNCTION --secret-id {secret.Arn}");
        }

        var version = await account.RotateAsync(secret, cancellationToken);
        screen.Print($"{secret.Name} is being rotated: version {version}");
        return wait ? await screen.WaitAsync("rotating " + secret.Name, () => FollowAsync(secret, version, cancellationToken)) : ExitCode.Fine;
    }

    private async Task<ExitCode> FollowAsync(RotatedSecret secret, string version, CancellationToken cancellationToken)
    {
        var movedOn = Stopwatch.GetTimestamp();
        while (await ObserveAsync(secret, version, cancellationToken) is var passed && passed < Steps.Length)
        {
            if (Pass(passed))
            {
                movedOn = Stopwatch.GetTimestamp();
            }

            var step = Steps[_passed];
            if (step is "testSecret" || Stopwatch.GetElapsedTime(movedOn) > Patience)
            {
                if (await WhyAsync(secret, step, version, cancellationToken) is not { } reason)
                {
                    Pass(_passed + 1);
                    continue;
                }

                // The step before may not be done yet, and Secrets Manager's own try may have been faster.
                if (Stopwatch.GetElapsedTime(movedOn) > Patience && await ObserveAsync(secret, version, cancellationToken) <= _passed)
                {
                    screen.StepFailed(step);
                    throw new ToolException(ExitCode.Wrong, $"{step} failed: {reason} Secrets Manager tries the rotation again; to give it up: {secret.ClearCommand(version)}");
                }
            }

            await Task.Delay(Pause, cancellationToken);
        }

        Pass(Steps.Length);
        return ExitCode.Fine;
    }

    /// <summary>How many steps have passed, as far as labels and keys show.</summary>
    private async Task<int> ObserveAsync(RotatedSecret secret, string version, CancellationToken cancellationToken)
    {
        var labels = (await account.FindAsync(secret.Arn, cancellationToken)).Labels.GetValueOrDefault(version) ?? [];
        if (labels.Contains("AWSCURRENT"))
        {
            return Steps.Length;
        }

        if (!labels.Contains("AWSPENDING"))
        {
            throw new ToolException(ExitCode.Wrong, $"Version {version} is neither AWSPENDING nor AWSCURRENT any more: somebody gave the rotation up, or stored another value. Start anew: apikey-rotation rotate {secret.Name}");
        }

        // What setSecret has attached so far does not show whether it is done: it attaches to the plans of the template one after the other.
        var keys = (await account.ActAsync(secret, "status", cancellationToken)).Keys ?? [];
        return keys.FirstOrDefault(key => key.Labels.Contains("AWSPENDING")) is not { } pending ? 0
            : keys.FirstOrDefault(key => key.Labels.Contains("AWSCURRENT")) is { } current && current.UsagePlanIds.Except(pending.UsagePlanIds).Any() ? 1
            : 2;
    }

    /// <summary>Runs a step once more. Returns its error, or null when it passed.</summary>
    private async Task<string?> WhyAsync(RotatedSecret secret, string step, string version, CancellationToken cancellationToken)
    {
        try
        {
            await account.RunStepAsync(secret, step, version, cancellationToken);
            return null;
        }
        catch (ToolException failed) when (failed.ExitCode == ExitCode.Wrong)
        {
            return failed.Message.TrimEnd('.') + ".";
        }
    }

    private bool Pass(int steps)
    {
        var (before, since) = (_passed, Stopwatch.GetElapsedTime(_started));
        for (; _passed < Math.Min(steps, Steps.Length); _passed++)
        {
            screen.StepPassed(Steps[_passed], since);
        }

        return _passed > before;
    }
}
