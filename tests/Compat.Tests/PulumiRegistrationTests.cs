using System.Collections.Immutable;
using Pulumi;
using Pulumi.Testing;
using Pulumi.Utilities;

namespace Compat.Tests;

/// <summary>Some set the process's exit code: no other test may run beside these.</summary>
[Collection(nameof(PulumiProgramTests))]
public class PulumiRegistrationTests
{
    private static readonly TestOptions Update = new() { IsPreview = false };

    [Fact]
    public async Task Mocks_get_inputs_as_an_engine_sees_them()
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
                Json = "j",
            });
        });

        var inputs = mocks.Resource("thing").Inputs;
        Assert.Equal("secret", inputs["text"]);
        Assert.Equal(3.0, inputs["number"]);
        Assert.Equal(["a", "b"], Assert.IsType<ImmutableArray<object>>(inputs["list"]));
        Assert.Equal("v", Assert.IsType<ImmutableDictionary<string, object>>(inputs["map"])["k"]);
        Assert.Equal("n", Assert.Single(Assert.IsType<ImmutableDictionary<string, object>>(inputs["part"])).Value);
        Assert.IsType<FileArchive>(inputs["archive"]);
        Assert.Equal("\"j\"", inputs["json"]);
    }

    [Fact]
    public async Task Mocks_get_an_absent_list_as_empty()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, Update, () => { new Thing("thing", new ThingArgs { List = default(ImmutableArray<string>) }); });

        Assert.Empty(Assert.IsType<ImmutableArray<object>>(mocks.Resource("thing").Inputs["list"]));
    }

    [Fact]
    public async Task Private_inputs_of_a_base_class_are_not_seen()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, Update, () => { new Other("other", new DerivedArgs { Inherited = { "i" }, Own = { "o" } }); });

        Assert.Equal(["own"], mocks.Resource("other").Inputs.Keys);
    }

    [Fact]
    public async Task Mocks_do_not_get_inputs_that_are_null_or_unknown_in_any_part()
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
    public async Task Outputs_that_the_mock_gives_as_null_are_not_given()
    {
        var mocks = new PulumiMocks { State = _ => Task.FromResult<object>(new Dictionary<string, object?> { ["text"] = null }) };
        var thing = Assert.IsType<Thing>(Assert.Single(await Deployment.TestAsync(mocks, new TestOptions(), () => { new Thing("thing"); })));

        Assert.False(await OutputUtilities.GetIsKnownAsync(thing.Text));
    }

    [Fact]
    public async Task Outputs_that_the_mock_gives_in_another_type_are_dropped()
    {
        var mocks = new PulumiMocks
        {
            State = _ => Task.FromResult<object>(new Dictionary<string, object>
            {
                ["text"] = 3,
                ["number"] = "n",
                ["list"] = new object[] { "a", 1 },
                ["part"] = new Dictionary<string, object> { ["needed"] = true, ["count"] = 2 },
            }),
        };

        var thing = Assert.IsType<Thing>(Assert.Single(await Deployment.TestAsync(mocks, Update, () => { new Thing("thing"); })));

        Assert.Null(await OutputUtilities.GetValueAsync(thing.Text));
        Assert.Equal(0, await OutputUtilities.GetValueAsync(thing.Number));
        var list = await OutputUtilities.GetValueAsync(thing.List);
        Assert.Equal((2, "a", null), (list.Length, list[0], list[1]));
        var part = (await OutputUtilities.GetValueAsync(thing.Part))!;
        Assert.Equal((null, 2.0), (part.Needed, part.Count));
    }

    [Fact]
    public async Task A_mock_answers_with_a_map_of_any_values_and_with_no_list_of_pairs()
    {
        var mocks = new PulumiMocks { State = _ => Task.FromResult<object>(new Dictionary<string, string> { ["text"] = "t" }) };
        var thing = Assert.IsType<Thing>(Assert.Single(await Deployment.TestAsync(mocks, Update, () => { new Thing("thing"); })));
        Assert.Equal("t", await OutputUtilities.GetValueAsync(thing.Text));

        var pairs = new PulumiMocks { State = _ => Task.FromResult<object>(new List<KeyValuePair<string, object>>()) };
        await FailsAsync("is not a supported argument type", () => { new Thing("thing"); }, pairs);
    }

    [Fact]
    public async Task Outputs_are_of_types_that_a_provider_can_give_and_can_be_set()
    {
        await FailsAsync("contains invalid type System.Int64", () => { new LongResource("r"); });
        await FailsAsync("contains invalid type", () => { new ArrayResource("r"); });
        await FailsAsync("Text did not have a 'set' method", () => { new FixedResource("r"); });
        await FailsAsync("'text' have incorrect type", () => { new PlainResource("r"); });
    }

    [Fact]
    public async Task Outputs_of_a_component_are_its_own_to_assign_and_registered_as_they_are()
    {
        var state = new Dictionary<string, object> { ["text"] = "of the mock", ["left"] = "of the mock" };
        var mocks = new PulumiMocks { State = _ => Task.FromResult<object>(state) };
        Named? component = null;
        await Deployment.TestAsync(mocks, Update, () => { component = new Named("named"); });

        Assert.Null(component!.Left);
        Assert.Equal("own", await OutputUtilities.GetValueAsync(component.Text));
        var outputs = mocks.Outputs.Single(request => request.Urn.EndsWith("::named", StringComparison.Ordinal)).Outputs;
        Assert.Equal("own", await OutputUtilities.GetValueAsync(Assert.Single(outputs).Value));
    }

    [Fact]
    public async Task Registered_outputs_are_without_nulls_and_resources()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, Update, () =>
        {
            var thing = new Thing("thing");
            new Told("told", new Dictionary<string, object?>
            {
                ["null"] = null,
                ["nullOutput"] = thing.Text,
                ["id"] = thing.Id,
                ["secret"] = Output.CreateSecret(1),
                ["unknown"] = OutputUtilities.CreateUnknown("u"),
            });
        });

        var outputs = mocks.Outputs.Single(request => request.Urn.EndsWith("::told", StringComparison.Ordinal)).Outputs;
        Assert.Equal(["id", "secret", "unknown"], outputs.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(await OutputUtilities.GetDependenciesAsync(outputs["id"]));
        Assert.Equal(1.0, await OutputUtilities.GetValueAsync(outputs["secret"]));
        Assert.True(await Output.IsSecretAsync(outputs["secret"]));
        Assert.False(await OutputUtilities.GetIsKnownAsync(outputs["unknown"]));
    }

    [Fact]
    public async Task Resources_are_listed_as_they_were_registered()
    {
        var gate = new TaskCompletionSource();
        var mocks = new PulumiMocks
        {
            State = async args =>
            {
                if (args.Name == "one")
                {
                    await gate.Task;
                }

                return args.Inputs;
            },
        };

        var resources = await Deployment.TestAsync(mocks, Update, () =>
        {
            var one = new Thing("one");
            new Thing("after one", options: new CustomResourceOptions { DependsOn = one });
            new Thing("two");
            Assert.Equal(["one", "two"], mocks.Resources.Select(args => args.Name));
            gate.SetResult();
        });

        Assert.Equal(["one", "two", "after one"], resources.Select(resource => resource.GetResourceName()));
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
    public async Task A_provider_is_named_by_its_urn_and_id_and_reaches_the_children_of_a_component()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, Update, () =>
        {
            var provider = new ProviderResource("test", "own", ResourceArgs.Empty, null);
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
    public async Task A_component_takes_a_provider_or_several()
    {
        await FailsAsync("Do not supply both 'provider' and 'providers'", () =>
        {
            var provider = new ProviderResource("test", "own", ResourceArgs.Empty, null);
            new Group("group", options: new ComponentResourceOptions { Provider = provider, Providers = { provider } });
        });
    }

    [Fact]
    public async Task Merged_options_have_the_last_provider_of_a_package()
    {
        await Deployment.TestAsync(new PulumiMocks(), Update, () =>
        {
            var one = new ProviderResource("test", "one", ResourceArgs.Empty, null);
            var two = new ProviderResource("test", "two", ResourceArgs.Empty, null);
            var merged = ComponentResourceOptions.Merge(new() { Providers = { one } }, new() { Providers = { two } });
            Assert.Equal([two], merged.Providers);
        });
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
    public async Task A_transformation_does_not_move_a_resource()
        => await FailsAsync("cannot currently be used to change the 'parent'", () =>
        {
            var group = new Group("group");
            new Thing("thing", options: new CustomResourceOptions
            {
                ResourceTransformations = { args => new ResourceTransformationResult(args.Args, new CustomResourceOptions { Parent = group }) },
            });
        });

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
    public async Task Merged_options_have_the_aliases_of_both_in_order()
    {
        var (first, second) = (new Alias { Name = "first" }, new Alias { NoParent = true });
        var merged = CustomResourceOptions.Merge(new() { Aliases = { first } }, new() { Aliases = { second } });

        Assert.Equal([first, second], await Task.WhenAll(merged.Aliases.Select(alias => OutputUtilities.GetValueAsync(alias.ToOutput()))));
    }

    [Fact]
    public async Task A_resource_waits_for_the_former_parent_in_its_alias()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, Update, () =>
        {
            var parent = new Thing("parent", new ThingArgs { Text = Output.Create(Task.Delay(50).ContinueWith(_ => "late", TaskScheduler.Default)) });
            new Thing("thing", options: new CustomResourceOptions { Aliases = { new Alias { Name = Output.Create("former"), Parent = parent } } });
        });

        Assert.Equal(["parent", "thing"], mocks.Resources.Select(resource => resource.Name));
    }

    [Fact]
    public async Task An_alias_that_is_not_known_is_left_out()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, Update, () =>
        {
            new Thing("thing", options: new CustomResourceOptions { Aliases = { OutputUtilities.CreateUnknown(new Alias { NoParent = true }) } });
        });

        Assert.Equal("thing", Assert.Single(mocks.Resources).Name);
    }

    [Fact]
    public async Task An_alias_has_one_parent() => await FailsAsync("Only specify one of 'Parent', 'ParentUrn' or 'NoParent' in an Alias", () =>
    {
        var group = new Group("group");
        new Thing("thing", options: new CustomResourceOptions { Aliases = { new Alias { Parent = group, NoParent = true } } });
    });

    [Fact]
    public async Task An_invoke_is_answered_by_the_mock()
    {
        var mocks = new PulumiMocks { Answer = args => new Dictionary<string, object> { ["needed"] = args.Token!, ["count"] = 2 } };
        await Deployment.TestAsync(mocks, Update, async () =>
        {
            var now = await Deployment.Instance.InvokeAsync<Part>("test:index:ask", new AskArgs { Question = "?" });
            var later = Deployment.Instance.Invoke<Part>("test:index:ask", new AskArgs { Question = Output.CreateSecret("?") });

            Assert.Equal(2, now.Count);
            Assert.Equal("test:index:ask", (await OutputUtilities.GetValueAsync(later)).Needed);
            Assert.False(await Output.IsSecretAsync(later));
        });
    }

    [Fact]
    public async Task An_answer_is_secret_or_unknown_as_the_mock_gives_it()
    {
        var mocks = new PulumiMocks
        {
            Answer = args => new Dictionary<string, object>
            {
                ["needed"] = args.Token == "test:index:secret" ? Output.CreateSecret("s") : OutputUtilities.CreateUnknown("u"),
            },
        };
        await Deployment.TestAsync(mocks, Update, async () =>
        {
            Assert.True(await Output.IsSecretAsync(Deployment.Instance.Invoke<Part>("test:index:secret", new AskArgs())));
            Assert.False(await OutputUtilities.GetIsKnownAsync(Deployment.Instance.Invoke<Part>("test:index:unknown", new AskArgs())));
        });
    }

    [Fact]
    public async Task An_invoke_waits_for_what_it_depends_on_and_does_not_ask_with_unknowns()
    {
        var asked = new List<MockCallArgs>();
        var mocks = new PulumiMocks
        {
            Answer = args =>
            {
                asked.Add(args);
                return new Dictionary<string, object> { ["needed"] = "n" };
            },
        };
        var nameless = new NamelessMocks();
        var unknown = OutputUtilities.CreateUnknown("?");
        await Deployment.TestAsync(mocks, Update, async () =>
        {
            var unanswered = Deployment.Instance.Invoke<Part>("test:index:ask", new AskArgs { Question = unknown });
            Assert.False(await OutputUtilities.GetIsKnownAsync(unanswered));
            Assert.Empty(asked);

            await Deployment.Instance.InvokeAsync<Part>("test:index:ask", new AskArgs { Question = unknown });
            Assert.Empty(Assert.Single(asked).Args);

            var (one, two) = (new Thing("one"), new Thing("two"));
            var after = new InvokeOutputOptions { DependsOn = two };
            var answer = Deployment.Instance.Invoke<Part>("test:index:ask", new AskArgs { Question = one.Id }, after);
            Assert.Equal(["one", "two"], (await OutputUtilities.GetDependenciesAsync(answer)).Select(resource => resource.GetResourceName()).Order());
        });
        await Deployment.TestAsync(nameless, new TestOptions(), async () =>
        {
            var after = new InvokeOutputOptions { DependsOn = new Group("group") };
            var answer = Deployment.Instance.Invoke<Part>("test:index:ask", new AskArgs(), after);
            Assert.False(await OutputUtilities.GetIsKnownAsync(answer));
        });
    }

    [Fact]
    public async Task An_invoke_whose_arguments_cannot_be_serialized_fails_with_a_message_of_its_own()
    {
        var exitCode = Environment.ExitCode;
        var errors = await Assert.ThrowsAsync<AggregateException>(() => Deployment.TestAsync(new PulumiMocks(), Update, () =>
        {
            Deployment.Instance.Invoke<Part>("test:index:ask", new AskArgs { When = DateTime.UnixEpoch });
        }));
        Environment.ExitCode = exitCode;

        const string Message = "Error serializing arguments for invoke test:index:ask: ";
        Assert.Contains(errors.InnerExceptions, error => error.Message.StartsWith(Message, StringComparison.Ordinal));
    }

    private static async Task FailsAsync(string text, Action program, IMocks? mocks = null)
    {
        var exitCode = Environment.ExitCode;
        var error = await Assert.ThrowsAsync<RunException>(() => Deployment.TestAsync(mocks ?? new PulumiMocks(), Update, program));
        Environment.ExitCode = exitCode;
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Gives no ids, as in a preview.</summary>
    private sealed class NamelessMocks : IMocks
    {
        public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args) => Task.FromResult<(string?, object)>((null, args.Inputs));

        public Task<object> CallAsync(MockCallArgs args) => throw new NotSupportedException();
    }

    private sealed class Told : ComponentResource
    {
        public Told(string name, IDictionary<string, object?> outputs) : base("test:index:Told", name) => RegisterOutputs(outputs);
    }

    private sealed class Named : ComponentResource
    {
        public Named(string name) : base("test:index:Named", name)
        {
            Text = Output.Create("own");
            RegisterOutputs();
        }

        [Output("text")]
        public Output<string> Text { get; }

        [Output("left")]
        public Output<string> Left { get; private set; } = null!;
    }

    private sealed class LongResource(string name) : CustomResource("test:index:Long", name, ResourceArgs.Empty, null)
    {
        [Output("text")]
        public Output<long> Text { get; private set; } = null!;
    }

    private sealed class ArrayResource(string name) : CustomResource("test:index:Array", name, ResourceArgs.Empty, null)
    {
        [Output("text")]
        public Output<ImmutableDictionary<string, Version[]>> Text { get; private set; } = null!;
    }

    private sealed class FixedResource(string name) : CustomResource("test:index:Fixed", name, ResourceArgs.Empty, null)
    {
        [Output("text")]
        public Output<string> Text { get; } = Output.Create("fixed");
    }

    private sealed class PlainResource(string name) : CustomResource("test:index:Plain", name, ResourceArgs.Empty, null)
    {
        [Output("text")]
        public string Text { get; private set; } = "";
    }

    private sealed class Other(string name, ResourceArgs args) : CustomResource("test:index:Other", name, args, null);

    private class BaseArgs : ResourceArgs
    {
        [field: Input("inherited")]
        public InputList<string> Inherited { get => field ??= new(); set; }
    }

    private sealed class DerivedArgs : BaseArgs
    {
        [field: Input("own")]
        public InputList<string> Own { get => field ??= new(); set; }
    }

    private sealed class AskArgs : InvokeArgs
    {
        [Input("question")]
        public Input<string>? Question { get; set; }

        [Input("when")]
        public object? When { get; set; }
    }
}
