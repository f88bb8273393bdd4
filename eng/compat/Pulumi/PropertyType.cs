using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;

namespace Pulumi;

/// <summary>The types that outputs and the answers of invokes can have.</summary>
internal static class PropertyType
{
    public const BindingFlags Constructors = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly HashSet<Type> Plain =
        [typeof(bool), typeof(int), typeof(double), typeof(string), typeof(object), typeof(Archive), typeof(AssetOrArchive), typeof(JsonElement)];

    private static readonly HashSet<Type> Generic =
        [typeof(Nullable<>), typeof(Union<,>), typeof(ImmutableArray<>), typeof(ImmutableDictionary<,>), typeof(Output<>)];

    /// <exception cref="InvalidOperationException">It is none, or has a part that is none.</exception>
    public static void Check(string context, Type type) => Check(context, type, []);

    /// <summary>The constructor that an [OutputType] class is made with: the one with the attribute, or its only public one.</summary>
    public static ConstructorInfo? ConstructorOf(Type type)
    {
        var constructors = type.GetConstructors(Constructors);
        return Array.Find(constructors, item => item.IsDefined(typeof(OutputConstructorAttribute)))
            ?? (constructors.Where(item => item.IsPublic).ToList() is [var only] ? only : null);
    }

    private static void Check(string context, Type type, HashSet<Type> seen)
    {
        var isInt32Enum = type.IsEnum && type.GetEnumUnderlyingType() == typeof(int);
        if (!seen.Add(type) || Plain.Contains(type) || type.IsAssignableTo(typeof(Resource)) || isInt32Enum)
        {
            return;
        }

        if (type.IsValueType && type.IsDefined(typeof(EnumTypeAttribute)))
        {
            var values = new[] { typeof(string), typeof(double) }.Where(value => type.GetConstructor(Constructors, [value]) is not null).ToList();
            if (values.Count == 0 || type.GetMethod("op_Explicit", [type])?.ReturnType != values[0])
            {
                throw new InvalidOperationException(
                    $"{type.FullName} had [EnumTypeAttribute], but no constructor from, and explicit conversion to, String or Double.");
            }
        }
        else if (type.IsConstructedGenericType)
        {
            var arguments = type.GetGenericArguments();
            var isMap = type.GetGenericTypeDefinition() == typeof(ImmutableDictionary<,>);
            if (!Generic.Contains(type.GetGenericTypeDefinition()) || (isMap && arguments[0] != typeof(string)))
            {
                throw new InvalidOperationException(
                    $"{context} contains invalid type {type.FullName}: "
                    + "the only generic types allowed are ImmutableArray<...> and ImmutableDictionary<string, ...>");
            }

            foreach (var argument in arguments)
            {
                Check(context, argument, seen);
            }
        }
        else if (!type.IsDefined(typeof(OutputTypeAttribute)))
        {
            throw new InvalidOperationException(
                $"{context} contains invalid type {type.FullName}. "
                + "Allowed are String, Boolean, Int32, Double, collections of them, and classes with [OutputTypeAttribute].");
        }
        else
        {
            var constructor = ConstructorOf(type) ?? throw new InvalidOperationException(
                $"{type.FullName} had [OutputTypeAttribute], but did not contain constructor marked with [OutputConstructorAttribute].");
            foreach (var parameter in constructor.GetParameters())
            {
                Check($"{type.FullName}({parameter.Name})", parameter.ParameterType, seen);
            }
        }
    }
}
