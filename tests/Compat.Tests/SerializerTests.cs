using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Lambda.Serialization.SystemTextJson;

namespace Compat.Tests;

public class SerializerTests
{
    private readonly SourceGeneratorLambdaJsonSerializer<SerializerTestsContext> _serializer = new();

    [Theory]
    [InlineData("""{"Step":"createSecret","Token":"t"}""")]
    [InlineData("""{"step":"createSecret","TOKEN":"t","Other":[1]}""")]
    public void Names_are_read_whatever_their_case(string json)
    {
        var @event = _serializer.Deserialize<StepEvent>(Payload(json));

        Assert.Equal(("createSecret", "t"), (@event.Step, @event.Token));
    }

    [Fact]
    public void Names_are_written_as_they_are_without_nulls_and_with_little_escaping()
    {
        using var stream = new MemoryStream();

        _serializer.Serialize(new StepEvent { Step = "a+b <é>" }, stream);

        Assert.Equal("""{"Step":"a+b <é>","At":"0001-01-01T00:00:00"}""", Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void Stream_that_is_not_in_memory_is_read_to_its_end()
    {
        using var stream = new BufferedStream(Payload("""{"Step":"testSecret"}"""));

        Assert.Equal("testSecret", _serializer.Deserialize<StepEvent>(stream).Step);
    }

    [Theory]
    [InlineData("1600000000", 0)]
    [InlineData("1600000000.5", 500)]
    [InlineData("\"2020-09-13T12:26:40Z\"", 0)]
    public void Dates_are_text_or_seconds(string value, int milliseconds)
        => Assert.Equal(
            new DateTime(2020, 9, 13, 12, 26, 40, milliseconds, DateTimeKind.Utc),
            _serializer.Deserialize<StepEvent>(Payload($$"""{"At":{{value}}}""")).At);

    [Fact]
    public void Dates_after_the_year_5000_are_milliseconds()
    {
        var @event = _serializer.Deserialize<StepEvent>(Payload("""{"At":157753180801}"""));

        Assert.Equal(DateTime.UnixEpoch.AddMilliseconds(157_753_180_801), @event.At);
    }

    [Fact]
    public void Bytes_are_written_as_numbers_and_read_from_text_too()
    {
        using var stream = new MemoryStream();
        _serializer.Serialize(new Blobs { Bytes = [1, 255], Stream = new MemoryStream([1, 2, 3]) }, stream);

        Assert.Equal("""{"Bytes":[1,255],"Stream":"AQID"}""", Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal([1, 255], _serializer.Deserialize<Blobs>(Payload("""{"Bytes":[1,255]}""")).Bytes!);
        Assert.Equal([1, 2, 3], _serializer.Deserialize<Blobs>(Payload("""{"Bytes":"AQID"}""")).Bytes!);
    }

    [Fact]
    public void Malformed_input_is_named_with_its_type()
    {
        var exception = Assert.Throws<JsonSerializerException>(() => _serializer.Deserialize<StepEvent>(Payload("{\"Step\":")));

        Assert.IsType<JsonException>(exception.InnerException, exactMatch: false);
        Assert.Equal(
            $"Error converting the Lambda event JSON payload to type Compat.Tests.StepEvent: {exception.InnerException.Message}",
            exception.Message);
    }

    [Fact]
    public void Malformed_text_is_named_as_any_other_type()
        => Assert.StartsWith(
            "Error converting the Lambda event JSON payload to type System.String: ",
            Assert.Throws<JsonSerializerException>(() => _serializer.Deserialize<string>(Payload("text"))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Response_that_fails_leaves_its_beginning()
    {
        using var stream = new MemoryStream();

        Assert.Throws<JsonSerializerException>(() => _serializer.Serialize(new Failing(), stream));

        Assert.StartsWith("{\"First\":\"f\"", Encoding.UTF8.GetString(stream.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Context_without_a_constructor_for_options_is_refused()
        => Assert.Throws<ApplicationException>(() => new SourceGeneratorLambdaJsonSerializer<JsonSerializerContext>());

    [Fact]
    public void Type_outside_of_the_context_is_refused()
    {
        var read = Assert.Throws<JsonSerializerException>(() => _serializer.Deserialize<Version>(Payload("{}")));
        var written = Assert.Throws<JsonSerializerException>(() => _serializer.Serialize(new Version(1, 0), new MemoryStream()));

        const string Reason = "No JsonTypeInfo registered in Compat.Tests.SerializerTestsContext for type System.Version.";
        Assert.Equal($"Error converting the Lambda event JSON payload to type System.Version: {Reason}", read.Message);
        Assert.Equal($"Error converting the response object of type System.Version from the Lambda function to JSON: {Reason}", written.Message);
    }

    [Fact]
    public void Options_can_be_customised_and_a_context_given()
    {
        using var customised = new MemoryStream();
        using var given = new MemoryStream();

        new SourceGeneratorLambdaJsonSerializer<SerializerTestsContext>(
                (JsonSerializerOptions options) => options.PropertyNamingPolicy = new AwsNamingPolicy(JsonNamingPolicy.CamelCase))
            .Serialize(new Blobs { Bytes = [] }, customised);
#pragma warning disable CS0618 // A context that is given has its own options: the constructor is obsolete for that.
        new SourceGeneratorLambdaJsonSerializer<SerializerTestsContext>(SerializerTestsContext.Default)
            .Serialize(new StepEvent { Step = "s" }, given);
#pragma warning restore CS0618

        Assert.Equal("""{"bytes":[]}""", Encoding.UTF8.GetString(customised.ToArray()));
        Assert.Equal("""{"Step":"s","Token":null,"At":"0001-01-01T00:00:00"}""", Encoding.UTF8.GetString(given.ToArray()));
    }

    [Theory]
    [InlineData("XAmzId2", "x-amz-id-2")]
    [InlineData("XAmzRequestId", "x-amz-request-id")]
    [InlineData("SecretId", "SecretId")]
    public void Naming_policy_knows_two_headers(string name, string expected) => Assert.Equal(expected, new AwsNamingPolicy().ConvertName(name));

    private static MemoryStream Payload(string json) => new(Encoding.UTF8.GetBytes(json));
}

internal sealed class StepEvent
{
    public string? Step { get; set; }

    public string? Token { get; set; }

    public DateTime At { get; set; }
}

internal sealed class Blobs
{
    public byte[]? Bytes { get; set; }

    public MemoryStream? Stream { get; set; }
}

internal sealed class Failing
{
    public string First { get; } = "f";

    public string Second => First.Length > 0 ? throw new InvalidOperationException("in a property") : "";
}

[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(Failing))]
[JsonSerializable(typeof(StepEvent))]
[JsonSerializable(typeof(Blobs))]
internal sealed partial class SerializerTestsContext : JsonSerializerContext;
