using System.Text.Json;
using LocalAws.Lambda;
using LocalAws.SecretsManager;

namespace LocalAws;

/// <content>Rotation.</content>
public sealed partial class SecretsManagerService
{
    private const string ServicePrincipal = "secretsmanager.amazonaws.com";

    private readonly List<RotationRecord> _rotations = [];
    private readonly List<Task> _runs = [];
    private readonly List<(DateTimeOffset At, string FunctionArn, byte[] Payload, ITimer Timer)> _lateEvents = [];

    /// <summary>Occurs when a step has ended, on the rotation's own thread. The next attempt of a failed step is then already scheduled.</summary>
#pragma warning disable MA0046 // Who listens to one EmbeddedAws needs no sender.
    public event Action<StepRecord>? StepFinished;
#pragma warning restore MA0046

    /// <summary>Gets or sets the delegate that chooses the delivery of each step, or null to deliver each step once.</summary>
    public Func<StepEvent, Delivery>? Deliveries { get; set; }

    /// <summary>Returns the rotations that have ended, or that have ended since <see cref="ClearRotations"/>, in that order.</summary>
    public IReadOnlyList<RotationRecord> Rotations
    {
        get
        {
            lock (_gate)
            {
                return [.. _rotations];
            }
        }
    }

    /// <summary>Removes the ended rotations, for runs with very many.</summary>
    public void ClearRotations()
    {
        lock (_gate)
        {
            _rotations.Clear();
        }
    }

    /// <summary>
    /// Completes when no rotation is running or waiting for its next attempt. A scheduled rotation whose date has come is running. A rotation with a
    /// future date is not waited for.
    /// </summary>
    public async Task SettledAsync()
    {
        while (true)
        {
            Task[] runs;
            lock (_gate)
            {
                OpenDueWindows();
                DeliverDueEvents();
                _runs.RemoveAll(run => run.IsCompletedSuccessfully);
                runs = [.. _runs];
            }

            if (runs.Length == 0)
            {
                return;
            }

            await Task.WhenAll(runs);
        }
    }

    /// <summary>Configures rotation and starts a rotation, or a test of the rotation. Returns at once.</summary>
    /// <param name="request">The input of RotateSecret.</param>
    public SecretResponse RotateSecret(RotateSecretRequest request)
    {
        CheckSecretId(request.SecretId);
        CheckToken(request.ClientRequestToken, needed: true, SecretsManagerErrors.InvalidParameter);
        var schedule = RotationSchedule.Parse(request.RotationRules);
        var token = request.ClientRequestToken!;

        lock (_gate)
        {
            var secret = FindPrimary(request.SecretId);
            var functionArn = request.RotationLambdaArn ?? secret.RotationFunctionArn ?? throw SecretsManagerErrors.NoRotationFunction();
            if (!_region.Lambda.Admits(functionArn, ServicePrincipal))
            {
                throw SecretsManagerErrors.CannotInvokeFunction();
            }
            // AWS API reference: with the same token, a repeated request does not create a second version.
            if (secret.Find(token) is { } existing)
            {
                return secret.Respond(existing);
            }

            if (secret.Labelled(StoredSecret.Pending) is { } pending && pending != secret.Labelled(StoredSecret.Current))
            {
                throw SecretsManagerErrors.PreviousRotationIncomplete();
            }

            secret.RotationEnabled = true;
            secret.RotationFunctionArn = functionArn;
            if (request.RotationRules is { } rules)
            {
                (secret.RotationRules, secret.Schedule, secret.ScheduleSet) = (rules, schedule, Now);
            }

            secret.LastChanged = Now;
            var version = Start(secret, token, test: request.RotateImmediately == false).Version;
            Arm(secret);
            return secret.Respond(version);
        }
    }

    /// <summary>Turns rotation off, ends the schedule and abandons a running rotation. AWS API reference: its version keeps AWSPENDING.</summary>
    /// <param name="request">The input of CancelRotateSecret.</param>
    public SecretResponse CancelRotateSecret(SecretRequest request)
    {
        CheckSecretId(request.SecretId);
        lock (_gate)
        {
            var secret = FindPrimary(request.SecretId);
            if (secret.RotationFunctionArn is null)
            {
                throw SecretsManagerErrors.NoRotationFunction();
            }

            secret.RotationEnabled = false;
            secret.CancelShows = Now + _aws.Unknowns.CancelShowsAfter;
            secret.Rotation?.Cancel();
            Disarm(secret);
            Changed(secret);
            return secret.Respond(secret.Rotation?.Version);
        }
    }

