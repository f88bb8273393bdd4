using System.Collections.Immutable;
using Pulumi;
using Pulumi.Testing;
using Pulumi.Utilities;

namespace Compat.Tests;

public class PulumiRegistrationTests
{
    private static readonly TestOptions Update = new() { IsPreview = false };

    [Fact]
    public async Task Mocks_are_told_inputs_as_an_engine_sees_them()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, Update, () =>
        {
            new Thing("thing", new ThingArgs
            {
                Text = Output.CreateSecret("secret"),
                Number = 3,
                List = { "a", Output.Create("b") },
                Map = { ["k"] = "v" },
                Part = new PartArgs { Needed = "n" },
                Archive = new FileArchive("."),
            });
        });

        var inputs = mocks.Resource("thing").Inputs;
        Assert.Equal("secret", inputs["text"]);
        Assert.Equal(3.0, inputs["number"]);
        Assert.Equal(["a", "b"], Assert.IsType<ImmutableArray<object>>(inputs["list"]));
        Assert.Equal("v", Assert.IsType<ImmutableDictionary<string, object>>(inputs["map"])["k"]);
        Assert.Equal("n", Assert.Single(Assert.IsType<ImmutableDictionary<string, object>>(inputs["part"])).Value);
        Assert.IsType<FileArchive>(inputs["archive"]);
    }

    [Fact]
    public async Task Mocks_are_not_told_inputs_that_are_null_or_unknown_in_any_part()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, new TestOptions(), () =>
        {
            new Thing("thing", new ThingArgs
            {
                Text = OutputUtilities.CreateUnknown("u"),
                Number = 3,
                Map = { ["k"] = "v", ["u"] = OutputUtilities.CreateUnknown("u") },
                Part = new PartArgs { Needed = OutputUtilities.CreateUnknown("u"), Count = 1 },
            });
        });

        Assert.Equal(["number"], mocks.Resource("thing").Inputs.Keys);
    }

    [Fact]
    public async Task Outputs_are_the_state_that_the_mock_gives()
    {
        var mocks = new PulumiMocks
        {
            State = _ => Task.FromResult<object>(new Dictionary<string, object>
            {
                ["text"] = Output.CreateSecret("t"),
                ["number"] = 3,
                ["list"] = new[] { "a" },
                ["part"] = new Dictionary<string, object> { ["needed"] = "n", ["count"] = 1.5 },
            }),
        };

        var thing = Assert.IsType<Thing>(Assert.Single(await Deployment.TestAsync(mocks, Update, () => { new Thing("thing"); })));

        Assert.True(await Output.IsSecretAsync(thing.Text));
        Assert.Equal("t", await OutputUtilities.GetValueAsync(thing.Text));
        Assert.Equal(3, await OutputUtilities.GetValueAsync(thing.Number));
        Assert.Equal(["a"], await OutputUtilities.GetValueAsync(thing.List));
        Assert.Equal(1.5, (await OutputUtilities.GetValueAsync(thing.Part))!.Count);
        Assert.Equal("thing-id", await OutputUtilities.GetValueAsync(thing.Id));
        Assert.Equal([thing], await OutputUtilities.GetDependenciesAsync(thing.Text));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Outputs_that_the_mock_does_not_give_are_unknown_in_a_preview_and_null_after_it(bool? isPreview, bool isKnown)
    {
        var thing = Assert.IsType<Thing>(Assert.Single(
            await Deployment.TestAsync(new PulumiMocks(), new TestOptions { IsPreview = isPreview }, () => { new Thing("thing"); })));

        Assert.Equal(isKnown, await OutputUtilities.GetIsKnownAsync(thing.Text));
        Assert.Null(await OutputUtilities.GetValueAsync(thing.Text));
        Assert.True((await OutputUtilities.GetValueAsync(thing.List)).IsDefault);
        Assert.True(await OutputUtilities.GetIsKnownAsync(thing.Id));
    }

    [Fact]
    public async Task Secret_inputs_and_additional_secret_outputs_are_the_mocks_to_keep_secret()
    {
        var thing = Assert.IsType<Thing>(Assert.Single(await Deployment.TestAsync(new PulumiMocks(), Update, () =>
        {
            new Thing("thing", new ThingArgs { Text = Output.CreateSecret("s") }, new CustomResourceOptions { AdditionalSecretOutputs = { "text" } });
        })));

        Assert.False(await Output.IsSecretAsync(thing.Text));
    }

    [Fact]
    public async Task A_component_is_registered_with_the_arguments_it_passes_on_and_before_its_children()
    {
        var mocks = new PulumiMocks();
        var resources = await Deployment.TestAsync(mocks, Update, () => { new Group("group", new ThingArgs { Number = 1 }); });

        Assert.Equal(["group", "group-inner"], resources.Select(resource => resource.GetResourceName()));
        Assert.Equal(["group", "group-inner"], mocks.Resources.Select(args => args.Name));
        Assert.Equal(1.0, mocks.Resource("group").Inputs["number"]);
        var outputs = mocks.Outputs.Single(request => request.Urn.EndsWith("::group", StringComparison.Ordinal)).Outputs;
        Assert.Equal("group-inner-id", await OutputUtilities.GetValueAsync(outputs["innerId"]));
    }

    [Theory]
    [InlineData("an output among its inputs")]
    [InlineData("a resource it depends on")]
    [InlineData("a component it depends on")]
    public async Task A_resource_is_registered_after(string dependency)
    {
        var gate = new TaskCompletionSource();
        var mocks = new PulumiMocks
        {
            State = async args =>
            {
                if (args.Name == "first-inner")
                {
                    await gate.Task;
                }

                return args.Inputs;
            },
        };
        Thing? second = null;
        var run = Deployment.TestAsync(mocks, Update, () =>
        {
            var first = new Group("first");
            second = dependency switch
            {
                "an output among its inputs" => new Thing("second", new ThingArgs { Map = { ["id"] = first.Inner.Id } }),
                "a resource it depends on" => new Thing("second", options: new CustomResourceOptions { DependsOn = { first.Inner } }),
                _ => new Thing("second", options: new CustomResourceOptions { DependsOn = first }),
            };
        });

        await Task.Delay(50);
        Assert.DoesNotContain("second", mocks.Resources.Select(args => args.Name));
        gate.SetResult();
        await run;

        Assert.Equal("second", mocks.Resources[^1].Name);
        Assert.Equal("second-id", await OutputUtilities.GetValueAsync(second!.Id));
    }

    [Fact]
    public async Task A_provider_is_told_by_its_urn_and_id_and_reaches_the_children_of_a_component()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, Update, () =>
        {
            var provider = new ProviderResource("test", "own", ResourceArgs.Empty);
            new Group("group", options: new ComponentResourceOptions { Providers = { provider } });
            new Thing("direct", options: new CustomResourceOptions { Provider = provider });
            new Thing("default");
        });

        Assert.EndsWith("pulumi:providers:test::own::own-id", mocks.Resource("group-inner").Provider, StringComparison.Ordinal);
        Assert.Equal(mocks.Resource("group-inner").Provider, mocks.Resource("direct").Provider);
        Assert.Equal("", mocks.Resource("default").Provider);
        Assert.Equal("", mocks.Resource("group").Provider);
    }

    [Fact]
    public async Task A_transformation_reaches_children()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, Update, () =>
        {
            new Group("group", options: new ComponentResourceOptions
            {
                ResourceTransformations =
                {
                    args => args.Resource is Thing ? new ResourceTransformationResult(new ThingArgs { Text = "transformed" }, args.Options) : null,
                },
            });
        });

        Assert.Equal("transformed", mocks.Resource("group-inner").Inputs["text"]);
        Assert.Empty(mocks.Resource("group").Inputs);
    }

    [Fact]
    public void Merged_options_are_the_second_ones_values_and_the_lists_of_both()
    {
        var merged = CustomResourceOptions.Merge(
            new CustomResourceOptions { Version = "1", Protect = true, AdditionalSecretOutputs = { "a" } },
            new CustomResourceOptions { Protect = false, AdditionalSecretOutputs = { "b" } });

        Assert.Equal(("1", false), (merged.Version, merged.Protect));
        Assert.Equal(["a", "b"], merged.AdditionalSecretOutputs);
    }

    [Fact]
    public async Task An_invoke_is_answered_by_the_mock()
    {
        var mocks = new PulumiMocks { Answer = args => new Dictionary<string, object> { ["needed"] = args.Token!, ["count"] = 2 } };
        await Deployment.TestAsync(mocks, Update, async () =>
        {
            var now = await Deployment.Instance.InvokeAsync<Part>("test:index:ask", new AskArgs { Question = "?" });
            var later = Deployment.Instance.Invoke<Part>("test:index:ask", new AskArgs { Question = Output.CreateSecret("?") });
            var unknown = Deployment.Instance.Invoke<Part>("test:index:ask", new AskArgs { Question = OutputUtilities.CreateUnknown("?") });

            Assert.Equal(2, now.Count);
            Assert.Equal("test:index:ask", (await OutputUtilities.GetValueAsync(later)).Needed);
            Assert.True(await Output.IsSecretAsync(later));
            Assert.False(await OutputUtilities.GetIsKnownAsync(unknown));
        });
    }

    private sealed class AskArgs : InvokeArgs
    {
        [Input("question")]
        public Input<string>? Question { get; set; }
    }
}
