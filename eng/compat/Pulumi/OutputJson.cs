using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pulumi;

/// <summary>Writes each output inside a value as what it comes to.</summary>
internal sealed class OutputJson : JsonConverterFactory
{
    private static readonly Type[] Converted = [typeof(Output<>), typeof(Input<>), typeof(InputList<>), typeof(InputMap<>)];

    private readonly Dictionary<IOutput, OutputData<object?>> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly List<IOutput> _pending = [];

    public static async Task<OutputData<string>> SerializeAsync<T>(Output<T> value, JsonSerializerOptions? options)
    {
        var data = await value.Data;
        if (!data.IsKnown)
        {
            return data.With("");
        }

        // A converter cannot wait: each pass finds the outputs that the one before left out, until none is left.
        var outputs = new OutputJson();
        var outputOptions = options is null ? new JsonSerializerOptions() : new JsonSerializerOptions(options);
        outputOptions.Converters.Insert(0, outputs);
        while (true)
        {
            var json = JsonSerializer.Serialize(data.Value, outputOptions);
            if (outputs._pending.Count == 0)
            {
                return outputs._seen.Values.Aggregate(data.With(json), (sum, item) => sum.Tainted(item));
            }

            foreach (var output in outputs._pending)
            {
                outputs._seen[output] = await output.GetDataAsync();
            }

            outputs._pending.Clear();
        }
    }

    /// <summary>No other input is written as its value: an <see cref="InputUnion{T0, T1}"/> becomes an empty object.</summary>
    public override bool CanConvert(Type typeToConvert)
        => typeToConvert.IsGenericType && Converted.Contains(typeToConvert.GetGenericTypeDefinition());

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options)
        => (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert), this)!;

    private sealed class Converter<TOutput>(OutputJson outputs) : JsonConverter<TOutput> where TOutput : class, IOutput
    {
        public override TOutput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            => throw new NotSupportedException("An output cannot be read from JSON.");

        public override void Write(Utf8JsonWriter writer, TOutput value, JsonSerializerOptions options)
        {
            if (outputs._seen.TryGetValue(value, out var data))
            {
                JsonSerializer.Serialize(writer, data.IsKnown ? data.Value : null, options);
                return;
            }

            outputs._pending.Add(value);
            writer.WriteNullValue();
        }
    }
}
