using Amazon.Lambda.Core;

namespace LambdaHost;

/// <summary>
/// Runs a handler in this process like the managed runtime: the event passes through the serializer that the handler or its assembly names.
/// </summary>
public sealed class InProcessFunction<TEvent, TResult>(Func<TEvent, ILambdaContext, Task<TResult>> handler)
{
    private readonly ILambdaSerializer _serializer = HandlerSerializer.Of(handler.Method);

    /// <summary>
    /// Deserializes the event, runs the handler and serializes its result. Exceptions of the serializer and the handler pass through.
    /// </summary>
    public async Task<ReadOnlyMemory<byte>> InvokeAsync(ReadOnlyMemory<byte> eventJson, ILambdaContext context)
    {
        using var received = new MemoryStream(eventJson.ToArray());
        var result = await handler(_serializer.Deserialize<TEvent>(received), context);
        using var answer = new MemoryStream();
        _serializer.Serialize(result, answer);
        return answer.ToArray();
    }
}
