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

    /// <summary>For a run that would wait for what never ends.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

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
        Assert.Equal("urn:pulumi:dev::proj::pulumi:pulumi:Stack$test:index:Thing::thing", await OutputUtilities.GetValueAsync(resources[1].Urn));
    }

    [Fact]
    public async Task The_outputs_of_a_stack_are_its_properties_that_are_not_null()
    {
        var mocks = new PulumiMocks();
        var stack = (ThingStack)(await Deployment.TestAsync<ThingStack>(mocks, Named))[0];

        Assert.Equal(["ThingId"], Assert.Single(mocks.Outputs).Outputs.Keys);
        Assert.Equal("thing-id", await OutputUtilities.GetValueAsync(stack.ThingId));
    }

    [Fact]
    public async Task The_outputs_of_a_stack_are_inherited_and_need_not_be_settable()
    {
        var mocks = new PulumiMocks { State = _ => Task.FromResult<object>(new Dictionary<string, object> { ["text"] = "t" }) };
        await Deployment.TestAsync<DerivedStack>(mocks, Named);

        Assert.Equal(["Fixed", "ThingId", "renamed"], Assert.Single(mocks.Outputs).Outputs.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_outputs_of_a_program_without_a_stack_are_its_callers_alone()
    {
        var mocks = new PulumiMocks();
        var (resources, outputs) = await Deployment.TestAsync(mocks, Named, () => new Dictionary<string, object?> { ["id"] = new Thing("thing").Id });

        Assert.Equal(["thing"], resources.Select(resource => resource.GetResourceName()));
        Assert.Equal(["id"], outputs.Keys);
        Assert.Empty(Assert.Single(mocks.Outputs).Outputs);
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
    public async Task A_program_knows_its_root_directory_where_one_is_set()
    {
        string? root = null;
        var rooted = new TestOptions { RootDirectory = "/root" };
        await Deployment.TestAsync(new PulumiMocks(), rooted, () => { root = Deployment.Instance.RootDirectory; });
        var error = await FailsAsync(() => { root = Deployment.Instance.RootDirectory; });

        Assert.Equal("/root", root);
        Assert.Contains("does not support root directory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_does_not_run_in_another()
    {
        var error = await FailsAsync(
            () => Deployment.TestAsync(new PulumiMocks(), Named, () => Deployment.TestAsync<ThingStack>(new PulumiMocks(), Named)));

        Assert.Contains("should only be set once", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stack_output_that_is_not_assigned_fails_the_program()
        => Assert.Contains("'Missing'", (await FailsAsync(() => Deployment.TestAsync<ForgetfulStack>(new PulumiMocks(), Named))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_stack_output_of_another_type_fails_the_program()
    {
        var error = await FailsAsync(() => Deployment.TestAsync<PlainStack>(new PulumiMocks(), Named));

        Assert.Contains("'Text' have incorrect type", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_required_input_that_is_not_set_fails_the_program()
        => Assert.Contains(
            "[Input] Compat.Tests.PartArgs.Needed is required",
            (await FailsAsync(() => { new Thing("thing", new ThingArgs { Part = new PartArgs() }); })).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task An_exception_of_the_program_or_of_a_mock_fails_it()
    {
        Assert.Contains("of the program", (await FailsAsync((Action)(() => throw new InvalidOperationException("of the program")))).Message, StringComparison.Ordinal);

        Assert.Equal("of the stack", (await FailsAsync(() => Deployment.TestAsync<FailingStack>(new PulumiMocks(), Named))).Message);

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
    public async Task The_first_error_ends_the_run_while_other_resources_are_still_being_made()
    {
        var gate = new TaskCompletionSource();
        var second = new TaskCompletionSource();
        var mocks = new PulumiMocks
        {
            State = async args =>
            {
                if (args.Name == "one")
                {
                    await second.Task;
                    throw new InvalidOperationException("of one");
                }

                second.SetResult();
                await gate.Task;
                throw new InvalidOperationException("of two");
            },
        };
        Thing? two = null;
        var error = await FailsAsync(() => Deployment.TestAsync(mocks, Named, () =>
        {
            new Thing("one");
            two = new Thing("two");
        }).WaitAsync(LongestWait, TestContext.Current.CancellationToken));

        Assert.Contains("of one", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("of two", error.Message, StringComparison.Ordinal);
        Assert.Null(error.InnerException);
        var text = OutputUtilities.GetValueAsync(two!.Text);
        Assert.False(text.IsCompleted);
        gate.SetResult();
        await Assert.ThrowsAsync<InvalidOperationException>(() => text);
    }

    [Fact]
    public async Task An_exception_of_the_program_ends_the_run_at_once()
    {
        var gate = new TaskCompletionSource();
        var mocks = new PulumiMocks
        {
            State = async args =>
            {
                await gate.Task;
                return args.Inputs;
            },
        };

        await FailsAsync(() => Deployment.TestAsync(mocks, Named, (Action)(() =>
        {
            new Thing("thing");
            throw new InvalidOperationException("of the program");
        })).WaitAsync(LongestWait, TestContext.Current.CancellationToken));
        gate.SetResult();
    }

    [Fact]
    public async Task An_exception_of_a_resource_is_reported_without_the_program()
    {
        var shown = await FailsAsync((Action)(() => throw new ResourceException("of the resource", null)));
        var hidden = await FailsAsync((Action)(() => throw new ResourceException("of the resource", null, hideStack: true)));

        Assert.StartsWith("Pulumi.ResourceException: of the resource", shown.Message, StringComparison.Ordinal);
        Assert.Equal("of the resource", hidden.Message);
    }

    [Fact]
    public async Task Errors_that_the_program_logs_fail_it_and_it_goes_on()
    {
        Environment.ExitCode = 0;
        var mocks = new PulumiMocks();
        var errors = await Assert.ThrowsAsync<AggregateException>(() => Deployment.TestAsync(mocks, Named, () =>
        {
            Log.Warn("w");
            Log.Error("first");
            Log.Error("second");
            new Thing("thing");
        }));

        Assert.All(errors.InnerExceptions, error => Assert.IsType<RunException>(error));
        Assert.Equal(
            ["first", "second"],
            errors.InnerExceptions.Select(error => error.Message).Order(StringComparer.Ordinal));
        Assert.Equal(0, Environment.ExitCode);
        Assert.Single(mocks.Resources);
    }

    [Fact]
    public void Nothing_is_logged_outside_a_run()
    {
        Assert.Throws<InvalidOperationException>(() => Log.Warn("w"));
        Assert.Throws<InvalidOperationException>(() => Log.Error("e"));
    }

    [Fact]
    public async Task Configuration_is_read_by_project()
    {
        SetConfig(new() { ["proj:text"] = "t", ["other:config:text"] = "o" });
        await Deployment.TestAsync(new PulumiMocks(), Named, () =>
        {
            Assert.Equal(("t", null), (new Config().Get("text"), new Config().Get("none")));
            Assert.Equal("o", new Config("other").Get("text"));
        });
    }

    [Fact]
    public async Task Configuration_that_is_no_json_stops_the_program_before_it_runs()
    {
        Environment.SetEnvironmentVariable("PULUMI_CONFIG", "{");

        await Assert.ThrowsAnyAsync<JsonException>(() => Deployment.TestAsync(new PulumiMocks(), Named, () => { }));
    }

    [Fact]
    public async Task The_text_of_an_output_is_never_its_value()
    {
        var output = Output.Create("hidden");
        Assert.Throws<InvalidOperationException>(output.ToString);
        await Deployment.TestAsync(new PulumiMocks(), Named, () => Assert.DoesNotContain("hidden", output.ToString(), StringComparison.Ordinal));

        Environment.SetEnvironmentVariable("PULUMI_ERROR_OUTPUT_STRING", "True");
        await FailsAsync(() => { _ = output.ToString(); });
    }

    [Fact]
    public void Nothing_is_registered_outside_a_run()
    {
        Assert.Throws<InvalidOperationException>(() => new Thing("thing"));
        Assert.Throws<InvalidOperationException>(() => new Config());
        Assert.Throws<InvalidOperationException>(() => new Config("named").Get("key"));
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

    private sealed class FailingStack : Stack
    {
        public FailingStack() => throw new RunException("of the stack");
    }

    private sealed class PlainStack : Stack
    {
        [Output]
        public string Text { get; } = "text";
    }

    private class BaseStack : Stack
    {
        public BaseStack() => Renamed = new Thing("thing").Text;

        [Output("renamed")]
        public Output<string> Renamed { get; private set; }
    }

    private sealed class DerivedStack : BaseStack
    {
        [Output]
        public Output<string> Fixed { get; } = Output.Create("fixed");

        [Output]
        public object ThingId { get; } = Output.Create("id");
    }
}
