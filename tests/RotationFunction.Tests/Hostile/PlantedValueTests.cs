using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>Who may write the secret may fill a rotation's version before createSecret does. What cannot be createSecret's is refused.</summary>
public sealed class PlantedValueTests
{
    [Theory]
    [InlineData("attackerattackerattackerattacker")]
    [InlineData("0123456789012345678901234567890123456789-")]
    [InlineData("01234567890123456789012345678901234567_9")]
    [InlineData("012345678901234567890123456789012345678")]
    [InlineData("01234567890123456789012345678901234567890")]
    public async Task A_pending_value_that_createSecret_cannot_have_drawn_is_refused_by_each_step(string value)
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        world.Hide(value);
        var token = await world.OpenRotationAsync();
        await PlantAsync(world, token, value);

        foreach (var step in new[] { "createSecret", "setSecret", "testSecret", "finishSecret" })
        {
            var message = await world.FailAsync(token, step);
            Assert.Contains("the version's apiKey is not 40 letters and digits, as createSecret draws them: somebody else wrote it. Nothing was changed.", message, StringComparison.Ordinal);
            Assert.Contains($"--version-stage AWSPENDING --remove-from-version-id {token}", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_planted_value_is_not_promoted_though_a_key_has_it()
    {
        const string Value = "attackerattackerattackerattacker";
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        world.Hide(Value);
        var token = await world.OpenRotationAsync();
        await PlantAsync(world, token, Value);
        var key = await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest
        {
            Name = $"{world.SecretName}/{token}",
            Value = Value,
            Enabled = true,
            Tags = new() { ["apikey-rotation:minted-for"] = world.SecretArn },
        });
        await world.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = world.PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });

        foreach (var step in new[] { "setSecret", "testSecret", "finishSecret" })
        {
            Assert.Contains("somebody else wrote it", await world.FailAsync(token, step), StringComparison.Ordinal);
        }
    }

    /// <summary>The pending value is a copy of AWSCURRENT's, which is whatever clients used before.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("in-use-since-2019-and-not-drawn")]
    public async Task The_test_of_a_copy_of_an_adopted_keys_value_passes(string? value)
    {
        await using var world = await World.StartAsync();
        var key = await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use", Value = value, Enabled = true });
        await world.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = world.PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });
        await world.TagBothAsync("apikey-rotation:adopted", key.Id);
        await world.ActAsync(new { action = "provision", secretId = world.SecretArn });

        var record = await world.RotateAsync(immediately: false);

        Assert.Equal((RotationOutcome.Succeeded, "testSecret"), (record.Outcome, Assert.Single(record.Steps).Step));
        await world.RotateHealthyAsync(2);
    }

    /// <summary>An aborted test leaves the copy; nobody has promoted it, and createSecret says what it is.</summary>
    [Fact]
    public async Task A_copy_of_an_adopted_keys_value_is_not_rotated_to()
    {
        await using var world = await World.StartAsync();
        await world.AdoptAsync();
        var token = await world.OpenRotationAsync();
        await PlantAsync(world, token, await world.ReadKeyAsync());
        Assert.Contains("the version holds AWSCURRENT's own key", await world.FailAsync(token, "createSecret"), StringComparison.Ordinal);
    }

    private static Task<PutSecretValueResponse> PlantAsync(World world, string token, string value) => world.Secrets.PutSecretValueAsync(new PutSecretValueRequest
    {
        SecretId = world.SecretArn,
        ClientRequestToken = token,
        SecretString = JsonSerializer.Serialize(new { apiKey = value }),
        VersionStages = ["AWSPENDING"],
    });
}
