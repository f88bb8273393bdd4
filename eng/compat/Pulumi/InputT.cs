using System.Collections;
using System.Collections.Immutable;

namespace Pulumi;

/// <summary>A value, or an output that comes to one.</summary>
public class Input<T> : IOutput
{
    private readonly Output<T>? _output;

    private protected Input()
    {
    }

    private protected Input(Output<T> output) => _output = output ?? throw new ArgumentNullException(nameof(output));

    public static implicit operator Input<T>(T value) => new(Output.Create(value!));

    public static implicit operator Input<T>(Output<T> value) => new(value);

    public static implicit operator Output<T>(Input<T> input) => input.Value;

    internal virtual Output<T> Value => _output!;

    Task<OutputData<object?>> IOutput.GetDataAsync() => ((IOutput)Value).GetDataAsync();
}

/// <summary>What an input can be asked as if it were an output.</summary>
public static class InputExtensions
{
    public static Output<TResult> Apply<T, TResult>(this Input<T>? input, Func<T, TResult> func) => input.ToOutput().Apply(func);

    public static Output<TResult> Apply<T, TResult>(this Input<T>? input, Func<T, Task<TResult>> func) => input.ToOutput().Apply(func);

    public static Output<TResult> Apply<T, TResult>(this Input<T>? input, Func<T, Input<TResult>?> func) => input.ToOutput().Apply(func);

    public static Output<TResult> Apply<T, TResult>(this Input<T>? input, Func<T, Output<TResult>?> func) => input.ToOutput().Apply(func);

    public static Output<T> ToOutput<T>(this Input<T>? input) => input is null ? Output.Create(default(T)!) : input.Value;
}

/// <summary>A list that can be initialized with values, inputs and outputs.</summary>
public sealed class InputList<T> : Input<ImmutableArray<T>>, IEnumerable, IAsyncEnumerable<Input<T>>
{
    private Output<ImmutableArray<Input<T>>> _items;

    public InputList() : this(Output.Create(ImmutableArray<Input<T>>.Empty))
    {
    }

    private InputList(Output<ImmutableArray<Input<T>>> items) => _items = items;

    internal override Output<ImmutableArray<T>> Value
        => _items.Apply(items => items.IsDefault ? Output.Create(default(ImmutableArray<T>)) : Output.All(items.AsEnumerable()));

    public void Add(params Input<T>[] inputs) => AddRange(Of(inputs));

    public void Add(InputList<T> inputs) => AddRange(inputs);

    public void AddRange(InputList<T> inputs) => _items = Output.Tuple(_items, inputs._items).Apply(t => t.Item1.AddRange(t.Item2));

    public InputList<T> Concat(InputList<T> other) => new(Output.Tuple(_items, other._items).Apply(t => t.Item1.AddRange(t.Item2)));

    public static implicit operator InputList<T>(T value) => Of([value!]);

    public static implicit operator InputList<T>(Output<T> value) => Of([value]);

    public static implicit operator InputList<T>(Input<T> value) => Of([value]);

    public static implicit operator InputList<T>(T[] values) => Of(values.Select(value => (Input<T>)value));

    public static implicit operator InputList<T>(Output<T>[] values) => Of(values.Select(value => (Input<T>)value));

    public static implicit operator InputList<T>(Input<T>[] values) => Of(values);

    public static implicit operator InputList<T>(List<T> values) => Of(values.Select(value => (Input<T>)value));

    public static implicit operator InputList<T>(List<Output<T>> values) => Of(values.Select(value => (Input<T>)value));

    public static implicit operator InputList<T>(List<Input<T>> values) => Of(values);

    public static implicit operator InputList<T>(ImmutableArray<T> values) => new(Output.Create(Inputs(values)));

    public static implicit operator InputList<T>(ImmutableArray<Output<T>> values)
        => new(Output.Create(values.IsDefault ? default : ImmutableArray.CreateRange(values, value => (Input<T>)value)));

    public static implicit operator InputList<T>(ImmutableArray<Input<T>> values) => new(Output.Create(values));

    public static implicit operator InputList<T>(Output<T[]> values) => values.Apply(items => items.ToImmutableArray());

    public static implicit operator InputList<T>(Output<List<T>> values) => values.Apply(items => items.ToImmutableArray());

    public static implicit operator InputList<T>(Output<IEnumerable<T>> values) => values.Apply(items => items.ToImmutableArray());

    public static implicit operator InputList<T>(Output<ImmutableArray<T>> values) => new(values.Apply(Inputs));

    private static InputList<T> Of(IEnumerable<Input<T>> items) => new(Output.Create(items.ToImmutableArray()));

    private static ImmutableArray<Input<T>> Inputs(ImmutableArray<T> values)
        => values.IsDefault ? default : ImmutableArray.CreateRange(values, value => (Input<T>)value);

    IEnumerator IEnumerable.GetEnumerator() => throw new NotSupportedException("An InputList can only be enumerated asynchronously.");

