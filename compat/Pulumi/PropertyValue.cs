using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Pulumi;

/// <summary>Properties as an engine sees them: text, booleans, doubles, assets, lists and maps, without outputs inside.</summary>
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
                return await FlattenMapAsync(args.Inputs().Select(item => KeyValuePair.Create(item.Input.Name, (object?)item.Value)));
            case IDictionary map:
                return await FlattenMapAsync(map.Keys.Cast<string>().Select(key => KeyValuePair.Create(key, map[key])));
            case var _ when value.GetType().IsDefined(typeof(EnumTypeAttribute)) && !value.GetType().IsEnum:
                return await FlattenAsync(value.GetType().GetMethod("op_Explicit")!.Invoke(null, [value]));
            case var _ when IsDefaultArray(value):
                return OutputData<object?>.Known(null);
            case IList list:
                return await FlattenListAsync(list);
            default:
                throw Unsupported(value);
        }
    }

    /// <summary>A mock's answer: a map, or arguments.</summary>
    public static async Task<ImmutableDictionary<string, OutputData<object?>>> FlattenStateAsync(object state)
    {
        var properties = state switch
        {
            IEnumerable<KeyValuePair<string, object>> map => map,
            InputArgs args => args.Inputs().Select(item => KeyValuePair.Create(item.Input.Name, item.Value)),
            _ => throw Unsupported(state),
        };
        var result = ImmutableDictionary.CreateBuilder<string, OutputData<object?>>();
        foreach (var (name, value) in properties)
        {
            result[name] = await FlattenAsync(value);
        }

        return result.ToImmutable();
    }

    /// <summary>A flattened value as a type of the program.</summary>
    public static object? To(Type type, object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (value is null)
        {
            return type.IsValueType ? Activator.CreateInstance(type) : null;
        }

        if (type.IsInstanceOfType(value))
        {
            return value;
        }

        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        var constructor = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .FirstOrDefault(item => item.IsDefined(typeof(OutputConstructorAttribute)));
        return value switch
        {
            double number when type.IsEnum => Enum.ToObject(type, (int)number),
            double number when type.IsPrimitive && type != typeof(bool) => Convert.ChangeType(number, type, CultureInfo.InvariantCulture),
            _ when type == typeof(JsonElement) => JsonSerializer.SerializeToElement(value),
            _ when definition == typeof(Union<,>) => ToUnion(type, value),
            _ when type.IsDefined(typeof(EnumTypeAttribute)) => Activator.CreateInstance(
                type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, binder: null, [value], CultureInfo.InvariantCulture),
            ImmutableArray<object> list when definition == typeof(ImmutableArray<>) => Generic(nameof(ToArray), type.GetGenericArguments()[0], list),
            ImmutableDictionary<string, object> map when definition == typeof(ImmutableDictionary<,>)
                => Generic(nameof(ToMap), type.GetGenericArguments()[1], map),
            ImmutableDictionary<string, object> map when constructor is not null => constructor.Invoke(
                [.. constructor.GetParameters().Select(parameter => To(parameter.ParameterType, map.GetValueOrDefault(NameOf(parameter))))]),
            _ => throw new InvalidOperationException($"Expected {type} but got {value.GetType()}."),
        };
    }

    private static InvalidOperationException Unsupported(object value) => new($"{value.GetType()} is not a supported argument type.");

    private static string NameOf(ParameterInfo parameter)
        => parameter.GetCustomAttribute<OutputConstructorParameterAttribute>()?.Name ?? parameter.Name!;

    private static async Task<OutputData<object?>> FlattenMapAsync(IEnumerable<KeyValuePair<string, object?>> items)
    {
        var result = ImmutableDictionary.CreateBuilder<string, object>();
        var all = OutputData<object?>.Known(null);
        foreach (var (key, value) in items)
        {
            var data = await FlattenAsync(value);
            all = all.Tainted(data);
            if (data.Value is not null)
            {
                result[key] = data.Value;
            }
        }

        return all.With<object?>(all.IsKnown ? result.ToImmutable() : null);
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
        JsonValueKind.Object => element.EnumerateObject().Where(item => item.Value.ValueKind != JsonValueKind.Null)
            .ToImmutableDictionary(item => item.Name, item => FromJson(item.Value)!),
        _ => null,
    };

    private static object ToUnion(Type type, object value)
    {
        var (first, second) = (type.GetGenericArguments()[0], type.GetGenericArguments()[1]);
        var (factory, target) = first.IsInstanceOfType(value) || value is double && first.IsPrimitive ? ("FromT0", first) : ("FromT1", second);
        return type.GetMethod(factory)!.Invoke(null, [To(target, value)])!;
    }

    private static object Generic(string method, Type type, object value)
        => typeof(PropertyValue).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type).Invoke(null, [value])!;

    private static ImmutableArray<T> ToArray<T>(ImmutableArray<object> list) => [.. list.Select(item => (T)To(typeof(T), item)!)];

    private static ImmutableDictionary<string, T> ToMap<T>(ImmutableDictionary<string, object> map)
        => map.ToImmutableDictionary(item => item.Key, item => (T)To(typeof(T), item.Value)!);
}
