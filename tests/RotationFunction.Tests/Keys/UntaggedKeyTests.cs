using System.Text.Json;
using System.Text.RegularExpressions;
using Amazon.APIGateway.Model;

namespace RotationFunction.Tests;

/// <summary>A key that lost its tag stays in use whatever is rotated or revoked: it is never changed, and always told.</summary>
public sealed class UntaggedKeyTests
{
    [Theory]
    [InlineData("AWSCURRENT")]
    [InlineData("AWSPREVIOUS")]
    [InlineData("older")]
    public async Task An_enabled_key_without_its_tag_is_found_with_the_command_that_tags_it_again(string which)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var key = (await fixture.MintedAsync())[which == "AWSCURRENT" ? 1 : 0].Id;
        await UntagAsync(fixture, key);
        if (which == "older")
        {
            await fixture.RotateHealthyAsync();
        }

        var before = await fixture.SnapshotAsync();
        var answers = new[] { await AnswerAsync(fixture, "check"), await AnswerAsync(fixture, "status") };

        Assert.Equal(before, await fixture.SnapshotAsync());
        Assert.Equal(1, fixture.Metrics[^1].GetProperty("Strays").GetInt32());
        foreach (var answer in answers)
        {
            var finding = Assert.Single(answer.GetProperty("Findings").EnumerateArray());
            Assert.StartsWith(
                $"Key {key}, which {(which == "older" ? "has the name of a key of this secret" : $"has {which}'s value")}, is enabled without the tag",
                finding.GetProperty("Problem").GetString(),
                StringComparison.Ordinal);
            await RunAsync(fixture, finding.GetProperty("Command").GetString()!, key);
        }

