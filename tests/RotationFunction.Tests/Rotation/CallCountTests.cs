using LocalAws;

namespace RotationFunction.Tests;

/// <summary>AWS calls are what a rotation costs. docs/performance.md lists them.</summary>
public sealed class CallCountTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 5000)]
    [InlineData(4, 0)]
    public async Task A_rotation_costs_a_constant_and_one_call_a_usage_plan(int plans, int otherKeys)
    {
        await using var fixture = await RotationFixture.StartAsync(plans: plans, unknowns: new UnknownBehaviours());
        for (var other = 0; other < otherKeys; other++)
        {
            fixture.Aws.ApiGateway.CreateApiKey(new LocalAws.ApiGateway.CreateApiKeyRequest { Name = $"demo/partner-{other}", Enabled = true });
        }

        await fixture.RotateHealthyAsync(5); // from here on a rotation also disables one key and deletes one

        var record = await fixture.RotateAsync();

        Assert.Equal(
            [("createSecret", 3), ("setSecret", 5 + plans), ("testSecret", 6), ("finishSecret", 9)],
            record.Steps.Select(step => (step.Step, step.Calls.Count(call => call.Call.AccessKeyId == RotationFixture.FunctionAccessKey))));
    }

    /// <summary>API Gateway's rate is the account's, and adjustable for nobody.</summary>
    [Theory]
    [InlineData(false, 13)]
    [InlineData(true, 11)]
    public async Task A_rotation_makes_13_calls_of_API_Gateway_and_11_with_a_conclusive_probe(bool hasProbe, int calls)
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: hasProbe ? "https://orders.example.com/prod" : null, unknowns: new UnknownBehaviours());
        api.Answer = (key, _) => fixture.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        await fixture.RotateHealthyAsync(5);

        var record = await fixture.RotateAsync();

        Assert.Equal(calls, record.Steps.Sum(step => step.Calls.Count(call => call.Call is { AccessKeyId: RotationFixture.FunctionAccessKey, Service: "apigateway" })));
    }

    [Fact]
    public async Task A_full_account_costs_a_rotation_not_one_call_more()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(5);
        var empty = Calls(await fixture.RotateAsync());
        for (var other = 0; other < 2000; other++)
        {
            fixture.Aws.ApiGateway.CreateApiKey(new LocalAws.ApiGateway.CreateApiKeyRequest { Name = $"other/{other}" });
        }

        for (var other = 0; other < 299; other++) // AWS quota: 300, and one is the fixture's
        {
            fixture.Aws.ApiGateway.CreateUsagePlan(new LocalAws.ApiGateway.CreateUsagePlanRequest { Name = $"other {other}" });
        }

        for (var other = 0; other < 500; other++)
        {
            fixture.Aws.SecretsManager.CreateSecret(new LocalAws.SecretsManager.CreateSecretRequest { Name = $"other/{other}" });
        }

        Assert.Equal(empty.Order(), Calls(await fixture.RotateAsync()).Order()); // the order of retirement is that of the list

        static List<string> Calls(RotationRecord rotation) =>
            [.. rotation.Steps.SelectMany(step => step.Calls).Where(call => call.Call.AccessKeyId == RotationFixture.FunctionAccessKey).Select(call => call.Call.Operation)];
    }

    [Theory]
    [InlineData("setSecret", 2)]
    [InlineData("testSecret", 3)]
    public async Task What_does_not_depend_on_each_other_is_read_at_the_same_time(string step, int reads)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, [.. new[] { "createSecret", "setSecret" }.TakeWhile(earlier => earlier != step)]);
        using var allAreAskedFor = new CountdownEvent(reads);
        var together = 0;
        fixture.Aws.Faults = call =>
        {
            if (call.Operation is "GetSecretValue" or "GetApiKey" or "GetUsagePlans" && !allAreAskedFor.IsSet)
            {
                allAreAskedFor.Signal();
                Interlocked.Add(ref together, allAreAskedFor.Wait(TimeSpan.FromSeconds(10)) ? 1 : 0);
            }

            return null;
        };

        await fixture.RunAsync(token, step);

        Assert.Equal(reads, together);
    }

    [Theory]
    [InlineData("hold", "30d")]
    [InlineData("quota", "carry")]
    public async Task With_a_setting_finishSecret_makes_the_calls_that_the_documentation_lists(string setting, string value)
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours(), quota: 1000);
        await fixture.RotateHealthyAsync(5);
        var without = Calls(await fixture.RotateAsync());
        await fixture.TagSecretAsync("apikey-rotation:" + setting, value);

        var with = Calls(await fixture.RotateAsync());

        Assert.Equal(without.Concat(await ListedAsync(setting)).Order(), with.Order());
    }

    [Fact]
    public async Task With_another_Region_a_rotation_makes_the_calls_that_the_documentation_lists()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync(5);
        var without = Calls(await fixture.RotateAsync());
        var other = await fixture.AddRegionAsync();
        other.Aws.SecretsManager.ReplicationLag = TimeSpan.Zero; // otherwise createSecret describes the secret until the replica has followed
        await fixture.RotateHealthyAsync(3);

        var with = Calls(await fixture.RotateAsync());

        Assert.Equal(without.Concat(await ListedAsync("regions")).Order(), with.Order());
    }

    private static async Task<IEnumerable<(string Step, string Operation)>> ListedAsync(string setting)
    {
        var rows = (await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "performance.md"))).Select(line => line.Split('|', StringSplitOptions.TrimEntries));
        return rows.Where(row => row.Length == 6 && row[1] == $"`{setting}`").Select(row => (Step: row[2], Operation: row[3]));
    }

    private static List<(string Step, string Operation)> Calls(RotationRecord rotation) =>
    [
        .. from step in rotation.Steps
           from call in step.Calls
           where call.Call.AccessKeyId == RotationFixture.FunctionAccessKey
           select (step.Step, call.Call.Operation),
    ];

    [Fact]
    public async Task The_list_in_the_documentation_is_the_calls_of_each_step()
    {
        // The order of retirement is that of the list.
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync(5);

        var rows = (await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "performance.md"))).Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToList();
        foreach (var step in (await fixture.RotateAsync()).Steps)
        {
            var calls = step.Calls.Where(call => call.Call.AccessKeyId == RotationFixture.FunctionAccessKey).Select(call => call.Call.Operation).ToList();
            Assert.Equal(InOrder(calls), InOrder([.. rows.Where(row => row.Length == 5 && row[1] == step.Step).Select(row => row[2])]));

            // The three reads after the guard are made at the same time.
            string[] InOrder(IReadOnlyList<string> all) => step.Step is "finishSecret" or "createSecret" ? [.. all] : step.Step == "setSecret" ? [all[0], .. all.Skip(1).Take(2).Order(), .. all.Skip(3)] : [all[0], .. all.Skip(1).Take(3).Order(), .. all.Skip(4)];
        }
    }
}
