using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Pulumi;

/// <summary>Makes and combines outputs.</summary>
public static class Output
{
    public static Output<T> Create<T>(T value) => Create(Task.FromResult(value));

    public static Output<T> Create<T>(Task<T> value) => new(KnownAsync(value));

    public static Output<T> CreateSecret<T>(T value) => CreateSecret(Create(value));

    public static Output<T> CreateSecret<T>(Task<T> value) => CreateSecret(Create(value));

    public static Output<T> CreateSecret<T>(Output<T> value) => new(MarkedAsync(value, isSecret: true));

    public static Output<T> Unsecret<T>(Output<T> output) => new(MarkedAsync(output, isSecret: false));

    public static async Task<bool> IsSecretAsync<T>(Output<T> output) => (await output.Data).IsSecret;

    public static Output<ImmutableArray<T>> All<T>(params Input<T>[] inputs) => All(inputs.AsEnumerable());

    public static Output<ImmutableArray<T>> All<T>(IEnumerable<Input<T>> inputs) => All(inputs.Select(input => input.ToOutput()));

    public static Output<ImmutableArray<T>> All<T>(params Output<T>[] outputs) => All(outputs.AsEnumerable());

    public static Output<ImmutableArray<T>> All<T>(IEnumerable<Output<T>> outputs) => new(AllAsync([.. outputs]));

    public static Output<string> Format(FormattableString formattableString)
        => new(FormatAsync(formattableString));

    /// <summary>The JSON of a value that may hold further outputs; secret or unknown if any of them is.</summary>
    public static Output<string> JsonSerialize<T>(Output<T> value, JsonSerializerOptions? options = null)
        => new(OutputJson.SerializeAsync(value, options));

    public static Output<T> JsonDeserialize<T>(Output<string> json, JsonSerializerOptions? options = null)
        => Always(json, text => text is null ? default! : JsonSerializer.Deserialize<T>(text, options)!);

    public static Output<(T1, T2)> Tuple<T1, T2>(Input<T1> item1, Input<T2> item2) => Tuple(item1.ToOutput(), item2.ToOutput());

    public static Output<(T1, T2, T3)> Tuple<T1, T2, T3>(Input<T1> item1, Input<T2> item2, Input<T3> item3)
        => Tuple(item1.ToOutput(), item2.ToOutput(), item3.ToOutput());

    public static Output<(T1, T2, T3, T4)> Tuple<T1, T2, T3, T4>(Input<T1> item1, Input<T2> item2, Input<T3> item3, Input<T4> item4)
        => Tuple(item1.ToOutput(), item2.ToOutput(), item3.ToOutput(), item4.ToOutput());

    public static Output<(T1, T2, T3, T4, T5)> Tuple<T1, T2, T3, T4, T5>(
        Input<T1> item1, Input<T2> item2, Input<T3> item3, Input<T4> item4, Input<T5> item5)
        => Tuple(item1.ToOutput(), item2.ToOutput(), item3.ToOutput(), item4.ToOutput(), item5.ToOutput());

    public static Output<(T1, T2)> Tuple<T1, T2>(Output<T1> item1, Output<T2> item2) => new(PairAsync(item1, item2));

    public static Output<(T1, T2, T3)> Tuple<T1, T2, T3>(Output<T1> item1, Output<T2> item2, Output<T3> item3)
        => Always(Tuple(Tuple(item1, item2), item3), t => (t.Item1.Item1, t.Item1.Item2, t.Item2));

    public static Output<(T1, T2, T3, T4)> Tuple<T1, T2, T3, T4>(Output<T1> item1, Output<T2> item2, Output<T3> item3, Output<T4> item4)
        => Always(Tuple(Tuple(item1, item2, item3), item4), t => (t.Item1.Item1, t.Item1.Item2, t.Item1.Item3, t.Item2));

    public static Output<(T1, T2, T3, T4, T5)> Tuple<T1, T2, T3, T4, T5>(
        Output<T1> item1, Output<T2> item2, Output<T3> item3, Output<T4> item4, Output<T5> item5)
        => Always(Tuple(Tuple(item1, item2, item3, item4), item5), t => (t.Item1.Item1, t.Item1.Item2, t.Item1.Item3, t.Item1.Item4, t.Item2));

    /// <summary>Reshapes a value, known or not.</summary>
    private static Output<TResult> Always<T, TResult>(Output<T> output, Func<T, TResult> reshape)
    {
        return new(ReshapeAsync());

        async Task<OutputData<TResult>> ReshapeAsync()
        {
            var data = await output.Data;
            return data.With(reshape(data.Value));
        }
    }

    private static async Task<OutputData<T>> KnownAsync<T>(Task<T> value) => OutputData<T>.Known(await value);

    private static async Task<OutputData<T>> MarkedAsync<T>(Output<T> output, bool isSecret) => (await output.Data) with { IsSecret = isSecret };

    private static async Task<OutputData<(T1, T2)>> PairAsync<T1, T2>(Output<T1> item1, Output<T2> item2)
    {
        var (first, second) = (await item1.Data, await item2.Data);
        return first.With((first.Value, second.Value)).Tainted(second);
    }

    private static async Task<OutputData<ImmutableArray<T>>> AllAsync<T>(Output<T>[] outputs)
    {
        var data = await Task.WhenAll(outputs.Select(output => output.Data));
        var all = OutputData<ImmutableArray<T>>.Known([.. data.Select(item => item.Value)]);
        return data.Aggregate(all, (sum, item) => sum.Tainted(item));
    }

    private static async Task<OutputData<string>> FormatAsync(FormattableString formattableString)
    {
        var text = OutputData<string>.Known("");
        var values = formattableString.GetArguments();
        for (var index = 0; index < values.Length; index++)
        {
            if (values[index] is IOutput output)
            {
                var data = await output.GetDataAsync();
                values[index] = data.Value;
                text = text.Tainted(data);
            }
        }

        return text.IsKnown ? text.With(string.Format(CultureInfo.CurrentCulture, formattableString.Format, values)) : text;
    }
}
