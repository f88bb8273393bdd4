using Amazon.APIGateway.Model;

namespace LocalAws.Tests.ApiGateway;

public sealed class ListingTests
{
    [Theory]
    [InlineData("payments/a", 1)]
    [InlineData("payments/", 2)]
    [InlineData("PAYMENTS/", 0)]
    [InlineData("/a", 0)]
    [InlineData("ments", 0)]
    public async Task A_name_query_is_a_prefix_by_case(string query, int found)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateKeyAsync("payments/a");
        await account.CreateKeyAsync("payments/b");
        await account.CreateKeyAsync("orders/a");

        var page = await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = query });

        Assert.Equal(found, page.Items?.Count ?? 0);
    }

    [Fact]
    public async Task Listed_keys_have_no_tags_and_values_on_request_only()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var key = await account.ApiGateway.CreateApiKeyAsync(
            new CreateApiKeyRequest { Tags = new Dictionary<string, string> { ["team"] = "payments" } });

        var (_, plain) = await account.SendAsync(HttpMethod.Get, "/apikeys");
        var (_, valued) = await account.SendAsync(HttpMethod.Get, "/apikeys?includeValues=true");

        Assert.False(plain.GetProperty("item")[0].TryGetProperty("value", out _));
        Assert.False(plain.GetProperty("item")[0].TryGetProperty("tags", out _));
        Assert.Equal(key.Value, valued.GetProperty("item")[0].GetProperty("value").GetString());
    }

    [Fact]
    public async Task Keys_are_listed_newest_first_25_on_a_page_unless_said_otherwise()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var ids = Enumerable.Range(0, 30).Select(_ => account.Aws.ApiGateway.CreateApiKey(new()).Id).Reverse().ToList();

        var first = await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest());
        var second = await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { Position = first.Position });

        Assert.Equal(25, first.Items.Count);
        Assert.Equal(ids, first.Items.Concat(second.Items).Select(key => key.Id));
        Assert.Null(second.Position);
    }

    [Fact]
    public async Task A_last_page_that_is_full_has_no_position()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        for (var number = 0; number < 4; number++)
        {
            account.Aws.ApiGateway.CreateApiKey(new());
        }

        var first = await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { Limit = 2 });
        var second = await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { Limit = 2, Position = first.Position });

        Assert.NotNull(first.Position);
        Assert.Null(second.Position);
    }

    [Fact]
    public async Task Five_thousand_keys_are_listed_500_on_a_page_each_once_whatever_changes_meanwhile()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var expected = new HashSet<string>();
        for (var number = 0; number < 5_000; number++)
        {
            expected.Add(account.Aws.ApiGateway.CreateApiKey(new()).Id);
        }

        var listed = new List<string>();
        string? position = null;
        var pages = 0;
        do
        {
            var page = await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { Limit = 1_000, Position = position });
            listed.AddRange(page.Items.Select(key => key.Id));
            position = page.Position;
            pages++;
            account.Aws.ApiGateway.CreateApiKey(new());
            account.Aws.ApiGateway.DeleteApiKey(page.Items[^1].Id);
        }
        while (position is not null);

        Assert.Equal(10, pages);
        Assert.Equal(5_000, listed.Count);
        Assert.True(expected.SetEquals(listed));
    }

    [Fact]
    public async Task Keys_are_listed_by_customer_id()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.ApiGateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "a", CustomerId = "1" });
        await account.ApiGateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "b", CustomerId = "2" });

        Assert.Equal("b", Assert.Single((await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { CustomerId = "2" })).Items).Name);
    }

    [Fact]
    public async Task Plans_are_listed_by_key_and_in_pages()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var key = await account.CreateKeyAsync();
        var service = account.Aws.ApiGateway;
        for (var number = 0; number < 300; number++)
        {
            var plan = service.CreateUsagePlan(new() { Name = $"plan {number}" });
            if (number % 100 == 0)
            {
                service.CreateUsagePlanKey(new() { UsagePlanId = plan.Id, KeyId = key.Id });
            }
        }

        var first = await account.ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = key.Id, Limit = 2 });
        var second = await account.ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = key.Id, Limit = 2, Position = first.Position });

        Assert.Equal(["plan 200", "plan 100", "plan 0"], first.Items.Concat(second.Items).Select(plan => plan.Name));
        Assert.Equal(300, (await account.ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest { Limit = 500 })).Items.Count);
    }

    [Fact]
    public async Task A_position_that_aws_did_not_give_is_refused()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        await Assert.ThrowsAsync<BadRequestException>(() => account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { Position = "nowhere" }));
    }
}