        Assert.True(answers[1].GetProperty("Keys").EnumerateArray().Single(listed => listed.GetProperty("KeyId").GetString() == key).GetProperty("Stray").GetBoolean());
        Assert.True((await AnswerAsync(fixture, "check")).GetProperty("Healthy").GetBoolean());
        await fixture.RotateHealthyAsync(2);
        Assert.Equal([false, true, true], (await fixture.MintedAsync()).Select(minted => minted.Enabled));
    }

    [Fact]
    public async Task An_adopted_key_in_use_without_its_tag_is_found_too()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var adopted = await fixture.AdoptAsync();
        await fixture.RotateHealthyAsync();
        await UntagAsync(fixture, adopted, "apikey-rotation:adopted-for");

        var finding = Assert.Single((await AnswerAsync(fixture, "check")).GetProperty("Findings").EnumerateArray());
        Assert.StartsWith($"Key {adopted}, which has AWSPREVIOUS's value, is enabled without the tag", finding.GetProperty("Problem").GetString(), StringComparison.Ordinal);
        Assert.EndsWith($$"""/apikeys/{{adopted}} --tags '{"apikey-rotation:adopted-for": "{{fixture.SecretName}}"}'""", finding.GetProperty("Command").GetString(), StringComparison.Ordinal);

        Assert.Equal(
            $"No key was disabled. Nothing was changed. Left enabled, because their tags do not show that they belong to this secret: {adopted}. The action status returns the command that restores a tag. Then invoke this action again.",
            await fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn }));
        await fixture.TagKeyAsync(adopted, "apikey-rotation:adopted-for", fixture.SecretName);
        Assert.StartsWith($"Keys disabled: {adopted}.", await fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("revokePrevious")]
    [InlineData("endOverlap")]
    public async Task What_is_left_enabled_is_named(string action)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        await fixture.TagSecretAsync("apikey-rotation:overlap", "1h");
        var previous = (await fixture.MintedAsync())[0].Id;
        await UntagAsync(fixture, previous);
        fixture.Time.Advance(TimeSpan.FromHours(2));
        var before = await fixture.SnapshotAsync();

        var message = await fixture.ActAsync(new { action, secretId = fixture.SecretArn });

        Assert.Contains($"Left enabled, because their tags do not show that they belong to this secret: {previous}. ", message, StringComparison.Ordinal);
        Assert.Equal(before, await fixture.SnapshotAsync());
        await fixture.TagKeyAsync(previous, "apikey-rotation:minted-for", fixture.SecretArn);
        Assert.Contains($"Keys disabled: {previous}.", await fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thousands_of_forged_names_make_a_page_of_findings_and_hide_no_stray()
    {
        await using var fixture = await RotationFixture.StartAsync(inProcess: inner => inner);
        await fixture.RotateHealthyAsync(2);
        var previous = (await fixture.MintedAsync())[0].Id;
        await UntagAsync(fixture, previous);
        fixture.Time.Advance(TimeSpan.FromDays(1));
        Forge(fixture, 2000);
        var calls = Count(fixture);

        var answer = await AnswerAsync(fixture, "check");

        var problems = answer.GetProperty("Findings").EnumerateArray().Select(finding => finding.GetProperty("Problem").GetString()!).ToList();
        Assert.Equal(11, problems.Count);
        Assert.StartsWith($"Key {previous}, which has AWSPREVIOUS's value", problems[0], StringComparison.Ordinal);
        Assert.StartsWith("1991 more keys with names like keys of this secret are enabled", problems[^1], StringComparison.Ordinal);
        Assert.Equal(2001, fixture.Metrics[^1].GetProperty("Strays").GetInt32());
        Assert.Equal(1, fixture.Metrics[^1].GetProperty("KeysInRing").GetInt32());
        Assert.InRange(calls(), 1, 60);

        var message = await fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn });
        Assert.Contains(", and 1991 more.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Among_thousands_of_forged_names_no_own_key_is_missed()
    {
        await using var fixture = await RotationFixture.StartAsync(inProcess: inner => inner);
        await fixture.RotateHealthyAsync(2);
        var ending = (await fixture.MintedAsync())[0].Id;
        Forge(fixture, 2000);
        var forged = (await fixture.MintedAsync()).Where(key => key.Enabled == true).Select(key => key.Id).ToHashSet();

        Assert.Equal(LocalAws.RotationOutcome.Succeeded, (await fixture.RotateAsync()).Outcome);

        var left = (await fixture.MintedAsync()).Where(key => forged.Contains(key.Id)).ToDictionary(key => key.Id, key => key.Enabled);
        Assert.False(left[ending]);
        Assert.Equal(2001, left.Count(key => key.Value == true));
    }

    /// <summary>Each look takes a second, as when others use up API Gateway's ten calls.</summary>
    [Fact]
    public async Task Where_there_is_no_time_to_look_at_each_the_step_says_so_and_its_repeats_get_to_the_key()
    {
        await using var fixture = await RotationFixture.StartAsync(inProcess: inner => inner);
        await fixture.RotateHealthyAsync(2);
        var ending = (await fixture.MintedAsync())[0].Id;
        Forge(fixture, 1000);
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        fixture.Aws.Faults = call =>
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(call is { Operation: "GetApiKey", AccessKeyId: RotationFixture.FunctionAccessKey } ? 1 : 0));
            return null;
        };
        var step = JsonSerializer.Serialize(new { Step = "finishSecret", SecretId = fixture.SecretArn, ClientRequestToken = token });
        for (var tries = 0; fixture.Aws.ApiGateway.GetApiKey(ending).Enabled == true && tries < 100; tries++)
        {
            var started = fixture.Time.GetUtcNow();
            var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.InvokeAsync(step));
            Assert.Matches("[0-9]+ more keys have names like keys of this secret, and the invocation has no time left to check them", failure.Message);
            Assert.InRange(fixture.Time.GetUtcNow() - started, TimeSpan.FromMinutes(13), TimeSpan.FromMinutes(15));
            Assert.Contains("AWSCURRENT", (await fixture.LabelsAsync())[token]);
        }

        Assert.False(fixture.Aws.ApiGateway.GetApiKey(ending).Enabled);
    }

    [Theory]
    [InlineData("lifecycle")]
    [InlineData("leaveUsagePlan")]
    public async Task Among_thousands_of_forged_names_a_deployments_action_finds_the_own_keys_with_one_look_at_each(string action)
    {
        await using var fixture = await RotationFixture.StartAsync(inProcess: inner => inner);
        await fixture.RotateHealthyAsync(2);
        var ring = (await fixture.MintedAsync()).ConvertAll(key => key.Id);
        Forge(fixture, 2000);
        var (@event, isDone) = await LeaveAsync(fixture, action, ring);
        var calls = Count(fixture);

        await fixture.InvokeAsync(@event);

        Assert.True(isDone());
        Assert.InRange(calls(), 2000, 2100);
        Assert.Equal(2000, (await fixture.MintedAsync()).Count(key => !ring.Contains(key.Id)));
    }

    /// <summary>Each look takes a second, as when others use up API Gateway's ten calls.</summary>
    [Theory]
    [InlineData("lifecycle")]
    [InlineData("leaveUsagePlan")]
    public async Task Where_a_deployments_action_has_no_time_to_look_at_each_it_says_so_and_its_repeats_get_to_the_keys(string action)
    {
        await using var fixture = await RotationFixture.StartAsync(inProcess: inner => inner);
        await fixture.RotateHealthyAsync(2);
        var ring = (await fixture.MintedAsync()).ConvertAll(key => key.Id);
        Forge(fixture, 1500);
        var (@event, isDone) = await LeaveAsync(fixture, action, ring);
        fixture.Aws.Faults = call =>
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(call is { Operation: "GetApiKey", AccessKeyId: RotationFixture.FunctionAccessKey } ? 1 : 0));
            return null;
        };
        for (var tries = 0; !isDone() && tries < 100; tries++)
        {
            var started = fixture.Time.GetUtcNow();
            var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.InvokeAsync(@event));
            Assert.Matches("[0-9]+ more keys have names like keys of this secret, and the invocation has no time left to check them", failure.Message);
            Assert.InRange(fixture.Time.GetUtcNow() - started, TimeSpan.FromMinutes(13), TimeSpan.FromMinutes(15));
        }

        Assert.True(isDone());
    }

    /// <summary>The event with which the stack's part that goes has the keys deleted, or taken out of a usage plan; and whether they are.</summary>
    private static async Task<(string Event, Func<bool> IsDone)> LeaveAsync(RotationFixture fixture, string action, List<string> ring)
    {
        await fixture.Secrets.CancelRotateSecretAsync(new Amazon.SecretsManager.Model.CancelRotateSecretRequest { SecretId = fixture.SecretArn });
        if (action == "leaveUsagePlan")
        {
            await fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = fixture.TemplateId });
        }

        return (
            JsonSerializer.Serialize(new { action, secretId = fixture.SecretArn, usagePlanId = fixture.PlanIds[0], tf = new { action = "delete" } }),
            action == "lifecycle"
                ? () => !ring.Exists(id => Exists(fixture, id))
                : () => ring.TrueForAll(id => !fixture.Aws.ApiGateway.GetUsagePlans(new LocalAws.ApiGateway.GetUsagePlansRequest { KeyId = id }).Items.Any()));
    }

    private static bool Exists(RotationFixture fixture, string keyId)
    {
        try
        {
            return fixture.Aws.ApiGateway.GetApiKey(keyId) is not null;
        }
        catch (LocalAws.AwsException)
        {
            return false;
        }
    }

    private static void Forge(RotationFixture fixture, int count)
    {
        for (var number = 0; number < count; number++)
        {
            fixture.Aws.ApiGateway.CreateApiKey(new LocalAws.ApiGateway.CreateApiKeyRequest { Name = $"{fixture.SecretName}/{Guid.NewGuid()}", Enabled = true });
        }
    }

    private static Func<int> Count(RotationFixture fixture)
    {
        var calls = 0;
        fixture.Aws.Faults = call =>
        {
            Interlocked.Add(ref calls, call is { AccessKeyId: RotationFixture.FunctionAccessKey, Service: "apigateway" } ? 1 : 0);
            return null;
        };
        return () => calls;
    }

    private static Task<UntagResourceResponse> UntagAsync(RotationFixture fixture, string keyId, string tag = "apikey-rotation:minted-for") => fixture.Gateway.UntagResourceAsync(new UntagResourceRequest
    {
        ResourceArn = $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys/{keyId}",
        TagKeys = [tag],
    });

    /// <summary>Does what the command says, as a shell splits it.</summary>
    private static async Task RunAsync(RotationFixture fixture, string command, string keyId)
    {
        var words = Regex.Matches(command, "'[^']*'|[^ ']+", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(word => word.Value.Trim('\'')).ToList();
        Assert.Equal(["aws", "apigateway", "tag-resource", "--resource-arn", $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys/{keyId}", "--tags"], words[..6]);
        var tags = JsonSerializer.Deserialize<Dictionary<string, string>>(words[6])!;
        Assert.Equal(7, words.Count);
        await fixture.Gateway.TagResourceAsync(new TagResourceRequest { ResourceArn = words[4], Tags = tags });
    }

    private static Task<JsonElement> AnswerAsync(RotationFixture fixture, string action) => fixture.AnswerAsync(new { action, secretId = fixture.SecretArn });
}