    public async IAsyncEnumerator<Input<T>> GetAsyncEnumerator(CancellationToken cancellationToken)
    {
        var data = await Value.Data;
        foreach (var item in data.IsKnown ? data.Value : [])
        {
            yield return item;
        }
    }
}

/// <summary>A map that can be initialized with values, inputs and outputs.</summary>
public sealed class InputMap<TValue> : Input<ImmutableDictionary<string, TValue>>, IEnumerable, IAsyncEnumerable<Input<KeyValuePair<string, TValue>>>
{
    private Output<ImmutableDictionary<string, Input<TValue>>> _items;

    public InputMap() : this(Output.Create(ImmutableDictionary<string, Input<TValue>>.Empty))
    {
    }

    private InputMap(Output<ImmutableDictionary<string, Input<TValue>>> items) => _items = items;

    internal override Output<ImmutableDictionary<string, TValue>> Value => _items.Apply(items => items is null
        ? Output.Create(default(ImmutableDictionary<string, TValue>)!)
        : Output
            .All(items.Select(item => (Input<TValue>)item.Value.ToOutput()))
            .Apply(values => items.Keys.Zip(values).ToImmutableDictionary(pair => pair.First, pair => pair.Second)));

    /// <summary>Adds, and never replaces.</summary>
    public Input<TValue> this[string key]
    {
        set => Add(key, value);
    }

    /// <summary>A second value for a key has to be equal to the first one: else the map fails.</summary>
    public void Add(string key, Input<TValue> value) => _items = _items.Apply(items => items.SetItem(key, items.TryGetValue(key, out var first)
        ? Output.Tuple(first, value).Apply(pair => EqualityComparer<TValue>.Default.Equals(pair.Item1, pair.Item2)
            ? pair.Item1
            : throw new ArgumentException($"Key '{key}' already exists in the map with a different value.", nameof(value)))
        : value));

    public void Add(InputMap<TValue> values) => AddRange(values);

    public void AddRange(InputMap<TValue> values) => _items = Output.Tuple(_items, values._items).Apply(t => t.Item1.AddRange(t.Item2));

    public static InputMap<TValue> Merge(InputMap<TValue> first, InputMap<TValue> second)
        => new(Output.Tuple(first._items, second._items).Apply(t => t.Item1.SetItems(t.Item2)));

    public static implicit operator InputMap<TValue>(Dictionary<string, TValue> values) => Output.Create(values);

    public static implicit operator InputMap<TValue>(ImmutableDictionary<string, TValue> values) => Output.Create(values);

    public static implicit operator InputMap<TValue>(Output<Dictionary<string, TValue>> values) => Of(values);

    public static implicit operator InputMap<TValue>(Output<IDictionary<string, TValue>> values) => Of(values);

    public static implicit operator InputMap<TValue>(Output<ImmutableDictionary<string, TValue>> values)
        => new(values.Apply(items => items?.ToImmutableDictionary(item => item.Key, item => (Input<TValue>)item.Value)!));

    private static InputMap<TValue> Of<TItems>(Output<TItems> values) where TItems : IEnumerable<KeyValuePair<string, TValue>>
        => values.Apply(items => items.ToImmutableDictionary());

    IEnumerator IEnumerable.GetEnumerator() => throw new NotSupportedException("An InputMap can only be enumerated asynchronously.");

    public async IAsyncEnumerator<Input<KeyValuePair<string, TValue>>> GetAsyncEnumerator(CancellationToken cancellationToken)
    {
        var data = await Value.Data;
        foreach (var item in data.IsKnown ? data.Value : ImmutableDictionary<string, TValue>.Empty)
        {
            yield return item;
        }
    }
}

/// <summary>Input of one of two types.</summary>
public sealed class InputUnion<T0, T1> : Input<Union<T0, T1>>
{
    public InputUnion() : this(Output.Create(default(Union<T0, T1>)))
    {
    }

    private InputUnion(Output<Union<T0, T1>> value) : base(value)
    {
    }

    public static implicit operator InputUnion<T0, T1>(Union<T0, T1> value) => new(Output.Create(value));

    public static implicit operator InputUnion<T0, T1>(T0 value) => new(Output.Create(Union<T0, T1>.FromT0(value)));

    public static implicit operator InputUnion<T0, T1>(T1 value) => new(Output.Create(Union<T0, T1>.FromT1(value)));

    public static implicit operator InputUnion<T0, T1>(Input<T0> value) => value.ToOutput();

    public static implicit operator InputUnion<T0, T1>(Input<T1> value) => value.ToOutput();

    public static implicit operator InputUnion<T0, T1>(Output<Union<T0, T1>> value) => new(value);

    public static implicit operator InputUnion<T0, T1>(Output<T0> value) => new(value.Apply(Union<T0, T1>.FromT0));

    public static implicit operator InputUnion<T0, T1>(Output<T1> value) => new(value.Apply(Union<T0, T1>.FromT1));
}
