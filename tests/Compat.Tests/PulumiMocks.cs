using System.Collections.Immutable;
using Pulumi;
using Pulumi.Testing;

namespace Compat.Tests;

/// <summary>Records the inputs, and gives each resource an id. Its state is its inputs unless a test sets another.</summary>
internal sealed class PulumiMocks : IMocks
{
    private readonly List<MockResourceArgs> _resources = [];
    private readonly List<MockRegisterResourceOutputsRequest> _outputs = [];

    public Func<MockResourceArgs, Task<object>> State { get; init; } = args => Task.FromResult<object>(args.Inputs);

    public Func<MockCallArgs, object> Answer { get; init; } = args => args.Args;

    public IReadOnlyList<MockResourceArgs> Resources => _resources;

    public IReadOnlyList<MockRegisterResourceOutputsRequest> Outputs => _outputs;

    public MockResourceArgs Resource(string name) => _resources.Single(args => args.Name == name);

    public async Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
    {
        lock (_resources)
        {
            _resources.Add(args);
        }

        return ($"{args.Name}-id", await State(args));
    }

    public Task<object> CallAsync(MockCallArgs args) => Task.FromResult(Answer(args));

    public Task RegisterResourceOutputs(MockRegisterResourceOutputsRequest args)
    {
        lock (_outputs)
        {
            _outputs.Add(args);
        }

        return Task.CompletedTask;
    }
}

/// <summary>A resource with an input of each kind.</summary>
internal sealed class Thing(string name, ThingArgs? args = null, CustomResourceOptions? options = null)
    : CustomResource("test:index:Thing", name, args ?? new ThingArgs(), options)
{
    [Output("text")]
    public Output<string> Text { get; private set; } = null!;

    [Output("number")]
    public Output<int> Number { get; private set; } = null!;

    [Output("list")]
    public Output<ImmutableArray<string>> List { get; private set; } = null!;

    [Output("map")]
    public Output<ImmutableDictionary<string, string>?> Map { get; private set; } = null!;

    [Output("part")]
    public Output<Part?> Part { get; private set; } = null!;
}

internal sealed class ThingArgs : ResourceArgs
{
    [Input("text")]
    public Input<string>? Text { get; set; }

    [Input("number")]
    public Input<int>? Number { get; set; }

    [field: Input("list")]
    public InputList<string> List { get => field ??= new(); set; }

    [field: Input("map")]
    public InputMap<string> Map { get => field ??= new(); set; }

    [Input("part")]
    public Input<PartArgs>? Part { get; set; }

    [Input("archive")]
    public Input<Archive>? Archive { get; set; }

    [Input("json", json: true)]
    public Input<string>? Json { get; set; }
}

internal sealed class PartArgs : ResourceArgs
{
    [Input("needed", required: true)]
    public Input<string> Needed { get; set; } = null!;

    [Input("count")]
    public Input<double>? Count { get; set; }
}

[OutputType]
internal sealed class Part
{
    [OutputConstructor]
    private Part(string needed, double? count) => (Needed, Count) = (needed, count);

    public string Needed { get; }

    public double? Count { get; }
}

/// <summary>A component with a thing in it.</summary>
internal sealed class Group : ComponentResource
{
    public Group(string name, ThingArgs? args = null, ComponentResourceOptions? options = null) : base("test:index:Group", name, args, options)
    {
        Inner = new Thing($"{name}-inner", options: new CustomResourceOptions { Parent = this });
        RegisterOutputs(new Dictionary<string, object?> { ["innerId"] = Inner.Id });
    }

    public Thing Inner { get; }
}
