using Pulumi;
using Pulumi.Utilities;

namespace Infra.Tests;

/// <summary>
/// What is made after what, and so deleted before it: each test holds a resource back while the program runs on as far as it can.
/// </summary>
public sealed class OrderTests
{
    private static readonly Settings Configuration = new()
    {
        ["keys"] = new object[] { Settings.Key(("usagePlanIds", new[] { "plan1", "plan2" }), ("adoptedKeyId", "adopted1")) },
        ["subnetIds"] = new[] { "subnet-0a" },
        ["securityGroupIds"] = new[] { "sg-0a" },
    };

    [Theory]
    // Lambda must find the role's leave to join the VPC, and must not make the log group itself: it would keep logs for ever.
    [InlineData("RolePolicy rotation-vpc", "Function rotation")]
    [InlineData("LogGroup rotation", "Function rotation")]
    // API Gateway attaches one key at a time.
    [InlineData("UsagePlanKey orders-plan1", "UsagePlanKey orders-plan2")]
    // lifecycle's create checks the wiring; its delete, the other way round, still needs every permission and its log.
    [InlineData("RolePolicy rotation", "Invocation orders-lifecycle")]
    [InlineData("ApiKey orders", "Invocation orders-lifecycle")]
    [InlineData("Secret orders", "Invocation orders-lifecycle")]
    [InlineData("Secret orders", "Invocation orders-leave-plan1")]
    [InlineData("RolePolicy rotation-plan-plan1", "Invocation orders-lifecycle")]
    [InlineData("RolePolicy rotation-plan-plan2", "Invocation orders-lifecycle")]
    [InlineData("RolePolicy orders-secret", "Invocation orders-lifecycle")]
    [InlineData("RolePolicy orders-adopted", "Invocation orders-lifecycle")]
    [InlineData("Function rotation", "Invocation orders-lifecycle")]
    [InlineData("Permission rotation", "Invocation orders-lifecycle")]
    [InlineData("LogGroup rotation", "Invocation orders-lifecycle")]
    [InlineData("UsagePlanKey orders-plan1", "Invocation orders-lifecycle")]
    [InlineData("UsagePlanKey orders-plan2", "Invocation orders-lifecycle")]
    [InlineData("SecretPolicy orders", "Invocation orders-lifecycle")]
    // Its delete has keys leave a usage plan after the template has left, and needs the permissions for it.
    [InlineData("Invocation orders-leave-plan1", "UsagePlanKey orders-plan1")]
    [InlineData("Invocation orders-leave-plan2", "UsagePlanKey orders-plan2")]
    [InlineData("RolePolicy rotation-plan-plan1", "Invocation orders-leave-plan1")]
    [InlineData("RolePolicy orders-secret", "Invocation orders-leave-plan1")]
    [InlineData("SecretPolicy orders", "Invocation orders-leave-plan1")]
    // A schedule does not run before its role has the permission, nor without it while the stack is deleted.
    [InlineData("RolePolicy rotation-schedules", "Schedule rotation-check-orders")]
    [InlineData("Function rotation", "Schedule rotation-check-orders")]
    // Rotation ends before lifecycle's delete, which refuses while it is enabled.
    [InlineData("Invocation orders-lifecycle", "Invocation orders-provision")]
    [InlineData("Invocation orders-provision", "SecretRotation orders")]
    public async Task One_waits_for_the_other(string first, string then)
    {
        var waiting = await WaitingForAsync(Configuration, first);

        Assert.True(waiting.Contains(then), $"{then} does not wait for {first}");
    }

    /// <summary>An output would not be known while the function is replaced, and the invocations would be replaced with it.</summary>
    [Fact]
    public async Task An_invocation_names_its_function_by_no_output_of_it()
    {
        var deployed = await Deployed.StackAsync(Settings.OneKey);

        Assert.Equal(3, deployed.All("Invocation").Count());
        foreach (var invocation in deployed.All("Invocation"))
        {
            Assert.Equal(deployed.The("Function").Text("name"), invocation.Text("functionName"));
            Assert.Empty(await OutputUtilities.GetDependenciesAsync(deployed.Args<Pulumi.Aws.Lambda.InvocationArgs>(invocation).FunctionName.ToOutput()));
        }
    }

