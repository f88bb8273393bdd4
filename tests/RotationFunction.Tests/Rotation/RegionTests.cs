using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>A secret with keys in two Regions.</summary>
public sealed class RegionTests
{
    private const string There = OtherRegion.Virginia;
    private static readonly string[] Steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];

    [Fact]
    public async Task A_rotation_makes_a_key_of_one_value_in_each_Region_with_the_plans_of_the_template_there()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();

        await fixture.RotateHealthyAsync(4);

        foreach (var (label, index) in new[] { ("AWSPREVIOUS", 1), ("AWSCURRENT", 2) })
        {
            var (home, there) = ((await fixture.MintedAsync())[index], (await other.MintedAsync())[index]);
            var value = await fixture.ReadKeyAsync(label);
            Assert.Equal((value, value, home.Name), (home.Value, there.Value, there.Name));
            Assert.Equal("there", there.Description);
            Assert.Equal(other.PlanIds, await PlansAsync(other, there.Id));
            Assert.Equal(fixture.SecretArn, other.Aws.ApiGateway.GetApiKey(there.Id).Tags!["apikey-rotation:minted-for"]);
            Assert.True(await other.AcceptsAsync(value));
        }

        Assert.Equal("-++", await other.RingAsync());
        Assert.Equal(3, (await fixture.MintedAsync()).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_client_that_reads_the_secret_or_replica_beside_it_once_a_period_is_refused(bool staysInSync)
    {
        var lag = TimeSpan.FromSeconds(40);
        await using var fixture = await RotationFixture.StartAsync(
            activationLag: TimeSpan.FromSeconds(60), unknowns: new UnknownBehaviours { ReplicaStaysInSync = staysInSync });
        var other = await fixture.AddRegionAsync();
        other.Aws.SecretsManager.ReplicationLag = lag;
        other.Aws.ApiGateway.ActivationLag = TimeSpan.FromSeconds(110);
        fixture.Time.Advance(lag);
        await fixture.RotateHealthyAsync();
        fixture.Time.Advance(lag);
        var (home, there) = (await fixture.ReadKeyAsync(), await other.ReadKeyAsync());
        var refused = new List<string>();
        var calls = 0;
        fixture.Aws.Faults = call =>
        {
            if (call.AccessKeyId == RotationFixture.FunctionAccessKey)
            {
                CallAsync().GetAwaiter().GetResult();
            }

            return null;
        };

        for (var rotation = 0; rotation < 5; rotation++)
        {
            await fixture.RotateHealthyAsync();
            await CallAsync();
            // The replica shows the new version; each client reads as late as it may.
            fixture.Time.Advance(lag);
            await CallAsync();
            (home, there) = (await fixture.ReadKeyAsync(), await other.ReadKeyAsync());
            Assert.Equal(home, there);
        }

        Assert.Empty(refused);
        Assert.InRange(calls, 100, int.MaxValue);

        async Task CallAsync()
        {
            calls++;
            if (await fixture.CallApiAsync(home) != System.Net.HttpStatusCode.OK)
            {
                refused.Add("home");
            }

            if (!await other.AcceptsAsync(there))
            {
                refused.Add(There);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CreateSecret_waits_for_a_replica_that_was_just_written(bool staysInSync)
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours { ReplicaStaysInSync = staysInSync });
        var other = await fixture.AddRegionAsync();
        other.Aws.SecretsManager.ReplicationLag = TimeSpan.FromSeconds(30);

        await fixture.RotateHealthyAsync(2);
    }

    [Fact]
    public async Task CreateSecret_refuses_while_a_replica_lags_and_goes_on_when_it_has_followed()
    {
        await using var fixture = await RotationFixture.StartAsync(rotationAttempts: 1);
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        other.Aws.SecretsManager.ReplicationStopped = true;

        var rotation = await fixture.RotateAsync();

        var step = Assert.Single(rotation.Steps);
        Assert.Contains($"version {rotation.VersionId}, in Region {There}: clients there may not have read AWSCURRENT yet: the replica is InProgress. Nothing was changed.", step.Error, StringComparison.Ordinal);
        Assert.Equal("++", await other.RingAsync());
        other.Aws.SecretsManager.ReplicationStopped = false;
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        await fixture.RunAsync(rotation.VersionId, Steps);
        Assert.Equal(await fixture.ReadKeyAsync(), (await other.MintedAsync())[^1].Value);
    }

    [Fact]
    public async Task CreateSecret_refuses_a_Region_without_a_replica()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.AddRegionAsync(replicates: false);
        var token = await fixture.OpenRotationAsync();

        Assert.Contains($"in Region {There}: clients there may not have read AWSCURRENT yet: the secret has no replica there.", await fixture.FailAsync(token, "createSecret"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EU-WEST-2")]
    [InlineData("evil.example.com")]
    [InlineData("eu-west-1.evil")]
    [InlineData("eu-west-1")] // the secret's own
    [InlineData("")]
    public async Task A_tag_that_names_no_other_Region_stops_a_rotation_before_anything_is_called_there(string region)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.TagSecretAsync("apikey-rotation:template:" + region, fixture.TemplateId);
        var token = await fixture.OpenRotationAsync();

        Assert.Contains($"the secret's tag apikey-rotation:template:{region} does not end in the code of another Region", await fixture.FailAsync(token, "createSecret"), StringComparison.Ordinal);
        var answer = await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn });
        Assert.Contains(answer.GetProperty("Findings").EnumerateArray(), finding => finding.GetProperty("Problem").GetString()!.Contains("does not end in the code of another Region", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Both_sides_must_agree_in_each_Region()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        await other.TagKeyAsync(other.TemplateId, "apikey-rotation:template-for", "another");
        Assert.Contains(
            $"in Region {There}: the secret's tag apikey-rotation:template:{There} points at key {other.TemplateId}, but that key's tag apikey-rotation:template-for does not point back",
            await ErrorOfAsync(fixture, token, "setSecret"),
            StringComparison.Ordinal);
        Assert.Equal("", await other.RingAsync());

        await other.TagKeyAsync(other.TemplateId, "apikey-rotation:template-for", fixture.SecretName);
        await other.TagKeyAsync(other.TemplateId, "apikey-rotation:probe", "https://evil.example.com/");
        Assert.Contains($"in Region {There}: the secret and its template key {other.TemplateId} do not name the same probe URL", await ErrorOfAsync(fixture, token, "setSecret"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("setSecret", true)]
    [InlineData("testSecret", true)]
    [InlineData("finishSecret", true)]
    [InlineData("setSecret", false)]
    [InlineData("testSecret", false)]
    [InlineData("finishSecret", false)]
    public async Task A_Region_that_cannot_be_reached_stops_a_rotation_before_the_move_and_is_named(string step, bool isReset)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(3);
        var current = await fixture.ReadKeyAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, [.. Steps.TakeWhile(earlier => earlier != step)]);
        other.Aws.Outage = isReset ? Fault.ConnectionReset() : Fault.Error(503, "ServiceUnavailable", "down");

        var error = await ErrorOfAsync(fixture, token, step);

        Assert.StartsWith($"{step} of secret {fixture.SecretArn}, version {token}, in Region {There}: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain($"version {token}: ", error, StringComparison.Ordinal);
        Assert.Equal(current, await fixture.ReadKeyAsync());
        other.Aws.Outage = null;
        await fixture.RunAsync(token, Steps);
        await AssertHealthyAsync(fixture, other);
    }

    [Fact]
    public async Task After_the_move_the_other_Regions_go_on_and_the_next_rotation_finishes()
    {
        await using var fixture = await RotationFixture.StartAsync(rotationAttempts: 2);
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(3);
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "UpdateSecretVersionStage")
            {
                other.Aws.Outage = Fault.ConnectionReset();
            }

            return null;
        };

        var rotation = await fixture.RotateAsync();

        fixture.Aws.Faults = null;
        other.Aws.Outage = null;
        Assert.All(rotation.Steps.Where(step => step.Step == "finishSecret"), step => Assert.StartsWith($"RotationException: finishSecret of secret {fixture.SecretArn}, version {rotation.VersionId}, in Region {There}: ", step.Error, StringComparison.Ordinal));
        Assert.Equal((await fixture.MintedAsync())[^1].Value, await fixture.ReadKeyAsync());
        Assert.Equal("-++", string.Concat((await fixture.MintedAsync()).Select(key => key.Enabled == true ? '+' : '-')));
        Assert.Equal("-+++", await other.RingAsync());
        await fixture.RotateHealthyAsync(2);
        await AssertHealthyAsync(fixture, other);
    }

    /// <summary>The process dies right after the move, and the repeat cannot reach one Region: it retires the keys of the other all the same.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_repeat_after_the_move_retires_the_keys_of_the_Regions_that_it_reaches(bool isHomeLost)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        await fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest
        {
            SecretId = fixture.SecretArn,
            VersionStage = "AWSCURRENT",
            MoveToVersionId = token,
            RemoveFromVersionId = (await fixture.LabelsAsync()).First(version => version.Value.Contains("AWSCURRENT")).Key,
        });
        fixture.Aws.Faults = call => call.Service == "apigateway" && call.Region == (isHomeLost ? fixture.Aws.Region : There) ? Fault.ConnectionReset() : null;

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => fixture.RunAsync(token, "finishSecret"));

        fixture.Aws.Faults = null;
        Assert.Equal(!isHomeLost, failure.Message.Contains($"in Region {There}", StringComparison.Ordinal));
        var home = string.Concat((await fixture.MintedAsync()).Select(key => key.Enabled == true ? '+' : '-'));
        Assert.Equal(isHomeLost ? ("+++", "-++") : ("-++", "+++"), (home, await other.RingAsync()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task SetSecret_deletes_its_key_where_the_secret_has_left_the_Region_meanwhile(int readLagSeconds)
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new() { ReadLag = TimeSpan.FromSeconds(readLagSeconds) });
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "CreateApiKey" && call.Region == There)
            {
                fixture.Aws.SecretsManager.UntagResource(new() { SecretId = fixture.SecretArn, TagKeys = [$"apikey-rotation:template:{There}"] });
            }

            return null;
        };

        await fixture.RunAsync(token, "setSecret");

        fixture.Aws.Faults = null;
        Assert.Equal("+", await other.RingAsync());
        Assert.Equal(2, (await fixture.MintedAsync()).Count);
        await fixture.RunAsync(token, "testSecret", "finishSecret");
    }

    /// <summary>Deleting it because the rotation is over would delete a key that is AWSCURRENT's.</summary>
    [Fact]
    public async Task SetSecret_leaves_its_key_where_only_the_rotation_has_gone()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "CreateUsagePlanKey" && call.Region == There)
            {
                fixture.Aws.SecretsManager.UpdateSecretVersionStage(new() { SecretId = fixture.SecretArn, VersionStage = "AWSPENDING", RemoveFromVersionId = token });
            }

            return null;
        };

        await fixture.RunAsync(token, "setSecret");

        Assert.Equal("++", await other.RingAsync());
    }

    [Fact]
    public async Task FinishSecret_does_not_move_while_a_Region_has_no_enabled_key()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        var pending = (await other.MintedAsync())[^1].Id;
        await other.Gateway.UpdateApiKeyAsync(new() { ApiKey = pending, PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = "false" }] });
        Assert.Contains($"in Region {There}: key {pending} is disabled: someone disabled it after testSecret.", await fixture.FailAsync(token, "finishSecret"), StringComparison.Ordinal);

        await other.Gateway.DeleteApiKeyAsync(new() { ApiKey = pending });
        Assert.Contains($"in Region {There}: no key of this secret has the version's value", await fixture.FailAsync(token, "finishSecret"), StringComparison.Ordinal);
        await fixture.RunAsync(token, Steps);
    }

    [Fact]
    public async Task FinishSecret_needs_no_key_in_a_Region_that_the_secret_leaves_meanwhile()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        var pending = (await other.MintedAsync())[^1].Id;
        var isGone = false;
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "GetApiKeys" && call.Region == There && !isGone)
            {
                isGone = true;
                fixture.Aws.SecretsManager.UntagResource(new() { SecretId = fixture.SecretArn, TagKeys = [$"apikey-rotation:template:{There}"] });
                other.Aws.ApiGateway.DeleteApiKey(pending);
            }

            return null;
        };

        await fixture.RunAsync(token, "finishSecret");

        Assert.Equal((await fixture.MintedAsync())[^1].Value, await fixture.ReadKeyAsync());
    }

    /// <summary>The other Region's ring is listed before the labels are read, as the own one's is.</summary>
    [Fact]
    public async Task A_key_that_is_minted_in_a_Region_while_a_late_finishSecret_runs_is_not_touched()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        var done = (await fixture.RotateAsync()).VersionId;
        string? next = null;
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "GetApiKeys" && call.Region == There && next is null)
            {
                next = "";
                next = Task.Run(async () =>
                {
                    var token = await fixture.OpenRotationAsync();
                    await fixture.RunAsync(token, "createSecret", "setSecret");
                    return token;
                }).GetAwaiter().GetResult();
            }

            return null;
        };

        await fixture.RunAsync(done, "finishSecret");

        fixture.Aws.Faults = null;
        Assert.True((await other.MintedAsync())[^1].Enabled);
        await fixture.RunAsync(next!, "testSecret", "finishSecret");
        await AssertHealthyAsync(fixture, other);
    }

    [Fact]
    public async Task Without_an_overlap_the_previous_key_is_disabled_in_each_Region()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.TagSecretAsync("apikey-rotation:overlap", "0");
        await fixture.RotateHealthyAsync(3);
        Assert.Equal("-+", await other.RingAsync());
        Assert.Equal([false, true], (await fixture.MintedAsync()).Select(key => key.Enabled == true));
    }

    [Fact]
    public async Task TestSecret_probes_each_Region_with_its_own_URL_and_measures_the_activation_there()
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: "https://home.example.com/prod");
        var other = await fixture.AddRegionAsync();
        await other.TagBothAsync("apikey-rotation:probe", "https://there.example.com/prod");
        api.Answer = (key, _) => fixture.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();

        await fixture.RotateHealthyAsync();

        Assert.Equal(["home.example.com", "there.example.com"], api.Requests.Select(request => request.RequestUri!.Host).Distinct().Order());
        var activations = fixture.Metrics.Where(line => line.TryGetProperty("ActivationSeconds", out _)).ToList();
        Assert.Equal([null, There], activations.Select(line => line.TryGetProperty("Region", out var region) ? region.GetString() : null).Order());
    }

    [Fact]
    public async Task The_log_names_the_other_Region_and_not_the_own_one()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.AddRegionAsync();
        var token = (await fixture.RotateAsync()).VersionId;

        var created = fixture.Log.Where(entry => entry.Message.Contains("created key", StringComparison.Ordinal)).Select(entry => entry.Message).ToList();
        Assert.Contains(created, message => message.StartsWith($"setSecret of {fixture.SecretArn} version {token}: created key", StringComparison.Ordinal));
        Assert.Contains(created, message => message.StartsWith($"setSecret of {fixture.SecretArn} version {token} in {There}: created key", StringComparison.Ordinal));
        Assert.Equal(2, created.Count);
    }

    internal static async Task AssertHealthyAsync(RotationFixture fixture, OtherRegion other)
    {
        Assert.Equal("-++", string.Concat((await fixture.MintedAsync()).Select(key => key.Enabled == true ? '+' : '-')));
        Assert.Equal("-++", await other.RingAsync());
        foreach (var label in new[] { "AWSCURRENT", "AWSPREVIOUS" })
        {
            var value = await fixture.ReadKeyAsync(label);
            Assert.Equal(System.Net.HttpStatusCode.OK, await fixture.CallApiAsync(value));
            Assert.True(await other.AcceptsAsync(value));
        }
    }

    internal static async Task<string> ErrorOfAsync(RotationFixture fixture, string token, string step) =>
        (await Assert.ThrowsAnyAsync<Exception>(() => fixture.RunAsync(token, step))).Message;

    private static async Task<List<string>> PlansAsync(OtherRegion other, string keyId) =>
        (await other.Gateway.GetUsagePlansAsync(new() { KeyId = keyId })).Items?.ConvertAll(plan => plan.Id) ?? [];
}
