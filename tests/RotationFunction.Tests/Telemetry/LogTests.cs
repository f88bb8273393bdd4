namespace RotationFunction.Tests;

/// <summary>What the function logs, and what nobody may print.</summary>
public sealed class LogTests
{
    [Fact]
    public async Task Every_line_has_the_step_the_secret_and_the_version_as_fields()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(4);
        world.Log.Clear();
        var record = await world.RotateAsync();

        Assert.All(world.Log, entry =>
        {
            Assert.Equal(world.SecretArn, entry.Fields["secretArn"]);
            Assert.Equal(record.VersionId, entry.Fields["versionId"]);
            Assert.Contains(entry.Fields["step"], new object[] { "createSecret", "setSecret", "testSecret", "finishSecret" });
        });
        Assert.Equal(4, world.Log.Count(entry => entry.Fields.ContainsKey("durationMs")));
        var keys = world.Log.Where(entry => entry.Fields.ContainsKey("keyId")).Select(entry => (string)entry.Fields["keyId"]!).ToList();
        Assert.Contains((await world.MintedAsync())[^1].Id, keys);
        Assert.Contains(world.Log, entry => entry.Message.Contains("disabled key", StringComparison.Ordinal));
        Assert.Contains(world.Log, entry => entry.Message.Contains("deleted key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_run_has_values_to_search_for_and_the_search_finds_them()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        var key = await world.ReadKeyAsync();

        Assert.True(world.Aws.ConfidentialValues.Contains(key), "the current key is among the values");
        Assert.True(world.Aws.ConfidentialValues.Count >= 6, "two keys and a RotationToken for each of four steps");
        Leaks.AssertNone(world.Aws.ConfidentialValues, ["harmless"]);
        var found = Assert.ThrowsAny<Exception>(() => Leaks.AssertNone(world.Aws.ConfidentialValues, ["harmless", $"the key is {key}."]));
        Assert.False(found.Message.Contains(key, StringComparison.Ordinal), "the message quotes the value");
    }
}
