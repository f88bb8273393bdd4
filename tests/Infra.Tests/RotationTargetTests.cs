using Pulumi;
using RotationComponents;

namespace Infra.Tests;

/// <summary>The targets that EventBridge notifies when AWSCURRENT has moved.</summary>
public sealed class RotationTargetTests
{
    private const string Topic = "arn:aws:sns:eu-central-1:123456789012:deployments";
    private const string Project = "arn:aws:codebuild:eu-central-1:123456789012:project/restart";
    private const string Role = "arn:aws:iam::123456789012:role/start-builds";

    [Fact]
    public async Task A_key_with_targets_has_a_rule_on_Secrets_Managers_own_event()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        var rule = deployed.The("EventRule", "rotation-rotated-orders");
        Assert.Equal(
            $$"""{"source":["aws.secretsmanager"],"detail-type":["Secret Label Updated"],"resources":["arn:aws:secretsmanager:{{Engine.Region}}:{{Engine.AccountId}}:secret:orders-AbCdEf"],"detail":{"labelUpdated":["AWSCURRENT"]} }""".Replace(" }", "}", StringComparison.Ordinal),
            rule.Text("eventPattern"));
        var targets = deployed.All("EventTarget").Where(target => target.Text("rule") == "rotation-rotated-orders-1234567").ToList();
        Assert.Equal([(Project, Role), (Topic, null)], targets.Select(target => (target.Text("arn"), (string?)target.Inputs.GetValueOrDefault("roleArn"))).Order());
        Assert.All(targets, target => Assert.Equal(["arn", "roleArn", "rule"], target.Inputs.Keys.Append("roleArn").Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Names_and_patterns_fit_AWS_for_the_longest_key()
    {
        var name = new string('n', 180);
        var deployed = await Deployed.StackAsync(new() { ["keys"] = new[] { Settings.Key(("name", name), ("rotationTargets", Configurations.RotationTargets)) } });

        Assert.InRange(deployed.The("EventRule").Name.Length + "-1234567".Length, 1, 64);
        Assert.All(deployed.All("EventTarget"), target => Assert.InRange(target.Name.Length + "-1234567".Length, 1, 64));
        Assert.InRange(deployed.The("EventRule").Text("eventPattern").Length, 1, 2048);
    }

    [Fact]
    public async Task The_rule_comes_after_the_keys_first_value()
    {
        var engine = new Engine { Holds = resource => resource.Name == "orders-provision" };
        var run = Deployed.StackAsync(new() { ["keys"] = new[] { Settings.Key(("rotationTargets", Configurations.RotationTargets)) } }, engine);
        while (!engine.Registered.Any(resource => resource.Name == "orders-provision"))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.DoesNotContain(engine.Registered, resource => resource.Type.EndsWith(":EventRule", StringComparison.Ordinal));
        engine.Release();
        Assert.Single((await run).All("EventRule"));
    }

    [Theory]
    [InlineData("arn:aws:lambda:eu-central-1:123456789012:function:restart", null, "arn: ", "an SNS topic, an event bus")]
    [InlineData("arn:aws:sns:eu-central-1:123456789012:deployments.fifo", null, "arn: ", "an SNS topic, an event bus")]
    [InlineData(null, null, "arn: ", "is missing")]
    [InlineData(Topic, Role, "roleArn: ", "is set, and a topic has no role")]
    [InlineData(Project, null, "roleArn: ", "is missing: EventBridge needs the ARN of a role")]
    [InlineData(Project, "start-builds", "roleArn: ", "the ARN of an IAM role")]
    public async Task A_target_that_EventBridge_cannot_use_is_named(string? arn, string? roleArn, string field, string problem)
    {
        var target = new Dictionary<string, string>();
        if (arn is not null)
        {
            target["arn"] = arn;
        }

        if (roleArn is not null)
        {
            target["roleArn"] = roleArn;
        }

        var error = Assert.Single(await Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key(("rotationTargets", new[] { target })) } }));

        Assert.StartsWith("keys[0].rotationTargets[0]." + field, error, StringComparison.Ordinal);
        Assert.Contains(problem, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_targets_than_a_rule_takes_and_the_same_twice_are_refused()
    {
        Assert.Equal("keys[0].rotationTargets: has 6 targets, and EventBridge accepts 5 for a rule", Assert.Single(await RefusedAsync([.. Enumerable.Range(1, 6).Select(number => Topic + number)])));
        Assert.Equal($"keys[0].rotationTargets: has {Topic} twice", Assert.Single(await RefusedAsync(Topic, Topic)));

        static Task<string[]> RefusedAsync(params string[] topics) =>
            Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key(("rotationTargets", topics.Select(arn => new { arn }))) } });
    }

    [Theory]
    [InlineData(6, Topic, null, "RotationTargets: has 6 targets, and EventBridge accepts 5 for a rule")]
    [InlineData(1, Project, null, "cannot have the rotation target target1: " + Project + ": EventBridge needs the ARN of a role")]
    [InlineData(1, Topic, Role, "cannot have the rotation target target1: " + Topic + ": a topic has no role")]
    [InlineData(1, "deployments", null, "cannot have the rotation target target1: deployments: it is not the ARN of an SNS topic")]
    public async Task In_another_program_such_a_target_is_named_too(int count, string arn, string? roleArn, string problem)
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Deployed.ProgramAsync(() =>
        {
            var function = new KeyRotationFunction("keys", new() { Code = new FileArchive("function") });
            var args = new RotatingApiKeyArgs { Function = function, SecretName = "partner/key", UsagePlans = { ["gold"] = "plan1" } };
            for (var number = 1; number <= count; number++)
            {
                args.RotationTargets[$"target{number}"] = new() { Arn = arn, RoleArn = roleArn is null ? null : (Input<string>)roleArn };
            }

            _ = new RotatingApiKey("partner", args);
            return new Dictionary<string, object?>();
        }));

        Environment.ExitCode = 0;
        Assert.Contains(problem, refused.ToString(), StringComparison.Ordinal);
    }
}
