using System.Text.Json;
using LocalAws.SecretsManager;

namespace RotationFunction.Tests;

/// <summary>
/// All keys of a large stack at once: each invocation gets its turn, none fails, and together they take little longer than API Gateway's rates require.
/// </summary>
[Collection(nameof(Crowd))]
public sealed class CrowdTests(ITestOutputHelper output)
{
    private const int Some = 40; // enough to use up the burst
    private const int Stack = 100;

    // What still waits when the calls of the others are over.
    private static readonly TimeSpan LastWaits = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(Some)]
    [InlineData(500, Traits = ["Category", "Proof"])]
    public async Task Checks(int secrets)
    {
        await using var crowd = await Crowd.StartAsync(secrets);

        var answers = await crowd.InvokeAsync(crowd.Secrets.Select(secret => new { action = "check", secretId = secret }));

        Assert.All(answers, AssertHealthy);
        AssertSoon(crowd);
    }

    [Theory]
    [InlineData(Some)]
    [InlineData(500, Traits = ["Category", "Proof"])]
    public async Task Ends_of_overlaps(int secrets)
    {
        await using var crowd = await Crowd.StartAsync(secrets, new Tag("apikey-rotation:overlap", "1h"));

        var answers = await crowd.InvokeAsync(crowd.Secrets.Select(secret => new { action = "endOverlap", secretId = secret }));

        AssertMessages("The overlap has ended. Keys disabled: ", answers);
        AssertSoon(crowd);
    }

    [Theory]
    [InlineData(Some)]
    [InlineData(Stack, Traits = ["Category", "Proof"])]
    public async Task A_key_declared(int secrets)
    {
        await using var crowd = Crowd.New(secrets);

        var answers = await crowd.InvokeAsync(crowd.Secrets.Select(secret => new { action = "lifecycle", secretId = secret, tf = new { action = "create" } }));

        AssertMessages("The secret and its template key point at each other.", answers);
        AssertSoon(crowd);
    }

    [Theory]
    [InlineData(Some)]
    [InlineData(Stack, Traits = ["Category", "Proof"])]
    public async Task A_first_key_and_the_proof_of_permissions(int secrets)
    {
        await using var crowd = Crowd.New(secrets);

        var answers = await crowd.InvokeAsync(crowd.Secrets.Select(secret => new { action = "provision", secretId = secret }));

        AssertMessages("The secret has a key, in version ", answers);
        Assert.All(Names(secrets), name => Assert.Equal(1, crowd.MintedIn(crowd.PlanId, name)));
        AssertSoon(crowd, wait: TimeSpan.FromSeconds(RotationFixture.ActivationWait));
    }

    [Theory]
    [InlineData(Some)]
    [InlineData(Stack, Traits = ["Category", "Proof"])]
    public async Task A_usage_plan_more_and_then_one_less(int secrets)
    {
        await using var crowd = await Crowd.StartAsync(secrets);
        var plan = crowd.AddPlan();
        crowd.Templates.ForEach(template => crowd.Aws.ApiGateway.CreateUsagePlanKey(new() { UsagePlanId = plan, KeyId = template }));

        var answers = await crowd.InvokeAsync(crowd.Secrets.Select(secret => new { action = "lifecycle", secretId = secret, usagePlanIds = new[] { crowd.PlanId, plan }, tf = new { action = "update" } }));

        AssertMessages("Keys added to usage plans: 2.", answers);
        AssertSoon(crowd);
        crowd.Templates.ForEach(template => crowd.Aws.ApiGateway.DeleteUsagePlanKey(plan, template));

        answers = await crowd.InvokeAsync(crowd.Secrets.Select(secret => new { action = "leaveUsagePlan", secretId = secret, usagePlanId = plan, tf = new { action = "delete" } }));

        AssertMessages($"Keys removed from usage plan {plan}: 2.", answers);
        AssertSoon(crowd);
    }

    [Theory]
    [InlineData(Some)]
    [InlineData(Stack, Traits = ["Category", "Proof"])]
    public async Task A_destroy(int secrets)
    {
        await using var crowd = await Crowd.StartAsync(secrets);
        crowd.Secrets.ForEach(secret => crowd.Aws.SecretsManager.CancelRotateSecret(new() { SecretId = secret }));

        var answers = await crowd.InvokeAsync(crowd.Secrets.Select(secret => new { action = "lifecycle", secretId = secret, tf = new { action = "delete" } }));

        AssertMessages("Minted keys deleted: 3.", answers);
        Assert.All(Names(secrets), name => Assert.Empty(crowd.MintedOf(name)));
        AssertSoon(crowd);
    }

    [Theory]
    [InlineData(Some)]
    [InlineData(300, Traits = ["Category", "Proof"])]
    public async Task Rotations(int secrets)
    {
        await using var crowd = await Crowd.StartAsync(secrets);

        await crowd.RunAsync(() =>
        {
            crowd.Secrets.ForEach(secret => crowd.Rotate(secret));
            return crowd.Aws.SecretsManager.SettledAsync();
        });

        Assert.Equal(secrets, crowd.Aws.SecretsManager.Rotations.Count);
        Assert.All(crowd.Aws.SecretsManager.Rotations, rotation => Assert.Equal([null, null, null, null], rotation.Steps.Select(step => step.Error)));
        AssertSoon(crowd, wait: TimeSpan.FromSeconds(RotationFixture.ActivationWait));
    }

    /// <summary>The calls of a deployment's provider count against the same rate, and the provider does not try for ever.</summary>
    [Theory]
    [InlineData(Some)]
    [InlineData(Stack, Traits = ["Category", "Proof"])]
    public async Task Rotations_checks_and_a_deployment_at_once(int secrets)
    {
        await using var crowd = await Crowd.StartAsync(secrets);
        var answers = new List<JsonElement>();
        var givenUp = 0;

        await crowd.RunAsync(async () =>
        {
            crowd.Secrets.Take(secrets / 2).ToList().ForEach(secret => crowd.Rotate(secret));
            var checks = Task.WhenAll(crowd.Secrets.Skip(secrets / 2).Select(secret => crowd.InvokeOneAsync(new { action = "check", secretId = secret })));
            givenUp = await crowd.DeployAsync(atOnce: 32, callsEach: 10);
            answers.AddRange(await checks);
            await crowd.Aws.SecretsManager.SettledAsync();
        });

        Assert.Equal(0, givenUp);
        Assert.All(answers, AssertHealthy);
        Assert.All(crowd.Aws.SecretsManager.Rotations, rotation => Assert.Equal([null, null, null, null], rotation.Steps.Select(step => step.Error)));
        AssertSoon(crowd, wait: TimeSpan.FromSeconds(RotationFixture.ActivationWait));
    }

    /// <summary>It succeeds with the tries of the SDK, or says so; each call has three of them, in three seconds at most.</summary>
    [Fact]
    public async Task A_person_does_not_wait_for_the_others()
    {
        await using var crowd = await Crowd.StartAsync(Stack);
        var took = new List<TimeSpan>();

        await crowd.RunAsync(async () =>
        {
            var checks = Task.WhenAll(crowd.Secrets.Select(secret => crowd.InvokeOneAsync(new { action = "check", secretId = secret })));
            await crowd.DelayAsync(TimeSpan.FromSeconds(10));
            foreach (var action in new[] { "status", "rollback", "revokePrevious" })
            {
                var began = crowd.Aws.TimeProvider.GetUtcNow();
                await crowd.InvokeOneAsync(new { action, secretId = crowd.Secrets[0] });
                took.Add(crowd.Aws.TimeProvider.GetUtcNow() - began);
            }

            await checks;
        });

        Assert.All(took, time => Assert.InRange(time, TimeSpan.Zero, TimeSpan.FromSeconds(25)));
    }

    private static IEnumerable<string> Names(int secrets) => Enumerable.Range(0, secrets).Select(number => $"crowd/{number}");

    private static void AssertHealthy(JsonElement answer) =>
        Assert.True(answer.TryGetProperty("Healthy", out var healthy) && healthy.GetBoolean(), answer.GetRawText());

    private static void AssertMessages(string expected, List<JsonElement> answers) =>
        Assert.All(answers, answer => Assert.StartsWith(expected, answer.TryGetProperty("Message", out var message) ? message.GetString() : answer.GetRawText(), StringComparison.Ordinal));

    private void AssertSoon(Crowd crowd, TimeSpan wait = default)
    {
        output.WriteLine($"It took {crowd.Took.TotalSeconds:F0} s, and needs {(crowd.Bound + wait).TotalSeconds:F0} s.");
        Assert.InRange(crowd.Took, TimeSpan.Zero, ((crowd.Bound + wait) * 1.3) + LastWaits);
    }
}
