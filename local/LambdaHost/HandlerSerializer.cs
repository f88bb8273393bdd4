using System.Reflection;
using Amazon.Lambda.Core;

namespace LambdaHost;

/// <summary>Finds the serializer that a handler names with the attribute <see cref="LambdaSerializerAttribute"/>.</summary>
internal static class HandlerSerializer
{
    /// <summary>Returns the serializer of the method or of its assembly, or null if there is none.</summary>
    public static ILambdaSerializer? Find(MethodInfo handler)
    {
        var attribute = handler.GetCustomAttribute<LambdaSerializerAttribute>()
            ?? handler.DeclaringType!.Assembly.GetCustomAttribute<LambdaSerializerAttribute>();
        return attribute is null ? null : (ILambdaSerializer)Activator.CreateInstance(attribute.SerializerType)!;
    }

    /// <exception cref="LambdaValidationException">Neither the method nor its assembly names a serializer.</exception>
    public static ILambdaSerializer Of(MethodInfo handler) => Find(handler) ?? throw new LambdaValidationException(
        $"Neither the method {handler.Name} nor its assembly {handler.DeclaringType!.Assembly.GetName().Name} names a serializer: "
                + "one needs the attribute LambdaSerializer.");
}
