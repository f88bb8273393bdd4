using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Versioning;

namespace Compat.Tests;

/// <summary>The public and protected members of an assembly, in the format of the lists under <c>api/</c>.</summary>
internal static class Signatures
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>Attributes that change what compiles against a member.</summary>
    private static readonly string[] CompilerSeen =
    [
        nameof(ObsoleteAttribute), nameof(RequiresUnreferencedCodeAttribute), nameof(RequiresDynamicCodeAttribute),
        nameof(RequiresPreviewFeaturesAttribute), nameof(ExperimentalAttribute),
    ];

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
    };

    public static IEnumerable<string> Of(Assembly assembly)
    {
        foreach (var type in assembly.GetExportedTypes())
        {
            var line = Line(type);
            yield return line;
            foreach (var member in type.IsEnum ? [string.Join(", ", Enum.GetNames(type))] : type.GetMembers(Declared).Select(Line).OfType<string>())
            {
                yield return $"{line}: {member}";
            }
        }
    }

    private static string Line(Type type)
    {
        var kind = type switch
        {
            { IsInterface: true } => "interface",
            { IsEnum: true } => "enum",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        var inherited = (type.BaseType?.GetInterfaces() ?? []).Concat(type.GetInterfaces().SelectMany(item => item.GetInterfaces()));
        var parents = type.GetInterfaces().Except(inherited).Where(item => item.IsVisible)
            .Prepend(type.BaseType)
            .Where(item => item is not null && item != typeof(object) && item != typeof(Enum) && item != typeof(ValueType))
            .Select(item => Name(item!))
            .ToList();
        var constraints = type.GetGenericArguments()
            .Where(argument => argument.GetGenericParameterConstraints().Length > 0)
            .Select(argument => $" where {argument.Name} : {string.Join(", ", argument.GetGenericParameterConstraints().Select(Name))}");

        var heritage = parents.Count > 0 ? $" : {string.Join(", ", parents)}" : "";
        return $"[{type.Namespace}] {Attributes(type)}{kind} {Name(type)}{heritage}{string.Concat(constraints)}";
    }

    private static string? Line(MemberInfo member) => member switch
    {
        FieldInfo { IsSpecialName: false } field when IsVisible(field.IsPublic, field.IsFamily, field.IsFamilyOrAssembly)
            => $"{Attributes(field)}{Modifiers(field)}{Name(field.FieldType, Nullability.Create(field))} {field.Name}",
        ConstructorInfo constructor when IsVisible(constructor)
            => $"{Attributes(constructor)}{Access(constructor.IsPublic)}ctor ({Parameters(constructor)})",
        PropertyInfo property when property.GetAccessors(nonPublic: true).Where(IsVisible).ToList() is { Count: > 0 } accessors
            => $"{Attributes(property)}{Modifiers(accessors[0])}{Name(property.PropertyType, Nullability.Create(property))} {property.Name} {{ {Accessors(accessors)}}}",
        EventInfo { AddMethod: { } add } @event when IsVisible(add)
            => $"{Attributes(@event)}{Modifiers(add)}event {Name(@event.EventHandlerType!)} {@event.Name}",
        MethodInfo method when IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
            => $"{Attributes(method)}{Modifiers(method)}{Name(method.ReturnType, Nullability.Create(method.ReturnParameter))} {method.Name}{TypeArguments(method.GetGenericArguments())}"
                + $"({Parameters(method)})",
        _ => null,
    };

    private static bool IsVisible(MethodBase method) => IsVisible(method.IsPublic, method.IsFamily, method.IsFamilyOrAssembly);

    private static bool IsVisible(bool isPublic, bool isFamily, bool isFamilyOrAssembly) => isPublic || isFamily || isFamilyOrAssembly;

    private static string Access(bool isPublic) => isPublic ? "" : "protected ";

    private static string Accessors(IEnumerable<MethodInfo> accessors)
        => string.Concat(accessors.Select(accessor => accessor.ReturnType == typeof(void) ? "set; " : "get; "));

    private static string Modifiers(FieldInfo field)
        => $"{Access(field.IsPublic)}{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}";

    private static string Modifiers(MethodInfo method)
    {
        var kind = method switch
        {
            { DeclaringType.IsInterface: true, IsStatic: false } => "",
            { IsStatic: true } => "static ",
            { IsAbstract: true } => "abstract ",
            { IsVirtual: true, IsFinal: false } => "virtual ",
            _ => "",
        };
        return Access(method.IsPublic) + kind;
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        var modifier = parameter switch
        {
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) => "params ",
            { IsOut: true } => "out ",
            { ParameterType.IsByRef: true } => "ref ",
            _ => "",
        };
        var value = parameter switch
        {
            { HasDefaultValue: false } => "",
            { DefaultValue: null, ParameterType.IsValueType: true } => " = default",
            { DefaultValue: null } => " = null",
            _ => $" = {parameter.DefaultValue}",
        };
        return $"{modifier}{Name(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}{value}";
    }));

    private static string Attributes(MemberInfo member) => string.Concat(member.CustomAttributes
        .Select(attribute => attribute.AttributeType.Name)
        .Where(CompilerSeen.Contains)
        .Select(name => $"[{name[..^"Attribute".Length]}] "));

    private static string Name(Type type) => Name(type, nullability: null);

    /// <summary>A type with its type arguments, and a question mark where its assembly annotates it, or an argument, as nullable.</summary>
    private static string Name(Type type, NullabilityInfo? nullability)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        var name = type switch
        {
            _ when Keywords.TryGetValue(type, out var keyword) => keyword,
            { IsByRef: true } => Name(type.GetElementType()!, nullability),
            { IsArray: true } => Name(type.GetElementType()!, nullability?.ElementType) + "[]",
            { IsGenericType: true } => type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)] + TypeArguments(type.GetGenericArguments(), nullability),
            _ => type.Name,
        };
        // Whether a type parameter is nullable is its user's choice.
        var isNullable = type is { IsValueType: false, IsGenericParameter: false, IsByRef: false } && nullability?.ReadState == NullabilityState.Nullable;
        return isNullable ? name + "?" : name;
    }

    private static string TypeArguments(Type[] arguments, NullabilityInfo? nullability = null) => arguments.Length == 0 ? "" :
        $"<{string.Join(", ", arguments.Select((argument, index) => Name(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(index))))}>";
}
