using System.Reflection;

namespace Pulumi;

/// <summary>Inputs, each a field or property with an <see cref="InputAttribute"/>.</summary>
public abstract class InputArgs
{
    protected InputArgs()
    {
    }

    /// <summary>The inputs that are set, by the provider's names.</summary>
    /// <exception cref="ArgumentNullException">A required one is not set.</exception>
    internal IEnumerable<(InputAttribute Input, object Value)> Inputs()
    {
        for (var type = GetType(); type != typeof(InputArgs); type = type.BaseType!)
        {
            const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
            foreach (var member in type.GetMembers(Declared))
            {
                if (member.GetCustomAttribute<InputAttribute>() is not { } input)
                {
                    continue;
                }

                var value = member is FieldInfo field ? field.GetValue(this) : ((PropertyInfo)member).GetValue(this);
                if (value is not null)
                {
                    yield return (input, value);
                }
                else if (input.Required)
                {
                    throw new ArgumentNullException(input.Name);
                }
            }
        }
    }
}

/// <summary>A resource's inputs.</summary>
public abstract class ResourceArgs : InputArgs
{
    public static readonly ResourceArgs Empty = new None();

    protected ResourceArgs()
    {
    }

    private sealed class None : ResourceArgs;
}

/// <summary>An invoke's inputs.</summary>
public abstract class InvokeArgs : InputArgs
{
    public static readonly InvokeArgs Empty = new None();

    protected InvokeArgs()
    {
    }

    private sealed class None : InvokeArgs;
}
