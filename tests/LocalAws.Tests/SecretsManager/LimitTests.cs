using Amazon.SecretsManager.Model;

namespace LocalAws.Tests.SecretsManager;

public sealed class LimitTests
{
    [Theory]
    [InlineData("")]
    [InlineData("pay ments")]
    [InlineData("payments!")]
    [InlineData("caf\u00e9")]
    public async Task A_name_has_letters_digits_and_a_few_more_characters(string name)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync("aZ09/_+=.@-");

        await AssertAws.RefusesAsync(
            400,
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
            () => account.CreateSecretAsync(name));
    }

    [Fact]
    public async Task A_name_has_at_most_512_characters()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync(new string('n', 512));

        await AssertAws.RefusesAsync(400, "ValidationException", text: null, () => account.CreateSecretAsync(new string('n', 513)));
    }

    [Fact]
    public async Task A_description_has_at_most_2048_characters_and_is_left_out_when_empty()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        async Task<string?> Describe(string description)
        {
            await account.SecretsManager.UpdateSecretAsync(new UpdateSecretRequest { SecretId = "payments", Description = description });
            return (await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" })).Description;
        }

        Assert.Equal(2048, (await Describe(new string('d', 2048)))!.Length);
        Assert.Null(await Describe(""));
        await AssertAws.RefusesAsync(400, "ValidationException", text: null, () => Describe(new string('d', 2049)));
    }

    [Fact]
    public async Task AWSs_own_key_is_left_out_and_another_is_shown()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        async Task<string?> Key(string key)
        {
            await account.SecretsManager.UpdateSecretAsync(new UpdateSecretRequest { SecretId = "payments", KmsKeyId = key });
            return (await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" })).KmsKeyId;
        }

        Assert.Equal("alias/own", await Key("alias/own"));
        Assert.Null(await Key("alias/aws/secretsmanager"));
    }

    [Fact]
    public async Task A_secret_has_at_most_50_tags()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        Task TagAsync(int from, int count) => account.SecretsManager.TagResourceAsync(new TagResourceRequest
        {
            SecretId = "payments",
            Tags = [.. Enumerable.Range(from, count).Select(number => new Tag { Key = $"k{number}", Value = "v" })],
        });

        await TagAsync(0, 49);
        await TagAsync(48, 2);
        await AssertAws.RefusesAsync(400, "InvalidParameterException", text: null, () => TagAsync(50, 1));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(129, 0)]
    [InlineData(1, 257)]
    public async Task A_tags_key_has_1_to_128_characters_and_its_value_up_to_256(int key, int value)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        await TagAsync(account, new string('k', 128), new string('v', 256));

        await AssertAws.RefusesAsync(
            400, "ValidationException", text: null, () => TagAsync(account, new string('k', key), new string('v', value)));
    }

    [Fact]
    public async Task AWSs_own_tags_are_not_to_be_set()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();

        await AssertAws.RefusesAsync(400, "InvalidParameterException", text: null, () => TagAsync(account, "aws:stack", "v"));
    }

    [Fact]
    public async Task Taking_off_a_tag_that_is_not_there_changes_nothing()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        account.Clock.Advance(TimeSpan.FromHours(1));
        await account.SecretsManager.UntagResourceAsync(new UntagResourceRequest { SecretId = "payments", TagKeys = ["a"] });

        var secret = await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" });

        Assert.Equal(secret.CreatedDate, secret.LastChangedDate);
    }

    [Fact]
    public async Task A_version_has_at_most_20_labels()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var labels = Enumerable.Range(1, 20).Select(number => $"l{number}").ToList();
        Task<PutSecretValueResponse> PutAsync(List<string> stages) => account.SecretsManager.PutSecretValueAsync(
            new PutSecretValueRequest { SecretId = "payments", SecretString = "v2", VersionStages = stages });

        await AssertAws.RefusesAsync(400, "ValidationException", text: null, () => PutAsync([.. labels, "l21"]));
        await AssertAws.RefusesAsync(400, "ValidationException", text: null, () => PutAsync([new string('l', 257)]));
        var version = (await PutAsync(labels)).VersionId;
        Assert.Equal(20, (await account.LabelsAsync())[version].Split(',').Length);

        await AssertAws.RefusesAsync(400, "LimitExceededException", text: null, () => account.SecretsManager.UpdateSecretVersionStageAsync(
            new UpdateSecretVersionStageRequest { SecretId = "payments", VersionStage = "l21", MoveToVersionId = version }));
    }

    [Fact]
    public async Task Deleting_without_recovery_succeeds_where_there_is_no_secret()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        Task<DeleteSecretResponse> DeleteAsync(bool force) => account.SecretsManager.DeleteSecretAsync(
            new DeleteSecretRequest { SecretId = "payments", ForceDeleteWithoutRecovery = force });

        var deleted = await DeleteAsync(force: true);

        Assert.Equal("payments", deleted.Name);
        Assert.Equal(account.Clock.GetUtcNow().UtcDateTime, deleted.DeletionDate);
        await AssertAws.RefusesAsync(
            400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.", () => DeleteAsync(force: false));
    }

    [Fact]
    public async Task A_secret_is_restored_with_its_policy_its_tags_and_its_values()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        await TagAsync(account, "team", "blue");
        await account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments", RecoveryWindowInDays = 7 });

        var restored = await account.SecretsManager.RestoreSecretAsync(new RestoreSecretRequest { SecretId = "payments" });
        account.Clock.Advance(TimeSpan.FromDays(8));

        var secret = await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" });
        Assert.Equal((restored.ARN, restored.Name), (secret.ARN, secret.Name));
        Assert.Null(secret.DeletedDate);
        Assert.Equal("blue", Assert.Single(secret.Tags).Value);
        Assert.Equal("v1", (await account.SecretsManager.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "payments" })).SecretString);
        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", text: null, () =>
            account.SecretsManager.RestoreSecretAsync(new RestoreSecretRequest { SecretId = "unknown" }));
    }

    [Theory]
    [InlineData("ListSecrets", """{"Filters":[{"Key":"name"}]}""", "InvalidParameterException")]
    [InlineData("PutResourcePolicy", """{"SecretId":"payments","ResourcePolicy":null}""", "ValidationException")]
    [InlineData("ReplicateSecretToRegions", """{"SecretId":"payments","AddReplicaRegions":[{"KmsKeyId":"k"}]}""", "InvalidParameterException")]
    public async Task A_raw_call_that_leaves_out_what_is_needed_is_refused(string operation, string body, string code)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();

        var (response, error) = await account.SendAsync(HttpMethod.Post, "/", body, "secretsmanager", $"secretsmanager.{operation}");

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(code, error.GetProperty("__type").GetString());
    }

    private static Task<TagResourceResponse> TagAsync(LocalAwsAccount account, string key, string value) =>
        account.SecretsManager.TagResourceAsync(new TagResourceRequest { SecretId = "payments", Tags = [new Tag { Key = key, Value = value }] });
}
