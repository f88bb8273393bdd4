using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Conformance;

/// <summary>Secrets, their tags and lists of them.</summary>
public sealed class SecretTests
{
    private const string InvalidName = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!";

    [Fact, Shows("secret-1")]
    public async Task A_text_value_has_no_binary_one_beside_it()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();

        var value = await account.SecretsManager.GetSecretValueAsync(new GetSecretValueRequest { SecretId = secret });

        Assert.Equal("v1", value.SecretString);
        Assert.Null(value.SecretBinary);
    }

    [Theory, Shows("secret-2")]
    [InlineData("Inv Name")]
    [InlineData(" Inv*Name? ")]
    public async Task What_cannot_be_a_name_is_refused_as_such(string id)
    {
        await using var account = await ConformanceAccount.StartAsync();
        var client = account.SecretsManager;
        foreach (var call in (Func<Task>[])
        [
            () => client.CreateSecretAsync(new CreateSecretRequest { Name = id, SecretString = "v1" }),
            () => client.DeleteSecretAsync(new DeleteSecretRequest { SecretId = id, ForceDeleteWithoutRecovery = true }),
            () => client.DescribeSecretAsync(new DescribeSecretRequest { SecretId = id }),
            () => client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = id }),
            () => client.ListSecretVersionIdsAsync(new ListSecretVersionIdsRequest { SecretId = id, IncludeDeprecated = true }),
            () => client.PutSecretValueAsync(new PutSecretValueRequest { SecretId = id, SecretString = "v1" }),
            () => client.TagResourceAsync(new TagResourceRequest { SecretId = id, Tags = [new Tag { Key = "a", Value = "1" }] }),
            () => client.UntagResourceAsync(new UntagResourceRequest { SecretId = id, TagKeys = ["a"] }),
            () => client.UpdateSecretAsync(new UpdateSecretRequest { SecretId = id, Description = "changed" }),
        ])
        {
            await AssertAws.RefusesAsync(400, "ValidationException", InvalidName, call);
        }
    }

    [Fact, Shows("secret-3")]
    public async Task So_do_the_operations_that_no_recording_shows()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var client = account.SecretsManager;
        const string id = "Inv Name";
        foreach (var call in (Func<Task>[])
        [
            () => client.RotateSecretAsync(new RotateSecretRequest { SecretId = id }),
            () => client.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = id }),
            () => account.MoveAsync(id, "mine", ConformanceAccount.NewToken(), from: null),
        ])
        {
            await AssertAws.RefusesAsync(400, "ValidationException", InvalidName, call);
        }
    }

    [Fact, Shows("secret-4")]
    public async Task Tags_are_absent_before_the_first_and_empty_after_the_last()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        Assert.Null((await account.DescribeAsync(secret)).Tags);
        await account.SecretsManager.TagResourceAsync(new TagResourceRequest { SecretId = secret, Tags = [new Tag { Key = "a", Value = "1" }] });

        await account.SecretsManager.UntagResourceAsync(new UntagResourceRequest { SecretId = secret, TagKeys = ["a"] });

        Assert.Empty((await account.DescribeAsync(secret)).Tags);
    }

    [Fact, Shows("secret-5")]
    public async Task A_secret_is_created_once_and_another_value_with_its_token_names_the_token()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var (name, token) = (ConformanceAccount.NewName(), ConformanceAccount.NewToken());
        var secret = await account.CreateSecretAsync(token: token, name: name);

        await AssertAws.RefusesAsync(
            400,
            "ResourceExistsException",
            $"You can't use ClientRequestToken {token} because that value is already in use for a version of secret {secret}.",
            () => account.CreateSecretAsync("v2", token, name));
    }

    [Fact, Shows("secret-6")]
    public async Task The_filter_all_finds_words_that_begin_with_a_capital()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var mark = Guid.NewGuid().ToString("N")[..6];
        var name = $"{ConformanceAccount.NewName()}-{mark}-AppBeta";
        await account.CreateSecretAsync(name: name);

        await account.UntilAsync(async () => (await FindAsync($"Beta {mark}")).Contains(name));

        Assert.DoesNotContain(name, await FindAsync($"eta {mark}"));

        async Task<IEnumerable<string>> FindAsync(string value) => ((await account.SecretsManager.ListSecretsAsync(new ListSecretsRequest
        {
            Filters = [new Filter { Key = FilterNameStringType.All, Values = [value] }],
        })).SecretList ?? []).Select(secret => secret.Name);
    }

    [Fact, Shows("secret-9", "secret-10")]
    public async Task A_filter_without_values_or_with_another_key_is_refused()
    {
        await using var account = await ConformanceAccount.StartAsync();
        await AssertAws.RefusesAsync(400, "InvalidParameterException", null, () => ListAsync(new Filter { Key = FilterNameStringType.Name }));
        await AssertAws.RefusesAsync(400, "ValidationException", null, () => ListAsync(new Filter { Key = "colour", Values = ["green"] }));

        Task ListAsync(Filter filter) => account.SecretsManager.ListSecretsAsync(new ListSecretsRequest { Filters = [filter] });
    }

    [Fact, Shows("secret-11")]
    public async Task A_replica_in_the_secrets_own_Region_is_refused()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        await AssertAws.RefusesAsync(400, "InvalidParameterException", "Invalid replica region.", () => account.SecretsManager.ReplicateSecretToRegionsAsync(
            new ReplicateSecretToRegionsRequest { SecretId = secret, AddReplicaRegions = [new ReplicaRegionType { Region = secret.Split(':')[3] }] }));
    }
}
