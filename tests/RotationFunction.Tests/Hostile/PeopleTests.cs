using System.Net;
using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>
/// People of docs/security.md who have one permission, and exactly that, and what they get to with it: what is not prevented too. The table there names
/// each of these tests (<see cref="PeopleTableTests"/>).
/// </summary>
public sealed class PeopleTests
{
    private const string NotDrawn = "attackerattackerattackerattacker";

    [Fact]
    public async Task Who_may_write_the_secret_chooses_the_next_key_and_reads_no_other()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        using var writer = Person.Secrets(fixture, Person.Allow("secretsmanager:PutSecretValue secretsmanager:UpdateSecret", fixture.SecretArn));
        foreach (var label in new[] { "AWSCURRENT", "AWSPENDING", null })
        {
            await AssertDeniedAsync(() => writer.GetSecretValueAsync(new GetSecretValueRequest { SecretId = fixture.SecretArn, VersionStage = label }));
        }

        var chosen = new string('W', 40);
        fixture.Hide(chosen);
        var token = await fixture.OpenRotationAsync();
        await PutAsync(writer, fixture, chosen, token, "AWSPENDING");
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret", "finishSecret");

        Assert.True(await fixture.ReadKeyAsync() == chosen, "the writer did not choose the key");
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(chosen));
    }

    [Fact]
    public async Task Who_may_write_the_secret_breaks_clients_and_check_finds_it()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        fixture.Hide(NotDrawn);
        using var writer = Person.Secrets(fixture, Person.Allow("secretsmanager:PutSecretValue", fixture.SecretArn));

        await PutAsync(writer, fixture, NotDrawn, RotationFixture.NewToken(), "AWSCURRENT");

        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        Assert.Contains("No key of this secret has AWSCURRENT's value, so clients are refused.", await FindingsAsync(fixture), StringComparison.Ordinal);
        await fixture.RotateHealthyAsync();
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    /// <summary>The secret's own policy, as the stack makes it, denies the label only.</summary>
    [Fact]
    public async Task Who_may_read_the_secret_is_denied_the_label_AWSPENDING_and_reads_the_version_by_its_id()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        await fixture.Secrets.PutResourcePolicyAsync(new PutResourcePolicyRequest
        {
            SecretId = fixture.SecretArn,
            ResourcePolicy = """{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"secretsmanager:GetSecretValue","Resource":"*","Condition":{"StringEquals":{"secretsmanager:VersionStage":"AWSPENDING"}}}}""",
        });
        using var reader = Person.Secrets(fixture, Person.Allow("secretsmanager:GetSecretValue secretsmanager:DescribeSecret", fixture.SecretArn));

        await AssertDeniedAsync(() => reader.GetSecretValueAsync(new GetSecretValueRequest { SecretId = fixture.SecretArn, VersionStage = "AWSPENDING" }));

        var pending = (await reader.DescribeSecretAsync(new DescribeSecretRequest { SecretId = fixture.SecretArn })).VersionIdsToStages.Single(version => version.Value.Contains("AWSPENDING")).Key;
        Assert.NotEmpty((await reader.GetSecretValueAsync(new GetSecretValueRequest { SecretId = fixture.SecretArn, VersionId = pending })).SecretString);
    }

    [Fact]
    public async Task Who_may_tag_the_secret_ends_the_previous_key_at_the_next_rotation()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var current = await fixture.ReadKeyAsync();
        using var tagger = Person.Secrets(fixture, Person.Allow("secretsmanager:TagResource secretsmanager:UntagResource", fixture.SecretArn));

        await tagger.TagResourceAsync(new Amazon.SecretsManager.Model.TagResourceRequest { SecretId = fixture.SecretArn, Tags = [new Tag { Key = "apikey-rotation:overlap", Value = "0" }] });

        await fixture.RotateHealthyAsync();
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(current));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    [Fact]
    public async Task Who_may_tag_the_secret_holds_an_old_key_until_it_is_revoked()
    {
        await using var fixture = await RotationFixture.StartAsync(quota: 1000);
        await fixture.RotateHealthyAsync(2);
        var leaked = await fixture.ReadKeyAsync("AWSPREVIOUS");
        using var tagger = Person.Secrets(fixture, Person.Allow("secretsmanager:TagResource secretsmanager:UntagResource", fixture.SecretArn));

        await tagger.TagResourceAsync(new Amazon.SecretsManager.Model.TagResourceRequest { SecretId = fixture.SecretArn, Tags = [new Tag { Key = "apikey-rotation:hold", Value = "9999d" }] });

        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(leaked));
        fixture.Time.Advance(TimeSpan.FromHours(1));
        await fixture.RotateHealthyAsync();
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(leaked));
        Assert.Contains("\"held\"", (await fixture.AnswerAsync(new { action = "status", secretId = fixture.SecretArn })).GetRawText(), StringComparison.Ordinal);
        await fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn });
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(leaked));
    }

    [Fact]
    public async Task Who_may_tag_the_secret_stops_rotations_and_every_step_and_check_say_so()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        using var tagger = Person.Secrets(fixture, Person.Allow("secretsmanager:TagResource secretsmanager:UntagResource", fixture.SecretArn));

        await tagger.UntagResourceAsync(new Amazon.SecretsManager.Model.UntagResourceRequest { SecretId = fixture.SecretArn, TagKeys = ["apikey-rotation:template"] });

        Assert.Equal(RotationOutcome.Failed, (await fixture.RotateAsync()).Outcome);
        Assert.Contains("the secret has no tag apikey-rotation:template", await FindingsAsync(fixture), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    [Fact]
    public async Task Who_may_untag_API_keys_keeps_a_key_in_use_and_check_finds_it()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var kept = await fixture.ReadKeyAsync("AWSPREVIOUS");
        var keyId = (await fixture.MintedAsync()).Single(key => key.Value == kept).Id;
        using var tagger = Person.Gateway(fixture, Person.Allow("apigateway:DELETE", $"arn:aws:apigateway:{fixture.Aws.Region}::/tags/*"), Person.Allow("apigateway:PATCH", $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys/*"));
        await AssertDeniedAsync(() => tagger.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = keyId, IncludeValue = true }));

        await tagger.UntagResourceAsync(new Amazon.APIGateway.Model.UntagResourceRequest { ResourceArn = $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys/{keyId}", TagKeys = ["apikey-rotation:minted-for"] });
        await fixture.RotateHealthyAsync(3);

        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(kept));
        Assert.Contains($"Key {keyId}, which has the name of a key of this secret, is enabled without the tag", await FindingsAsync(fixture), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_tag_API_keys_has_a_key_disabled_that_is_named_like_a_key_of_the_secret_and_no_other()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var named = await MakeAsync($"{fixture.SecretName}/{new string('n', 32)}");
        var others = new[] { await MakeAsync("another partner's"), await MakeAsync($"{fixture.SecretName}/short"), await MakeAsync($"{fixture.SecretName}/more/{new string('n', 32)}") };
        using var tagger = Person.Gateway(fixture, Person.Allow("apigateway:PUT", $"arn:aws:apigateway:{fixture.Aws.Region}::/tags/*"), Person.Allow("apigateway:PATCH", $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys/*"));
        foreach (var keyId in others.Append(named))
        {
            await tagger.TagResourceAsync(new Amazon.APIGateway.Model.TagResourceRequest { ResourceArn = $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys/{keyId}", Tags = new() { ["apikey-rotation:minted-for"] = fixture.SecretArn } });
        }

        await fixture.RotateHealthyAsync();

        Assert.False(fixture.Aws.ApiGateway.GetApiKey(named).Enabled);
        Assert.All(others, keyId => Assert.True(fixture.Aws.ApiGateway.GetApiKey(keyId).Enabled));

        async Task<string> MakeAsync(string name) => (await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = name, Enabled = true })).Id;
    }

    [Fact]
    public async Task Who_may_make_API_keys_makes_strays_that_open_nothing_and_go_with_the_next_rotation()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        using var maker = Person.Gateway(fixture, Person.Allow("apigateway:POST", $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys"), Person.Allow("apigateway:PUT", $"arn:aws:apigateway:{fixture.Aws.Region}::/tags/*"));
        var forged = await maker.CreateApiKeyAsync(new CreateApiKeyRequest
        {
            Name = $"{fixture.SecretName}/{RotationFixture.NewToken()}",
            Enabled = true,
            Tags = new() { ["apikey-rotation:minted-for"] = fixture.SecretArn },
        });
        await AssertDeniedAsync(() => maker.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = forged.Id, KeyType = "API_KEY" }));
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(forged.Value));
        await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn });
        Assert.Equal(1, fixture.Metrics[^1].GetProperty("Strays").GetInt32());

        await fixture.RotateHealthyAsync();

        Assert.False(fixture.Aws.ApiGateway.GetApiKey(forged.Id).Enabled);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    [Fact]
    public async Task Who_may_change_the_keys_of_usage_plans_shuts_clients_out_and_check_finds_it()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var current = await fixture.ReadKeyAsync();
        var keyId = (await fixture.MintedAsync()).Single(key => key.Value == current).Id;
        using var planner = Person.Gateway(fixture, Person.Allow("apigateway:POST apigateway:DELETE", $"arn:aws:apigateway:{fixture.Aws.Region}::/usageplans/*"));

        await planner.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = keyId });

        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(current));
        Assert.Contains($"AWSCURRENT's key {keyId} is not in usage plan {fixture.PlanIds[0]}, but the template key is.", await FindingsAsync(fixture), StringComparison.Ordinal);
        await fixture.RotateHealthyAsync();
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    [Fact]
    public async Task Who_may_rotate_the_secret_cuts_off_a_cached_key_by_rotating_twice()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var cached = await fixture.ReadKeyAsync();
        using var rotator = Person.Secrets(fixture, Person.Allow("secretsmanager:RotateSecret", fixture.SecretArn), Person.Allow("lambda:InvokeFunction", fixture.FunctionArn));
        await AssertDeniedAsync(() => rotator.GetSecretValueAsync(new GetSecretValueRequest { SecretId = fixture.SecretArn }));

        for (var rotation = 0; rotation < 2; rotation++)
        {
            Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(cached));
            await rotator.RotateSecretAsync(new RotateSecretRequest { SecretId = fixture.SecretArn });
            await fixture.Aws.SecretsManager.SettledAsync();
        }

        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(cached));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    [Fact]
    public async Task An_operator_ends_the_current_key_by_making_it_the_previous_one_first()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        await fixture.ClearPendingAsync();
        var (current, previous) = (await fixture.ReadKeyAsync(), await fixture.ReadKeyAsync("AWSPREVIOUS"));
        await AskAsync("revokePrevious");
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(current));

        await AskAsync("rollback");
        await AskAsync("revokePrevious");

        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(current));
        Assert.True(await fixture.ReadKeyAsync() == previous);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(previous));

        async Task AskAsync(string action) => await fixture.Function.InvokeAsync(
            JsonSerializer.SerializeToUtf8Bytes(new { action, secretId = fixture.SecretArn }),
            new LambdaHost.InvocationContext("request", fixture.FunctionArn + ":operators", fixture.Time.GetUtcNow().AddMinutes(15), fixture.Time, new LambdaHost.TemplateLogger(fixture.Log.Enqueue)));
    }

    /// <summary>Not through the alias of the operators: the function itself.</summary>
    [Fact]
    public async Task Who_may_invoke_the_function_itself_makes_a_key_current_that_no_test_has_passed()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var before = await fixture.ReadKeyAsync();
        var token = await fixture.OpenRotationAsync();

        Assert.Contains("createSecret must store it first", await fixture.FailAsync(token, "finishSecret"), StringComparison.Ordinal);
        await fixture.RunAsync(token, "createSecret");
        Assert.Contains("setSecret must create it first", await fixture.FailAsync(token, "finishSecret"), StringComparison.Ordinal);
        await fixture.RunAsync(token, "setSecret", "finishSecret");

        Assert.True(await fixture.ReadKeyAsync() != before);
        Assert.Contains("is AWSPENDING: its rotation is not complete", await fixture.FailAsync(JsonSerializer.Serialize(new { action = "rollback", secretId = fixture.SecretArn })), StringComparison.Ordinal);
        await fixture.ClearPendingAsync(); // as Secrets Manager does at its next try, which finds nothing to do
        await fixture.ActAsync(new { action = "rollback", secretId = fixture.SecretArn });
        Assert.True(await fixture.ReadKeyAsync() == before);
    }

    [Fact]
    public async Task Who_may_invoke_the_function_itself_deletes_keys_while_rotation_is_off_and_provision_makes_one()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var delete = new { action = "lifecycle", secretId = fixture.SecretArn, tf = new { action = "delete" } };
        Assert.StartsWith("Nothing was deleted", await fixture.ActAsync(delete), StringComparison.Ordinal);
        await fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = fixture.SecretArn });

        await fixture.ActAsync(delete);

        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        await fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn });
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    private static async Task<string> FindingsAsync(RotationFixture fixture) => string.Join('\n', (await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn }))
        .GetProperty("Findings").EnumerateArray().Select(finding => finding.GetProperty("Problem").GetString()));

    private static Task<PutSecretValueResponse> PutAsync(AmazonSecretsManagerClient writer, RotationFixture fixture, string value, string version, string label) => writer.PutSecretValueAsync(new PutSecretValueRequest
    {
        SecretId = fixture.SecretArn,
        ClientRequestToken = version,
        SecretString = JsonSerializer.Serialize(new { apiKey = value }),
        VersionStages = [label],
    });

    private static async Task AssertDeniedAsync(Func<Task> call) =>
        Assert.Equal("AccessDeniedException", (await Assert.ThrowsAnyAsync<Amazon.Runtime.AmazonServiceException>(call)).ErrorCode);
}