    /// <summary>
    /// Returns whether a rotation can be retried. AWS user guide: a scheduled rotation is retried while its window is open. For a requested rotation
    /// no end is documented.
    /// </summary>
    private static bool IsOpen(Rotation rotation, DateTimeOffset at) => rotation.Closes is not { } closes || at < closes;

    /// <summary>
    /// Ends a rotation that is not complete, because there is a new current value (AWS user guide), and removes AWSPENDING, even without a rotation
    /// (recorded on AWS).
    /// </summary>
    private static void Abandon(StoredSecret secret)
    {
        secret.Rotation?.Cancel();
        secret.Rotation = null;
        secret.Labelled(StoredSecret.Pending)?.Stages.Remove(StoredSecret.Pending);
    }

    /// <summary>
    /// Creates the version of a rotation. Recorded on AWS: a rotation starts with an empty version labelled AWSPENDING, a test with a copy of the
    /// current value. The request's token is the id of both.
    /// </summary>
    private Rotation Start(StoredSecret secret, string token, bool test)
    {
        var version = AddPending(secret, token, test ? secret.Labelled(StoredSecret.Current)?.Content : null);
        return Run(secret, new Rotation(secret.RotationFunctionArn!, version, test));
    }

    private StoredVersion AddPending(StoredSecret secret, string token, VersionContent? content)
    {
        var version = secret.Add(token, content, Now);
        Move(secret, StoredSecret.Pending, version);
        return version;
    }

    private Rotation Run(StoredSecret secret, Rotation rotation)
    {
        secret.Rotation = rotation;
        Propagate(secret);
        _runs.Add(Task.Run(() => RunAsync(secret, rotation)));
        return rotation;
    }

