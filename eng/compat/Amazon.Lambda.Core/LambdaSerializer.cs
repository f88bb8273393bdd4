namespace Amazon.Lambda.Core;

/// <summary>Turns the payload into the handler's argument, and the handler's result into a payload.</summary>
public interface ILambdaSerializer
{
    T Deserialize<T>(Stream requestStream);

    void Serialize<T>(T response, Stream responseStream);
}

/// <summary>Names the <see cref="ILambdaSerializer"/> of a handler, or of every handler of an assembly.</summary>
/// <param name="serializerType">A type with a constructor without parameters.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Assembly)]
public sealed class LambdaSerializerAttribute(Type serializerType) : Attribute
{
    public Type SerializerType { get; set; } = serializerType;
}
