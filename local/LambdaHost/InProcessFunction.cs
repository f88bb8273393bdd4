using Amazon.Lambda.Core;

namespace LambdaHost;

/// <summary>Runs a handler in this process as the managed runtime would: the event goes through the serializer that the handler or its assembly names.</summary>
public sealed class InProcessFunction<TEvent>(Func<TEvent, ILambdaContext, Task> handler)
{
    private readonly ILambdaSerializer _serializer = HandlerSerializer.Of(handler.Method);

    /// <summary>Deserializes the event and runs the handler. Whatever the serializer or the handler throws comes out.</summary>
    public async Task InvokeAsync(ReadOnlyMemory<byte> eventJson, ILambdaContext context)
    {
        using var stream = new MemoryStream(eventJson.ToArray());
        await handler(_serializer.Deserialize<TEvent>(stream), context);
    }
}
