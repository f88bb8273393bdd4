using System.Net;
using System.Text.Json;
using Amazon.APIGateway;
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
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        using var writer = Person.Secrets(world, Person.Allow("secretsmanager:PutSecretValue secretsmanager:UpdateSecret", world.SecretArn));
        foreach (var label in new[] { "AWSCURRENT", "AWSPENDING", null })
        {
            await AssertDeniedAsync(() => writer.GetSecretValueAsync(new GetSecretValueRequest { SecretId = world.SecretArn, VersionStage = label }));
        }

        var chosen = new string('W', 40);
        world.Hide(chosen);
        var token = await world.OpenRotationAsync();
        await PutAsync(writer, world, chosen, token, "AWSPENDING");
        await world.RunAsync(token, "createSecret", "setSecret", "testSecret", "finishSecret");

        Assert.True(await world.ReadKeyAsync() == chosen, "the writer did not choose the key");
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(chosen));
    }

    [Fact]
    public async Task Who_may_write_the_secret_breaks_clients_and_check_finds_it()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        world.Hide(NotDrawn);
        using var writer = Person.Secrets(world, Person.Allow("secretsmanager:PutSecretValue", world.SecretArn));

        await PutAsync(writer, world, NotDrawn, World.NewToken(), "AWSCURRENT");

        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(await world.ReadKeyAsync()));
        Assert.Contains("No key of this secret has AWSCURRENT's value, so clients are refused.", await FindingsAsync(world), StringComparison.Ordinal);
        await world.RotateHealthyAsync();
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
    }

    /// <summary>The secret's own policy, as the stack makes it, denies the label only.</summary>
    [Fact]
    public async Task Who_may_read_the_secret_is_denied_the_label_AWSPENDING_and_reads_the_version_by_its_id()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        var token = await world.OpenRotationAsync();
        await world.RunAsync(token, "createSecret");
        await world.Secrets.PutResourcePolicyAsync(new PutResourcePolicyRequest
        {
            SecretId = world.SecretArn,
            ResourcePolicy = """{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"secretsmanager:GetSecretValue","Resource":"*","Condition":{"StringEquals":{"secretsmanager:VersionStage":"AWSPENDING"}}}}""",
        });
        using var reader = Person.Secrets(world, Person.Allow("secretsmanager:GetSecretValue secretsmanager:DescribeSecret", world.SecretArn));

        await AssertDeniedAsync(() => reader.GetSecretValueAsync(new GetSecretValueRequest { SecretId = world.SecretArn, VersionStage = "AWSPENDING" }));

        var pending = (await reader.DescribeSecretAsync(new DescribeSecretRequest { SecretId = world.SecretArn })).VersionIdsToStages.Single(version => version.Value.Contains("AWSPENDING")).Key;
        Assert.NotEmpty((await reader.GetSecretValueAsync(new GetSecretValueRequest { SecretId = world.SecretArn, VersionId = pending })).SecretString);
    }

    [Fact]
    public async Task Who_may_tag_the_secret_ends_the_previous_key_at_the_next_rotation()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var current = await world.ReadKeyAsync();
        using var tagger = Person.Secrets(world, Person.Allow("secretsmanager:TagResource secretsmanager:UntagResource", world.SecretArn));

        await tagger.TagResourceAsync(new Amazon.SecretsManager.Model.TagResourceRequest { SecretId = world.SecretArn, Tags = [new Tag { Key = "apikey-rotation:overlap", Value = "0" }] });

        await world.RotateHealthyAsync();
        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(current));
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
    }

    [Fact]
    public async Task Who_may_tag_the_secret_stops_rotations_and_every_step_and_check_say_so()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        using var tagger = Person.Secrets(world, Person.Allow("secretsmanager:TagResource secretsmanager:UntagResource", world.SecretArn));

        await tagger.UntagResourceAsync(new Amazon.SecretsManager.Model.UntagResourceRequest { SecretId = world.SecretArn, TagKeys = ["apikey-rotation:template"] });

        Assert.Equal(RotationOutcome.Failed, (await world.RotateAsync()).Outcome);
        Assert.Contains("the secret has no tag apikey-rotation:template", await FindingsAsync(world), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
    }

    [Fact]
    public async Task Who_may_untag_API_keys_keeps_a_key_in_use_and_check_finds_it()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var kept = await world.ReadKeyAsync("AWSPREVIOUS");
        var keyId = (await world.MintedAsync()).Single(key => key.Value == kept).Id;
        using var tagger = Person.Gateway(world, Person.Allow("apigateway:DELETE", $"arn:aws:apigateway:{world.Aws.Region}::/tags/*"), Person.Allow("apigateway:PATCH", $"arn:aws:apigateway:{world.Aws.Region}::/apikeys/*"));
        await AssertDeniedAsync(() => tagger.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = keyId, IncludeValue = true }));

        await tagger.UntagResourceAsync(new Amazon.APIGateway.Model.UntagResourceRequest { ResourceArn = $"arn:aws:apigateway:{world.Aws.Region}::/apikeys/{keyId}", TagKeys = ["apikey-rotation:minted-for"] });
        await world.RotateHealthyAsync(3);

        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(kept));
        Assert.Contains($"Key {keyId}, which is named like one of this secret's, is enabled without the tag", await FindingsAsync(world), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_tag_API_keys_has_a_key_disabled_that_is_named_like_a_key_of_the_secret_and_no_other()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        var named = await MakeAsync($"{world.SecretName}/{new string('n', 32)}");
        var others = new[] { await MakeAsync("another partner's"), await MakeAsync($"{world.SecretName}/short"), await MakeAsync($"{world.SecretName}/more/{new string('n', 32)}") };
        using var tagger = Person.Gateway(world, Person.Allow("apigateway:PUT", $"arn:aws:apigateway:{world.Aws.Region}::/tags/*"), Person.Allow("apigateway:PATCH", $"arn:aws:apigateway:{world.Aws.Region}::/apikeys/*"));
        foreach (var keyId in others.Append(named))
        {
            await tagger.TagResourceAsync(new Amazon.APIGateway.Model.TagResourceRequest { ResourceArn = $"arn:aws:apigateway:{world.Aws.Region}::/apikeys/{keyId}", Tags = new() { ["apikey-rotation:minted-for"] = world.SecretArn } });
        }

        await world.RotateHealthyAsync();

        Assert.False(world.Aws.ApiGateway.GetApiKey(named).Enabled);
        Assert.All(others, keyId => Assert.True(world.Aws.ApiGateway.GetApiKey(keyId).Enabled));

        async Task<string> MakeAsync(string name) => (await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = name, Enabled = true })).Id;
    }

    [Fact]
    public async Task Who_may_make_API_keys_makes_strays_that_open_nothing_and_go_with_the_next_rotation()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        using var maker = Person.Gateway(world, Person.Allow("apigateway:POST", $"arn:aws:apigateway:{world.Aws.Region}::/apikeys"), Person.Allow("apigateway:PUT", $"arn:aws:apigateway:{world.Aws.Region}::/tags/*"));
        var forged = await maker.CreateApiKeyAsync(new CreateApiKeyRequest
        {
            Name = $"{world.SecretName}/{World.NewToken()}",
            Enabled = true,
            Tags = new() { ["apikey-rotation:minted-for"] = world.SecretArn },
        });
        await AssertDeniedAsync(() => maker.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = world.PlanIds[0], KeyId = forged.Id, KeyType = "API_KEY" }));
        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(forged.Value));
        await world.AnswerAsync(new { action = "check", secretId = world.SecretArn });
        Assert.Equal(1, world.Metrics[^1].GetProperty("Strays").GetInt32());

        await world.RotateHealthyAsync();

        Assert.False(world.Aws.ApiGateway.GetApiKey(forged.Id).Enabled);
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
    }

    [Fact]
    public async Task Who_may_change_the_keys_of_usage_plans_shuts_clients_out_and_check_finds_it()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        var current = await world.ReadKeyAsync();
        var keyId = (await world.MintedAsync()).Single(key => key.Value == current).Id;
        using var planner = Person.Gateway(world, Person.Allow("apigateway:POST apigateway:DELETE", $"arn:aws:apigateway:{world.Aws.Region}::/usageplans/*"));

        await planner.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = world.PlanIds[0], KeyId = keyId });

        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(current));
        Assert.Contains($"AWSCURRENT's key {keyId} is not in usage plan {world.PlanIds[0]}, but the template is.", await FindingsAsync(world), StringComparison.Ordinal);
        await world.RotateHealthyAsync();
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
    }

    [Fact]
    public async Task Who_may_rotate_the_secret_cuts_off_a_cached_key_by_rotating_twice()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        var cached = await world.ReadKeyAsync();
        using var rotator = Person.Secrets(world, Person.Allow("secretsmanager:RotateSecret", world.SecretArn), Person.Allow("lambda:InvokeFunction", world.FunctionArn));
        await AssertDeniedAsync(() => rotator.GetSecretValueAsync(new GetSecretValueRequest { SecretId = world.SecretArn }));

        for (var rotation = 0; rotation < 2; rotation++)
        {
            Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(cached));
            await rotator.RotateSecretAsync(new RotateSecretRequest { SecretId = world.SecretArn });
            await world.Aws.SecretsManager.SettledAsync();
        }

        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(cached));
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
    }

    [Fact]
    public async Task An_operator_ends_the_current_key_by_making_it_the_previous_one_first()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        await world.ClearPendingAsync();
        var (current, previous) = (await world.ReadKeyAsync(), await world.ReadKeyAsync("AWSPREVIOUS"));
        await AskAsync("revokePrevious");
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(current));

        await AskAsync("rollback");
        await AskAsync("revokePrevious");

        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(current));
        Assert.True(await world.ReadKeyAsync() == previous);
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(previous));

        async Task AskAsync(string action) => await world.Function.InvokeAsync(
            JsonSerializer.SerializeToUtf8Bytes(new { action, secretId = world.SecretArn }),
            new LambdaHost.InvocationContext("request", world.FunctionArn + ":operators", world.Time.GetUtcNow().AddMinutes(15), world.Time, new LambdaHost.TemplateLogger(world.Log.Enqueue)));
    }

    /// <summary>Not through the alias of the operators: the function itself.</summary>
    [Fact]
    public async Task Who_may_invoke_the_function_itself_makes_a_key_current_that_no_test_has_passed()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        var before = await world.ReadKeyAsync();
        var token = await world.OpenRotationAsync();

        Assert.Contains("createSecret must store it first", await world.FailAsync(token, "finishSecret"), StringComparison.Ordinal);
        await world.RunAsync(token, "createSecret");
        Assert.Contains("setSecret must create it first", await world.FailAsync(token, "finishSecret"), StringComparison.Ordinal);
        await world.RunAsync(token, "setSecret", "finishSecret");

        Assert.True(await world.ReadKeyAsync() != before);
        Assert.Contains("is AWSPENDING: a rotation that is not complete", await world.FailAsync(JsonSerializer.Serialize(new { action = "rollback", secretId = world.SecretArn })), StringComparison.Ordinal);
        await world.ClearPendingAsync(); // as Secrets Manager does at its next try, which finds nothing to do
        await world.ActAsync(new { action = "rollback", secretId = world.SecretArn });
        Assert.True(await world.ReadKeyAsync() == before);
    }

    [Fact]
    public async Task Who_may_invoke_the_function_itself_deletes_keys_while_rotation_is_off_and_provision_makes_one()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var delete = new { action = "lifecycle", secretId = world.SecretArn, tf = new { action = "delete" } };
        Assert.StartsWith("Nothing was deleted", await world.ActAsync(delete), StringComparison.Ordinal);
        await world.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = world.SecretArn });

        await world.ActAsync(delete);

        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(await world.ReadKeyAsync()));
        await world.ActAsync(new { action = "provision", secretId = world.SecretArn });
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
    }

    private static async Task<string> FindingsAsync(World world) => string.Join('\n', (await world.AnswerAsync(new { action = "check", secretId = world.SecretArn }))
        .GetProperty("Findings").EnumerateArray().Select(finding => finding.GetProperty("Problem").GetString()));

    private static Task<PutSecretValueResponse> PutAsync(AmazonSecretsManagerClient writer, World world, string value, string version, string label) => writer.PutSecretValueAsync(new PutSecretValueRequest
    {
        SecretId = world.SecretArn,
        ClientRequestToken = version,
        SecretString = JsonSerializer.Serialize(new { apiKey = value }),
        VersionStages = [label],
    });

    private static async Task AssertDeniedAsync(Func<Task> call) =>
        Assert.Equal("AccessDeniedException", (await Assert.ThrowsAnyAsync<Amazon.Runtime.AmazonServiceException>(call)).ErrorCode);
}
