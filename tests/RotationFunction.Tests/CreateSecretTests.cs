using System.Text.Json;

namespace RotationFunction.Tests;

/// <summary>What createSecret sends to Secrets Manager.</summary>
public sealed class CreateSecretTests
{
    [Theory]
    [InlineData("f6c2b0a4-6a55-4f0e-9a0c-0f2b7f6f0d55")]
    [InlineData(null)]
    public async Task The_RotationToken_is_optional_and_passed_on(string? rotationToken)
    {
        await using var world = await World.StartAsync();
        var token = await world.OpenRotationAsync();

        await world.InvokeAsync(JsonSerializer.Serialize(new { Step = "createSecret", SecretId = world.SecretArn, ClientRequestToken = token, RotationToken = rotationToken }));

        var sent = Assert.Single(world.FunctionTap.BodiesOf("PutSecretValue"));
        Assert.Equal(token, sent.GetProperty("ClientRequestToken").GetString());
        Assert.Equal(["AWSPENDING"], sent.GetProperty("VersionStages").EnumerateArray().Select(label => label.GetString()));
        Assert.True(rotationToken is null ? !sent.TryGetProperty("RotationToken", out _) : sent.GetProperty("RotationToken").GetString() == rotationToken);
    }
}
