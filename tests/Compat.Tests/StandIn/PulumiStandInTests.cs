using Pulumi;
using Pulumi.Testing;
using Pulumi.Utilities;
using Aws = Pulumi.Aws;

namespace Compat.Tests.StandIn;

/// <summary>What only the stand-ins do. Some of it sets the process's environment or exit code: no other test may run beside these.</summary>
[Collection(nameof(PulumiProgramTests))]
public sealed class PulumiStandInTests : IDisposable
{
    private static readonly TestOptions Update = new() { IsPreview = false };

    private readonly int _exitCode = Environment.ExitCode;

    public void Dispose()
    {
        Environment.ExitCode = _exitCode;
        Environment.SetEnvironmentVariable("PULUMI_CONFIG", null);
        Environment.SetEnvironmentVariable("PULUMI_MONITOR", null);
    }

    [Fact]
    public async Task An_engine_is_told_the_whole_registration()
    {
        var engine = new PulumiEngine();
        var resources = await Deployment.TestAsync(engine, new TestOptions { IsPreview = true }, () =>
        {
            var group = new Group("group");
            new Thing("thing", new ThingArgs
            {
                Text = Output.CreateSecret("s"),
                Number = OutputUtilities.CreateUnknown(1),
                Map = { ["id"] = group.Inner.Id },
            }, new CustomResourceOptions
            {
                DependsOn = group,
                DeleteBeforeReplace = true,
                RetainOnDelete = true,
                IgnoreChanges = { "text" },
                ReplaceOnChanges = { "number" },
                AdditionalSecretOutputs = { "list" },
            });
        });

        var registration = engine.Registration("thing");
        const string Inner = "urn:pulumi:stack::project::test:index:Group$test:index:Thing::group-inner";
        Assert.Equal("urn:pulumi:stack::project::test:index:Thing::thing", registration.Urn);
        Assert.Equal("urn:pulumi:stack::project::pulumi:pulumi:Stack::project-stack", registration.ParentUrn);
        Assert.Equal([Inner], registration.Dependencies);
        Assert.Equal([Inner], registration.PropertyDependencies["map"]);
        Assert.Empty(registration.PropertyDependencies["text"]);
        Assert.Equal(["text"], registration.SecretInputs);
        Assert.Equal(["number"], registration.UnknownInputs);
        var options = Assert.IsType<CustomResourceOptions>(registration.Options);
        Assert.Equal((true, true), (options.DeleteBeforeReplace, options.RetainOnDelete));
        Assert.Equal(["text", "number", "list"], [.. options.IgnoreChanges, .. options.ReplaceOnChanges, .. options.AdditionalSecretOutputs]);
        Assert.False(engine.Registration("group").IsCustom);
        Assert.Equal("engine-id", await OutputUtilities.GetValueAsync(((Thing)resources[^1]).Id));
    }

    [Fact]
    public async Task Protection_is_inherited()
    {
        var engine = new PulumiEngine();
        await Deployment.TestAsync(engine, Update, () => { new Group("group", options: new ComponentResourceOptions { Protect = true }); });

        Assert.True(engine.Registration("group-inner").Options.Protect);
    }

    [Fact]
    public async Task The_value_of_a_key_is_secret()
    {
        var engine = new PulumiEngine();
        await Deployment.TestAsync(engine, Update, () => { new Aws.ApiGateway.ApiKey("key", new() { Value = "a-value" }); });

        var registration = engine.Registration("key");
        Assert.Equal(["value"], registration.SecretInputs);
        var options = Assert.IsType<CustomResourceOptions>(registration.Options);
        Assert.Equal(["value"], options.AdditionalSecretOutputs);
        Assert.Equal("7.48.0", options.Version);
    }

    [Fact]
    public async Task The_value_of_a_plan_key_is_only_secret_if_the_program_says_so()
    {
        var engine = new PulumiEngine();
        await Deployment.TestAsync(engine, Update, () =>
        {
            new Aws.ApiGateway.UsagePlanKey("plain", new() { KeyId = "k", KeyType = "API_KEY", UsagePlanId = "p" });
            new Aws.ApiGateway.UsagePlanKey("secret", new() { KeyId = "k", KeyType = "API_KEY", UsagePlanId = "p" }, new() { AdditionalSecretOutputs = { "value" } });
        });

        Assert.Empty(((CustomResourceOptions)engine.Registration("plain").Options).AdditionalSecretOutputs);
        Assert.Equal(["value"], ((CustomResourceOptions)engine.Registration("secret").Options).AdditionalSecretOutputs);
    }

    [Fact]
    public async Task A_resource_that_waits_for_itself_fails_the_program()
    {
        var error = await Assert.ThrowsAsync<RunException>(() => Deployment.TestAsync(new PulumiMocks(), Update, () =>
        {
            var group = new Group("group");
            new Thing("thing", options: new CustomResourceOptions { Parent = group, DependsOn = group });
        }));

        Assert.Contains("depends on itself", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_of_another_kind_fails_the_program_without_showing_the_value()
    {
        Environment.SetEnvironmentVariable("PULUMI_CONFIG", """{"project:count":"not-a-number"}""");

        var error = await Assert.ThrowsAsync<RunException>(
            () => Deployment.TestAsync(new PulumiMocks(), Update, () => { new Config().RequireSecretInt32("count"); }));

        Assert.Contains("'project:count' is not a valid int32", error.Message, StringComparison.Ordinal);
        Assert.False(error.ToString().Contains("not-a-number", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_under_an_engine_says_that_it_was_built_with_stand_ins()
    {
        Environment.SetEnvironmentVariable("PULUMI_MONITOR", "127.0.0.1:1");
        var (before, error) = (Console.Error, new StringWriter());
        Console.SetError(error);
        try
        {
            Assert.NotEqual(0, await Deployment.RunAsync(() => { }));
        }
        finally
        {
            Console.SetError(before);
        }

        Assert.Contains("stand-ins", error.ToString(), StringComparison.Ordinal);
    }
}

/// <summary>Keeps whole registrations.</summary>
internal sealed class PulumiEngine : IResourceEngine
{
    private readonly List<ResourceRegistration> _registrations = [];

    public ResourceRegistration Registration(string name) => _registrations.Single(registration => registration.Args.Name == name);

    public Task<(string? Id, object State)> RegisterResourceAsync(ResourceRegistration registration)
    {
        lock (_registrations)
        {
            _registrations.Add(registration);
        }

        return Task.FromResult<(string?, object)>(("engine-id", registration.Args.Inputs));
    }

    public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args) => throw new NotSupportedException();

    public Task<object> CallAsync(MockCallArgs args) => throw new NotSupportedException();
}
