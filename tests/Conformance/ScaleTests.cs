using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace Conformance;

/// <summary>Full accounts. The embedded AWS only: elsewhere it would take hours to fill one.</summary>
public sealed class ScaleTests
{
    [Theory, Shows("list-3", "list-6")]
    [InlineData(500, 4)]
    [InlineData(499, 5)]
    [InlineData(null, 80)]
    public async Task Two_thousand_keys_are_listed_once_each_in_as_few_pages_as_they_need(int? limit, int pages)
    {
        await using var account = await ConformanceAccount.StartAsync();
        var made = Enumerable.Range(0, 2000)
            .Select(key => account.Embedded.ApiGateway.CreateApiKey(new() { Name = $"demo/{key}" }).Id)
            .ToList();
        var listed = new List<string>();
        var before = account.Embedded.Calls.Count;
        string? position = null;
        do
        {
            var page = await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = "demo/", Limit = limit, Position = position });
            listed.AddRange(page.Items.Select(key => key.Id));
            position = page.Position;
        }
        while (position is not null);

        Assert.Equal(made.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        Assert.Equal(pages, account.Embedded.Calls.Count - before);
    }

    [Fact, Shows("key-17")]
    public async Task The_10001st_key_is_refused()
    {
        await using var account = await ConformanceAccount.StartAsync();
        for (var key = 1; key < 10_000; key++)
        {
            account.Embedded.ApiGateway.CreateApiKey(new());
        }

        await account.CreateKeyAsync();

        await Assert.ThrowsAnyAsync<AmazonAPIGatewayException>(() => account.CreateKeyAsync());
    }

    [Theory, Shows("plan-2")]
    [InlineData(500, 1)]
    [InlineData(100, 3)]
    [InlineData(null, 12)]
    public async Task Three_hundred_plans_are_listed_once_each_in_as_few_pages_as_they_need(int? limit, int pages)
    {
        await using var account = await ConformanceAccount.StartAsync();
        var made = Enumerable.Range(0, 300).Select(plan => account.Embedded.ApiGateway.CreateUsagePlan(new() { Name = $"plan {plan}" }).Id).ToList();
        var listed = new List<string>();
        var before = account.Embedded.Calls.Count;
        string? position = null;
        do
        {
            var page = await account.ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest { Limit = limit, Position = position });
            listed.AddRange(page.Items.Select(plan => plan.Id));
            position = page.Position;
        }
        while (position is not null);

        Assert.Equal(made.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        Assert.Equal(pages, account.Embedded.Calls.Count - before);
    }

    [Theory]
    [InlineData(100, 5)]
    [InlineData(99, 6)]
    public async Task Five_hundred_secrets_are_listed_once_each_in_as_few_pages_as_they_need(int limit, int pages)
    {
        await using var account = await ConformanceAccount.StartAsync();
        var made = Enumerable.Range(0, 500).Select(secret => account.Embedded.SecretsManager.CreateSecret(new() { Name = $"demo/{secret}" }).Arn).ToList();
        var listed = new List<string>();
        var before = account.Embedded.Calls.Count;
        string? next = null;
        do
        {
            var page = await account.SecretsManager.ListSecretsAsync(new ListSecretsRequest { MaxResults = limit, NextToken = next });
            listed.AddRange(page.SecretList.Select(secret => secret.ARN));
            next = page.NextToken;
        }
        while (next is not null);

        Assert.Equal(made.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        Assert.Equal(pages, account.Embedded.Calls.Count - before);
    }
}
