using System.Globalization;
using Amazon.APIGateway.Model;

namespace Conformance;

/// <summary>Listing keys.</summary>
public sealed class ListingTests
{
    [Fact, Shows("list-1")]
    public async Task A_name_query_is_a_prefix_by_case()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var name = ConformanceAccount.NewName() + "/Orders";
        await account.CreateKeyAsync(new CreateApiKeyRequest { Name = name });

        Assert.Equal(1, await CountAsync(name));
        Assert.Equal(1, await CountAsync(name[..^3]));
        Assert.Equal(0, await CountAsync(name.ToUpperInvariant()));
        Assert.Equal(0, await CountAsync(name[3..]));
        Assert.Equal(0, await CountAsync(name[3..^3]));

        async Task<int> CountAsync(string query) => (await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = query })).Items?.Count ?? 0;
    }

    [Fact, Shows("list-2")]
    public async Task So_it_is_in_a_usage_plan()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();
        var plan = await account.CreatePlanAsync();
        await account.AttachAsync(plan, key.Id);

        Assert.Equal(1, await CountAsync(key.Name[..^3]));
        Assert.Equal(0, await CountAsync(key.Name.ToUpperInvariant()));

        async Task<int> CountAsync(string query) =>
            (await account.ApiGateway.GetUsagePlanKeysAsync(new GetUsagePlanKeysRequest { UsagePlanId = plan, NameQuery = query })).Items?.Count ?? 0;
    }

    [Fact, Shows("list-3", "list-6", "list-10")]
    public async Task A_page_has_25_keys_and_the_position_of_the_next_until_the_last()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var name = ConformanceAccount.NewName();
        for (var key = 0; key < 30; key++)
        {
            await account.CreateKeyAsync(new CreateApiKeyRequest { Name = $"{name}/{key.ToString(CultureInfo.InvariantCulture)}" });
        }

        var first = await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = name });
        var second = await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = name, Position = first.Position });
        var whole = await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = name, Limit = 500 });

        Assert.Equal((25, 5, 30), (first.Items.Count, second.Items.Count, whole.Items.Count));
        Assert.Equal(30, first.Items.Concat(second.Items).DistinctBy(key => key.Id).Count());
        Assert.NotNull(first.Position);
        Assert.Null(second.Position);
        Assert.Null(whole.Position);
    }

    [Fact, Shows("list-4")]
    public async Task A_limit_of_minus_one_is_accepted()
    {
        await using var account = await ConformanceAccount.StartAsync();
        Assert.Empty((await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = ConformanceAccount.NewName(), Limit = -1 })).Items ?? []);
    }

    [Fact, Shows("list-7", "list-8")]
    public async Task Listed_keys_show_their_values_on_request_and_their_tags_never()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName(), Tags = new() { ["team"] = "billing" } });

        Assert.Null((await account.ListedAsync(key)).Value);
        Assert.Null((await account.ListedAsync(key, values: false)).Value);
        Assert.Equal(key.Value, (await account.ListedAsync(key, values: true)).Value);
        Assert.Empty((await account.ListedAsync(key)).Tags ?? []);
    }

    [Fact, Shows("list-11")]
    public async Task One_key_shows_its_value_on_request()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();

        Assert.Null((await account.ReadKeyAsync(key.Id)).Value);
        Assert.Equal(key.Value, (await account.ReadKeyAsync(key.Id, value: true)).Value);
    }

    [Fact, Shows("list-12")]
    public async Task An_unknown_key_is_not_found()
    {
        await using var account = await ConformanceAccount.StartAsync();
        await AssertAws.RefusesAsync(404, "NotFoundException", "Invalid API Key identifier specified", () => account.ReadKeyAsync("nosuchkey1"));
    }

    [Fact, Shows("list-13")]
    public async Task The_keys_of_a_plan_show_their_values_unasked()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();
        var plan = await account.CreatePlanAsync();

        Assert.Equal(key.Value, (await account.AttachAsync(plan, key.Id)).Value);
        Assert.Equal(key.Value, Assert.Single((await account.ApiGateway.GetUsagePlanKeysAsync(new GetUsagePlanKeysRequest { UsagePlanId = plan })).Items).Value);
    }

    [Fact, Shows("list-14")]
    public async Task An_unknown_plan_has_no_keys_and_is_no_error()
    {
        await using var account = await ConformanceAccount.StartAsync();
        Assert.Empty(await account.KeysOfAsync("nosuch"));
    }

    [Fact, Shows("list-15")]
    public async Task Keys_are_found_by_their_customer()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var customer = ConformanceAccount.NewName();
        var key = await account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName(), CustomerId = customer });
        await account.CreateKeyAsync();

        var found = await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { CustomerId = customer });

        Assert.Equal(key.Id, Assert.Single(found.Items).Id);
    }
}
