using System.Collections.Immutable;
using System.Globalization;

namespace Pulumi;

/// <summary>Makes and combines outputs.</summary>
public static class Output
{
    public static Output<T> Create<T>(T value) => Create(Task.FromResult(value));

    public static Output<T> Create<T>(Task<T> value) => new(KnownAsync(value ?? throw new ArgumentNullException(nameof(value))));

    public static Output<T> CreateSecret<T>(T value) => CreateSecret(Create(value));

    public static Output<T> CreateSecret<T>(Task<T> value) => CreateSecret(Create(value));

    public static Output<T> CreateSecret<T>(Output<T> value)
        => new(MarkedAsync((value ?? throw new ArgumentNullException(nameof(value))).Data));

    public static async Task<bool> IsSecretAsync<T>(Output<T> output) => (await output.Data).IsSecret;

    public static Output<ImmutableArray<T>> All<T>(params Input<T>[] inputs) => All(inputs.AsEnumerable());

    public static Output<ImmutableArray<T>> All<T>(IEnumerable<Input<T>> inputs) => new(AllAsync([.. inputs]));

    public static Output<ImmutableArray<T>> All<T>(params Output<T>[] outputs) => All(outputs.AsEnumerable());

    public static Output<ImmutableArray<T>> All<T>(IEnumerable<Output<T>> outputs)
        => All(outputs.Select(output => (Input<T>)output).ToList().AsEnumerable());

    public static Output<string> Format(FormattableString formattableString)
    {
        var values = formattableString.GetArguments()
            .Select(value => value is IOutput output ? new Output<object?>(output.GetDataAsync()) : Create(value));
        return All(values).Apply(known => string.Format(CultureInfo.InvariantCulture, formattableString.Format, [.. known]));
    }

    public static Output<(T1, T2)> Tuple<T1, T2>(Input<T1> item1, Input<T2> item2) => new(PairAsync(item1, item2));

    public static Output<(T1, T2, T3)> Tuple<T1, T2, T3>(Input<T1> item1, Input<T2> item2, Input<T3> item3)
        => Reshape(Tuple((Input<(T1, T2)>)Tuple(item1, item2), item3), t => (t.Item1.Item1, t.Item1.Item2, t.Item2));

    public static Output<(T1, T2, T3, T4)> Tuple<T1, T2, T3, T4>(Input<T1> item1, Input<T2> item2, Input<T3> item3, Input<T4> item4)
        => Reshape(Tuple((Input<(T1, T2, T3)>)Tuple(item1, item2, item3), item4), t => (t.Item1.Item1, t.Item1.Item2, t.Item1.Item3, t.Item2));

    public static Output<(T1, T2, T3, T4, T5)> Tuple<T1, T2, T3, T4, T5>(
        Input<T1> item1, Input<T2> item2, Input<T3> item3, Input<T4> item4, Input<T5> item5)
        => Reshape(
            Tuple((Input<(T1, T2, T3, T4)>)Tuple(item1, item2, item3, item4), item5),
            t => (t.Item1.Item1, t.Item1.Item2, t.Item1.Item3, t.Item1.Item4, t.Item2));

    public static Output<(T1, T2)> Tuple<T1, T2>(Output<T1> item1, Output<T2> item2) => Tuple((Input<T1>)item1, (Input<T2>)item2);

    public static Output<(T1, T2, T3)> Tuple<T1, T2, T3>(Output<T1> item1, Output<T2> item2, Output<T3> item3)
        => Tuple((Input<T1>)item1, (Input<T2>)item2, (Input<T3>)item3);

    public static Output<(T1, T2, T3, T4)> Tuple<T1, T2, T3, T4>(Output<T1> item1, Output<T2> item2, Output<T3> item3, Output<T4> item4)
        => Tuple((Input<T1>)item1, (Input<T2>)item2, (Input<T3>)item3, (Input<T4>)item4);

    public static Output<(T1, T2, T3, T4, T5)> Tuple<T1, T2, T3, T4, T5>(
        Output<T1> item1, Output<T2> item2, Output<T3> item3, Output<T4> item4, Output<T5> item5)
        => Tuple((Input<T1>)item1, (Input<T2>)item2, (Input<T3>)item3, (Input<T4>)item4, (Input<T5>)item5);

    /// <summary>Reshapes a value, known or not.</summary>
    private static Output<TResult> Reshape<T, TResult>(Output<T> output, Func<T, TResult> reshape)
    {
        return new(ReshapeAsync());

        async Task<OutputData<TResult>> ReshapeAsync()
        {
            var data = await output.Data;
            return data.With(reshape(data.Value));
        }
    }

    private static async Task<OutputData<T>> KnownAsync<T>(Task<T> value) => OutputData<T>.Known(await value);

    private static async Task<OutputData<T>> MarkedAsync<T>(Task<OutputData<T>> data) => (await data) with { IsSecret = true };

    private static async Task<OutputData<(T1, T2)>> PairAsync<T1, T2>(Input<T1> item1, Input<T2> item2)
    {
        var (first, second) = (await item1.Value.Data, await item2.Value.Data);
        return first.With((first.Value, second.Value)).Tainted(second);
    }

    private static async Task<OutputData<ImmutableArray<T>>> AllAsync<T>(ImmutableArray<Input<T>> inputs)
    {
        var all = OutputData<ImmutableArray<T>>.Known([]);
        foreach (var input in inputs)
        {
            var data = await input.Value.Data;
            all = all.With(all.Value.Add(data.Value)).Tainted(data);
        }

        return all;
    }
}
