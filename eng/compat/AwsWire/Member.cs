using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AwsWire;

/// <summary>A member of a request or a response.</summary>
internal abstract class Member
{
    /// <summary>Its name in the document.</summary>
    public string Name { get; private set; }

    public Type Type { get; private set; }

    public static Member Of(PropertyInfo property, JsonNamingPolicy names)
    {
        var member = (Member)Activator.CreateInstance(typeof(Member<,>).MakeGenericType(property.DeclaringType, property.PropertyType));
        member.Name = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? names?.ConvertName(property.Name) ?? property.Name;
        member.Type = property.PropertyType;
        member.Bind(property);
        return member;
    }

    public abstract object Get(object owner);

    public abstract void Set(object owner, object value);

    protected abstract void Bind(PropertyInfo property);
}

/// <inheritdoc/>
internal sealed class Member<TOwner, TValue> : Member
    where TOwner : class
{
    private Func<TOwner, TValue> _get;
    private Action<TOwner, TValue> _set;

    public override object Get(object owner) => _get((TOwner)owner);

    public override void Set(object owner, object value) => _set((TOwner)owner, (TValue)value);

    protected override void Bind(PropertyInfo property)
    {
        _get = property.GetMethod.CreateDelegate<Func<TOwner, TValue>>();
        _set = property.SetMethod.CreateDelegate<Action<TOwner, TValue>>();
    }
}
