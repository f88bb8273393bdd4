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

    /// <summary>The permission is the key's, or the tag's where the function selects by tag.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_creates_a_usage_plan_of_its_own(bool byTag)
    {
        var deployed = await Deployed.ProgramAsync(() =>
        {
            var function = new KeyRotationFunction("keys", new() { Code = new FileArchive("function"), SecretsByTag = byTag });
            foreach (var name in new[] { "one", "two" })
            {
                var args = new RotatingApiKeyArgs { Function = function, SecretName = "shop/" + name, CarriesQuota = true };
                args.UsagePlan = new() { ApiStages = { new Pulumi.Aws.ApiGateway.Inputs.UsagePlanApiStageArgs { ApiId = "api1", Stage = "prod" } }, Tags = { ["team"] = "shop" } };
                _ = new RotatingApiKey(name, args);
            }

            return new Dictionary<string, object?>();
        });

        Assert.Equal("Usage plan of the rotating key shop/one", deployed.The("UsagePlan", "one").Text("description"));
        Assert.Equal(
            new Dictionary<string, object> { ["team"] = "shop", ["apikey-rotation:function"] = "rotation-lambda-prod-keys" },
            deployed.The("UsagePlan", "two").Nested("tags").ToDictionary());
        Assert.Equal("idone", deployed.The("UsagePlanKey", "one-own").Text("usagePlanId"));
        Assert.Contains("\"usagePlanIds\":[\"idtwo\"]", deployed.The("Invocation", "two-lifecycle").Text("input"), StringComparison.Ordinal);
        var policies = deployed.All("RolePolicy").Where(policy => policy.Name.EndsWith("-own", StringComparison.Ordinal)).ToList();
        Assert.Equal(byTag ? [] : ["one-plan-own", "two-plan-own"], policies.Select(policy => policy.Name).Order(StringComparer.Ordinal));
        Assert.All(policies, policy => Assert.Contains("CarryQuota", policy.Text("policy"), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("UsagePlans: has the name own, which is UsagePlan's", "own")]
    [InlineData("UsagePlan: has a Region", null, "eu-west-1")]
    [InlineData("AdoptedKeyId: UsagePlan is set too", null, null, "adopted1")]
    public async Task A_usage_plan_of_the_keys_own_that_is_invalid_is_named(string problem, string? plan, string? region = null, string? adopted = null)
    {
        var engine = new Engine();
        var refused = await Assert.ThrowsAsync<RunException>(() => Deployed.ProgramAsync(
            () =>
            {
                var args = new RotatingApiKeyArgs { SecretName = "key", UsagePlan = new() };
                if (plan is not null)
                {
                    args.UsagePlans[plan] = "plan1";
                }

                if (region is not null)
                {
                    args.UsagePlan.Region = region;
                }

                if (adopted is not null)
                {
                    args.AdoptedKeyId = adopted;
                }

                _ = new RotatingApiKey("partner", args);
                return new Dictionary<string, object?>();
            },
            engine));

        Environment.ExitCode = 0;
        Assert.Contains("The rotating key partner was not created. " + problem, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Registered, resource => resource.Type.StartsWith("aws:", StringComparison.Ordinal));
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
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.All(deployed.Resources.Where(resource => resource.Type.StartsWith("aws:", StringComparison.Ordinal)), resource =>
            Assert.True(deployed.Options(resource).Parent is KeyRotationFunction or RotatingApiKey or Monitoring, $"{resource} belongs to no component"));
    }

    [Theory]
    [InlineData("UsagePlans: is empty")]
    [InlineData("ScheduleExpression: AutomaticallyAfterDays is set too", 5, "rate(7 days)")]
    [InlineData("AutomaticallyAfterDays: is 0 and must be 1 to 1000", 0)]
    [InlineData("AutomaticallyAfterDays: is 1001 and must be 1 to 1000", 1001)]
    [InlineData("ScheduleExpression: is rate(1 hour). ", null, "rate(1 hour)")]
    [InlineData("Duration: is 25h. ", null, null, "25h")]
    [InlineData("Duration: is 5h. the window must not extend into the next one", null, "rate(4 hours)", "5h")]
    [InlineData("Overlap: is 0h. ", null, null, null, "0h")]
    [InlineData("Overlap: is 24. ", null, null, null, "24")]
    [InlineData("Overlap: is 12345h. ", null, null, null, "12345h")]
    [InlineData("Overlap: is 8d, and the schedule can rotate again after 7 days", 7, null, null, "8d")]
    [InlineData("Overlap: is 31d, and the schedule can rotate again after 30 days", null, null, null, "31d")]
    [InlineData("Hold: is 0. ", null, null, null, null, "0")]
    [InlineData("Hold: Overlap is set too", null, null, null, "24h", "30d")]
    public async Task An_invalid_argument_is_named_and_nothing_is_created(
        string problem, int? days = null, string? expression = null, string? duration = null, string? overlap = null, string? hold = null)
    {
        var engine = new Engine();
        var refused = await Assert.ThrowsAsync<RunException>(() => Deployed.ProgramAsync(
            () =>
            {
                var args = new RotatingApiKeyArgs
                {
                    SecretName = "key",
                    AutomaticallyAfterDays = days,
                    ScheduleExpression = expression,
                    Duration = duration,
                    Overlap = overlap,
                    Hold = hold,
                };
                if (!problem.StartsWith("UsagePlans", StringComparison.Ordinal))
                {
                    args.UsagePlans["gold"] = "plan1";
                }

                _ = new RotatingApiKey("partner", args);
                return new Dictionary<string, object?>();
            },
            engine));

        Environment.ExitCode = 0;
        Assert.Contains("The rotating key partner was not created. " + problem, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Registered, resource => resource.Type.StartsWith("aws:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_without_a_function_share_one_that_may_use_their_plans()
    {
        using var package = new ProgramFolder("arm64", "x86_64");
        AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", package.Path);
        try
        {
            var deployed = await Deployed.ProgramAsync(() =>
            {
                _ = new RotatingApiKey("orders", new() { SecretName = "shop/orders", UsagePlans = { ["gold"] = "plan1" } });
                _ = new RotatingApiKey("refunds", new() { SecretName = "shop/refunds", UsagePlans = { ["gold"] = "plan2" } });
                return new Dictionary<string, object?>();
            });

            Assert.Equal("rotation-lambda-prod-rotation", deployed.The("Function").Text("name"));
            Assert.Contains("/usageplans/plan1/keys", deployed.The("RolePolicy", "orders-plan-gold").Text("policy"), StringComparison.Ordinal);
            Assert.Contains("/usageplans/plan2/keys", deployed.The("RolePolicy", "refunds-plan-gold").Text("policy"), StringComparison.Ordinal);
            Assert.Equal(2, deployed.All("SecretRotation").Count());
        }
        finally
        {
            AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", null);
        }
    }

    [Fact]
    public async Task A_function_without_its_package_is_refused()
    {
        var engine = new Engine();
        var refused = await Assert.ThrowsAsync<RunException>(() => Deployed.ProgramAsync(
            () =>
            {
                _ = new RotatingApiKey("orders", new() { SecretName = "shop/orders", UsagePlans = { ["gold"] = "plan1" } });
                return new Dictionary<string, object?>();
            },
            engine));

        Environment.ExitCode = 0;
        Assert.Contains("The function's package ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Registered, resource => resource.Type.StartsWith("aws:", StringComparison.Ordinal));
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
