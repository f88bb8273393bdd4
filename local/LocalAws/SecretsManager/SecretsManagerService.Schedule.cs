using LocalAws.SecretsManager;

namespace LocalAws;

/// <content>The schedule. AWS rotates at any time in a window; here it is when the window opens.</content>
public sealed partial class SecretsManagerService
{
    // A timer of the machine's clock takes at most 49 days.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(30);

    /// <summary>Ends all schedules: no timer is left behind.</summary>
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
    /// Starts the rotations whose window has opened. It is tried once even if the window has closed since: a clock that was moved on by more than
    /// a window skips no rotation, but all those between are made good by one.
    /// </summary>
    private void OpenDueWindows()
    {
        foreach (var secret in _secrets.Values)
        {
            // A rotation that is still running looks for due windows when it ends.
            if (secret.Window is { } window && window.Opens <= Now && secret.Rotation is not { Ended: false })
            {
                secret.Window = null;
                Run(secret, new Rotation(secret.RotationFunctionArn!, PendingVersion(secret), test: false, window.Closes));
            }
        }
    }

    /// <summary>Seen in the field: a rotation that is not complete is tried again, so it keeps its version. AWS does not say how it draws a new one's id.</summary>
    private StoredVersion PendingVersion(StoredSecret secret) =>
        secret.Labelled(StoredSecret.Pending) is { } pending && pending != secret.Labelled(StoredSecret.Current)
            ? pending
            : AddPending(secret, Guid.NewGuid().ToString(), content: null);

    /// <summary>Goes on with the schedule when a rotation or a test has ended.</summary>
    private void ScheduleAfter(StoredSecret secret, bool succeeded)
    {
        if (succeeded)
        {
            Arm(secret);
        }
        else if (secret.Window is null)
        {
            // AWS API reference: while a rotation does not succeed, NextRotationDate may be in the past.
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
