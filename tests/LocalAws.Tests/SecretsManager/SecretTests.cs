using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace LocalAws.Tests.SecretsManager;

public sealed class SecretTests
{
    [Fact]
    public async Task An_arn_ends_in_six_random_characters()
    {
        await using var account = await Account.StartAsync();

        var secret = await account.CreateSecretAsync("team/payments");

        Assert.Matches("^arn:aws:secretsmanager:eu-west-1:123456789012:secret:team/payments-[A-Za-z0-9]{6}$", secret.ARN);
        Assert.Equal("team/payments", secret.Name);
    }

    [Fact]
    public async Task A_secret_is_found_by_name_by_arn_and_by_arn_without_suffix()
    {
        await using var account = await Account.StartAsync();
        var arn = (await account.CreateSecretAsync()).ARN;

        foreach (var id in (string[])["payments", arn, arn[..^7]])
        {
            Assert.Equal(arn, (await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = id })).ARN);
        }
    }

    [Fact]
    public async Task An_arn_with_another_suffix_is_another_secret()
    {
        await using var account = await Account.StartAsync();
        var arn = (await account.CreateSecretAsync()).ARN;

        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.", () =>
            account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = arn[..^6] + "000000" }));
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await using var account = await Account.StartAsync();
        await account.CreateSecretAsync();

        await AssertAws.RefusesAsync(400, "ResourceExistsException", "The operation failed because the secret payments already exists.", () =>
            account.CreateSecretAsync());
    }

    [Fact]
    public async Task Creating_again_with_the_same_token_and_value_returns_the_same_secret()
    {
        await using var account = await Account.StartAsync();
        var request = new CreateSecretRequest { Name = "payments", SecretString = "v1", ClientRequestToken = Account.NewToken() };
        var first = await account.SecretsManager.CreateSecretAsync(request);

        var second = await account.SecretsManager.CreateSecretAsync(request);

        Assert.Equal((first.ARN, first.VersionId), (second.ARN, second.VersionId));
    }

    [Fact]
    public async Task A_raw_call_with_a_value_must_give_a_token()
    {
        await using var account = await Account.StartAsync();

        var (response, body) = await account.SendAsync(
            HttpMethod.Post, "/", """{"Name":"payments","SecretString":"v1"}""", "secretsmanager", "secretsmanager.CreateSecret");

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("InvalidRequestException", body.GetProperty("__type").GetString());
        Assert.Equal("You must provide a ClientRequestToken value. We recommend a UUID-type value.", body.GetProperty("Message").GetString());
    }

    [Theory]
    [InlineData(31)]
    [InlineData(65)]
    public async Task A_token_has_32_to_64_characters(int length)
    {
        await using var account = await Account.StartAsync();

        await AssertAws.RefusesAsync(400, "InvalidParameterException", text: null, () => account.SecretsManager.CreateSecretAsync(
            new CreateSecretRequest { Name = "payments", SecretString = "v1", ClientRequestToken = new string('t', length) }));
    }

    [Fact]
    public async Task A_value_has_at_most_65536_bytes()
    {
        await using var account = await Account.StartAsync();
        await account.CreateSecretAsync(value: new string('x', 65_536));

        var text = "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536";
        await AssertAws.RefusesAsync(400, "ValidationException", text, () =>
            account.CreateSecretAsync("too-long", new string('\u00e9', 32_769)));
    }

    [Fact]
    public async Task A_secret_without_a_value_has_no_versions()
    {
        await using var account = await Account.StartAsync();
        await account.CreateSecretAsync(value: null);

        var secret = await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" });

        Assert.Null(secret.VersionIdsToStages);
        Assert.Null(secret.RotationEnabled);
    }

    [Fact]
    public async Task Tags_are_set_replaced_and_taken_off()
    {
        await using var account = await Account.StartAsync();
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
    public async Task A_deleted_secrets_name_is_blocked_until_its_recovery_window_ends()
    {
        await using var account = await Account.StartAsync();
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
        await using var account = await Account.StartAsync();
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
        await using var account = await Account.StartAsync();
        var arn = (await account.CreateSecretAsync()).ARN;

        await account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments", ForceDeleteWithoutRecovery = true });

        Assert.NotEqual(arn, (await account.CreateSecretAsync()).ARN);
    }

    [Fact]
    public async Task Secrets_are_listed_by_name_prefix_and_in_pages()
    {
        await using var account = await Account.StartAsync();
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
