using System.Text.Json;
using Pulumi;
using Pulumi.Testing;
using Pulumi.Utilities;

namespace Compat.Tests;

/// <summary>Configuration and exit code are the process's: no other test may run beside these.</summary>
[CollectionDefinition(nameof(PulumiProgramTests), DisableParallelization = true)]
[Collection(nameof(PulumiProgramTests))]
public sealed class PulumiProgramTests : IDisposable
{
    private static readonly TestOptions Named = new() { ProjectName = "proj", StackName = "dev", OrganizationName = "org", IsPreview = false };

    private readonly int _exitCode = Environment.ExitCode;

    public void Dispose()
    {
        Environment.ExitCode = _exitCode;
        Environment.SetEnvironmentVariable("PULUMI_CONFIG", null);
        Environment.SetEnvironmentVariable("PULUMI_ERROR_OUTPUT_STRING", null);
    }

    [Fact]
    public async Task A_stack_is_a_resource_that_mocks_do_not_make()
    {
        var mocks = new PulumiMocks();
        var resources = await Deployment.TestAsync<ThingStack>(mocks, Named);

        Assert.Equal(["proj-dev", "thing"], resources.Select(resource => resource.GetResourceName()));
        Assert.Equal(["thing"], mocks.Resources.Select(args => args.Name));
        Assert.Equal("urn:pulumi:dev::proj::pulumi:pulumi:Stack::proj-dev", await OutputUtilities.GetValueAsync(resources[0].Urn));
    }

