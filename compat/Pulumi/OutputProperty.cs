using System.Collections.Immutable;
using System.Reflection;

namespace Pulumi;

/// <summary>An [Output] property of a resource that its registration will resolve.</summary>
internal abstract class OutputProperty
{
    public required string Name { get; init; }

    public abstract void Resolve(OutputData<object?> data);

    public abstract void Fail(Exception exception);

    /// <summary>The [Output] properties of a type, those of its base classes included, by the provider's names.</summary>
    public static IEnumerable<(string Name, PropertyInfo Property)> Of(Type? type)
    {
        const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        for (; type is not null; type = type.BaseType)
        {
            foreach (var property in type.GetProperties(Declared))
            {
                if (property.GetCustomAttribute<OutputAttribute>() is { } output)
                {
                    yield return (output.Name ?? property.Name, property);
                }
            }
        }
    }

    /// <summary>Gives a resource's [Output] properties outputs that are yet to come. A stack's are its own to assign.</summary>
    public static ImmutableArray<OutputProperty> Initialize(Resource resource)
        => [.. Of(resource is Stack ? typeof(Resource) : resource.GetType())
            .Where(item => item.Property.CanWrite && item.Property.PropertyType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Output<>))
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
