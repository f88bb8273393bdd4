using System.Net;
using System.Text.Json;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>The provision event: a deployment ends with a working secret or an error message.</summary>
public sealed class ProvisionTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"url":"https://orders.example.com"}""")]
    public async Task A_secret_without_a_key_gets_its_first_one_although_rotation_is_not_enabled(string? document)
    {
        await using var fixture = await RotationFixture.StartAsync(document: document);

        var message = await fixture.ActAsync(Event(fixture));

        var current = (await fixture.LabelsAsync()).Single(version => version.Value.Contains("AWSCURRENT")).Key;
        Assert.StartsWith($"The secret has a key, in version {current}. ", message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        Assert.Equal(document?.Contains("url", StringComparison.Ordinal) ?? false, (await fixture.CurrentDocumentAsync()).Contains("orders.example.com", StringComparison.Ordinal));
        await fixture.RotateHealthyAsync(3);
        Assert.Equal([false, true, true], (await fixture.MintedAsync()).Select(key => key.Enabled));
    }

    [Fact]
    public async Task A_secret_that_has_a_key_is_left_as_it_is()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.ActAsync(Event(fixture));
        var before = await fixture.SnapshotAsync();
        Assert.StartsWith("The secret already has a key. Nothing was changed. ", await fixture.ActAsync(Event(fixture)), StringComparison.Ordinal);
        Assert.Equal(before, await fixture.SnapshotAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_secret_whose_key_was_deleted_or_disabled_while_rotation_was_off_gets_one_that_works(bool deleted)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        await fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = fixture.SecretArn });
        await BreakCurrentAsync(fixture, deleted);

        var message = await fixture.ActAsync(Event(fixture));

        Assert.StartsWith("The secret has a key, in version ", message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task While_rotation_is_on_a_key_that_does_not_work_is_an_error_that_says_what_to_do(bool deleted, bool rotating)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        await BreakCurrentAsync(fixture, deleted);
        var pending = rotating ? await fixture.OpenRotationAsync() : null;
        var before = await fixture.SnapshotAsync();

        var error = await fixture.FailAsync(JsonSerializer.Serialize(Event(fixture)));

        Assert.Contains(deleted ? "no key of this secret has AWSCURRENT's value, so clients are refused." : "is disabled, so clients are refused.", error, StringComparison.Ordinal);
        Assert.EndsWith(
            rotating ? $"The rotation to version {pending} replaces it. Deploy again when that version is AWSCURRENT." : $"Start a new rotation with: aws secretsmanager rotate-secret --secret-id {fixture.SecretArn}",
            error, StringComparison.Ordinal);
        Assert.Equal(before, await fixture.SnapshotAsync());
    }

    private static async Task BreakCurrentAsync(RotationFixture fixture, bool deleted)
    {
        var current = (await fixture.MintedAsync())[^1];
        if (deleted)
        {
            await fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = current.Id });
            return;
        }

        await fixture.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = current.Id, PatchOperations = [new PatchOperation { Op = Op.Replace, Path = "/enabled", Value = "false" }] });
    }

    [Fact]
    public async Task A_value_that_cannot_be_read_is_not_taken_for_a_missing_one()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        fixture.Aws.Faults = call => call.Operation == "GetSecretValue" && call.AccessKeyId == RotationFixture.FunctionAccessKey
            ? Fault.Error(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret value") : null;
        Assert.Contains("returns no value for version", await fixture.FailAsync(JsonSerializer.Serialize(Event(fixture))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rotation_that_is_pending_is_resumed()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");

        Assert.StartsWith($"The secret has a key, in version {token}. ", await fixture.ActAsync(Event(fixture)), StringComparison.Ordinal);
        Assert.Single(await fixture.MintedAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_rotation_of_an_empty_secret_is_resumed_although_the_first_document_takes_AWSPENDING_off(int filledBy)
    {
        await using var fixture = await RotationFixture.StartAsync(document: null);
        var token = await fixture.OpenRotationAsync();
        if (filledBy > 0)
        {
            await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest
            {
                SecretId = fixture.SecretArn,
                ClientRequestToken = token,
                SecretString = JsonSerializer.Serialize(new { apiKey = ApiKeyValue.Draw().Text }),
                VersionStages = ["AWSPENDING"],
            });
            await fixture.RunAsync(token, [.. new[] { "setSecret", "testSecret" }.Take(filledBy - 1)]);
        }

        Assert.StartsWith($"The secret has a key, in version {token}. ", await fixture.ActAsync(Event(fixture)), StringComparison.Ordinal);

        Assert.Single(await fixture.MintedAsync());
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        await fixture.RotateHealthyAsync(2);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    public async Task One_that_died_is_resumed_after_the_key_that_is_adopted_meanwhile_took_AWSPENDING_off(string? document)
    {
        await using var fixture = await RotationFixture.StartAsync(document: document);
        fixture.Aws.Faults = call => call is { Operation: "CreateUsagePlanKey", AccessKeyId: RotationFixture.FunctionAccessKey }
            && fixture.Aws.SecretsManager.DescribeSecret(new() { SecretId = fixture.SecretArn }).VersionIdsToStages?.Values.Any(labels => labels.Contains("AWSPENDING")) == true
            ? Fault.Error(400, "Injected", "died") : null;
        await Assert.ThrowsAsync<RotationException>(() => fixture.ActAsync(Event(fixture)));
        fixture.Aws.Faults = null;
        var unfinished = (await fixture.LabelsAsync()).Single(version => version.Value.Contains("AWSPENDING")).Key;
        var adopted = await AddAdoptedAsync(fixture);

        Assert.StartsWith($"The secret has a key, in version {unfinished}. ", await fixture.ActAsync(Event(fixture)), StringComparison.Ordinal);

        Assert.True(adopted.Value == await fixture.ReadKeyAsync("AWSPREVIOUS"));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        await fixture.RotateHealthyAsync(2);
    }

    [Fact]
    public async Task One_that_died_at_any_call_is_resumed_by_the_next()
    {
        var calls = 0;
        await using (var clean = await RotationFixture.StartAsync(document: null))
        {
            clean.Aws.Faults = call => call.AccessKeyId == RotationFixture.FunctionAccessKey && ++calls < 0 ? Fault.ConnectionReset() : null;
            await clean.ActAsync(Event(clean));
        }

        Assert.InRange(calls, 20, 60);
        for (var dies = 1; dies <= calls; dies++)
        {
            foreach (var afterEffect in new[] { false, true })
            {
                await using var fixture = await RotationFixture.StartAsync(document: null);
                var call = 0;
                // From this call on nothing is answered, not to the SDK's retries either: the process is gone.
                fixture.Aws.Faults = made => made.AccessKeyId == RotationFixture.FunctionAccessKey && ++call >= dies
                    ? Fault.Error(400, "Injected", $"died at call {dies}", afterEffect && call == dies) : null;
                await Assert.ThrowsAsync<RotationException>(() => fixture.ActAsync(Event(fixture)));
                fixture.Aws.Faults = null;

                await fixture.ActAsync(Event(fixture));

                Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
                Assert.True(await fixture.ReadKeyAsync() == Assert.Single(await fixture.MintedAsync(), key => key.Enabled == true).Value);
            }
        }
    }

    [Fact]
    public async Task What_goes_wrong_is_the_deployments_error()
    {
        await using var fixture = await RotationFixture.StartAsync(document: null);
        await fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = fixture.TemplateId });
        Assert.Contains("is not in any usage plan, so a new key would give access to no API", await fixture.FailAsync(JsonSerializer.Serialize(Event(fixture))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("provision", 80, true)]
    [InlineData("provision", 95, false)]
    [InlineData("lifecycle", 80, true)]
    [InlineData("lifecycle", 95, false)]
    public async Task A_role_that_is_not_effective_yet_is_waited_for_up_to_90_seconds(string action, int effectiveAfterSeconds, bool succeeds)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var start = fixture.Time.GetUtcNow();
        fixture.Aws.Faults = _ => fixture.Time.GetUtcNow() - start < TimeSpan.FromSeconds(effectiveAfterSeconds)
            ? Fault.Error(400, "AccessDeniedException", "User: role is not authorized to perform: secretsmanager:DescribeSecret") : null;
        var act = () => fixture.ActAsync(new { action, secretId = fixture.SecretArn, tf = new { action = "create" } });

        if (succeeds)
        {
            await act();
        }
        else
        {
            Assert.Contains("not authorized to perform: secretsmanager:DescribeSecret", (await Assert.ThrowsAsync<RotationException>(act)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_step_of_a_rotation_does_not_wait_for_a_role()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        var before = fixture.Time.GetUtcNow();
        fixture.Aws.Faults = _ => Fault.Error(400, "AccessDeniedException", "denied");
        await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, "createSecret"));
        Assert.Equal(before, fixture.Time.GetUtcNow());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"url":"https://orders.example.com"}""")]
    public async Task An_adopted_key_becomes_the_first_AWSCURRENT_and_its_value_is_never_printed(string? document)
    {
        await using var fixture = await RotationFixture.StartAsync(document: document);
        var adopted = await AddAdoptedAsync(fixture);

        Assert.StartsWith($"The key {adopted.Id} was adopted; the first rotation replaces it. ", await fixture.ActAsync(Event(fixture)), StringComparison.Ordinal);

        Assert.True(adopted.Value == await fixture.ReadKeyAsync());
        Assert.Empty(await fixture.MintedAsync());
        Assert.Equal(RotationOutcome.Succeeded, (await fixture.RotateAsync(immediately: false)).Outcome);
    }

    [Fact]
    public async Task An_adopted_key_is_retired_like_any_other_but_never_deleted()
    {
        await using var fixture = await RotationFixture.StartAsync(document: null);
        var adopted = await AddAdoptedAsync(fixture);
        await fixture.ActAsync(Event(fixture));

        await fixture.RotateHealthyAsync();
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(adopted.Value));
        await fixture.RotateHealthyAsync();
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(adopted.Value));
        await fixture.RotateHealthyAsync(3);
        await fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = fixture.SecretArn });
        await fixture.ActAsync(new { action = "lifecycle", secretId = fixture.SecretArn, tf = new { action = "delete" } });

        Assert.False((await fixture.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = adopted.Id })).Enabled);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("key")]
    public async Task An_adopted_key_is_disabled_only_while_both_tags_point_at_each_other(string changed)
    {
        await using var fixture = await RotationFixture.StartAsync(document: null);
        var adopted = await AddAdoptedAsync(fixture);
        await fixture.ActAsync(Event(fixture));
        var others = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "of another team", Enabled = true });
        await (changed == "secret" ? fixture.TagBothAsync("apikey-rotation:adopted", others.Id) : fixture.TagKeyAsync(adopted.Id, "apikey-rotation:adopted-for", "another"));

        await fixture.RotateHealthyAsync(4);

        Assert.True((await fixture.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = adopted.Id })).Enabled);
        Assert.True((await fixture.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = others.Id })).Enabled);
    }

    [Fact]
    public async Task A_key_to_adopt_that_takes_no_further_tag_is_refused()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var adopted = await AddAdoptedAsync(fixture);
        await fixture.Gateway.TagResourceAsync(new Amazon.APIGateway.Model.TagResourceRequest
        {
            ResourceArn = $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys/{adopted.Id}",
            Tags = Enumerable.Range(1, 50).ToDictionary(number => $"tag{number}", _ => "x"),
        });
        Assert.Contains($"the key {adopted.Id} to adopt has 50 tags", await FailAsync(fixture), StringComparison.Ordinal);

        await fixture.Gateway.UntagResourceAsync(new Amazon.APIGateway.Model.UntagResourceRequest { ResourceArn = $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys/{adopted.Id}", TagKeys = ["tag7"] });
        Assert.StartsWith($"The key {adopted.Id} was adopted", await fixture.ActAsync(Event(fixture)), StringComparison.Ordinal);
        Assert.StartsWith("The secret already has a key", await fixture.ActAsync(Event(fixture)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_to_adopt_that_clients_cannot_use_is_refused()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2);
        await fixture.TagBothAsync("apikey-rotation:adopted", "nosuchkey1");
        Assert.Contains("the key nosuchkey1 to adopt, which the tags apikey-rotation:adopted name, does not exist", await FailAsync(fixture), StringComparison.Ordinal);

        var key = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use" });
        await fixture.TagBothAsync("apikey-rotation:adopted", key.Id);
        Assert.Contains($"the key {key.Id} to adopt is disabled", await FailAsync(fixture), StringComparison.Ordinal);

        await fixture.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = key.Id, PatchOperations = [new PatchOperation { Op = Op.Replace, Path = "/enabled", Value = "true" }] });
        await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });
        Assert.Contains($"the key {key.Id} to adopt is not in usage plan {fixture.PlanIds[1]}", await FailAsync(fixture), StringComparison.Ordinal);

        await fixture.TagKeyAsync(key.Id, "apikey-rotation:adopted-for", "another/secret");
        Assert.Contains($"the key {key.Id} was already adopted for the secret another/secret", await FailAsync(fixture), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public async Task The_role_shows_what_it_may_with_a_key_that_is_disabled_all_its_life_and_deleted(bool adopts, int plans)
    {
        await using var fixture = await RotationFixture.StartAsync(plans: plans, unknowns: new UnknownBehaviours());
        if (adopts)
        {
            await AddAdoptedAsync(fixture);
        }

        var calls = new List<string>();
        var proof = "";
        fixture.Aws.Faults = call =>
        {
            if (call is { AccessKeyId: RotationFixture.FunctionAccessKey, Service: "apigateway" } && !call.Operation.StartsWith("Get", StringComparison.Ordinal) && !calls.Contains("DeleteApiKey"))
            {
                calls.Add(call.Operation);
                if (calls.Count > 1)
                {
                    var key = Assert.Single(fixture.Aws.ApiGateway.GetApiKeys(new() { NameQuery = fixture.SecretName + "/permission-proof-", Limit = 500 }).Items);
                    (proof, _) = (key.Id, 0);
                    Assert.False(key.Enabled);
                    Assert.Equal(fixture.SecretArn, fixture.Aws.ApiGateway.GetApiKey(key.Id).Tags!["apikey-rotation:minted-for"]);
                }
            }

            return null;
        };

        var message = await fixture.ActAsync(Event(fixture));

        Assert.Equal(["CreateApiKey", "UpdateApiKey", .. Enumerable.Repeat(new[] { "CreateUsagePlanKey", "DeleteUsagePlanKey" }, plans).SelectMany(pair => pair), "DeleteApiKey"], calls);
        Assert.EndsWith($" The role can create, tag, update, attach, detach and delete keys: tested with key {proof}, which was deleted.", message, StringComparison.Ordinal);
        Assert.DoesNotContain(await fixture.MintedAsync(), key => key.Id == proof);
    }

    [Theory]
    [InlineData("CreateApiKey", "apigateway:POST on arn:aws:apigateway:eu-west-1::/apikeys (", 0)]
    [InlineData("UpdateApiKey", "apigateway:PATCH on arn:aws:apigateway:eu-west-1::/apikeys/KEY (", 0)]
    [InlineData("CreateUsagePlanKey", "apigateway:POST on arn:aws:apigateway:eu-west-1::/usageplans/PLAN/keys (", 0)]
    [InlineData("DeleteUsagePlanKey", "apigateway:DELETE on arn:aws:apigateway:eu-west-1::/usageplans/PLAN/keys/KEY (", 0)]
    [InlineData("DeleteApiKey", "apigateway:DELETE on arn:aws:apigateway:eu-west-1::/apikeys/KEY (", 1)]
    public async Task A_permission_that_the_role_lacks_ends_the_deployment_and_names_what_to_allow(string operation, string lacking, int left)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var resource = "";
        fixture.Aws.Faults = call =>
        {
            if (call.Operation != operation || call.AccessKeyId != RotationFixture.FunctionAccessKey)
            {
                return null;
            }

            resource = call.Resource;
            return Fault.Error(403, "AccessDeniedException", "User: role is not authorized");
        };

        var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.ActAsync(Event(fixture)));

        var key = resource.Split('/')[^1];
        Assert.Contains(
            $"the function's role lacks permissions that rotations need: {lacking.Replace("KEY", key, StringComparison.Ordinal).Replace("PLAN", fixture.PlanIds[0], StringComparison.Ordinal)}"
            + "AWS returned AccessDeniedException: User: role is not authorized). Allow these in the policy of the function's role: aws lambda get-function-configuration --query Role",
            failure.Message,
            StringComparison.Ordinal);
        Assert.Equal("{}", await fixture.CurrentDocumentAsync());
        Assert.Equal(left, (await fixture.MintedAsync()).Count);
        fixture.Aws.Faults = null;
        // What is left goes with the first rotation.
        await fixture.ActAsync(Event(fixture));
        await fixture.RotateHealthyAsync();
        Assert.Equal([true, true], (await fixture.MintedAsync()).Select(minted => minted.Enabled));
    }

    [Fact]
    public async Task Conditions_on_keys_tags_that_do_not_hold_end_the_deployment_with_all_that_they_deny()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new() { KeysLackTagConditions = true });
        fixture.Aws.Iam.CreateRole("rotation", """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}""");
        fixture.Aws.Iam.PutRolePolicy("rotation", "all", Policy("""{"StringLike":{"aws:ResourceTag/apikey-rotation:minted-for":"arn:aws:secretsmanager:*"}}"""));
        var credentials = fixture.Aws.Iam.AssumeRole("rotation", "function");
        fixture.RunAs(new SessionAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken));

        var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.ActAsync(Event(fixture)));

        var left = Assert.Single(await fixture.MintedAsync());
        Assert.False(left.Enabled);
        Assert.Contains($"apigateway:PATCH on arn:aws:apigateway:eu-west-1::/apikeys/{left.Id} (AWS returned AccessDeniedException: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"apigateway:DELETE on arn:aws:apigateway:eu-west-1::/apikeys/{left.Id} (AWS returned AccessDeniedException: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("If the policy allows one of them under a tag condition, AWS does not evaluate the tag: remove the condition", failure.Message, StringComparison.Ordinal);
        fixture.Aws.Iam.PutRolePolicy("rotation", "all", Policy("{}"));
        Assert.StartsWith("The secret has a key", await fixture.ActAsync(Event(fixture)), StringComparison.Ordinal);

        static string Policy(string condition) => $$"""
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":["secretsmanager:*","apigateway:GET","apigateway:POST","apigateway:PUT"],"Resource":"*"},
              {"Effect":"Allow","Action":"apigateway:DELETE","Resource":"arn:aws:apigateway:eu-west-1::/usageplans/*"},
              {"Effect":"Allow","Action":["apigateway:PATCH","apigateway:DELETE"],"Resource":"arn:aws:apigateway:eu-west-1::/apikeys/*","Condition":{{condition}}}]}
            """;
    }

    [Fact]
    public async Task Deployments_at_once_end_with_a_key_that_is_served_and_leave_strays_only()
    {
        await using var fixture = await RotationFixture.StartAsync(document: null, plans: 2);
        for (var round = 0; round < 3; round++)
        {
            var ended = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Record.ExceptionAsync(() => fixture.ActAsync(Event(fixture))).AsTask()));
            Assert.Contains(ended, failure => failure is null);
        }

        // Each has made a version of its own; what the others minted are strays.
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        await fixture.RotateHealthyAsync(3);
        Assert.Equal([false, true, true], (await fixture.MintedAsync()).Select(key => key.Enabled));
    }

    private static Task<string> FailAsync(RotationFixture fixture) => fixture.FailAsync(JsonSerializer.Serialize(Event(fixture)));

    private static object Event(RotationFixture fixture) => new { action = "provision", secretId = fixture.SecretArn };

    private static async Task<CreateApiKeyResponse> AddAdoptedAsync(RotationFixture fixture)
    {
        var key = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use since 2019", Enabled = true });
        foreach (var plan in fixture.PlanIds)
        {
            await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = plan, KeyId = key.Id, KeyType = "API_KEY" });
        }

        await fixture.TagBothAsync("apikey-rotation:adopted", key.Id);
        return key;
    }
}
