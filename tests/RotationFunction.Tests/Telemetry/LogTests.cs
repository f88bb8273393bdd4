namespace RotationFunction.Tests;

/// <summary>What the function logs, and what nobody may print.</summary>
public sealed class LogTests
{
    [Fact]
    public async Task Every_line_has_the_step_the_secret_and_the_version_as_fields()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(4);
        fixture.Log.Clear();
        var record = await fixture.RotateAsync();

        Assert.All(fixture.Log, entry =>
        {
            Assert.Equal(fixture.SecretArn, entry.Fields["secretArn"]);
            Assert.Equal(record.VersionId, entry.Fields["versionId"]);
            Assert.Contains(entry.Fields["step"], new object[] { "createSecret", "setSecret", "testSecret", "finishSecret" });
        });
        Assert.Equal(4, fixture.Log.Count(entry => entry.Fields.ContainsKey("durationMs")));
        var keys = fixture.Log.Where(entry => entry.Fields.ContainsKey("keyId")).Select(entry => (string)entry.Fields["keyId"]!).ToList();
        Assert.Contains((await fixture.MintedAsync())[^1].Id, keys);
        Assert.Contains(fixture.Log, entry => entry.Message.Contains("disabled key", StringComparison.Ordinal));
        Assert.Contains(fixture.Log, entry => entry.Message.Contains("deleted key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_run_has_values_to_search_for_and_the_search_finds_them()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var key = await fixture.ReadKeyAsync();

        Assert.True(fixture.Aws.ConfidentialValues.Contains(key), "the current key is among the values");
        Assert.True(fixture.Aws.ConfidentialValues.Count >= 6, "two keys and a RotationToken for each of four steps");
        Leaks.AssertNone(fixture.Aws.ConfidentialValues, ["harmless"]);
        var found = Assert.ThrowsAny<Exception>(() => Leaks.AssertNone(fixture.Aws.ConfidentialValues, ["harmless", $"the key is {key}."]));
        Assert.False(found.Message.Contains(key, StringComparison.Ordinal), "the message quotes the value");
    }
}
