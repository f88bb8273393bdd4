using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace Demo;

/// <summary>The demo's scenario: a key rotates while clients use it, twice on schedule and once by RotateSecret.</summary>
internal sealed class Scenario(EmbeddedAws aws, MovableTime time, Deployment deployment, Screen screen)
{
    private static readonly TimeSpan RotationTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly KeyRing _ring = new(deployment.Secrets, deployment.Gateway, Deployment.SecretName);

    /// <summary>Runs the scenario. Returns false if the API rejected a request or a rotation failed.</summary>
    public async Task<bool> RunAsync()
    {
        await screen.DeployAsync(deployment);
        screen.Show(await _ring.ReadAsync());
        aws.SecretsManager.StepFinished += screen.Show;

        using var clients = new Clients(deployment.OrdersUrl, count: 4);
        clients.Use(await ReadKeyAsync());
        clients.Start();
        using var refresh = new Timer(_ => screen.Update(clients.Sent, clients.Refused), state: null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));

        screen.Announce("A day later, under load: rotation by schedule");
        await RotateAsync(clients, MoveToNextDayAsync);

        screen.Announce("Another day later: by schedule, and API Gateway fails between CreateApiKey and CreateUsagePlanKey");
        aws.Faults = FailAttaching();
        await RotateAsync(clients, MoveToNextDayAsync);
        aws.Faults = null;

        screen.Announce("By hand: aws secretsmanager rotate-secret");
        await RotateAsync(clients, () => deployment.Secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = Deployment.SecretName }));

        await clients.StopAsync();
        var rotations = aws.SecretsManager.Rotations;
        screen.Summarize(clients.Sent, clients.Refused, _ring.Counts, rotations, deployment.FunctionAccessKey);

        screen.Announce("Taking the stack down");
        await deployment.DestroyAsync();
        var left = (await deployment.Gateway.GetApiKeysAsync(new GetApiKeysRequest())).Items?.Count ?? 0;
        screen.Print($"  API keys left in the account: {left}");
        return clients.Refused == 0 && left == 0 && rotations.All(rotation => rotation.Outcome == RotationOutcome.Succeeded);
    }

    private async Task RotateAsync(Clients clients, Func<Task> start)
    {
        await RunRotationAsync(start);
        screen.Show(await _ring.ReadAsync());
        // The latest moment that the promise permits: clients read the secret once a period, just before the next rotation.
        await Task.Delay(Period);
        clients.Use(await ReadKeyAsync());
        await Task.Delay(Period);
    }

    private async Task RunRotationAsync(Func<Task> start)
    {
        var before = aws.SecretsManager.Rotations.Count;
        await start();
        using var timeout = new CancellationTokenSource(RotationTimeout);
        while (aws.SecretsManager.Rotations.Count == before)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), timeout.Token);
        }
    }

    private Task MoveToNextDayAsync()
    {
        time.MoveForward(TimeSpan.FromDays(1));
        return Task.CompletedTask;
    }

    /// <summary>Injects one failure for each attempt of the SDK, so that the step fails and only a retry of Secrets Manager can fix it.</summary>
    private static Func<AwsCall, Fault?> FailAttaching()
    {
        var left = 3;
        return call => call.Operation == "CreateUsagePlanKey"
            && Interlocked.Decrement(ref left) >= 0 ? Fault.Error(500, "InternalFailure", "injected by the demo") : null;
    }

    private async Task<string> ReadKeyAsync() =>
        await _ring.FindKeyAsync("AWSCURRENT") ?? throw new InvalidOperationException("The secret has no key.");
}
