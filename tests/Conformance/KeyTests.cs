using System.Net;
using Amazon.APIGateway.Model;

namespace Conformance;

/// <summary>Making and deleting keys.</summary>
public sealed class KeyTests
{
    [Fact, Shows("key-1")]
    public async Task The_answer_shows_what_was_given()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var request = new CreateApiKeyRequest
        {
            Name = ConformanceAccount.NewName(),
            Value = ConformanceAccount.NewValue(),
            Description = "a key",
            CustomerId = "customer-7",
            Enabled = true,
            Tags = new() { ["team"] = "billing" },
        };

        var key = await account.CreateKeyAsync(request);

        Assert.Equal(HttpStatusCode.Created, key.HttpStatusCode);
        Assert.Equal(
            (request.Name, request.Value, request.Description, request.CustomerId, true, "billing"),
            (key.Name, key.Value, key.Description, key.CustomerId, key.Enabled, key.Tags["team"]));
        Assert.NotEmpty(key.Id);
        Assert.NotNull(key.CreatedDate);
        Assert.NotNull(key.LastUpdatedDate);
    }

    [Theory, Shows("key-2", "key-10")]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_key_needs_no_name_and_the_answer_then_has_none(string? name)
    {
        await using var account = await ConformanceAccount.StartAsync();
        Assert.Null((await account.CreateKeyAsync(new CreateApiKeyRequest { Name = name, Description = ConformanceAccount.NewName() })).Name);
        Assert.Null((await account.CreateKeyAsync(new CreateApiKeyRequest { Name = name, Description = ConformanceAccount.NewName() })).Name);
    }

    [Fact, Shows("key-3")]
    public async Task A_key_is_disabled_unless_it_is_created_as_enabled()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName() });

        Assert.False(key.Enabled);
        Assert.False((await account.ReadKeyAsync(key.Id)).Enabled);
        Assert.True((await account.CreateKeyAsync()).Enabled);
    }

    [Theory, Shows("key-4", "key-5")]
    [InlineData(1, "API Key value should be at least 20 characters")]
    [InlineData(19, "API Key value should be at least 20 characters")]
    [InlineData(20, null)]
    [InlineData(128, null)]
    [InlineData(129, "API Key value exceeds maximum size of 128 characters")]
    public async Task A_value_has_20_to_128_characters(int length, string? refusal)
    {
        await using var account = await ConformanceAccount.StartAsync();
        var request = new CreateApiKeyRequest { Name = ConformanceAccount.NewName(), Value = ConformanceAccount.NewValue(length) };
        if (refusal is null)
        {
            Assert.Equal(request.Value, (await account.CreateKeyAsync(request)).Value);
        }
        else
        {
            await AssertAws.RefusesAsync(400, "BadRequestException", refusal, () => account.CreateKeyAsync(request));
        }
    }

    [Fact, Shows("key-6")]
    public async Task An_empty_value_is_drawn_by_AWS()
    {
        await using var account = await ConformanceAccount.StartAsync();
        Assert.InRange((await account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName(), Value = "" })).Value.Length, 20, 128);
    }

    [Fact, Shows("key-8")]
    public async Task A_name_has_at_most_1024_characters()
    {
        await using var account = await ConformanceAccount.StartAsync();
        await account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName().PadRight(1024, 'n') });
        await AssertAws.RefusesAsync(
            400,
            "BadRequestException",
            "Invalid API Key name, can be at most 1024 characters.",
            () => account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName().PadRight(1025, 'n') }));
    }

    [Fact, Shows("key-9")]
    public async Task A_description_of_125001_characters_is_refused()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var description = new string('d', 125_001);
        var key = await account.CreateKeyAsync();

        await AssertAws.RefusesAsync(
            400,
            "BadRequestException",
            "Invalid API Key description specified.",
            () => account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName(), Description = description }));
        await AssertAws.RefusesAsync(
            400, "BadRequestException", "Invalid API Key description specified.", () => account.PatchAsync(key.Id, "/description", description));
    }

    [Fact, Shows("key-10")]
    public async Task Two_keys_may_have_one_name()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var request = new CreateApiKeyRequest { Name = ConformanceAccount.NewName() };
        Assert.NotEqual((await account.CreateKeyAsync(request)).Id, (await account.CreateKeyAsync(request)).Id);
    }

    [Fact, Shows("key-11", "key-12")]
    public async Task Two_keys_never_have_one_value()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var value = ConformanceAccount.NewValue();
        var key = await account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName(), Value = value });

        var refusal = await AssertAws.RefusesAsync(
            409,
            "ConflictException",
            "API Key already exists",
            () => account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName(), Value = value }));

        Assert.DoesNotContain(key.Id, refusal.Message, StringComparison.Ordinal);
    }

    [Theory, Shows("key-13")]
    [InlineData(null)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_id_is_never_the_value(bool? distinct)
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName(), Value = ConformanceAccount.NewValue(), GenerateDistinctId = distinct });
        Assert.NotEqual(key.Value, key.Id);
        Assert.Matches("^[a-z0-9]{10}$", key.Id);
    }

    [Fact, Shows("key-14")]
    public async Task A_key_has_at_most_50_tags_within_their_lengths()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var most = Enumerable.Range(0, 50).ToDictionary(tag => $"tag-{tag}".PadRight(128, 'k'), _ => new string('v', 256));
        var key = await account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName(), Tags = most });
        Assert.Equal(50, (await account.ReadKeyAsync(key.Id)).Tags.Count);

        foreach (var refused in new[]
        {
            new Dictionary<string, string>(most) { ["one-more"] = "" },
            new Dictionary<string, string> { [new string('k', 129)] = "" },
            new Dictionary<string, string> { ["tag"] = new string('v', 257) },
            new Dictionary<string, string> { ["aws:tag"] = "" },
        })
        {
            await AssertAws.RefusesAsync(
                400, "BadRequestException", null, () => account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName(), Tags = refused }));
        }
    }

    [Fact, Shows("key-15")]
    public async Task Tag_keys_count_by_case()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName(), Tags = new() { ["team"] = "a", ["Team"] = "b" } });
        var tags = (await account.ReadKeyAsync(key.Id)).Tags;
        Assert.Equal(("a", "b"), (tags["team"], tags["Team"]));
    }

    [Fact, Shows("key-16")]
    public async Task A_repeat_without_a_value_makes_a_second_key()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var request = new CreateApiKeyRequest { Name = ConformanceAccount.NewName() };
        var (first, second) = (await account.CreateKeyAsync(request), await account.CreateKeyAsync(request));
        Assert.NotEqual(first.Value, second.Value);
        Assert.Equal(2, (await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = request.Name })).Items.Count);
    }

    [Fact, Shows("key-21")]
    public async Task A_deleted_key_is_gone()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();

        var answer = await account.ApiGateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = key.Id });

        Assert.Equal(HttpStatusCode.Accepted, answer.HttpStatusCode);
        await AssertAws.RefusesAsync(404, "NotFoundException", null, () => account.ReadKeyAsync(key.Id));
    }

    [Fact, Shows("key-22")]
    public async Task A_key_in_a_plan_is_deleted_and_leaves_it()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();
        var plan = await account.CreatePlanAsync();
        await account.AttachAsync(plan, key.Id);

        await account.ApiGateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = key.Id });

        Assert.Empty(await account.KeysOfAsync(plan));
    }
}
