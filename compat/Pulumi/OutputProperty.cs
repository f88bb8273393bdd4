using System.Collections.Immutable;
using System.Reflection;

namespace Pulumi;

/// <summary>An [Output] property of a resource that its registration will resolve.</summary>
internal abstract class OutputProperty
{
    public required string Name { get; init; }

    public abstract void Resolve(OutputData<object?> data);

    public abstract void Fail(Exception exception);

    /// <summary>The [Output] properties of a resource's type and its base classes, by the provider's names.</summary>
    /// <exception cref="RunException">One is no <see cref="Output{T}"/>.</exception>
    /// <exception cref="InvalidOperationException">One cannot be set.</exception>
    public static IEnumerable<(string Name, PropertyInfo Property)> Of(Resource resource)
    {
        foreach (var property in resource.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (property.GetCustomAttribute<OutputAttribute>() is not { } output)
            {
                continue;
            }

            if (property.PropertyType is not { IsGenericType: true } type || type.GetGenericTypeDefinition() != typeof(Output<>))
            {
                throw new RunException(
                    $"Output(s) '{property.Name}' have incorrect type. [Output] attributed properties must be instances of Output<T>.");
            }

            // A base class's private setter is only seen from that class.
            var declared = property.DeclaringType!.GetProperty(property.Name, property.PropertyType)!;
            yield return declared.CanWrite
                ? (output.Name ?? property.Name, declared)
                : throw new InvalidOperationException($"[Output] {resource.GetType().FullName}.{property.Name} did not have a 'set' method");
        }
    }

    /// <summary>Gives a resource's [Output] properties outputs that are yet to come. Those of a program's stack are its own to assign.</summary>
    public static ImmutableArray<OutputProperty> Initialize(Resource resource) => [.. Of(resource).ToList()
        .Where(item => resource is not Stack || item.Property.DeclaringType == typeof(Resource))
        .Select(item => (OutputProperty)Activator.CreateInstance(
            typeof(Typed<>).MakeGenericType(item.Property.PropertyType.GetGenericArguments()), resource, item.Name, item.Property)!)];

    private sealed class Typed<T> : OutputProperty
    {
        private readonly TaskCompletionSource<OutputData<T>> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public Typed(Resource resource, string name, PropertyInfo property)
        {
            Name = name;
            property.SetValue(resource, new Output<T>(_source.Task));
        }

        public override void Resolve(OutputData<object?> data)
        {
            try
            {
                _source.SetResult(data.With((T)PropertyValue.To(typeof(T), data.Value)!));
            }
            catch (Exception exception) when (exception is InvalidOperationException or TargetInvocationException)
            {
                _source.SetException(new InvalidOperationException($"Output '{Name}': {exception.Message}", exception));
            }
        }

        public override void Fail(Exception exception) => _source.TrySetException(exception);
    }
}