    [Fact]
    public async Task The_outputs_of_a_stack_are_its_properties()
    {
        var mocks = new PulumiMocks();
        var stack = (ThingStack)(await Deployment.TestAsync<ThingStack>(mocks, Named))[0];

        Assert.Equal(["ThingId", "renamed"], Assert.Single(mocks.Outputs).Outputs.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("thing-id", await OutputUtilities.GetValueAsync(stack.ThingId));
    }

    [Fact]
    public async Task A_program_knows_its_stack()
    {
        var named = await NamesAsync(Named);
        var byDefault = await NamesAsync(new TestOptions());

        Assert.Equal(("proj", "dev", "org", false), named);
        Assert.Equal(("project", "stack", "organization", true), byDefault);

        static async Task<(string, string, string, bool)> NamesAsync(TestOptions options)
        {
            (string, string, string, bool) names = default;
            await Deployment.TestAsync(new PulumiMocks(), options, () =>
            {
                var instance = Deployment.Instance;
                names = (instance.ProjectName, instance.StackName, instance.OrganizationName, instance.IsDryRun);
            });
            return names;
        }
    }

    [Fact]
    public async Task A_stack_output_that_is_not_assigned_fails_the_program()
        => Assert.Contains("'Missing'", (await FailsAsync(() => Deployment.TestAsync<ForgetfulStack>(new PulumiMocks(), Named))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_stack_output_that_cannot_be_set_fails_the_program()
        => Assert.Contains("Fixed did not have a 'set' method", (await FailsAsync(() => Deployment.TestAsync<FixedStack>(new PulumiMocks(), Named))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_required_input_that_is_not_set_fails_the_program()
        => Assert.Contains("needed", (await FailsAsync(() => { new Thing("thing", new ThingArgs { Part = new PartArgs() }); })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task An_exception_of_the_program_or_of_a_mock_fails_it()
    {
        Assert.Contains("of the program", (await FailsAsync((Action)(() => throw new InvalidOperationException("of the program")))).Message, StringComparison.Ordinal);

        var mocks = new PulumiMocks { State = _ => throw new InvalidOperationException("of the mock") };
        Assert.Contains("of the mock", (await FailsAsync(() => Deployment.TestAsync<ThingStack>(mocks, Named))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mock_answers_with_a_map()
    {
        var mocks = new PulumiMocks { State = _ => Task.FromResult<object>(new { text = "t" }) };
        Assert.Contains("not a supported", (await FailsAsync(() => Deployment.TestAsync<ThingStack>(mocks, Named))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_that_nobody_awaits_fails_the_program()
        => Assert.Contains("in an apply", (await FailsAsync(() =>
        {
            Output.Create(0).Apply(value => value == 0 ? throw new InvalidOperationException("in an apply") : value);
        })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Several_errors_fail_the_program_together()
    {
        var mocks = new PulumiMocks { State = args => throw new InvalidOperationException(args.Name) };
        var error = await Assert.ThrowsAsync<AggregateException>(() => Deployment.TestAsync(mocks, Named, () =>
        {
            new Thing("one");
            new Thing("two");
        }));

        Assert.Equal(2, error.InnerExceptions.Count);
        Assert.All(error.InnerExceptions, inner => Assert.IsType<RunException>(inner));
    }

    [Fact]
    public async Task Configuration_is_read_by_kind()
    {
        SetConfig(new()
        {
            ["proj:text"] = "t",
            ["proj:flag"] = "true",
            ["proj:count"] = "3",
            ["proj:share"] = "0.5",
            ["proj:list"] = """["a","b"]""",
            ["other:text"] = "o",
        });
        Output<string>? secret = null;
        await Deployment.TestAsync(new PulumiMocks(), Named, () =>
        {
            var config = new Config();
            Assert.Equal(("t", true, 3, 0.5), (config.Require("text"), config.RequireBoolean("flag"), config.RequireInt32("count"), config.RequireDouble("share")));
            Assert.Equal(("t", true, 3, 0.5), (config.Get("text"), config.GetBoolean("flag"), config.GetInt32("count"), config.GetDouble("share")));
            Assert.Equal(["a", "b"], config.RequireObject<string[]>("list"));
            Assert.Equal((null, null, null, null), (config.Get("none"), config.GetBoolean("none"), config.GetInt32("none"), config.GetSecret("none")));
            Assert.Null(config.GetObject<string[]>("none"));
            Assert.Equal("o", new Config("other").Require("text"));
            secret = config.RequireSecret("text");
        });

        Assert.True(await Output.IsSecretAsync(secret!));
    }

    [Fact]
    public async Task Configuration_that_is_missing_fails_the_program()
    {
        Assert.Contains("'proj:none'", (await FailsAsync(() => { new Config().Require("none"); })).Message, StringComparison.Ordinal);
        Assert.Contains("'proj:none'", (await FailsAsync(() => { new Config().RequireSecretObject<string[]>("none"); })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_of_an_output_is_never_its_value()
    {
        var output = Output.Create("value");
        Assert.NotEqual("value", output.ToString());

        Environment.SetEnvironmentVariable("PULUMI_ERROR_OUTPUT_STRING", "1");
        Assert.Throws<InvalidOperationException>(output.ToString);
    }

    [Fact]
    public void Nothing_is_registered_outside_a_run()
    {
        Assert.Throws<InvalidOperationException>(() => new Thing("thing"));
        Assert.Throws<InvalidOperationException>(() => new Config());
    }

    [Fact]
    public async Task A_program_without_an_engine_says_that_it_needs_one()
        => Assert.Contains("`pulumi` CLI", (await Assert.ThrowsAsync<InvalidOperationException>(Deployment.RunAsync<ThingStack>)).Message, StringComparison.Ordinal);

    private static void SetConfig(Dictionary<string, string> values)
        => Environment.SetEnvironmentVariable("PULUMI_CONFIG", JsonSerializer.Serialize(values));

    private static Task<RunException> FailsAsync(Action program) => FailsAsync(() => Deployment.TestAsync(new PulumiMocks(), Named, program));

    private static async Task<RunException> FailsAsync(Func<Task> run)
    {
        Environment.ExitCode = 0;
        var error = await Assert.ThrowsAsync<RunException>(run);
        Assert.Equal(32, Environment.ExitCode);
        return error;
    }

    private sealed class ThingStack : Stack
    {
        public ThingStack()
        {
            var thing = new Thing("thing");
            ThingId = thing.Id;
            Renamed = thing.Text;
        }

        [Output]
        public Output<string> ThingId { get; private set; }

        [Output("renamed")]
        public Output<string> Renamed { get; private set; }
    }

    private sealed class ForgetfulStack : Stack
    {
        public ForgetfulStack() => Missing = null!;

        [Output]
        public Output<string> Missing { get; private set; }
    }

    private sealed class FixedStack : Stack
    {
        [Output]
        public Output<string> Fixed { get; } = Output.Create("fixed");
    }
}
