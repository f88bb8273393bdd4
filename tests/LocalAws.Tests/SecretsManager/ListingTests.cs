using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace LocalAws.Tests.SecretsManager;

public sealed class ListingTests
{
    [Theory]
    [InlineData("name", "Shop/", "Shop/payments")]
    [InlineData("name", "shop/", "shop/orders")]
    [InlineData("name", "!Shop/", "blog,shop/orders")]
    [InlineData("description", "CARD", "Shop/payments")]
    [InlineData("description", "the key", "Shop/payments,blog")]
    [InlineData("tag-key", "te", "Shop/payments,shop/orders")]
    [InlineData("tag-value", "gr", "shop/orders")]
    [InlineData("tag-value", "Gr", "")]
    [InlineData("primary-region", "eu-", "blog")]
    [InlineData("owning-service", "rds", "")]
    [InlineData("all", "GREEN orders", "shop/orders")]
    [InlineData("all", "!payments", "blog,shop/orders")]
    public async Task A_filter_matches_by_its_attribute(string key, string value, string expected)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await CreateThreeAsync(account);

        Assert.Equal(expected, string.Join(',', await NamesAsync(account, new ListSecretsRequest { Filters = [Filter(key, value)] })));
    }

    [Fact]
    public async Task Every_filter_matches_and_of_each_one_value()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await CreateThreeAsync(account);

        Assert.Equal(
            ["shop/orders"],
            await NamesAsync(account, new ListSecretsRequest { Filters = [Filter("name", "shop", "Shop"), Filter("tag-value", "green", "red")] }));
    }

    [Theory]
    [InlineData("Beta", "prod/AppBeta/1,prod_AppBeta_1")]
    [InlineData("beta", "prod/AppBeta/1,prod_AppBeta_1")]
    [InlineData("AppBeta", "prod/AppBeta/1,prod_AppBeta_1")]
    [InlineData("d t", "described")]
    [InlineData("eta", "")]
    [InlineData("+", "")]
    [InlineData("company", "uat/COMPANY/1")]
    [InlineData("Ythings", "uat/COMPANYthings/1")]
    [InlineData("things", "")]
    [InlineData("pany", "")]
    [InlineData("N", "")]
    public async Task The_filter_all_finds_words_that_begin_with_a_capital(string value, string expected)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        foreach (var name in (string[])["prod/AppBeta/1", "prod_AppBeta_1", "uat/COMPANY/1", "uat/COMPANYthings/1"])
        {
            await account.CreateSecretAsync(name);
        }

        await account.SecretsManager.CreateSecretAsync(new CreateSecretRequest { Name = "described", Description = "DescTwo" });

        Assert.Equal(
            expected,
            string.Join(',', await NamesAsync(account, new ListSecretsRequest { Filters = [Filter("all", value)], SortBy = SortByType.Name })));
    }

    [Theory]
    [InlineData("[{\"Values\":[\"a\"]}]", "InvalidParameterException", "Invalid filter key")]
    [InlineData("[{\"Key\":\"name\"}]", "InvalidParameterException", "Invalid filter values for key: name")]
    [InlineData(
        "[{\"Key\":\"name\",\"Values\":[\"a\"]},{\"Key\":\"invalid\",\"Values\":[\"a\"]}]",
        "ValidationException",
        "1 validation error detected: Value 'invalid' at 'filters.2.member.key' failed to satisfy constraint: Member must satisfy enum value set: [all, name, tag-key, description, tag-value, primary-region, owning-service]")]
    public async Task A_filter_that_lacks_a_member_or_has_another_key_is_rejected(string filters, string code, string text)
    {
        await using var account = await LocalAwsAccount.StartAsync();

        foreach (var operation in (string[])["ListSecrets", "BatchGetSecretValue"])
        {
            var body = await account.AskAsync(operation, $"{{\"Filters\":{filters}}}");
            Assert.Equal((code, text), (body.GetProperty("__type").GetString(), body.GetProperty("Message").GetString()));
        }
    }

    [Theory]
    [InlineData("colour", "ValidationException", "green")]
    [InlineData("name", "InvalidParameterException")]
    [InlineData("name", "ValidationException", "a*")]
    public async Task A_filter_that_is_none_is_refused(string key, string code, params string[] values)
    {
        await using var account = await LocalAwsAccount.StartAsync();

        await AssertAws.RefusesAsync(400, code, text: null, () => NamesAsync(account, new ListSecretsRequest { Filters = [Filter(key, values)] }));
    }

    [Fact]
    public async Task Secrets_are_sorted_by_name_and_by_each_date()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        foreach (var name in (string[])["b", "c", "a"])
        {
            await account.CreateSecretAsync(name);
            account.Clock.Advance(TimeSpan.FromHours(1));
        }

        await account.SecretsManager.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "c" });
        await account.SecretsManager.UpdateSecretAsync(new UpdateSecretRequest { SecretId = "b", Description = "changed" });

        async Task<string> Sorted(SortByType? by, SortOrderType? order) =>
            string.Concat(await NamesAsync(account, new ListSecretsRequest { SortBy = by, SortOrder = order }));
        Assert.Equal("bca", await Sorted(null, null));
        Assert.Equal("acb", await Sorted(null, SortOrderType.Desc));
        Assert.Equal("abc", await Sorted(SortByType.Name, SortOrderType.Asc));
        Assert.Equal("cba", await Sorted(SortByType.Name, SortOrderType.Desc));
        Assert.Equal("cab", await Sorted(SortByType.LastChangedDate, SortOrderType.Asc));
        Assert.StartsWith("c", await Sorted(SortByType.LastAccessedDate, SortOrderType.Desc), StringComparison.Ordinal);
        await AssertAws.RefusesAsync(400, "ValidationException", text: null, () => Sorted("size", null));
    }

    [Fact]
    public async Task Secrets_marked_for_deletion_are_listed_on_request()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync("a");
        await account.CreateSecretAsync("b");
        await account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "a" });

        Assert.Equal(["b"], await NamesAsync(account, new ListSecretsRequest()));
        Assert.Equal(["a", "b"], await NamesAsync(account, new ListSecretsRequest { IncludePlannedDeletion = true }));
    }

    [Fact]
    public async Task Five_hundred_secrets_come_in_pages_of_a_hundred_each_once()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        for (var number = 0; number < 500; number++)
        {
            account.Aws.SecretsManager.CreateSecret(new() { Name = $"s{number:D3}" });
        }

        var request = new ListSecretsRequest { SortBy = SortByType.Name };
        var names = new List<string>();
        var pages = 0;
        do
        {
            var page = await account.SecretsManager.ListSecretsAsync(request);
            names.AddRange(page.SecretList.Select(secret => secret.Name));
            request.NextToken = page.NextToken;
            pages++;
        }
        while (request.NextToken is not null);

        Assert.Equal(5, pages);
        Assert.Equal(Enumerable.Range(0, 500).Select(number => $"s{number:D3}"), names);
    }

    [Fact]
    public async Task A_page_goes_on_where_the_last_ended_though_secrets_have_gone_and_come()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        foreach (var name in (string[])["b", "c", "d", "e"])
        {
            await account.CreateSecretAsync(name);
        }

        var request = new ListSecretsRequest { SortBy = SortByType.Name, MaxResults = 2 };
        request.NextToken = (await account.SecretsManager.ListSecretsAsync(request)).NextToken;
        Assert.DoesNotContain("secret", request.NextToken, StringComparison.Ordinal);
        foreach (var name in (string[])["c", "d"])
        {
            await account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = name, ForceDeleteWithoutRecovery = true });
        }

        await account.CreateSecretAsync("a");
        Assert.Equal(["e"], await NamesAsync(account, request));
    }

    [Fact]
    public async Task A_token_of_another_list_is_refused()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync("a");
        await account.CreateSecretAsync("b");
        var token = (await account.SecretsManager.ListSecretsAsync(new ListSecretsRequest { MaxResults = 1 })).NextToken;
        Task Refused(Func<Task> call) => AssertAws.RefusesAsync(400, "InvalidNextTokenException", text: null, call);

        await Refused(() => account.SecretsManager.ListSecretsAsync(new ListSecretsRequest { NextToken = "nonsense" }));
        await Refused(() => account.SecretsManager.ListSecretsAsync(new ListSecretsRequest { NextToken = token, SortBy = SortByType.Name }));
        await Refused(() => account.SecretsManager.ListSecretVersionIdsAsync(new ListSecretVersionIdsRequest { SecretId = "a", NextToken = token }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public async Task A_page_has_1_to_100_secrets(int maxResults)
    {
        await using var account = await LocalAwsAccount.StartAsync();

        await AssertAws.RefusesAsync(
            400, "ValidationException", text: null, () => account.SecretsManager.ListSecretsAsync(new ListSecretsRequest { MaxResults = maxResults }));
    }

    [Fact]
    public async Task Versions_come_in_pages_each_once_though_labels_move_between_them()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var versions = new List<string> { (await account.CreateSecretAsync()).VersionId };
        for (var number = 2; number <= 100; number++)
        {
            versions.Add(await PutAsync(account, number));
        }

        var request = new ListSecretVersionIdsRequest { SecretId = "payments", IncludeDeprecated = true, MaxResults = 40 };
        var listed = new List<SecretVersionsListEntry>();
        do
        {
            var page = await account.SecretsManager.ListSecretVersionIdsAsync(request);
            listed.AddRange(page.Versions);
            request.NextToken = page.NextToken;
            await PutAsync(account, 100 + listed.Count);
        }
        while (request.NextToken is not null);

        Assert.Distinct(listed.Select(version => version.VersionId));
        Assert.Equal(versions.Order(StringComparer.Ordinal), listed.Select(version => version.VersionId).Intersect(versions));
        Assert.All(listed, version => Assert.Equal(["DefaultEncryptionKey"], version.KmsKeyIds));
    }

    [Fact]
    public async Task Values_are_read_together_by_name_and_by_filter()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await CreateThreeAsync(account);

        var named = account.Aws.SecretsManager.BatchGetSecretValue(new() { SecretIdList = ["blog", "unknown"] });
        var (_, filtered) = await account.SendAsync(
            HttpMethod.Post, "/", """{"Filters":[{"Key":"tag-key","Values":["team"]}]}""", "secretsmanager", "secretsmanager.BatchGetSecretValue");

        Assert.Equal("v1", Assert.Single(named.SecretValues).SecretString);
        Assert.Equal(("unknown", "ResourceNotFoundException"), (Assert.Single(named.Errors).SecretId, named.Errors[0].ErrorCode));
        Assert.Equal(
            ["Shop/payments", "shop/orders"],
            filtered.GetProperty("SecretValues").EnumerateArray().Select(value => value.GetProperty("Name").GetString()!));
    }

    private static async Task CreateThreeAsync(LocalAwsAccount account)
    {
        await account.SecretsManager.CreateSecretAsync(new CreateSecretRequest
        {
            Name = "Shop/payments",
            SecretString = "v1",
            Description = "The key for cards",
            Tags = [new Tag { Key = "team", Value = "blue" }],
        });
        await account.SecretsManager.CreateSecretAsync(new CreateSecretRequest
        {
            Name = "shop/orders",
            SecretString = "v1",
            Tags = [new Tag { Key = "team", Value = "green" }],
        });
        await account.SecretsManager.CreateSecretAsync(new CreateSecretRequest
        {
            Name = "blog",
            SecretString = "v1",
            Description = "the KEY of the blog",
            AddReplicaRegions = [new ReplicaRegionType { Region = "eu-west-2" }],
        });
    }

    private static Filter Filter(string key, params string[] values) => new() { Key = key, Values = [.. values] };

    private static async Task<IEnumerable<string>> NamesAsync(LocalAwsAccount account, ListSecretsRequest request)
    {
        var list = await account.SecretsManager.ListSecretsAsync(request);
        Assert.Null(list.NextToken);
        return list.SecretList.Select(secret => secret.Name);
    }

    private static async Task<string> PutAsync(LocalAwsAccount account, int number) =>
        (await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", SecretString = $"v{number}" })).VersionId;
}
