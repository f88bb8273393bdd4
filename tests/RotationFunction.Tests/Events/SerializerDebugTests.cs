using System.Text;
using System.Text.Json;

namespace RotationFunction.Tests;

/// <summary>The variable makes the Lambda serializer print whole events, before the function sees them. Alone, as the variable and the console are the process's.</summary>
[CollectionDefinition(nameof(SerializerDebugTests), DisableParallelization = true)]
[Collection(nameof(SerializerDebugTests))]
public sealed class SerializerDebugTests
{
    private const string Variable = "LAMBDA_NET_SERIALIZER_DEBUG";

    [Theory]
    [InlineData("true")]
    [InlineData("TRUE")]
    public async Task The_function_refuses_every_event_and_prints_none(string value)
    {
        var rotationToken = Guid.NewGuid().ToString();
        var console = Console.Out;
        using var printed = new StringWriter();
        Console.SetOut(printed);
        Environment.SetEnvironmentVariable(Variable, value);
        try
        {
            var received = new EventSerializer().Deserialize<RotationEvent>(new MemoryStream(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { Step = "createSecret", RotationToken = rotationToken }))));
            using var answer = new MemoryStream();
            new EventSerializer().Serialize(new ActionResult("status", "arn", "message"), answer);
            Assert.True(received.RotationToken == rotationToken);

            var function = new Function(Settings.From(Environment.GetEnvironmentVariable), null!, null!, new HttpClient(), Stream.Null, TimeProvider.System);
            var refusal = await Assert.ThrowsAsync<RotationException>(() => function.FunctionHandler(received, null!));
            Assert.StartsWith($"The environment variable {Variable} is true", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
            Console.SetOut(console);
        }

        Assert.True(printed.ToString().Length == 0, "The serializer printed something.");
    }

    [Theory]
    [InlineData("false")]
    [InlineData("1")]
    [InlineData("")]
    [InlineData(null)]
    public void What_the_serializer_takes_for_off_is_not_refused(string? value) => Assert.Null(Settings.From(name => name == Variable ? value : null).Refusal);
}
