using LocalAws.SecretsManager;

namespace LocalAws;

/// <content>The schedule. AWS rotates at any time in a window. Here a rotation starts when the window opens.</content>
public sealed partial class SecretsManagerService
{
    // A timer of the machine's clock has a limit of 49 days.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(30);

    /// <summary>Ends all schedules and their timers.</summary>
    internal void Stop()
    {
        lock (_gate)
        {
            foreach (var secret in _secrets.Values)
            {
                Disarm(secret);
            }

            _lateEvents.ForEach(late => late.Timer.Dispose());
        }
    }

    private static void Disarm(StoredSecret secret)
    {
        secret.WindowTimer?.Dispose();
        (secret.WindowTimer, secret.Window, secret.NextRotation) = (null, null, null);
    }

    /// <summary>Sets the next window of a secret that has a schedule.</summary>
    private void Arm(StoredSecret secret)
    {
        Disarm(secret);
        if (secret.Schedule is not { } schedule || secret.RotationEnabled != true || secret.Deleted is not null || _stopped.IsCancellationRequested)
        {
            return;
        }

        DateTimeOffset?[] changes = [secret.LastRotated, secret.LastWritten];
        var window = schedule.Next(Now, secret.ScheduleSet, changes.Max());
        (secret.Window, secret.NextRotation) = (window, window.NextRotationDate);
        Await(secret, window);
    }

    private void Await(StoredSecret secret, RotationWindow window)
    {
        secret.WindowTimer?.Dispose();
        var wait = TimeSpan.FromTicks(Math.Clamp((window.Opens - Now).Ticks, 0, LongestTimer.Ticks));
        secret.WindowTimer = _aws.TimeProvider.CreateTimer(_ => Open(secret), state: null, wait, Timeout.InfiniteTimeSpan);
    }

    private void Open(StoredSecret secret)
    {
        lock (_gate)
        {
            if (secret.Window is not { } window)
            {
                return;
            }

            if (window.Opens > Now)
            {
                Await(secret, window);
            }
            else
            {
                OpenDueWindows();
            }
        }
    }

    /// <summary>
    /// Starts the rotations whose window has opened. Each is tried once, even if the window has already closed: if the clock moved by several
    /// windows, one rotation replaces all missed ones.
    /// </summary>
    private void OpenDueWindows()
    {
        foreach (var secret in _secrets.Values)
        {
            // A running rotation looks for due windows when it ends.
            if (secret.Window is { } window && window.Opens <= Now && secret.Rotation is not { Ended: false })
            {
                secret.Window = null;
                Run(secret, new Rotation(secret.RotationFunctionArn!, PendingVersion(secret), test: false, window.Closes));
            }
        }
    }

    /// <summary>
    /// Returns the version of the next rotation. Observed in the field: an incomplete rotation is retried and keeps its version. AWS does not
    /// document how it generates the id of a new one.
    /// </summary>
    private StoredVersion PendingVersion(StoredSecret secret) =>
        secret.Labelled(StoredSecret.Pending) is { } pending && pending != secret.Labelled(StoredSecret.Current)
            ? pending
            : AddPending(secret, Guid.NewGuid().ToString(), content: null);

    /// <summary>Continues the schedule when a rotation or a test has ended.</summary>
    private void ScheduleAfter(StoredSecret secret, bool succeeded)
    {
        if (succeeded)
        {
            Arm(secret);
        }
        else if (secret.Window is null)
        {
            // AWS API reference: while rotations do not succeed, NextRotationDate can be in the past.
            var due = secret.NextRotation;
            Arm(secret);
            secret.NextRotation = secret.Window is null ? null : due;
        }
        else
        {
            OpenDueWindows();
        }
    }
}
