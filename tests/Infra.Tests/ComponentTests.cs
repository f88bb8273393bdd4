using Pulumi;
using RotationComponents;

namespace Infra.Tests;

/// <summary>The components serve another program as they serve this stack.</summary>
public sealed class ComponentTests
{
    [Fact]
    public async Task Another_program_makes_a_rotating_key_of_its_own()
    {
        var deployed = await Deployed.ProgramAsync(() =>
        {
            var plan = new Pulumi.Aws.ApiGateway.UsagePlan("gold");
            var function = new KeyRotationFunction("keys", new()
            {
                Code = new FileArchive("function"),
                UsagePlans = { ["gold"] = plan.Id },
            });
            var key = new RotatingApiKey("partner", new()
            {
                Function = function,
                SecretName = "partner/key",
                UsagePlans = { ["gold"] = plan.Id },
                ScheduleExpression = "rate(7 days)",
            });
            return new Dictionary<string, object?> { ["secret"] = key.SecretArn };
        });

        Assert.Equal("idgold", deployed.The("UsagePlanKey", "partner-gold").Text("usagePlanId"));
        Assert.Contains("/usageplans/idgold/keys", deployed.The("RolePolicy", "keys-plan-gold").Text("policy"), StringComparison.Ordinal);
        Assert.Equal("partner/key", deployed.The("Secret", "partner").Text("name"));
        Assert.Equal("rate(7 days)", deployed.The("SecretRotation").Nested("rotationRules")["scheduleExpression"]);
        Assert.Equal("/aws/lambda/rotation-lambda-prod-keys", deployed.The("LogGroup").Text("name"));
        Assert.Empty(deployed.All("MetricAlarm"));
    }

    [Fact]
    public async Task Whatever_another_program_calls_its_components_schedules_have_the_functions_role()
    {
        var deployed = await Deployed.ProgramAsync(() =>
        {
            var function = new KeyRotationFunction("keys", new() { Code = new FileArchive("function"), UsagePlans = { ["gold"] = "plan1" } });
            var key = new RotatingApiKey("partner", new() { Function = function, SecretName = "partner/key", UsagePlans = { ["gold"] = "plan1" }, Overlap = "24h" });
            _ = new Monitoring("watch", new() { Function = function, Keys = { ["partner"] = key } });
            return new Dictionary<string, object?>();
        });

        Assert.Equal(["keys-check-partner", "keys-overlap-partner"], deployed.All("Schedule").Select(schedule => schedule.Name).Order(StringComparer.Ordinal));
        Assert.All(deployed.All("Schedule"), schedule => Assert.EndsWith(":role/keys-schedules-1234567", (string)schedule.Nested("target")["roleArn"], StringComparison.Ordinal));
        Assert.Contains(":function:rotation-lambda-prod-keys\"", deployed.The("RolePolicy", "keys-schedules").Text("policy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Components_have_the_packages_type_tokens()
    {
        var types = (await Deployed.StackAsync(Settings.OneKey)).Made.OfType<ComponentResource>().Select(component => component.GetResourceType());

        Assert.Equal(
            ["pulumi:pulumi:Stack", "rotation-lambda:index:KeyRotationFunction", "rotation-lambda:index:Monitoring", "rotation-lambda:index:RotatingApiKey"],
            types.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_deployed_belongs_to_a_component()
    {
        var deployed = await Deployed.StackAsync(Settings.OneKey);

        Assert.All(deployed.Resources.Where(resource => resource.Type.StartsWith("aws:", StringComparison.Ordinal)), resource =>
            Assert.True(deployed.Options(resource).Parent is KeyRotationFunction or RotatingApiKey or Monitoring, $"{resource} belongs to no component"));
    }

    [Theory]
    [InlineData(false, true, "needs a usage plan")]
    [InlineData(true, false, "two schedules")]
    public async Task A_key_that_cannot_be_is_refused(bool plan, bool oneSchedule, string problem)
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Deployed.ProgramAsync(() =>
        {
            var args = new RotatingApiKeyArgs
            {
                Function = new KeyRotationFunction("keys", new() { Code = new FileArchive("function") }),
                SecretName = "key",
                AutomaticallyAfterDays = 5,
            };
            if (plan)
            {
                args.UsagePlans["gold"] = "plan1";
            }

            if (!oneSchedule)
            {
                args.ScheduleExpression = "rate(7 days)";
            }

            _ = new RotatingApiKey("partner", args);
            return new Dictionary<string, object?>();
        }));

        Environment.ExitCode = 0;
        Assert.Contains(problem, refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", "has 65")] // rotation-lambda-prod- and 44
    [InlineData("key.s", "letters, digits, hyphens and underscores")]
    public async Task A_function_that_Lambda_could_not_name_is_refused(string name, string problem)
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Deployed.ProgramAsync(() =>
        {
            _ = new KeyRotationFunction(name, new() { Code = new FileArchive("function") });
            return new Dictionary<string, object?>();
        }));

        Environment.ExitCode = 0;
        Assert.Contains(problem, refused.ToString(), StringComparison.Ordinal);
        Assert.Contains("Rename the project or the stack.", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_could_not_wait_as_long_as_told_is_refused()
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Deployed.ProgramAsync(() =>
        {
            _ = new KeyRotationFunction("keys", new() { Code = new FileArchive("function"), ActivationWait = KeyRotationFunction.LongestActivationWait + 1 });
            return new Dictionary<string, object?>();
        }));

        Environment.ExitCode = 0;
        Assert.Contains("ActivationWait is 721 s", refused.ToString(), StringComparison.Ordinal);
    }
}
