using System.Text.Json;
using Amazon.Lambda.Serialization.SystemTextJson;

namespace RotationFunction;

/// <summary>
/// Reads events like its base, but prints none whatever <c>LAMBDA_NET_SERIALIZER_DEBUG</c> says, which the function refuses (<see cref="Settings"/>). And of one that is
/// not the JSON it should be it says only where: System.Text.Json's text may quote the event, RotationToken and all.
/// </summary>
public sealed class EventSerializer : SourceGeneratorLambdaJsonSerializer<EventJson>
{
    // Before the base's constructor looks at the variable; it prints before anything here is asked.
    private readonly bool _isDebug = TakeDebug();

    /// <summary>For the runtime.</summary>
    public EventSerializer()
    {
        if (_isDebug)
        {
            Environment.SetEnvironmentVariable(Settings.SerializerDebug, "true");
        }
    }

    /// <inheritdoc/>
    protected override T InternalDeserialize<T>(byte[] utf8Json)
    {
        try
        {
            return base.InternalDeserialize<T>(utf8Json);
        }
        catch (JsonException quoting)
        {
            throw WithoutQuote(quoting);
        }
    }

    private static bool TakeDebug()
    {
        var isDebug = Settings.IsDebug(Environment.GetEnvironmentVariable);
        if (isDebug)
        {
            Environment.SetEnvironmentVariable(Settings.SerializerDebug, null);
        }

        return isDebug;
    }

    // Nor as an inner exception: the runtime logs these too.
    private static JsonException WithoutQuote(JsonException quoting) =>
        new($"line {quoting.LineNumber + 1}, byte {quoting.BytePositionInLine} is not valid. Nothing was changed.");
}
