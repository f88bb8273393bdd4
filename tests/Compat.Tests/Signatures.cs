using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

namespace Compat.Tests;

/// <summary>The public and protected members of an assembly, in the format of the lists under <c>api/</c>.</summary>
internal static class Signatures
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>Attributes that change what compiles against a member, its parameters or its result.</summary>
    private static readonly string[] CompilerSeen =
    [
        nameof(ObsoleteAttribute), nameof(RequiresUnreferencedCodeAttribute), nameof(RequiresDynamicCodeAttribute),
        nameof(RequiresPreviewFeaturesAttribute), nameof(ExperimentalAttribute), nameof(AllowNullAttribute), nameof(DisallowNullAttribute),
        nameof(MaybeNullAttribute), nameof(NotNullAttribute), nameof(MaybeNullWhenAttribute), nameof(NotNullWhenAttribute),
        nameof(NotNullIfNotNullAttribute), nameof(DoesNotReturnAttribute),
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

    /// <summary>Each visible constructor and method, with the numbers of arguments that it can be called with.</summary>
    public static IEnumerable<Overload> OverloadsOf(Assembly assembly)
        => from type in assembly.GetExportedTypes()
           let typeLine = Line(type)
           from method in type.GetMembers(Declared).OfType<MethodBase>()
           let line = Line(method)
           where line is not null
           let parameters = method.GetParameters()
           let isOpen = parameters.Any(parameter => parameter.IsDefined(typeof(ParamArrayAttribute)))
           let fewest = parameters.Count(parameter => !parameter.HasDefaultValue && !parameter.IsDefined(typeof(ParamArrayAttribute)))
           select new Overload($"{typeLine}: {method.Name}", fewest, isOpen ? int.MaxValue : parameters.Length, $"{typeLine}: {line}");

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
        var targets = type.GetCustomAttribute<AttributeUsageAttribute>(inherit: false)?.ValidOn;
        var usage = targets is null ? "" : $"[AttributeUsage({targets})] ";
        var heritage = parents.Count > 0 ? $" : {string.Join(", ", parents)}" : "";
        return $"[{type.Namespace}] {usage}{Attributes(type.CustomAttributes)}{kind} {Name(type)}{heritage}{Constraints(type.GetGenericArguments())}";
    }

    private static string? Line(MemberInfo member) => member switch
    {
        FieldInfo { IsSpecialName: false } field when IsVisible(field.IsPublic, field.IsFamily, field.IsFamilyOrAssembly)
            => $"{Attributes(field.CustomAttributes)}{Modifiers(field)}{Name(field.FieldType, Nullability.Create(field))} {field.Name}",
        ConstructorInfo constructor when IsVisible(constructor)
            => $"{Attributes(constructor.CustomAttributes)}{Access(constructor.IsPublic)}ctor ({Parameters(constructor)})",
        PropertyInfo property when property.GetAccessors(nonPublic: true).Where(IsVisible).ToList() is { Count: > 0 } accessors
            => $"{Attributes(property.CustomAttributes)}{Modifiers(accessors[0])}{Name(property.PropertyType, Nullability.Create(property))} "
                + $"{property.Name} {{ {Accessors(accessors)}}}",
        EventInfo { AddMethod: { } add } @event when IsVisible(add)
            => $"{Attributes(@event.CustomAttributes)}{Modifiers(add)}event {Name(@event.EventHandlerType!)} {@event.Name}",
        MethodInfo method when IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
            => $"{Attributes(method.CustomAttributes)}{Attributes(method.ReturnParameter.CustomAttributes)}{Modifiers(method)}"
                + $"{Name(method.ReturnType, Nullability.Create(method.ReturnParameter))} {method.Name}{TypeArguments(method.GetGenericArguments())}"
                + $"({Parameters(method)}){Constraints(method.GetGenericArguments())}",
        _ => null,
    };

    private static bool IsVisible(MethodBase method) => IsVisible(method.IsPublic, method.IsFamily, method.IsFamilyOrAssembly);

    private static bool IsVisible(bool isPublic, bool isFamily, bool isFamilyOrAssembly) => isPublic || isFamily || isFamilyOrAssembly;

    private static string Access(bool isPublic) => isPublic ? "" : "protected ";

    private static string Accessors(List<MethodInfo> accessors) => string.Concat(accessors.Select(accessor =>
    {
        var access = accessor.IsPublic == accessors[0].IsPublic ? "" : Access(accessor.IsPublic);
        var isInit = accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
        return access + (accessor.ReturnType != typeof(void) ? "get; " : isInit ? "init; " : "set; ");
    }));

    private static string Modifiers(FieldInfo field)
        => Access(field.IsPublic) + (field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : ""));

    private static string Modifiers(MethodInfo method)
    {
        var kind = method switch
        {
            { DeclaringType.IsInterface: true, IsAbstract: true } => "",
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
            { Position: 0 } when method.IsDefined(typeof(ExtensionAttribute)) => "this ",
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
        var type = Name(parameter.ParameterType, Nullability.Create(parameter));
        return $"{Attributes(parameter.CustomAttributes)}{modifier}{type} {parameter.Name}{value}";
    }));

    private static string Constraints(Type[] arguments) => string.Concat(
        from argument in arguments
        let special = argument.IsGenericParameter ? argument.GenericParameterAttributes : default
        let isStruct = special.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint)
        let types = argument.IsGenericParameter ? argument.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(Name) : []
        let all = types
            .Prepend(isStruct ? "struct" : special.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? "class" : "")
            .Append(special.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct ? "new()" : "")
            .Where(text => text.Length > 0)
            .ToList()
        where all.Count > 0
        select $" where {argument.Name} : {string.Join(", ", all)}");

    private static string Attributes(IEnumerable<CustomAttributeData> attributes) => string.Concat(attributes
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

/// <summary>One of the methods, or constructors, of a name.</summary>
/// <param name="Name">The type's line and the name.</param>
/// <param name="Fewest">How many arguments it needs.</param>
/// <param name="Most">How many it takes.</param>
/// <param name="Line">It as a whole.</param>
internal sealed record Overload(string Name, int Fewest, int Most, string Line);
