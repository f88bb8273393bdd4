using System.Text.Json;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace LocalAws.Tests.SecretsManager;

public sealed class SecretTests
{
    [Fact]
    public async Task An_arn_ends_in_six_random_characters()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var secret = await account.CreateSecretAsync("team/payments");

        Assert.Matches("^arn:aws:secretsmanager:eu-west-1:123456789012:secret:team/payments-[A-Za-z0-9]{6}$", secret.ARN);
        Assert.Equal("team/payments", secret.Name);
    }

    [Fact]
    public async Task A_secret_is_found_by_name_by_arn_and_by_arn_without_suffix()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var arn = (await account.CreateSecretAsync()).ARN;

        foreach (var id in (string[])["payments", arn, arn[..^7]])
        {
            Assert.Equal(arn, (await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = id })).ARN);
        }
    }

    [Fact]
    public async Task An_arn_with_another_suffix_is_another_secret()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var arn = (await account.CreateSecretAsync()).ARN;

        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.", () =>
            account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = arn[..^6] + "000000" }));
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();

        await AssertAws.RefusesAsync(400, "ResourceExistsException", "The operation failed because the secret payments already exists.", () =>
            account.CreateSecretAsync());
    }

    [Fact]
    public async Task Creating_again_with_the_same_token_and_value_returns_the_same_secret()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var request = new CreateSecretRequest { Name = "payments", SecretString = "v1", ClientRequestToken = LocalAwsAccount.NewToken() };
        var first = await account.SecretsManager.CreateSecretAsync(request);

        var second = await account.SecretsManager.CreateSecretAsync(request);

        Assert.Equal((first.ARN, first.VersionId), (second.ARN, second.VersionId));
    }

    [Fact]
    public async Task Creating_again_with_the_same_token_and_another_value_names_the_token()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var request = new CreateSecretRequest { Name = "payments", SecretString = "v1", ClientRequestToken = LocalAwsAccount.NewToken() };
        var arn = (await account.SecretsManager.CreateSecretAsync(request)).ARN;
        request.SecretString = "v2";

        await AssertAws.RefusesAsync(
            400,
            "ResourceExistsException",
            $"You can't use ClientRequestToken {request.ClientRequestToken} because that value is already in use for a version of secret {arn}.",
            () => account.SecretsManager.CreateSecretAsync(request));

        request.ClientRequestToken = LocalAwsAccount.NewToken();
        await AssertAws.RefusesAsync(400, "ResourceExistsException", "The operation failed because the secret payments already exists.", () =>
            account.SecretsManager.CreateSecretAsync(request));
    }

    [Fact]
    public async Task A_raw_call_with_a_value_must_give_a_token()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var (response, body) = await account.SendAsync(
            HttpMethod.Post, "/", """{"Name":"payments","SecretString":"v1"}""", "secretsmanager", "secretsmanager.CreateSecret");

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("InvalidRequestException", body.GetProperty("__type").GetString());
        Assert.Equal("You must provide a ClientRequestToken value. We recommend a UUID-type value.", body.GetProperty("Message").GetString());
    }

    [Theory]
    [InlineData("Inv Name")]
    [InlineData(" Inv*Name? ")]
    [InlineData("no:arn")]
    [InlineData("\u00e9t\u00e9")]
    public async Task What_cannot_be_a_name_is_refused_as_such_by_every_operation_before_anything_else(string name)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var id = JsonSerializer.Serialize(name);
        foreach (var (operation, rest) in (IEnumerable<(string, string)>)
        [
            ("DescribeSecret", ""), ("DeleteSecret", ""), ("DeleteSecret", ",\"ForceDeleteWithoutRecovery\":true"), ("DeleteSecret", ",\"RecoveryWindowInDays\":1"),
            ("RestoreSecret", ""), ("TagResource", ",\"Tags\":[]"), ("TagResource", ",\"Tags\":[{\"Key\":\"aws:a\"}]"), ("UntagResource", ",\"TagKeys\":[]"),
            ("GetSecretValue", ""), ("GetSecretValue", ",\"VersionId\":\"short\""), ("PutSecretValue", ""), ("UpdateSecret", ",\"SecretString\":\"v\""),
            ("UpdateSecretVersionStage", ",\"VersionStage\":\"\""), ("ListSecretVersionIds", ",\"MaxResults\":0"), ("PutResourcePolicy", ",\"ResourcePolicy\":\"\""),
            ("GetResourcePolicy", ""), ("DeleteResourcePolicy", ""), ("ValidateResourcePolicy", ",\"ResourcePolicy\":\"\""),
            ("ReplicateSecretToRegions", ",\"AddReplicaRegions\":[]"), ("RemoveRegionsFromReplication", ",\"RemoveReplicaRegions\":[]"), ("RotateSecret", ""),
            ("StopReplicationToReplica", ""), ("CancelRotateSecret", ""),
        ])
        {
            var body = await account.AskAsync(operation, $"{{\"SecretId\":{id}{rest}}}");

            Assert.Equal(
                (operation, "ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"),
                (operation, body.GetProperty("__type").GetString(), body.GetProperty("Message").GetString()));
        }
    }

    [Fact]
    public async Task An_identifier_may_have_every_character_that_the_refusal_names()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        foreach (var id in (string[])["a-/_+=.@!9", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:none"])
        {
            await AssertAws.RefusesAsync(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.", () =>
                account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = id }));
        }
    }

    [Theory]
    [InlineData("DescribeSecret", "{}", "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null")]
    [InlineData("DescribeSecret", "{\"SecretId\":null}", "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null")]
    [InlineData("DescribeSecret", "{\"SecretId\":\"\"}", "1 validation error detected: Value at 'secretId' failed to satisfy constraint: Member must have length greater than or equal to 1")]
    [InlineData("CreateSecret", "{}", "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null")]
    [InlineData(
        "TagResource",
        "{}",
        "2 validation errors detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null; Value null at 'tags' failed to satisfy constraint: Member must not be null")]
    [InlineData(
        "GetSecretValue",
        "{\"SecretId\":\"payments\",\"VersionId\":\"short\"}",
        "1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must have length greater than or equal to 32")]
    [InlineData(
        "UpdateSecretVersionStage",
        "{\"SecretId\":\"payments\",\"VersionStage\":\"a\",\"MoveToVersionId\":\"short\"}",
        "1 validation error detected: Value at 'moveToVersionId' failed to satisfy constraint: Member must have length greater than or equal to 32")]
    public async Task What_the_published_model_does_not_admit_is_refused_by_the_member(string operation, string request, string text)
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var body = await account.AskAsync(operation, request);

        Assert.Equal(("ValidationException", text), (body.GetProperty("__type").GetString(), body.GetProperty("Message").GetString()));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(65)]
    public async Task A_token_has_32_to_64_characters(int length)
    {
        await using var account = await LocalAwsAccount.StartAsync();

        await AssertAws.RefusesAsync(400, "InvalidParameterException", text: null, () => account.SecretsManager.CreateSecretAsync(
            new CreateSecretRequest { Name = "payments", SecretString = "v1", ClientRequestToken = new string('t', length) }));
    }

    [Fact]
    public async Task A_value_has_at_most_65536_bytes()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync(value: new string('x', 65_536));

        var text = "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536";
        await AssertAws.RefusesAsync(400, "ValidationException", text, () =>
            account.CreateSecretAsync("too-long", new string('\u00e9', 32_769)));
    }

    [Fact]
    public async Task A_secret_without_a_value_has_no_versions()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync(value: null);

        var secret = await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" });

        Assert.Null(secret.VersionIdsToStages);
        Assert.Null(secret.RotationEnabled);
    }

    [Fact]
    public async Task Tags_are_set_replaced_and_taken_off()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();

        await account.SecretsManager.TagResourceAsync(new TagResourceRequest
        {
            SecretId = "payments",
            Tags = [new Tag { Key = "a", Value = "1" }, new Tag { Key = "b", Value = "2" }],
        });
        await account.SecretsManager.TagResourceAsync(new TagResourceRequest { SecretId = "payments", Tags = [new Tag { Key = "a", Value = "3" }] });
        await account.SecretsManager.UntagResourceAsync(new UntagResourceRequest { SecretId = "payments", TagKeys = ["b"] });

        var tag = Assert.Single((await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" })).Tags);
        Assert.Equal(("a", "3"), (tag.Key, tag.Value));
    }

    [Fact]
    public async Task Tags_are_absent_before_the_first_and_empty_after_the_last()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        Assert.False((await account.AskAsync("DescribeSecret", "{\"SecretId\":\"payments\"}")).TryGetProperty("Tags", out _));
        await account.SecretsManager.TagResourceAsync(new TagResourceRequest { SecretId = "payments", Tags = [new Tag { Key = "a", Value = "1" }] });

        await account.SecretsManager.UntagResourceAsync(new UntagResourceRequest { SecretId = "payments", TagKeys = ["a"] });

        Assert.Equal("[]", (await account.AskAsync("DescribeSecret", "{\"SecretId\":\"payments\"}")).GetProperty("Tags").GetRawText());
        Assert.Equal("[]", (await account.AskAsync("ListSecrets", "{}")).GetProperty("SecretList")[0].GetProperty("Tags").GetRawText());
    }

    [Fact]
    public async Task A_deleted_secrets_name_is_blocked_until_its_recovery_window_ends()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        await account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments", RecoveryWindowInDays = 7 });
        account.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));

        await AssertAws.RefusesAsync(
            400,
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
            () => account.CreateSecretAsync());

        account.Clock.Advance(TimeSpan.FromSeconds(1));
        await account.CreateSecretAsync();
    }

    [Fact]
    public async Task A_deleted_secret_can_be_described_and_restored_but_not_read()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        await account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments" });
        var read = () => account.SecretsManager.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "payments" });

        Assert.NotNull((await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" })).DeletedDate);
        await AssertAws.RefusesAsync(
            400, "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.", read);

        await account.SecretsManager.RestoreSecretAsync(new RestoreSecretRequest { SecretId = "payments" });
        Assert.Equal("v1", (await read()).SecretString);
    }

    [Fact]
    public async Task A_secret_deleted_without_recovery_is_gone_at_once()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var arn = (await account.CreateSecretAsync()).ARN;

        await account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments", ForceDeleteWithoutRecovery = true });

        Assert.NotEqual(arn, (await account.CreateSecretAsync()).ARN);
    }

    [Fact]
    public async Task Secrets_are_listed_by_name_prefix_and_in_pages()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        foreach (var name in (string[])["a/1", "a/2", "a/3", "b/1"])
        {
            await account.CreateSecretAsync(name);
        }

        var request = new ListSecretsRequest { MaxResults = 2, Filters = [new Filter { Key = FilterNameStringType.Name, Values = ["a/"] }] };

        var first = await account.SecretsManager.ListSecretsAsync(request);
        request.NextToken = first.NextToken;
        var second = await account.SecretsManager.ListSecretsAsync(request);

        Assert.Equal(["a/1", "a/2", "a/3"], first.SecretList.Concat(second.SecretList).Select(secret => secret.Name));
        Assert.Null(second.NextToken);
        Assert.Equal(["AWSCURRENT"], first.SecretList[0].SecretVersionsToStages.Single().Value);
    }
}