    [Fact]
    public async Task By_tag_too_lifecycle_waits_for_its_permission()
    {
        var waiting = await WaitingForAsync(Configurations.Tagged, "RolePolicy rotation-tagged");

        Assert.Equal(Configurations.TaggedKeys, waiting.Count(resource => resource.StartsWith("Invocation", StringComparison.Ordinal) && resource.EndsWith("-lifecycle", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_key_does_not_wait_for_another_one()
    {
        var waiting = await WaitingForAsync(new() { ["keys"] = Configurations.Keys(2) }, "Invocation key001-provision");

        Assert.Equal(["SecretRotation key001"], waiting);
    }

    /// <summary>The provider's waits for a turn grow to minutes where many wait at the same time.</summary>
    [Theory]
    [InlineData("UsagePlanKey key001-own", "UsagePlanKey key002-own")]
    [InlineData("UsagePlan key001", "UsagePlan key002")] // UpdateUsagePlan, before each delete, once in 20 seconds
    public async Task What_API_Gateway_takes_one_at_a_time_waits_for_that_of_the_key_before(string first, string then)
    {
        var waiting = await WaitingForAsync(new() { ["keys"] = Configurations.Keys(2) }, first);

        Assert.True(waiting.Contains(then), $"{then} does not wait for {first}");
    }

    [Fact]
    public async Task A_policy_about_a_secret_that_is_replaced_stays_until_the_old_one_is_cleaned_up()
    {
        var deployed = await Deployed.StackAsync(Configuration);

        Assert.Contains("policy", deployed.Options(deployed.The("RolePolicy", "orders-secret")).ReplaceOnChanges);
        Assert.Contains("policy", deployed.Options(deployed.The("RolePolicy", "orders-adopted")).ReplaceOnChanges);
    }

    [Fact]
    public async Task A_policy_about_a_usage_plan_is_a_resource_of_its_own_so_that_a_lost_plan_can_still_be_left()
    {
        var both = await Deployed.StackAsync(Configuration);
        var one = await Deployed.StackAsync(Configuration.With("keys", new[] { Settings.Key(("usagePlanIds", new[] { "plan2" })) }));

        Assert.Equal(both.The("RolePolicy", "rotation-plan-plan2").Text("policy"), one.The("RolePolicy", "rotation-plan-plan2").Text("policy"));
        Assert.Equal(both.The("RolePolicy", "rotation").Text("policy"), one.The("RolePolicy", "rotation").Text("policy"));
        Assert.Equal(both.The("UsagePlanKey", "orders-plan2").Inputs, one.The("UsagePlanKey", "orders-plan2").Inputs);
        Assert.DoesNotContain(one.All("RolePolicy"), policy => policy.Text("policy").Contains("plan1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_goes_leaves_what_the_others_are_allowed_as_it_is()
    {
        var both = await Deployed.StackAsync(new() { ["keys"] = Configurations.Keys(2) });
        var one = await Deployed.StackAsync(new() { ["keys"] = Configurations.Keys(1) });

        Assert.All(one.All("RolePolicy"), policy => Assert.True(policy.Text("policy") == both.The("RolePolicy", policy.Name).Text("policy"), $"{policy} changes"));
    }

    [Fact]
    public async Task Lifecycle_is_replaced_with_its_secret_and_updated_with_its_plans()
    {
        var lifecycle = (await Deployed.StackAsync(Configuration)).The("Invocation", "orders-lifecycle");

        Assert.Equal("CRUD", lifecycle.Text("lifecycleScope"));
        Assert.Equal(["secretId"], lifecycle.Nested("triggers").Keys);
        Assert.Equal(
            $$"""{"action":"lifecycle","secretId":"arn:aws:secretsmanager:{{Engine.Region}}:{{Engine.AccountId}}:secret:orders-AbCdEf","usagePlanIds":["plan1","plan2"]}""",
            lifecycle.Text("input"));
    }

    [Fact]
    public async Task What_has_keys_leave_a_usage_plan_is_replaced_with_the_plan_and_the_secret()
    {
        var leave = (await Deployed.StackAsync(Configuration)).The("Invocation", "orders-leave-plan2");

        Assert.Equal("CRUD", leave.Text("lifecycleScope"));
        Assert.Equal(["secretId", "usagePlanId"], leave.Nested("triggers").Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            $$"""{"action":"leaveUsagePlan","secretId":"arn:aws:secretsmanager:{{Engine.Region}}:{{Engine.AccountId}}:secret:orders-AbCdEf","usagePlanId":"plan2"}""",
            leave.Text("input"));
    }

    [Fact]
    public async Task Provision_runs_once()
    {
        var provision = (await Deployed.StackAsync(Configuration)).The("Invocation", "orders-provision");

        Assert.Equal("CREATE_ONLY", provision.Text("lifecycleScope"));
        Assert.Equal($$"""{"action":"provision","secretId":"arn:aws:secretsmanager:{{Engine.Region}}:{{Engine.AccountId}}:secret:orders-AbCdEf"}""", provision.Text("input"));
    }

    /// <summary>What is not registered as long as a resource is being made.</summary>
    internal static async Task<List<string>> WaitingForAsync(Settings settings, string resource)
    {
        var engine = new Engine { Holds = registered => Short(registered) == resource };
        var run = Deployed.StackAsync(settings, engine);
        var (seen, quiet) = (0, 0);
        while (quiet < 3)
        {
            await Task.Delay(50);
            quiet = engine.Registered.Count == seen && seen > 0 ? quiet + 1 : 0;
            seen = engine.Registered.Count;
        }

        var before = engine.Registered.Select(Short).ToHashSet();
        Assert.Contains(resource, before);
        engine.Release();
        return [.. (await run).Resources.Select(Short).Where(name => !before.Contains(name))];

        static string Short(Registered registered) => $"{registered.Type.Split(':')[^1]} {registered.Name}";
    }
}
