using System.Net;
using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>Whole rotations, as Secrets Manager runs them.</summary>
public sealed class RotationTests
{
    [Fact]
    public async Task A_rotation_replaces_the_key_that_clients_use()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var first = await fixture.ReadKeyAsync();
        await fixture.RotateHealthyAsync();
        var second = await fixture.ReadKeyAsync();

        Assert.True(first != second);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(second));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(first));
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync("somebody-made-this-key-up"));
    }

    [Fact]
    public async Task A_key_lives_for_one_rotation_each_as_current_previous_and_disabled()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var key = Assert.Single(await fixture.MintedAsync());

        await fixture.RotateHealthyAsync();
        Assert.True((await fixture.MintedAsync())[0].Enabled);
        Assert.True(key.Value == await fixture.ReadKeyAsync("AWSPREVIOUS"));

        await fixture.RotateHealthyAsync();
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(key.Value));
        Assert.Contains(await fixture.MintedAsync(), listed => listed.Id == key.Id && listed.Enabled == false);

        await fixture.RotateHealthyAsync();
        Assert.DoesNotContain(await fixture.MintedAsync(), listed => listed.Id == key.Id);
    }

    [Fact]
    public async Task Ten_rotations_leave_one_current_one_previous_and_one_disabled_key()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(10);

        var keys = await fixture.MintedAsync();
        Assert.Equal([false, true, true], keys.Select(key => key.Enabled));
        Assert.True(keys[1].Value == await fixture.ReadKeyAsync("AWSPREVIOUS"));
        Assert.True(keys[2].Value == await fixture.ReadKeyAsync());
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(110, false)]
    [InlineData(110, true)]
    [InlineData(400, true)] // the probe sees what ACTIVATION_WAIT, 120 s, would miss
    public async Task No_client_that_reads_the_secret_once_a_period_is_refused(int activationLagSeconds, bool probe)
    {
        await using var fixture = await RotationFixture.StartAsync(activationLag: TimeSpan.FromSeconds(activationLagSeconds));
        if (probe)
        {
            await fixture.TagBothAsync("apikey-rotation:probe", new Uri(fixture.ApiUrl, "orders").ToString());
        }

        await fixture.RotateHealthyAsync();
        using var stop = new CancellationTokenSource();
        var cached = await fixture.ReadKeyAsync();
        var calls = 0;
        var calling = CallWithoutPauseAsync();

        for (var rotation = 0; rotation < 5; rotation++)
        {
            await fixture.RotateHealthyAsync();
            cached = await fixture.ReadKeyAsync();
            // A request with the key before may be under way on a slow machine, where the next rotation takes no time: it would come a period too late.
            for (var seen = Volatile.Read(ref calls); Volatile.Read(ref calls) < seen + 2 && !calling.IsCompleted;)
            {
                await Task.Delay(1);
            }
        }

        await stop.CancelAsync();
        var (served, refused) = await calling;
        Assert.True(served > 20, $"only {served} requests were sent");
        Assert.Equal(0, refused);

        async Task<(int Served, int Refused)> CallWithoutPauseAsync()
        {
            var (ok, bad) = (0, 0);
            while (!stop.IsCancellationRequested)
            {
                _ = await fixture.CallApiAsync(Volatile.Read(ref cached)) == HttpStatusCode.OK ? ok++ : bad++;
                Interlocked.Increment(ref calls);
            }

            return (ok, bad);
        }
    }

    [Fact]
    public async Task A_key_that_is_served_later_than_the_activation_wait_is_refused_at_first()
    {
        await using var fixture = await RotationFixture.StartAsync(activationWait: 60, activationLag: TimeSpan.FromSeconds(61), unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync();

        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    [Fact]
    public async Task RotateImmediately_false_tests_the_current_key_and_changes_nothing()
    {
        // AWSPENDING of the rotation before is part of what this compares.
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync(2);
        var before = await fixture.SnapshotAsync();

        var record = await fixture.RotateAsync(immediately: false);

        Assert.Equal(RotationOutcome.Succeeded, record.Outcome);
        Assert.Equal("testSecret", Assert.Single(record.Steps).Step);
        Assert.Equal(before, await fixture.SnapshotAsync());
        await fixture.RotateHealthyAsync();
    }

    [Fact]
    public async Task The_owners_fields_are_carried_over_to_the_byte()
    {
        await using var fixture = await RotationFixture.StartAsync("""{ "url": "https://x/\u00e4\"", "apiKey" : "old-one-made-by-hand", "n": 1.50e1, "deep": {"apiKey": [1, 2 ,{}]} }""");
        await fixture.RotateHealthyAsync(2);

        var key = await fixture.ReadKeyAsync();
        var expected = """{ "url": "https://x/\u00e4\"", "apiKey" : "*", "n": 1.50e1, "deep": {"apiKey": [1, 2 ,{}]} }""";
        Assert.True(expected.Replace("*", key, StringComparison.Ordinal) == await fixture.CurrentDocumentAsync());
    }

    [Fact]
    public async Task An_owners_edit_between_rotations_keeps_its_key_valid_and_is_carried_over()
    {
        // If AWSPENDING stayed on the edited version, Secrets Manager would refuse the next rotation.
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync(2);
        var key = await fixture.ReadKeyAsync();
        await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, SecretString = $$"""{"apiKey":"{{key}}","owner":"edited"}""" });

        await fixture.RotateHealthyAsync();

        Assert.Equal("edited", JsonDocument.Parse(await fixture.CurrentDocumentAsync()).RootElement.GetProperty("owner").GetString());
        Assert.True(key == await fixture.ReadKeyAsync("AWSPREVIOUS"));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(key));
        await fixture.RotateHealthyAsync();
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(key));
    }

    [Fact]
    public async Task A_rollback_makes_the_previous_key_current_and_the_next_rotation_keeps_it_valid()
    {
        // If AWSPENDING stayed on the version rolled back from, Secrets Manager would refuse the next rotation.
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync(2);
        var previous = await fixture.ReadKeyAsync("AWSPREVIOUS");
        var labels = await fixture.LabelsAsync();
        await fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest
        {
            SecretId = fixture.SecretArn,
            VersionStage = "AWSCURRENT",
            MoveToVersionId = labels.Single(version => version.Value.Contains("AWSPREVIOUS")).Key,
            RemoveFromVersionId = labels.Single(version => version.Value.Contains("AWSCURRENT")).Key,
        });

        await fixture.RotateHealthyAsync();

        Assert.True(previous == await fixture.ReadKeyAsync("AWSPREVIOUS"));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(previous));
    }

    [Fact]
    public async Task Description_customer_tags_and_plans_come_from_the_template()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 3);
        await fixture.RotateHealthyAsync();

        var record = fixture.Aws.SecretsManager.Rotations[^1];
        var key = await fixture.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = Assert.Single(await fixture.MintedAsync()).Id });
        Assert.Equal($"{fixture.SecretName}/{record.VersionId}", key.Name);
        Assert.Equal(("Partner API, template", "customer-7"), (key.Description, key.CustomerId));
        Assert.Equal(
            [("apikey-rotation:minted-for", fixture.SecretArn), ("team", "billing")],
            key.Tags.Select(tag => (tag.Key, tag.Value)).Order());
        foreach (var plan in fixture.PlanIds)
        {
            var keys = await fixture.Gateway.GetUsagePlanKeysAsync(new GetUsagePlanKeysRequest { UsagePlanId = plan });
            Assert.Equal(new[] { key.Id, fixture.TemplateId }.Order(), keys.Items.Select(item => item.Id).Order());
        }
    }

    [Fact]
    public async Task Plans_that_the_template_gained_or_lost_count_from_the_next_key_on()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2);
        await fixture.RotateHealthyAsync();
        var gained = await fixture.AddPlanAsync(fixture.TemplateId);
        await fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = fixture.TemplateId });

        await fixture.RotateHealthyAsync();

        var plans = await fixture.Gateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = (await fixture.MintedAsync())[^1].Id });
        Assert.Equal(new[] { fixture.PlanIds[1], gained }.Order(), plans.Items.Select(plan => plan.Id).Order());
    }

    [Fact]
    public async Task Keys_of_others_are_never_touched()
    {
        const string Name = "demo/partner-api";
        await using var fixture = await RotationFixture.StartAsync(secretName: Name);
        var version = RotationFixture.NewToken();
        List<(string Name, Dictionary<string, string>? Tags)> others =
        [
            ("in the same plan", null),
            (Name, null),
            (Name + "-2/" + version, null),
            (Name + "/by-hand", new() { ["apikey-rotation:minted-for"] = fixture.SecretArn }),
            (Name + "/" + version, null), // named exactly like a minted key, without our tag
            (Name + "/" + RotationFixture.NewToken(), new() { ["apikey-rotation:minted-for"] = fixture.SecretArn.Replace("partner-api", "partner-apj", StringComparison.Ordinal) }),
            (Name + "/more/" + version, new() { ["apikey-rotation:minted-for"] = fixture.SecretArn.Replace("partner-api", "partner-api/more", StringComparison.Ordinal) }),
        ];
        var ids = new List<string>();
        foreach (var other in others)
        {
            var key = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = other.Name, Enabled = ids.Count % 2 == 0, Tags = other.Tags });
            await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });
            ids.Add(key.Id);
        }

        var before = await DescribeAsync();
        await fixture.RotateHealthyAsync(4);
        Assert.Equal(before, await DescribeAsync());

        async Task<string> DescribeAsync() =>
            string.Join('\n', (await fixture.SnapshotAsync()).Split('\n').Where(line => ids.Any(id => line.StartsWith(id, StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Keys_left_by_a_deleted_secret_of_the_same_name_are_retired()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var former = fixture.SecretArn[..^6] + (fixture.SecretArn.EndsWith("abcdef", StringComparison.Ordinal) ? "ghijkl" : "abcdef");
        await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest
        {
            Name = $"{fixture.SecretName}/{RotationFixture.NewToken()}",
            Enabled = true,
            Tags = new() { ["apikey-rotation:minted-for"] = former },
        });

        await fixture.RotateHealthyAsync();
        Assert.Equal([false, true], (await fixture.MintedAsync()).Select(key => key.Enabled));
        await fixture.RotateHealthyAsync();
        Assert.Equal([true, true], (await fixture.MintedAsync()).Select(key => key.Enabled));
    }

    [Theory]
    [InlineData("terraform-20260301120000000000000001")]
    [InlineData("not/a/uuid but 33 characters long")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public async Task Tokens_need_not_be_UUIDs(string token)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var record = await fixture.RotateAsync(token);

        Assert.Equal((RotationOutcome.Succeeded, token), (record.Outcome, record.VersionId));
        await fixture.RotateHealthyAsync(3);
        Assert.Equal(3, (await fixture.MintedAsync()).Count);
    }

    [Fact]
    public async Task More_than_500_keys_and_more_than_25_plans_are_seen_whole()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 30);
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret");
        // The list is newest first, so the pending key comes last, behind strays that fill the first page.
        for (var stray = 0; stray < 520; stray++)
        {
            fixture.Aws.ApiGateway.CreateApiKey(new LocalAws.ApiGateway.CreateApiKeyRequest
            {
                Name = $"{fixture.SecretName}/{RotationFixture.NewToken()}",
                Enabled = true,
                Tags = new Dictionary<string, string> { ["apikey-rotation:minted-for"] = fixture.SecretArn },
            });
        }

        await fixture.RunAsync(token, "testSecret", "finishSecret");

        var current = await fixture.ReadKeyAsync();
        var key = Assert.Single(await fixture.MintedAsync(), key => key.Value == current);
        await fixture.RotateHealthyAsync(); // the strays are not older than the first rotation's key
        Assert.Equal(2, (await fixture.MintedAsync()).Count(key => key.Enabled == true));
        var plans = await fixture.Gateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = key.Id, Limit = 500 });
        Assert.Equal(30, plans.Items.Count);
    }

    [Theory]
    [InlineData("createSecret")]
    [InlineData("setSecret")]
    [InlineData("testSecret")]
    [InlineData("finishSecret")]
    public async Task A_step_that_fails_after_its_work_is_healed_by_Secrets_Managers_retry(string failing)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        var run = fixture.OnInvoke;
        var failures = 0;
        fixture.OnInvoke = async invocation =>
        {
            var result = await run(invocation);
            using var sent = JsonDocument.Parse(invocation.Payload);
            if (sent.RootElement.GetProperty("Step").GetString() == failing && failures++ == 0)
            {
                throw new TimeoutException("the answer is lost");
            }

            return result;
        };

        var record = await fixture.RotateAsync();

        Assert.Equal(RotationOutcome.Succeeded, record.Outcome);
        Assert.Equal(1, record.Steps.Count(step => step.Error is not null));
        await fixture.RotateHealthyAsync(2);
        Assert.Equal([false, true, true], (await fixture.MintedAsync()).Select(key => key.Enabled));
    }

    [Theory]
    [MemberData(nameof(FunctionOperations))]
    public async Task An_AWS_call_that_fails_before_or_after_its_effect_is_healed(string operation, bool afterEffect)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        var failures = 0;
        fixture.Aws.Faults = call => call.AccessKeyId == RotationFixture.FunctionAccessKey && call.Operation == operation && Interlocked.Increment(ref failures) == 1
            ? Fault.Error(500, "InternalFailure", "injected", afterEffect) : null;

        Assert.Equal(RotationOutcome.Succeeded, (await fixture.RotateAsync()).Outcome);

        Assert.NotEqual(0, failures);
        await fixture.RotateHealthyAsync(2);
        Assert.Equal([false, true, true], (await fixture.MintedAsync()).Select(key => key.Enabled));
    }

    public static TheoryData<string, bool> FunctionOperations()
    {
        var data = new TheoryData<string, bool>();
        foreach (var operation in new[] { "DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage", "GetApiKey", "GetApiKeys", "GetUsagePlans", "CreateApiKey", "CreateUsagePlanKey", "UpdateApiKey", "DeleteApiKey" })
        {
            data.Add(operation, false);
            data.Add(operation, true);
        }

        return data;
    }
}
