using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalAws;

/// <summary>Dates as seconds since 1970. Secrets Manager sends milliseconds as a fraction, API Gateway whole seconds.</summary>
internal sealed class EpochSeconds(int decimals) : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.UnixEpoch.AddMilliseconds((double)(reader.GetDecimal() * 1000m));

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(Math.Round(value.ToUnixTimeMilliseconds() / 1000m, decimals, MidpointRounding.ToZero));
}
