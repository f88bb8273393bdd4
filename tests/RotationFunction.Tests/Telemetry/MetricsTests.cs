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
        await using var world = await World.StartAsync(unknowns: new UnknownBehaviours());
        await world.RotateHealthyAsync();

        Assert.Equal(["createSecret", "setSecret", "testSecret", "finishSecret"], world.Metrics.Select(line => line.GetProperty("Step").GetString()));
        Assert.All(world.Metrics, line => Assert.Equal([("StepSeconds", "Seconds", "SecretName,Step")], Declared(line)));
        Assert.InRange(world.Metrics[2].GetProperty("StepSeconds").GetDouble(), 120, 121); // the activation wait
        Assert.Equal(world.Time.GetUtcNow().ToUnixTimeMilliseconds(), world.Metrics[3].GetProperty("_aws").GetProperty("Timestamp").GetInt64());
    }

    [Fact]
    public async Task A_probe_that_sees_the_key_served_adds_how_long_that_took()
    {
        var world = await World.StartAsync(activationLag: TimeSpan.FromSeconds(30), api: new ScriptedApi { Answer = (_, count) => count > 3 ? ScriptedApi.Ok() : ScriptedApi.Forbidden() }, probe: "https://api.example.com/orders");
        await using var _ = world;
        await world.RotateHealthyAsync();
        var line = world.Metrics.Single(line => line.TryGetProperty("ActivationSeconds", out var _));
        Assert.Equal("testSecret", line.GetProperty("Step").GetString());
        Assert.Equal([("StepSeconds", "Seconds", "SecretName,Step"), ("ActivationSeconds", "Seconds", "SecretName")], Declared(line));
        Assert.InRange(line.GetProperty("ActivationSeconds").GetDouble(), 14, 15); // 5 s, then 1 + 2 + 4, and five times in a row
    }

    [Fact]
    public async Task A_check_writes_one_line_with_the_state_of_the_ring()
    {
        await using var world = await World.StartAsync(unknowns: new UnknownBehaviours());
        await world.RotateHealthyAsync(3);
        await world.EditAsync(); // makes a stray of AWSPREVIOUS's key
        var lines = world.Metrics.Count;

        await world.AnswerAsync(new { action = "check", secretId = world.SecretName });

        Assert.Equal(lines + 1, world.Metrics.Count);
        var line = world.Metrics[^1];
        Assert.Equal([("KeysInRing", "Count", "SecretName"), ("Strays", "Count", "SecretName")], Declared(line));
        Assert.Equal((world.SecretName, 3, 1), (line.GetProperty("SecretName").GetString(), line.GetProperty("KeysInRing").GetInt32(), line.GetProperty("Strays").GetInt32()));
    }

    [Fact]
    public async Task HoursOverdue_is_missing_when_rotation_is_off_so_that_an_alarm_on_missing_data_fires()
    {
        await using var world = await World.StartAsync(unknowns: new UnknownBehaviours());
        await world.RotateHealthyAsync();
        await world.Secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = world.SecretArn, RotateImmediately = false, RotationRules = new RotationRulesType { AutomaticallyAfterDays = 30 } });
        await world.Aws.SecretsManager.SettledAsync();
        await world.AnswerAsync(new { action = "check", secretId = world.SecretArn });
        Assert.Contains(("HoursOverdue", "None", "SecretName"), Declared(world.Metrics[^1]));

        await world.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = world.SecretArn });
        await world.AnswerAsync(new { action = "check", secretId = world.SecretArn });
        Assert.False(world.Metrics[^1].TryGetProperty("HoursOverdue", out var _));
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
