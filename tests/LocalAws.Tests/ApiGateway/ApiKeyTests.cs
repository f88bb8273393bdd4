using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace LocalAws.Tests.ApiGateway;

public sealed class ApiKeyTests
{
    [Fact]
    public async Task A_key_is_disabled_unless_said_otherwise_and_has_an_id_distinct_from_its_value()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var key = await account.ApiGateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "n", Value = "abcdefghijklmnopqrst" });

        Assert.False(key.Enabled);
        Assert.Matches("^[a-z0-9]{10}$", key.Id);
        Assert.Equal("abcdefghijklmnopqrst", key.Value);
        Assert.Equal(account.Clock.GetUtcNow().UtcDateTime, key.CreatedDate!.Value.ToUniversalTime());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Without_a_value_or_with_an_empty_one_aws_draws_one(string? value)
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var key = await account.CreateKeyAsync(value: value);

        Assert.Matches("^[A-Za-z0-9]{40}$", key.Value);
        Assert.Contains(key.Value, account.Aws.ConfidentialValues);
    }

    [Theory]
    [InlineData(19, "API Key value should be at least 20 characters")]
    [InlineData(129, "API Key value exceeds maximum size of 128 characters")]
    public async Task A_value_has_20_to_128_characters(int length, string text)
    {
        await using var account = await LocalAwsAccount.StartAsync();

        await AssertAws.RefusesAsync(400, "BadRequestException", text, () => account.CreateKeyAsync(value: new string('a', length)));
    }

    [Fact]
    public async Task A_value_is_taken_once_and_a_name_as_often_as_one_likes()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = await account.CreateKeyAsync("same");

        await AssertAws.RefusesAsync(409, "ConflictException", "API Key already exists", () => account.CreateKeyAsync("other", first.Value));
        await account.CreateKeyAsync("same");

        await account.ApiGateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = first.Id });
        await account.CreateKeyAsync("other", first.Value);
    }

    [Fact]
    public async Task Names_and_descriptions_have_their_limits()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        await AssertAws.RefusesAsync(
            400, "BadRequestException", "Invalid API Key name, can be at most 1024 characters.", () => account.CreateKeyAsync(new string('n', 1025)));
        await AssertAws.RefusesAsync(400, "BadRequestException", "Invalid API Key description specified.", () => account.ApiGateway.CreateApiKeyAsync(
            new CreateApiKeyRequest { Description = new string('d', 125_001) }));
    }

    [Fact]
    public async Task A_created_key_has_no_name_if_none_was_given_and_no_tags_if_it_has_none()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var (response, body) = await account.SendAsync(HttpMethod.Post, "/apikeys", """{"name":""}""");

        Assert.Equal(201, (int)response.StatusCode);
        Assert.False(body.TryGetProperty("name", out _));
        Assert.False(body.TryGetProperty("tags", out _));
        Assert.Equal(0, body.GetProperty("stageKeys").GetArrayLength());
    }

    [Fact]
    public async Task GetApiKey_shows_the_value_on_request_only_and_always_the_tags()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var created = await account.ApiGateway.CreateApiKeyAsync(
            new CreateApiKeyRequest { Name = "n", Description = "d", CustomerId = "c", Tags = new Dictionary<string, string> { ["team"] = "payments" } });

        var plain = await account.ApiGateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = created.Id });
        var valued = await account.ApiGateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = created.Id, IncludeValue = true });

        Assert.Null(plain.Value);
        Assert.Equal(("n", "d", "c"), (plain.Name, plain.Description, plain.CustomerId));
        Assert.Equal(created.Value, valued.Value);
        Assert.Equal("payments", valued.Tags["team"]);
    }

    [Fact]
    public async Task An_unknown_key_is_not_found()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        const string text = "Invalid API Key identifier specified";

        await AssertAws.RefusesAsync(404, "NotFoundException", text, () => account.ApiGateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = "abcdefghij" }));
        await AssertAws.RefusesAsync(404, "NotFoundException", text, () => account.ApiGateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = "abcdefghij" }));
        await AssertAws.RefusesAsync(404, "NotFoundException", text, () => ReplaceAsync(account, "abcdefghij", "/enabled", "true"));
    }

    [Fact]
    public async Task An_update_changes_its_date_and_answers_without_the_value_and_with_tags()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var created = await account.CreateKeyAsync();
        account.Clock.Advance(TimeSpan.FromSeconds(90));

        var updated = await ReplaceAsync(account, created.Id, "/enabled", "false");

        Assert.False(updated.Enabled);
        Assert.Equal(TimeSpan.FromSeconds(90), updated.LastUpdatedDate - updated.CreatedDate);
        var (_, body) = await account.SendAsync(
            HttpMethod.Patch, $"/apikeys/{created.Id}", """{"patchOperations":[{"op":"replace","path":"/name","value":"m"}]}""");
        Assert.False(body.TryGetProperty("value", out _));
        Assert.Empty(body.GetProperty("tags").EnumerateObject());
        Assert.Equal("m", body.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Whatever_is_not_true_disables()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var key = await account.CreateKeyAsync();

        Assert.False((await ReplaceAsync(account, key.Id, "/enabled", "junk")).Enabled);
    }

    [Theory]
    [InlineData("/id")]
    [InlineData("/value")]
    [InlineData("/tags/team")]
    public async Task Only_four_paths_can_be_replaced(string path)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var key = await account.CreateKeyAsync();

        await AssertAws.RefusesAsync(
            400,
            "BadRequestException",
            $"Invalid patch path  '{path}' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]",
            () => ReplaceAsync(account, key.Id, path, "x"));
    }

    [Fact]
    public async Task An_update_with_one_bad_change_changes_nothing()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var key = await account.CreateKeyAsync();

        await Assert.ThrowsAsync<BadRequestException>(() => account.ApiGateway.UpdateApiKeyAsync(new UpdateApiKeyRequest
        {
            ApiKey = key.Id,
            PatchOperations =
            [
                new PatchOperation { Op = Op.Replace, Path = "/enabled", Value = "false" },
                new PatchOperation { Op = Op.Replace, Path = "/id", Value = "x" },
            ],
        }));

        Assert.True((await account.ApiGateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = key.Id })).Enabled);
    }

    [Fact]
    public async Task Ten_thousand_keys_are_the_quota()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        for (var number = 0; number < 10_000; number++)
        {
            account.Aws.ApiGateway.CreateApiKey(new());
        }

        await AssertAws.RefusesAsync(429, "LimitExceededException", text: null, () => account.CreateKeyAsync());
    }

    [Fact]
    public async Task Dates_are_whole_seconds_on_the_wire()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        account.Clock.Advance(TimeSpan.FromMilliseconds(700));

        var (_, body) = await account.SendAsync(HttpMethod.Post, "/apikeys", "{}");

        Assert.Equal(new DateTimeOffset(2025, 1, 1, 12, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), body.GetProperty("createdDate").GetInt64());
    }

    [Fact]
    public async Task No_value_is_printed_with_a_record_that_holds_one()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var service = account.Aws.ApiGateway;
        var request = new LocalAws.ApiGateway.CreateApiKeyRequest { Value = "abcdefghijklmnopqrstuvwxyz" };
        var key = service.CreateApiKey(request);
        var plan = service.CreateUsagePlan(new() { Name = "plan" });
        var attached = service.CreateUsagePlanKey(new() { UsagePlanId = plan.Id, KeyId = key.Id });

        Assert.DoesNotContain(request.Value, $"{request} {key} {attached}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stages_and_labels_are_added_and_removed_and_open_nothing()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var key = await account.CreateKeyAsync();

        Assert.Equal([$"{stage.ApiId}/prod"], (await PatchAsync("add", "/stages")).StageKeys);
        await PatchAsync("add", "/labels");
        Assert.Equal(403, await account.StatusAsync(stage, key.Value));
        Assert.Empty((await PatchAsync("remove", "/stages")).StageKeys);
        await AssertAws.RefusesAsync(
            400, "BadRequestException", "Invalid patch path  '/name' specified for op 'add'. Must be one of: [/stages, /labels]", () => PatchAsync("add", "/name"));

        Task<UpdateApiKeyResponse> PatchAsync(string op, string path) => account.ApiGateway.UpdateApiKeyAsync(new UpdateApiKeyRequest
        {
            ApiKey = key.Id,
            PatchOperations = [new PatchOperation { Op = op, Path = path, Value = $"{stage.ApiId}/prod" }],
        });
    }

    private static async Task<UpdateApiKeyResponse> ReplaceAsync(LocalAwsAccount account, string keyId, string path, string value) =>
        await account.ApiGateway.UpdateApiKeyAsync(new UpdateApiKeyRequest
        {
            ApiKey = keyId,
            PatchOperations = [new PatchOperation { Op = Op.Replace, Path = path, Value = value }],
        });
}
