using LocalAws;
using LocalAws.ApiGateway;
using Pulumi;
using Pulumi.Testing;
using RotationComponents;
using Aws = Pulumi.Aws;

namespace Deployer.Tests;

/// <summary>A resource that has another name or parent in the program is another one for the engine, unless an alias names what it was.</summary>
public sealed class AliasTests
{
    private const string Plan = "aws:apigateway/usagePlan:UsagePlan";

    [Theory]
    [InlineData("plan", null)]
    [InlineData("other", null)]
    [InlineData("plan", "group")]
    [InlineData("other", "group")]
    public async Task An_alias_keeps_what_was_renamed_or_moved(string name, string? parent)
    {
        await using var aws = EmbeddedAws.Create();
        var deployment = Deployment(aws);
        await UpAsync(deployment, () => _ = new Aws.ApiGateway.UsagePlan("plan"));
        var id = Assert.Single(Plans(aws));

        await UpAsync(deployment, () => _ = new Aws.ApiGateway.UsagePlan(name, options: new()
        {
            Parent = parent is null ? null : new Group(parent),
            Aliases = { new Alias { Name = "plan", NoParent = true } },
        }));

        Assert.Empty(deployment.Changes);
        Assert.Equal([id], Plans(aws));
        Assert.Equal([$"{Plan} {name}"], deployment.Resources);

        // The alias can go once it was deployed.
        await UpAsync(deployment, () => _ = new Aws.ApiGateway.UsagePlan(name, options: new() { Parent = parent is null ? null : new Group(parent) }));
        Assert.Empty(deployment.Changes);
    }

    [Theory]
    [InlineData("other", null)]
    [InlineData("plan", "group")]
    public async Task Without_an_alias_the_old_one_is_deleted(string name, string? parent)
    {
        await using var aws = EmbeddedAws.Create();
        var deployment = Deployment(aws);
        await UpAsync(deployment, () => _ = new Aws.ApiGateway.UsagePlan("plan"));
        var id = Assert.Single(Plans(aws));

        await UpAsync(deployment, () => _ = new Aws.ApiGateway.UsagePlan(name, options: new() { Parent = parent is null ? null : new Group(parent) }));

        Assert.Equal([$"create {Plan} {name}", $"delete {Plan} plan"], deployment.Changes);
        Assert.NotEqual([id], Plans(aws));
    }

    [Fact]
    public async Task An_alias_of_a_resource_that_the_program_still_has_is_refused()
    {
        await using var aws = EmbeddedAws.Create();
        var deployment = Deployment(aws);
        await UpAsync(deployment, () => _ = new Aws.ApiGateway.UsagePlan("plan"));

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => UpAsync(deployment, () =>
        {
            var plan = new Aws.ApiGateway.UsagePlan("plan");
            _ = new Aws.ApiGateway.UsagePlan("other", options: new() { Aliases = { new Alias { Name = "plan" } }, DependsOn = plan });
        }));

