using System.Text.Json;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>The lines in CloudWatch's embedded metric format. EventFileTests shows that they reach standard output as they are.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Each_step_writes_one_line_with_its_seconds()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync();

        Assert.Equal(["createSecret", "setSecret", "testSecret", "finishSecret"], fixture.Metrics.Select(line => line.GetProperty("Step").GetString()));
        Assert.All(fixture.Metrics, line => Assert.Equal([("StepSeconds", "Seconds", "SecretName,Step")], Declared(line)));
        Assert.InRange(fixture.Metrics[2].GetProperty("StepSeconds").GetDouble(), 120, 121); // the activation wait
        Assert.Equal(fixture.Time.GetUtcNow().ToUnixTimeMilliseconds(), fixture.Metrics[3].GetProperty("_aws").GetProperty("Timestamp").GetInt64());
    }

    [Fact]
    public async Task A_probe_that_sees_the_key_served_adds_how_long_that_took()
    {
        var fixture = await RotationFixture.StartAsync(activationLag: TimeSpan.FromSeconds(30), api: new ScriptedApi { Answer = (_, count) => count > 3 ? ScriptedApi.Ok() : ScriptedApi.Forbidden() }, probe: "https://api.example.com/orders");
        await using var _ = fixture;
        await fixture.RotateHealthyAsync();
        var line = fixture.Metrics.Single(line => line.TryGetProperty("ActivationSeconds", out var _));
        Assert.Equal("testSecret", line.GetProperty("Step").GetString());
        Assert.Equal([("StepSeconds", "Seconds", "SecretName,Step"), ("ActivationSeconds", "Seconds", "SecretName")], Declared(line));
        Assert.InRange(line.GetProperty("ActivationSeconds").GetDouble(), 14, 15); // 5 s, then 1 + 2 + 4, and five times in a row
    }

    [Fact]
    public async Task A_check_writes_one_line_with_the_state_of_the_ring()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync(3);
        await fixture.EditAsync(); // makes a stray of AWSPREVIOUS's key
        var lines = fixture.Metrics.Count;

        await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretName });

        Assert.Equal(lines + 1, fixture.Metrics.Count);
        var line = fixture.Metrics[^1];
        Assert.Equal([("KeysInRing", "Count", "SecretName"), ("Strays", "Count", "SecretName")], Declared(line));
        Assert.Equal((fixture.SecretName, 3, 1), (line.GetProperty("SecretName").GetString(), line.GetProperty("KeysInRing").GetInt32(), line.GetProperty("Strays").GetInt32()));
    }

    [Fact]
    public async Task HoursOverdue_is_missing_when_rotation_is_off_so_that_an_alarm_on_missing_data_fires()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync();
        await fixture.Secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = fixture.SecretArn, RotateImmediately = false, RotationRules = new RotationRulesType { AutomaticallyAfterDays = 30 } });
        await fixture.Aws.SecretsManager.SettledAsync();
        await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn });
        Assert.Contains(("HoursOverdue", "None", "SecretName"), Declared(fixture.Metrics[^1]));

        await fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = fixture.SecretArn });
        await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn });
        Assert.False(fixture.Metrics[^1].TryGetProperty("HoursOverdue", out var _));
    }

    /// <summary>Name, unit and dimensions of each metric that a line declares; that the line has what it declares.</summary>
    private static List<(string Name, string Unit, string Dimensions)> Declared(JsonElement line)
    {
        var declared = new List<(string, string, string)>();
        foreach (var directive in line.GetProperty("_aws").GetProperty("CloudWatchMetrics").EnumerateArray())
        {
            Assert.Equal("ApiKeyRotation", directive.GetProperty("Namespace").GetString());
            var dimensions = Assert.Single(directive.GetProperty("Dimensions").EnumerateArray()).EnumerateArray().Select(dimension => dimension.GetString()!).ToList();
            Assert.All(dimensions, dimension => Assert.Equal(JsonValueKind.String, line.GetProperty(dimension).ValueKind));
            foreach (var metric in directive.GetProperty("Metrics").EnumerateArray())
            {
                var name = metric.GetProperty("Name").GetString()!;
                Assert.Equal(JsonValueKind.Number, line.GetProperty(name).ValueKind);
                declared.Add((name, metric.GetProperty("Unit").GetString()!, string.Join(',', dimensions)));
            }
        }

        return declared;
    }
}
