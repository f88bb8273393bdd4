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
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        fixture.Hide(value);
        var token = await fixture.OpenRotationAsync();
        await PlantAsync(fixture, token, value);

        foreach (var step in new[] { "createSecret", "setSecret", "testSecret", "finishSecret" })
        {
            var message = await fixture.FailAsync(token, step);
            Assert.Contains("the version's apiKey is not 40 letters and digits, so createSecret did not generate it. Nothing was changed.", message, StringComparison.Ordinal);
            Assert.Contains($"--version-stage AWSPENDING --remove-from-version-id {token}", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_planted_value_is_not_promoted_though_a_key_has_it()
    {
        const string Value = "attackerattackerattackerattacker";
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        fixture.Hide(Value);
        var token = await fixture.OpenRotationAsync();
        await PlantAsync(fixture, token, Value);
        var key = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest
        {
            Name = $"{fixture.SecretName}/{token}",
            Value = Value,
            Enabled = true,
            Tags = new() { ["apikey-rotation:minted-for"] = fixture.SecretArn },
        });
        await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });

        foreach (var step in new[] { "setSecret", "testSecret", "finishSecret" })
        {
            Assert.Contains("so createSecret did not generate it", await fixture.FailAsync(token, step), StringComparison.Ordinal);
        }
    }

    /// <summary>The pending value is a copy of AWSCURRENT's, which is whatever clients used before.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("in-use-since-2019-and-not-drawn")]
    public async Task The_test_of_a_copy_of_an_adopted_keys_value_passes(string? value)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var key = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use", Value = value, Enabled = true });
        await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });
        await fixture.TagBothAsync("apikey-rotation:adopted", key.Id);
        await fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn });

        var record = await fixture.RotateAsync(immediately: false);

        Assert.Equal((RotationOutcome.Succeeded, "testSecret"), (record.Outcome, Assert.Single(record.Steps).Step));
        await fixture.RotateHealthyAsync(2);
    }

    /// <summary>An aborted test leaves the copy; nobody has promoted it, and createSecret says what it is.</summary>
    [Fact]
    public async Task A_copy_of_an_adopted_keys_value_is_not_rotated_to()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.AdoptAsync();
        var token = await fixture.OpenRotationAsync();
        await PlantAsync(fixture, token, await fixture.ReadKeyAsync());
        Assert.Contains("the version contains AWSCURRENT's own key", await fixture.FailAsync(token, "createSecret"), StringComparison.Ordinal);
    }

    private static Task<PutSecretValueResponse> PlantAsync(RotationFixture fixture, string token, string value) => fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest
    {
        SecretId = fixture.SecretArn,
        ClientRequestToken = token,
        SecretString = JsonSerializer.Serialize(new { apiKey = value }),
        VersionStages = ["AWSPENDING"],
    });
}
