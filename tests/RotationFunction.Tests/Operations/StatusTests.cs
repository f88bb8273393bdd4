using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>What status tells the person on call. That it tells no value, the search at the end of each test shows.</summary>
public sealed class StatusTests
{
    [Fact]
    public async Task It_tells_each_key_with_its_labels_age_and_plans()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2);
        await fixture.RotateHealthyAsync(3);
        fixture.Time.Advance(TimeSpan.FromDays(5));
        var before = await fixture.SnapshotAsync();

        var status = await StatusAsync(fixture);

        var keys = status.GetProperty("Keys").EnumerateArray().ToList();
        var minted = await fixture.MintedAsync();
        Assert.Equal([minted[2].Id, minted[1].Id, minted[0].Id], keys.Select(key => key.GetProperty("KeyId").GetString()));
        Assert.Equal(["AWSCURRENT", "AWSPREVIOUS", ""], keys.Select(key => string.Join(',', key.GetProperty("Labels").EnumerateArray().Select(label => label.GetString()))));
        Assert.Equal([true, true, false], keys.Select(key => key.GetProperty("Enabled").GetBoolean()));
        Assert.Equal([5, 6, 7], keys.Select(key => key.GetProperty("AgeDays").GetInt32()));
        Assert.All(keys, key => Assert.Equal(fixture.PlanIds.Order(), key.GetProperty("UsagePlanIds").EnumerateArray().Select(plan => plan.GetString()!).Order()));
        Assert.All(keys, key => Assert.Equal(("minted", false), (key.GetProperty("Kind").GetString(), key.GetProperty("Stray").GetBoolean())));
        Assert.Equal("2 of 3 keys are enabled. No problems found.", status.GetProperty("Message").GetString());
        Assert.True(status.GetProperty("Healthy").GetBoolean());
        Assert.Equal(before, await fixture.SnapshotAsync());
    }

    [Fact]
    public async Task It_tells_when_the_secret_rotates()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        await fixture.Secrets.RotateSecretAsync(new RotateSecretRequest
        {
            SecretId = fixture.SecretArn,
            RotateImmediately = false,
            RotationRules = new RotationRulesType { ScheduleExpression = "rate(10 days)", Duration = "4h" },
        });
        await fixture.Aws.SecretsManager.SettledAsync();
        await fixture.TagSecretAsync("apikey-rotation:overlap", "24h");

        var rotation = (await StatusAsync(fixture)).GetProperty("Rotation");

        var secret = await fixture.Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = fixture.SecretArn });
        Assert.True(rotation.GetProperty("Enabled").GetBoolean());
        Assert.Equal("rate(10 days)", rotation.GetProperty("Schedule").GetString());
        Assert.Equal("4h", rotation.GetProperty("Window").GetString());
        Assert.Equal("24h", rotation.GetProperty("Overlap").GetString());
        Assert.Equal(secret.LastRotatedDate!.Value.ToUniversalTime(), rotation.GetProperty("LastRotated").GetDateTime());
        Assert.Equal(secret.NextRotationDate!.Value.ToUniversalTime(), rotation.GetProperty("NextRotation").GetDateTime());
        Assert.Equal(0, rotation.GetProperty("HoursOverdue").GetDouble());
    }

    [Fact]
    public async Task It_tells_an_adopted_key_a_stray_and_one_of_others()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        var adopted = await fixture.AdoptAsync();
        await fixture.RotateHealthyAsync(2);
        await fixture.EditAsync(); // AWSPREVIOUS's key has no label from now on
        var others = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = $"{fixture.SecretName}/{RotationFixture.NewToken()}", Enabled = true });

        var keys = (await StatusAsync(fixture)).GetProperty("Keys").EnumerateArray()
            .ToDictionary(key => key.GetProperty("KeyId").GetString()!, key => (key.GetProperty("Kind").GetString(), key.GetProperty("Stray").GetBoolean()));

        var minted = (await fixture.MintedAsync()).Where(key => key.Id != others.Id).ToList();
        Assert.Equal(("adopted", false), keys[adopted]);
        Assert.Equal(("foreign", true), keys[others.Id]);
        Assert.Equal(("minted", true), keys[minted[0].Id]);
        Assert.Equal(("minted", false), keys[minted[1].Id]);
    }

    [Fact]
    public async Task What_a_deployment_keeps_in_its_state_has_the_three_fields_that_it_always_had()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var answer = await fixture.AnswerAsync(new { action = "provision", secretId = fixture.SecretArn });
        Assert.Equal(["Action", "SecretId", "Message"], answer.EnumerateObject().Select(field => field.Name));
    }

    private static Task<JsonElement> StatusAsync(RotationFixture fixture) => fixture.AnswerAsync(new { action = "status", secretId = fixture.SecretArn });
}
