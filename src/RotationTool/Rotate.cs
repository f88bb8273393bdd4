using System.Diagnostics;
using RotationFunction;

namespace RotationTool;

/// <summary>Starts a rotation and optionally waits until it is complete.</summary>
/// <remarks>
/// Only the function's log keeps the reason why a step failed, and a step that waits for its turn looks like a failed one. If a step does not
/// progress, the command prints the findings of <c>status</c> and the command that shows the log, and continues to wait until the timeout.
/// </remarks>
internal sealed class Rotate(RotationAccount account, Screen screen)
{
    private static readonly string[] Steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly long _started = Stopwatch.GetTimestamp();
    private int _passed;

    /// <param name="secretId">The secret's name or ARN.</param>
    /// <param name="wait">How long to wait for the rotation; null not to wait.</param>
    /// <param name="cancellationToken">Cancels the wait; the rotation continues.</param>
    public async Task<ExitCode> RunAsync(string secretId, TimeSpan? wait, CancellationToken cancellationToken)
    {
        var secret = await account.FindAsync(secretId, cancellationToken);
        _ = RotationAccount.FunctionOf(secret);
        var version = await account.RotateAsync(secret, cancellationToken);
        screen.Print($"{secret.Name} is being rotated: version {version}");
        return wait is { } limit
            ? await screen.WaitAsync("rotating " + secret.Name, () => FollowAsync(secret, version, limit, cancellationToken))
            : ExitCode.Fine;
    }

    private async Task<ExitCode> FollowAsync(RotatedSecret secret, string version, TimeSpan limit, CancellationToken cancellationToken)
    {
        for (var (movedOn, reported) = (Stopwatch.GetTimestamp(), false); ; await Task.Delay(Pause, cancellationToken))
        {
            var (passed, findings) = await ObserveAsync(secret, version, cancellationToken);
            if (Pass(passed))
            {
                (movedOn, reported) = (Stopwatch.GetTimestamp(), false);
            }

            if (_passed == Steps.Length)
            {
                return ExitCode.Fine;
            }

            var isOver = Stopwatch.GetElapsedTime(_started) > limit;
            if (!reported && (isOver || Stopwatch.GetElapsedTime(movedOn) > Patience))
            {
                reported = true;
                screen.Print($"{Steps[_passed]} has not passed yet. It may be waiting. "
                    + $"If it failed, the function's log shows why: {secret.LogCommand(version)}");
                screen.Show(findings);
            }

            if (isOver)
            {
                throw new ToolException(
                    ExitCode.Wrong,
                    $"{Steps[_passed]} has not passed after {limit.TotalSeconds:F0} s. Secrets Manager continues or retries the rotation. "
                    + $"To abandon it: {Commands.ClearPending(secret.Arn, version)}");
            }
        }
    }

    /// <summary>Returns how many steps have passed, derived from labels and keys, and the findings.</summary>
    private async Task<(int Passed, IReadOnlyList<Finding> Findings)> ObserveAsync(
        RotatedSecret secret, string version, CancellationToken cancellationToken)
    {
        var labels = (await account.FindAsync(secret.Arn, cancellationToken)).Labels.GetValueOrDefault(version) ?? [];
        if (labels.Contains("AWSCURRENT"))
        {
            return (Steps.Length, []);
        }

        if (!labels.Contains("AWSPENDING"))
        {
            throw new ToolException(
                ExitCode.Wrong,
                $"Version {version} is no longer AWSPENDING or AWSCURRENT: someone abandoned the rotation or stored another value. "
                + $"Start a new rotation with: apikey-rotation rotate {secret.Name}");
        }

        var status = await account.ActAsync(secret, "status", cancellationToken);
        return (Math.Max(0, Array.IndexOf(Steps, status.Rotation?.PendingStep)), status.Findings ?? []);
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