    private async Task RunAsync(StoredSecret secret, Rotation rotation)
    {
        var steps = new List<StepRecord>();
        RotationOutcome outcome;
        try
        {
            outcome = await RunStepsAsync(secret, rotation, steps);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        lock (_gate)
        {
            _rotations.Add(new RotationRecord(secret.Arn, rotation.Version.Id, steps, outcome));
            var isLatest = secret.Rotation == rotation;
            End(secret, rotation, outcome);
            Propagate(secret);
            if (isLatest)
            {
                ScheduleAfter(secret, succeeded: outcome is RotationOutcome.Succeeded && !rotation.Test);
            }
        }
    }

    /// <summary>
    /// Runs the attempts of a rotation. AWS user guide: the whole process is retried. The error texts show that a retry uses the same version.
    /// </summary>
    private async Task<RotationOutcome> RunStepsAsync(StoredSecret secret, Rotation rotation, List<StepRecord> steps)
    {
        // A test has one attempt: AWS documents retries only for rotations.
        var attempts = rotation.Test ? 1 : _options.RotationAttempts;
        for (var attempt = 1; ; attempt++)
        {
            var passed = true;
            Task? retry = null;
            foreach (var step in rotation.Steps)
            {
                if (IsGivenUp(rotation))
                {
                    return RotationOutcome.Abandoned;
                }

                var record = await CallAsync(secret, rotation, step, attempt);
                steps.Add(record);
                passed = record.Error is null && (step is not "finishSecret" || IsCurrent(secret, rotation));
                // Before the event: a listener that moves the clock must find the timer set.
                if (!passed && attempt < attempts && IsOpen(rotation, Now + _options.RotationRetryDelay))
                {
                    retry = Task.Delay(_options.RotationRetryDelay, _aws.TimeProvider, _stopped);
                }

                StepFinished?.Invoke(record);
                if (!passed)
                {
                    break;
                }
            }

            if (IsGivenUp(rotation))
            {
                return RotationOutcome.Abandoned;
            }

            if (passed)
            {
                return RotationOutcome.Succeeded;
            }

            if (retry is null)
            {
                return RotationOutcome.Failed;
            }

            await retry;
            if (!IsOpen(rotation, Now))
            {
                return RotationOutcome.Failed;
            }
        }
    }

    private async Task<StepRecord> CallAsync(StoredSecret secret, Rotation rotation, string step, int attempt)
    {
        // Observed in the field: each step has its own RotationToken, and the event names the secret by its ARN.
        var rotationToken = Guid.NewGuid().ToString();
        _confidential.Add(rotationToken);
        var payload = JsonSerializer.SerializeToUtf8Bytes(
            new { Step = step, SecretId = secret.Arn, ClientRequestToken = rotation.Version.Id, RotationToken = rotationToken });

        var started = Now;
        var callsBefore = _aws.Calls.Count;
        var call = _aws.Calls.Begin(ServicePrincipal, "lambda", "Invoke", $"{rotation.FunctionArn}/{step}");
        var error = _region.Lambda.Admits(rotation.FunctionArn, ServicePrincipal)
            ? await DeliverAsync(rotation.FunctionArn, payload, Deliveries?.Invoke(new StepEvent(secret.Arn, rotation.Version.Id, step, attempt))
                ?? Delivery.Once)
            : new FunctionError("AccessDeniedException", SecretsManagerErrors.CannotInvokeFunction().Message);
        var calls = _aws.Calls.Since(callsBefore);
        var ended = Now;
        _aws.Calls.End(call, 200, error is null ? null : "Unhandled", ended);
        return new StepRecord(step, attempt, started, ended - started, error is null ? null : $"{error.ErrorType}: {error.ErrorMessage}", calls);
    }

    private async Task<FunctionError?> DeliverAsync(string functionArn, byte[] payload, Delivery delivery)
    {
        if (delivery.Later is { } later)
        {
            lock (_gate)
            {
                var at = Now + later;
                _lateEvents.Add(
                    (at, functionArn, payload, _aws.TimeProvider.CreateTimer(_ => DeliverDueEvents(), state: null, later, Timeout.InfiniteTimeSpan)));
            }
        }

        if (delivery.AtOnce)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, delivery.Copies).Select(_ => InvokeAsync(functionArn, payload)));
            return Array.Find(answers, error => error is not null);
        }

        FunctionError? error = null;
        for (var copy = 0; copy < delivery.Copies; copy++)
        {
            error = await InvokeAsync(functionArn, payload);
        }

        return delivery.LosesAnswer ? new FunctionError("Injected", "The function's answer was lost.") : error;
    }

    // AWS does not document what Secrets Manager does when Lambda rejects an invocation, as for a deleted or throttled function. Here the attempt has
    // failed, as if the function had failed.
    private async Task<FunctionError?> InvokeAsync(string functionArn, byte[] payload)
    {
        try
        {
            return (await _region.Lambda.RunAsync(functionArn, payload)).Error;
        }
        catch (AwsException refused)
        {
            return new FunctionError(refused.Code, refused.Message);
        }
    }

    private void DeliverDueEvents()
    {
        lock (_gate)
        {
            foreach (var late in _lateEvents.FindAll(late => late.At <= Now))
            {
                _lateEvents.Remove(late);
                late.Timer.Dispose();
                _runs.Add(Task.Run(() => InvokeAsync(late.FunctionArn, late.Payload)));
            }
        }
    }

    private bool IsGivenUp(Rotation rotation)
    {
        lock (_gate)
        {
            return rotation.Cancelled
                || !rotation.Version.Stages.Exists(label => label is StoredSecret.Pending or StoredSecret.Current);
        }
    }

    private bool IsCurrent(StoredSecret secret, Rotation rotation)
    {
        lock (_gate)
        {
            return secret.Labelled(StoredSecret.Current) == rotation.Version;
        }
    }

    private void End(StoredSecret secret, Rotation rotation, RotationOutcome outcome)
    {
        rotation.Ended = true;
        if (rotation.Test)
        {
            // AWS user guide: the version of a test is removed.
            secret.Versions.Remove(rotation.Version);
        }
        else if (outcome is RotationOutcome.Succeeded)
        {
            // According to AWS in its templates' repository, the service and not the function removes AWSPENDING at the end.
            secret.PendingEnds = (rotation.Version, Now + _aws.Unknowns.PendingStays);
            secret.EndPending(Now);
            secret.LastRotated = Now;
            secret.LastChanged = Now;
        }
        else
        {
            return;
        }

        if (secret.Rotation == rotation)
        {
            secret.Rotation = null;
        }
    }
}
