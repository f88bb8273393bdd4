using System.Collections.Immutable;
using System.Reflection;

namespace Pulumi;

/// <summary>Inputs, each a field or property with an <see cref="InputAttribute"/>.</summary>
public abstract class InputArgs
{
    private protected InputArgs()
    {
    }

    /// <summary>The inputs by the provider's names. Private members of base classes are none: reflection over the class does not see them.</summary>
    /// <exception cref="ArgumentNullException">A required one is not set.</exception>
    internal ImmutableDictionary<string, object?> Inputs()
    {
        const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var inputs = ImmutableDictionary.CreateBuilder<string, object?>();
        foreach (var member in GetType().GetFields(Members).AsEnumerable<MemberInfo>().Concat(GetType().GetProperties(Members)))
        {
            if (member.GetCustomAttribute<InputAttribute>() is not { } input)
            {
                continue;
            }

            var value = member is FieldInfo field ? field.GetValue(this) : ((PropertyInfo)member).GetValue(this);
            if (value is null && input.Required)
            {
                throw new ArgumentNullException(member.Name, $"[Input] {GetType().FullName}.{member.Name} is required but was not given a value");
            }

            inputs.Add(input.Name, value is not null && input.Json ? new JsonInput(value) : value);
        }

        return inputs.ToImmutable();
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
