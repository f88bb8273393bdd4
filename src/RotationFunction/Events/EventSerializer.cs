using System.Text.Json;
using Amazon.Lambda.Serialization.SystemTextJson;

namespace RotationFunction;

/// <summary>Reads events like its base, but of one that is not the JSON it should be it says only where: System.Text.Json's text may quote the event, RotationToken and all.</summary>
public sealed class EventSerializer : SourceGeneratorLambdaJsonSerializer<EventJson>
{
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

    // Nor as an inner exception: the runtime logs these too.
    private static JsonException WithoutQuote(JsonException quoting) =>
        new($"line {quoting.LineNumber + 1}, byte {quoting.BytePositionInLine} is not what it should be. Nothing was changed.");
}
