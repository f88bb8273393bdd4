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
        await using var world = await World.StartAsync(plans: 2);
        await world.RotateHealthyAsync(3);
        world.Time.Advance(TimeSpan.FromDays(5));
        var before = await world.SnapshotAsync();

        var status = await StatusAsync(world);

        var keys = status.GetProperty("Keys").EnumerateArray().ToList();
        var minted = await world.MintedAsync();
        Assert.Equal([minted[2].Id, minted[1].Id, minted[0].Id], keys.Select(key => key.GetProperty("KeyId").GetString()));
        Assert.Equal(["AWSCURRENT", "AWSPREVIOUS", ""], keys.Select(key => string.Join(',', key.GetProperty("Labels").EnumerateArray().Select(label => label.GetString()))));
        Assert.Equal([true, true, false], keys.Select(key => key.GetProperty("Enabled").GetBoolean()));
        Assert.Equal([5, 6, 7], keys.Select(key => key.GetProperty("AgeDays").GetInt32()));
        Assert.All(keys, key => Assert.Equal(world.PlanIds.Order(), key.GetProperty("UsagePlanIds").EnumerateArray().Select(plan => plan.GetString()!).Order()));
        Assert.All(keys, key => Assert.Equal(("minted", false), (key.GetProperty("Kind").GetString(), key.GetProperty("Stray").GetBoolean())));
        Assert.Equal("2 of 3 keys are enabled. Nothing is wrong.", status.GetProperty("Message").GetString());
        Assert.True(status.GetProperty("Healthy").GetBoolean());
        Assert.Equal(before, await world.SnapshotAsync());
    }

    [Fact]
    public async Task It_tells_when_the_secret_rotates()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        await world.Secrets.RotateSecretAsync(new RotateSecretRequest
        {
            SecretId = world.SecretArn,
            RotateImmediately = false,
            RotationRules = new RotationRulesType { ScheduleExpression = "rate(10 days)", Duration = "4h" },
        });
        await world.Aws.SecretsManager.SettledAsync();
        await world.TagSecretAsync("apikey-rotation:overlap", "24h");

        var rotation = (await StatusAsync(world)).GetProperty("Rotation");

        var secret = await world.Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = world.SecretArn });
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
        await using var world = await World.StartAsync(unknowns: new UnknownBehaviours());
        var adopted = await world.AdoptAsync();
        await world.RotateHealthyAsync(2);
        await world.EditAsync(); // AWSPREVIOUS's key has no label from now on
        var others = await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = $"{world.SecretName}/{World.NewToken()}", Enabled = true });

        var keys = (await StatusAsync(world)).GetProperty("Keys").EnumerateArray()
            .ToDictionary(key => key.GetProperty("KeyId").GetString()!, key => (key.GetProperty("Kind").GetString(), key.GetProperty("Stray").GetBoolean()));

        var minted = (await world.MintedAsync()).Where(key => key.Id != others.Id).ToList();
        Assert.Equal(("adopted", false), keys[adopted]);
        Assert.Equal(("foreign", true), keys[others.Id]);
        Assert.Equal(("minted", true), keys[minted[0].Id]);
        Assert.Equal(("minted", false), keys[minted[1].Id]);
    }

    [Fact]
    public async Task What_a_deployment_keeps_in_its_state_has_the_three_fields_that_it_always_had()
    {
        await using var world = await World.StartAsync();
        var answer = await world.AnswerAsync(new { action = "provision", secretId = world.SecretArn });
        Assert.Equal(["Action", "SecretId", "Message"], answer.EnumerateObject().Select(field => field.Name));
    }

    private static Task<JsonElement> StatusAsync(World world) => world.AnswerAsync(new { action = "status", secretId = world.SecretArn });
}