        Environment.ExitCode = 0;
        Assert.Contains($"The alias {Plan}::plan of {Plan}::other is another resource of the program.", refused.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Before a key had a usage plan of its own, the stack created the plan and the function's component its permission.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("carry")]
    public async Task A_stack_keeps_the_usage_plan_that_it_created_itself(string? quota)
    {
        await using var account = DeployerAccount.Start();
        var (apiId, url) = account.MakeApi();
        await UpAsync(account.Deployment, () => new FormerStack(account.Deployment, apiId, quota is not null));
        var plan = account.Aws.ApiGateway.GetUsagePlans(new GetUsagePlansRequest()).Items.Single(plan => plan.Description == "Usage plan of the rotating key shop/orders");
        await account.RotateAsync();

        await account.UpAsync(UsagePlanConfiguration());
        Assert.Empty(account.Deployment.Changes);
        Assert.Equal(2, account.Aws.ApiGateway.GetUsagePlanKeys(new GetUsagePlanKeysRequest { UsagePlanId = plan.Id }).Items.Count(key => key.Name!.StartsWith("shop/orders/", StringComparison.Ordinal)));
        await account.AssertOpenAsync(url);
        await account.RotateAsync();
        await account.AssertOpenAsync(url);
        Assert.Contains($"{Plan} shop-orders", account.Deployment.Resources);
        Assert.Contains("aws:iam/rolePolicy:RolePolicy shop-orders-plan-own", account.Deployment.Resources);

        await account.Deployment.DestroyAsync();
        Assert.DoesNotContain(account.Aws.ApiGateway.GetUsagePlans(new GetUsagePlansRequest()).Items, left => left.Id == plan.Id);

        object UsagePlanConfiguration() => new
        {
            recoveryWindowDays = 0,
            keys = new[]
            {
                new
                {
                    name = "shop/orders",
                    usagePlan = new { apiStages = new[] { new { apiId, stage = "prod" } }, quota = new { limit = 1000, period = "MONTH" } },
                    schedule = "rate(1 day)",
                    quota,
                },
            },
        };
    }

    private static LocalDeployment Deployment(EmbeddedAws aws) => new(new LocalDeploymentOptions { Aws = aws, RunFunction = _ => throw new NotSupportedException() });

    private static List<string> Plans(EmbeddedAws aws) => [.. aws.ApiGateway.GetUsagePlans(new GetUsagePlansRequest()).Items.Select(plan => plan.Id)];

    private static Task UpAsync(LocalDeployment deployment, Action program) => UpAsync(deployment, () => new Program(deployment, program));

    private static Task UpAsync(LocalDeployment deployment, Func<Stack> make) => deployment.UpAsync(mocks => Pulumi.Deployment.TestWithServiceProviderAsync<Stack>(
        mocks, new Factory(make), new TestOptions { ProjectName = "rotation-lambda", StackName = "test", IsPreview = false }));

    private sealed class Factory(Func<Stack> make) : IServiceProvider
    {
        public object GetService(Type serviceType) => make();
    }

    private sealed class Program : Stack
    {
        public Program(LocalDeployment deployment, Action program) : base(new StackOptions { ResourceTransformations = { deployment.Observe } }) => program();
    }

    private sealed class Group(string name) : ComponentResource("test:index:Group", name);

    /// <summary>The stack as it was.</summary>
    private sealed class FormerStack : Stack
    {
        public FormerStack(LocalDeployment deployment, string apiId, bool carriesQuota) : base(new StackOptions { ResourceTransformations = { deployment.Observe } })
        {
            var plan = new Aws.ApiGateway.UsagePlan("shop-orders", new()
            {
                Description = "Usage plan of the rotating key shop/orders",
                ApiStages = { new Aws.ApiGateway.Inputs.UsagePlanApiStageArgs { ApiId = apiId, Stage = "prod" } },
                QuotaSettings = new Aws.ApiGateway.Inputs.UsagePlanQuotaSettingsArgs { Limit = 1000, Period = "MONTH" },
                Tags = { ["apikey-rotation:function"] = "rotation-lambda-test-rotation" },
            });
            var args = new KeyRotationFunctionArgs { Code = FunctionPackage.For("arm64"), UsagePlans = { ["of-shop-orders"] = plan.Id } };
            if (carriesQuota)
            {
                args.CarryingUsagePlans.Add("of-shop-orders");
            }

            var function = new KeyRotationFunction("rotation", args);
            var key = new RotatingApiKey("shop-orders", new()
            {
                Function = function,
                SecretName = "shop/orders",
                ScheduleExpression = "rate(1 day)",
                UsagePlans = { ["own"] = plan.Id },
                CarriesQuota = carriesQuota,
                RecoveryWindowInDays = 0,
            });
            _ = new Monitoring("rotation", new() { Function = function, Keys = { ["shop-orders"] = key } });
        }
    }
}
