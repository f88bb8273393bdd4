using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Pulumi;

/// <summary>An [Output] property of a resource that its registration will resolve.</summary>
internal abstract class OutputProperty
{
    public required string Name { get; init; }

    public abstract void Resolve(OutputData<object?> data);

    public abstract void Fail(Exception exception);

    public static bool IsOutput(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Output<>);

    /// <exception cref="RunException">Any output is of another type.</exception>
    public static void CheckTypes(IEnumerable<string?> ofAnotherType)
    {
        if (ofAnotherType.ToList() is { Count: > 0 } names)
        {
            throw new RunException(
                $"Output(s) '{string.Join(", ", names)}' have incorrect type. [Output] attributed properties must be instances of Output<T>.");
        }
    }

    /// <summary>What the [Output] properties of a component or stack are now, by name.</summary>
    public static IDictionary<string, object?> ValuesOf(ComponentResource component) => PropertiesOf(component)
        .Where(item => item.Property.DeclaringType != typeof(Resource))
        .ToDictionary(item => string.IsNullOrWhiteSpace(item.Name) ? item.Property.Name : item.Name, item => item.Property.GetValue(component));

    /// <summary>
    /// Gives a resource's [Output] properties outputs that are yet to come. Those of a component or stack are its own to assign: of these
    /// only the URN.
    /// </summary>
    /// <exception cref="RunException">One is no <see cref="Output{T}"/>.</exception>
    /// <exception cref="InvalidOperationException">One cannot be set, or is of a type that no provider can give.</exception>
    public static ImmutableArray<OutputProperty> Initialize(Resource resource)
    {
        var outputs = ImmutableArray.CreateBuilder<OutputProperty>();
        foreach (var (name, property) in PropertiesOf(resource))
        {
            if (resource is ComponentResource { IsRemote: false } && property.DeclaringType != typeof(Resource))
            {
                continue;
            }

            var fullName = $"[Output] {resource.GetType().FullName}.{property.Name}";
            CheckTypes(IsOutput(property.PropertyType) ? [] : [name]);
            // A base class's private setter is only seen from that class.
            var declared = property.DeclaringType!.GetProperty(property.Name, property.PropertyType)!;
            if (!declared.CanWrite)
            {
                throw new InvalidOperationException($"{fullName} did not have a 'set' method");
            }

            var type = property.PropertyType.GetGenericArguments()[0];
            PropertyType.Check(fullName, type);
            outputs.Add((OutputProperty)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(type), resource, name ?? property.Name, declared)!);
        }

        return outputs.ToImmutable();
    }

    private static IEnumerable<(string? Name, PropertyInfo Property)> PropertiesOf(Resource resource) => resource.GetType()
        .GetProperties(BindingFlags.Instance | BindingFlags.Public)
        .Where(property => property.IsDefined(typeof(OutputAttribute)))
        .Select(property => (property.GetCustomAttribute<OutputAttribute>()!.Name, property));

    private sealed class Typed<T> : OutputProperty
    {
        private readonly TaskCompletionSource<OutputData<T>> _source = new();

        [SetsRequiredMembers]
        public Typed(Resource resource, string name, PropertyInfo property)
        {
            Name = name;
            property.SetValue(resource, new Output<T>(_source.Task));
        }

        public override void Resolve(OutputData<object?> data)
            => _source.SetResult(data.With(PropertyValue.To(typeof(T), data.Value) is T value ? value : default!));

        public override void Fail(Exception exception) => _source.TrySetException(exception);
    }
}
