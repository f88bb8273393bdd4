using System.Text.Json;
using Amazon.SecretsManager.Model;

namespace LocalAws.Tests.SecretsManager;

public sealed class VersionTests
{
    [Fact]
    public async Task A_put_value_becomes_current_and_the_one_before_previous()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;

        var second = await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", SecretString = "v2" });

        Assert.Equal(["AWSCURRENT"], second.VersionStages);
        Assert.Equal(
            new Dictionary<string, string> { [first] = "AWSPREVIOUS", [second.VersionId] = "AWSCURRENT" },
            await account.LabelsAsync());
    }

    [Fact]
    public async Task A_pending_value_leaves_the_current_one_alone()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;

        var second = await PutAsync(account, LocalAwsAccount.NewToken(), "v2", "AWSPENDING");

        Assert.Equal(new Dictionary<string, string> { [first] = "AWSCURRENT", [second] = "AWSPENDING" }, await account.LabelsAsync());
        Assert.Equal("v1", (await ReadAsync(account)).SecretString);
        Assert.Equal("v2", (await ReadAsync(account, label: "AWSPENDING")).SecretString);
        Assert.Equal("v2", (await ReadAsync(account, second, "AWSPENDING")).SecretString);
    }

    [Fact]
    public async Task The_first_version_of_a_secret_becomes_current_whatever_labels_are_asked_for()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync(value: null);

        var version = await PutAsync(account, LocalAwsAccount.NewToken(), "v1", "AWSPENDING");

        Assert.Equal(new Dictionary<string, string> { [version] = "AWSCURRENT,AWSPENDING" }, await account.LabelsAsync());
    }

    [Fact]
    public async Task The_same_token_with_the_same_value_changes_nothing()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var token = LocalAwsAccount.NewToken();
        await PutAsync(account, token, "v2", "AWSPENDING");

        var repeated = await account.SecretsManager.PutSecretValueAsync(
            new PutSecretValueRequest { SecretId = "payments", ClientRequestToken = token, SecretString = "v2" });

        Assert.Equal(token, repeated.VersionId);
        Assert.Equal(["AWSPENDING"], repeated.VersionStages);
    }

    [Fact]
    public async Task The_same_token_with_another_value_is_refused()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var arn = (await account.CreateSecretAsync()).ARN;
        var token = LocalAwsAccount.NewToken();
        await PutAsync(account, token, "v2", "AWSPENDING");
        var text = $"You can't use ClientRequestToken {token} because that value is already in use for a version of secret {arn}.";

        await AssertAws.RefusesAsync(400, "ResourceExistsException", text, () => PutAsync(account, token, "v3", "AWSPENDING"));
        await AssertAws.RefusesAsync(400, "ResourceExistsException", text, () => account.SecretsManager.UpdateSecretAsync(
            new UpdateSecretRequest { SecretId = "payments", ClientRequestToken = token, SecretString = "v3" }));
    }

    [Fact]
    public async Task UpdateSecret_writes_a_new_current_version_only_where_there_is_a_value()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;

        var described = await account.SecretsManager.UpdateSecretAsync(new UpdateSecretRequest { SecretId = "payments", Description = "d" });
        var written = await account.SecretsManager.UpdateSecretAsync(new UpdateSecretRequest { SecretId = "payments", SecretString = "v2" });

        Assert.Null(described.VersionId);
        Assert.Equal(new Dictionary<string, string> { [first] = "AWSPREVIOUS", [written.VersionId] = "AWSCURRENT" }, await account.LabelsAsync());
    }

    [Theory]
    [InlineData("\"SecretString\":\"v1\"", "SecretString")]
    [InlineData("\"SecretBinary\":\"AAH/\"", "SecretBinary")]
    public async Task A_value_is_shown_as_what_it_is_and_not_beside_an_empty_other_kind(string value, string member)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.AskAsync("CreateSecret", $"{{\"Name\":\"payments\",\"ClientRequestToken\":\"{LocalAwsAccount.NewToken()}\",{value}}}");
        string[] members = ["ARN", "CreatedDate", "Name", member, "VersionId", "VersionStages"];

        var read = await account.AskAsync("GetSecretValue", "{\"SecretId\":\"payments\"}");
        var batch = await account.AskAsync("BatchGetSecretValue", "{\"SecretIdList\":[\"payments\"]}");

        Assert.Equal(members, Members(read));
        Assert.Equal(members, Members(batch.GetProperty("SecretValues")[0]));

        static IEnumerable<string> Members(JsonElement json) => json.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_binary_value_is_read_back()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        using var value = new MemoryStream([0, 1, 255]);
        await account.SecretsManager.CreateSecretAsync(new CreateSecretRequest { Name = "payments", SecretBinary = value });

        var read = await ReadAsync(account);

        Assert.Null(read.SecretString);
        Assert.Equal([0, 1, 255], read.SecretBinary.ToArray());
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_says_by_what_it_was_looked_for()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var unknown = LocalAwsAccount.NewToken();

        await AssertAws.RefusesAsync(
            400, "ResourceNotFoundException", $"Secrets Manager can't find the specified secret value for VersionId: {unknown}", () => ReadAsync(account, unknown));
        await AssertAws.RefusesAsync(
            400,
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
            () => ReadAsync(account, label: "AWSPENDING"));
    }

    [Fact]
    public async Task A_version_without_the_label_asked_for_is_refused()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var version = (await account.CreateSecretAsync()).VersionId;

        await AssertAws.RefusesAsync(
            400,
            "InvalidRequestException",
            "You provided a VersionStage that is not associated to the provided VersionId.",
            () => ReadAsync(account, version, "AWSPENDING"));
    }

    [Fact]
    public async Task A_version_without_labels_is_listed_on_request_only_and_can_still_be_read()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        var second = await PutAsync(account, LocalAwsAccount.NewToken(), "v2", "AWSCURRENT");
        var third = await PutAsync(account, LocalAwsAccount.NewToken(), "v3", "AWSCURRENT");

        var listed = await account.SecretsManager.ListSecretVersionIdsAsync(new ListSecretVersionIdsRequest { SecretId = "payments" });
        var all = await account.SecretsManager.ListSecretVersionIdsAsync(
            new ListSecretVersionIdsRequest { SecretId = "payments", IncludeDeprecated = true });

        Assert.Equal(new[] { third, second }.Order(StringComparer.Ordinal), listed.Versions.Select(version => version.VersionId));
        Assert.Null(Assert.Single(all.Versions, version => version.VersionId == first).VersionStages);
        Assert.Equal("v1", (await ReadAsync(account, first)).SecretString);
        Assert.DoesNotContain(first, await account.LabelsAsync());
    }

    [Fact]
    public async Task Versions_without_labels_go_beyond_a_hundred_but_not_within_a_day()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        for (var number = 2; number <= 120; number++)
        {
            await PutAsync(account, LocalAwsAccount.NewToken(), $"v{number}", "AWSCURRENT");
        }

        var service = account.Aws.SecretsManager;
        var count = () => CountVersions(account);
        Assert.Equal(120, count());

        account.Clock.Advance(TimeSpan.FromHours(25));
        await PutAsync(account, LocalAwsAccount.NewToken(), "v121", "AWSCURRENT");

        Assert.Equal(100, count());
    }

    private static int CountVersions(LocalAwsAccount account)
    {
        var count = 0;
        string? next = null;
        do
        {
            var page = account.Aws.SecretsManager.ListSecretVersionIds(new() { SecretId = "payments", IncludeDeprecated = true, NextToken = next });
            count += page.Versions.Count;
            next = page.NextToken;
        }
        while (next is not null);
        return count;
    }

    private static async Task<string> PutAsync(LocalAwsAccount account, string token, string value, params string[] labels) =>
        (await account.SecretsManager.PutSecretValueAsync(
            new PutSecretValueRequest { SecretId = "payments", ClientRequestToken = token, SecretString = value, VersionStages = [.. labels] })).VersionId;

    private static Task<GetSecretValueResponse> ReadAsync(LocalAwsAccount account, string? versionId = null, string? label = null) =>
        account.SecretsManager.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "payments", VersionId = versionId, VersionStage = label });
}
