using System.Text.Json;
using Amazon.Lambda.Serialization.SystemTextJson;

namespace RotationFunction;

/// <summary>
/// Reads events like its base class, but never prints them: the function refuses <c>LAMBDA_NET_SERIALIZER_DEBUG</c> (<see cref="Settings"/>).
/// For an invalid event it reports only the position, because System.Text.Json's text may quote the event with its RotationToken.
/// </summary>
public sealed class EventSerializer : SourceGeneratorLambdaJsonSerializer<EventJson>
{
    // Before the base class's constructor reads the variable: it prints before any method of this class runs.
    private readonly bool _isDebug = TakeDebug();

    /// <summary>Creates a serializer. The Lambda runtime calls this constructor.</summary>
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

    // Not as an inner exception either: the runtime logs those too.
    private static JsonException WithoutQuote(JsonException quoting) =>
        new($"line {quoting.LineNumber + 1}, byte {quoting.BytePositionInLine} is not valid. Nothing was changed.");
}
