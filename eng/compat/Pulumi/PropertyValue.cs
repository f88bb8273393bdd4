using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Pulumi;

/// <summary>Properties as an engine sees them: text, booleans, doubles, archives, lists and maps, without outputs inside.</summary>
internal static class PropertyValue
{
    /// <summary>Replaces everything inside a value by what it comes to. One unknown part makes the whole unknown, one secret part secret.</summary>
    public static async Task<OutputData<object?>> FlattenAsync(object? value)
    {
        switch (value)
        {
            case null or string or bool or double or AssetOrArchive:
                return OutputData<object?>.Known(value);
            case int number:
                return OutputData<object?>.Known((double)number);
            case Enum member when member.GetTypeCode() == TypeCode.Int32:
                return OutputData<object?>.Known((double)Convert.ToInt32(member, CultureInfo.InvariantCulture));
            case IOutput output:
                var data = await output.GetDataAsync();
                return data.IsKnown ? (await FlattenAsync(data.Value)).Tainted(data) : data.With<object?>(null);
            case IUnion union:
                return await FlattenAsync(union.Value);
            case JsonElement element:
                return OutputData<object?>.Known(FromJson(element));
            case InputArgs args:
                return await FlattenMapAsync(args.Inputs());
            case IDictionary map:
                return await FlattenMapAsync(map);
            case var _ when value.GetType() is { IsValueType: true } type && type.IsDefined(typeof(EnumTypeAttribute)):
                return await FlattenAsync(type.GetMethod("op_Explicit", [type])!.Invoke(null, [value]));
            case var _ when IsDefaultArray(value):
                return OutputData<object?>.Known(ImmutableArray<object>.Empty);
            case IList list:
                return await FlattenListAsync(list);
            default:
                throw Unsupported(value);
        }
    }

    /// <summary>Each property for itself. One that is null is left out.</summary>
    public static async Task<ImmutableDictionary<string, OutputData<object?>>> FlattenAsync(IDictionary properties)
    {
        var result = ImmutableDictionary.CreateBuilder<string, OutputData<object?>>();
        foreach (var name in properties.Keys.Cast<string>())
        {
            var data = await FlattenAsync(properties[name]);
            if (data is not { IsKnown: true, IsSecret: false, Value: null })
            {
                result[name] = data;
            }
        }

        return result.ToImmutable();
    }

    /// <summary>A mock's answer: a map, or arguments.</summary>
    public static Task<ImmutableDictionary<string, OutputData<object?>>> FlattenStateAsync(object state) => FlattenAsync(state switch
    {
        IDictionary<string, object> map => map.ToImmutableDictionary(),
        IDictionary map => map,
        InputArgs args => args.Inputs(),
        _ => throw Unsupported(state),
    });

    /// <summary>What mocks are told of properties: those that are known and not null.</summary>
    public static ImmutableDictionary<string, object> Known(ImmutableDictionary<string, OutputData<object?>> properties) => properties
        .Where(property => property.Value is { IsKnown: true, Value: not null })
        .ToImmutableDictionary(property => property.Key, property => property.Value.Value!);

    /// <summary>A flattened value as a type of the program; null where it does not fit, of which the official package warns.</summary>
    public static object? To(Type type, object? value) => TryTo(type, value, out var result) ? result : null;

    private static bool TryTo(Type type, object? value, out object? result)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        result = value switch
        {
            null => null,
            _ when definition == typeof(Union<,>) => ToUnion(type, value),
            _ when definition == typeof(Output<>) => Generic(nameof(ToOutput), type, value),
            ImmutableArray<object> list when definition == typeof(ImmutableArray<>) => Generic(nameof(ToArray), type, list),
            ImmutableDictionary<string, object> map when definition == typeof(ImmutableDictionary<,>) => Generic(nameof(ToMap), type, map),
            _ when type.IsInstanceOfType(value) => value,
            double number when type.IsEnum => Enum.ToObject(type, (int)number),
            double number when type == typeof(int) => (int)number,
            _ when type == typeof(JsonElement) => JsonSerializer.SerializeToElement(value),
            string or double when type.IsDefined(typeof(EnumTypeAttribute))
                => type.GetConstructor(PropertyType.Constructors, [value.GetType()])?.Invoke([value]),
            ImmutableDictionary<string, object> map when type.IsDefined(typeof(OutputTypeAttribute)) => ToOutputType(type, map),
            _ => null,
        };
        return result is not null || value is null;
    }

    private static InvalidOperationException Unsupported(object value) => new($"{value.GetType().FullName} is not a supported argument type.");

    private static string NameOf(ParameterInfo parameter)
        => parameter.GetCustomAttribute<OutputConstructorParameterAttribute>()?.Name ?? parameter.Name!;

    private static async Task<OutputData<object?>> FlattenMapAsync(IDictionary map)
    {
        var properties = await FlattenAsync(map);
        var all = properties.Values.Aggregate(OutputData<object?>.Known(null), (sum, item) => sum.Tainted(item));
        return all.With<object?>(all.IsKnown ? Known(properties) : null);
    }

    private static async Task<OutputData<object?>> FlattenListAsync(IEnumerable items)
    {
        var result = ImmutableArray.CreateBuilder<object>();
        var all = OutputData<object?>.Known(null);
        foreach (var item in items)
        {
            var data = await FlattenAsync(item);
            all = all.Tainted(data);
            result.Add(data.Value!);
        }

        return all.With<object?>(all.IsKnown ? result.ToImmutable() : null);
    }

    private static bool IsDefaultArray(object value)
        => value.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
            && value.Equals(Activator.CreateInstance(type));

    private static object? FromJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.True or JsonValueKind.False => element.GetBoolean(),
        JsonValueKind.Array => element.EnumerateArray().Select(FromJson).ToImmutableArray()!,
        JsonValueKind.Object => element.EnumerateObject().ToImmutableDictionary(item => item.Name, item => FromJson(item.Value)!),
        _ => null,
    };

    private static object? ToUnion(Type type, object value)
    {
        var (first, second) = (type.GetGenericArguments()[0], type.GetGenericArguments()[1]);
        return TryTo(first, value, out var inner) ? type.GetMethod("FromT0")!.Invoke(null, [inner])
            : TryTo(second, value, out inner) ? type.GetMethod("FromT1")!.Invoke(null, [inner])
            : null;
    }

    private static object? ToOutputType(Type type, ImmutableDictionary<string, object> map)
    {
        var constructor = PropertyType.ConstructorOf(type);
        var values = constructor?.GetParameters().Select(parameter => To(parameter.ParameterType, map.GetValueOrDefault(NameOf(parameter))));
        return constructor?.Invoke([.. values!]);
    }

    private static object? Generic(string method, Type type, object value) => typeof(PropertyValue)
        .GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!
        .MakeGenericMethod(type.GetGenericArguments()[^1])
        .Invoke(null, [value]);

    private static T ToItem<T>(object? value) => To(typeof(T), value) is T item ? item : default!;

    private static Output<T> ToOutput<T>(object value) => Output.Create(ToItem<T>(value));

    private static ImmutableArray<T> ToArray<T>(ImmutableArray<object> list) => [.. list.Select(ToItem<T>)];

    private static ImmutableDictionary<string, T> ToMap<T>(ImmutableDictionary<string, object> map)
        => map.ToImmutableDictionary(item => item.Key, item => ToItem<T>(item.Value));
}

/// <summary>An input that the provider takes as JSON text.</summary>
internal sealed class JsonInput(object value) : IOutput
{
    public async Task<OutputData<object?>> GetDataAsync()
    {
        var data = await PropertyValue.FlattenAsync(value);
        return data.IsKnown ? data.With<object?>(JsonSerializer.Serialize(data.Value)) : data;
    }
}
