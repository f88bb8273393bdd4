using Amazon.SecretsManager.Model;

namespace Conformance;

/// <summary>Versions and their labels.</summary>
public sealed class VersionTests
{
    private const string NoSecret = "Secrets Manager can't find the specified secret.";

    [Fact, Shows("version-1", "version-19")]
    public async Task An_unknown_secret_is_refused_with_400()
    {
        await using var account = await ConformanceAccount.StartAsync();
        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", NoSecret, () => account.ReadAsync(ConformanceAccount.NewName()));
        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", NoSecret, () => account.DescribeAsync(ConformanceAccount.NewName()));
    }

    [Fact, Shows("version-20", "version-21", "version-22")]
    public async Task Unknown_versions_and_labels_are_refused_in_words_of_their_own()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var token = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: token);
        var unknown = ConformanceAccount.NewToken();

        await AssertAws.RefusesAsync(
            400,
            "ResourceNotFoundException",
            $"Secrets Manager can't find the specified secret value for VersionId: {unknown}",
            () => account.ReadAsync(secret, versionId: unknown));
        await AssertAws.RefusesAsync(
            400,
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
            () => account.ReadAsync(secret, "AWSPENDING"));
        await AssertAws.RefusesAsync(
            400,
            "InvalidRequestException",
            "You provided a VersionStage that is not associated to the provided VersionId.",
            () => account.ReadAsync(secret, "AWSPENDING", token));
    }

    [Fact, Shows("version-2", "version-3")]
    public async Task A_version_is_put_once_and_may_be_repeated()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        var token = ConformanceAccount.NewToken();
        Assert.Equal(token, await account.PutAsync(secret, "v2", token));
        var labels = await account.LabelsAsync(secret);

        Assert.Equal(token, await account.PutAsync(secret, "v2", token));
        await AssertAws.RefusesAsync(
            400,
            "ResourceExistsException",
            $"You can't use ClientRequestToken {token} because that value is already in use for a version of secret {secret}.",
            () => account.PutAsync(secret, "v3", token));

        Assert.Equal(labels, await account.LabelsAsync(secret));
        Assert.Equal("v2", await account.ReadAsync(secret));
    }

    [Fact, Shows("version-4")]
    public async Task An_update_of_a_secret_is_made_once_and_may_be_repeated()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        var token = ConformanceAccount.NewToken();
        Assert.Equal(token, await UpdateAsync("v2"));

        Assert.Equal(token, await UpdateAsync("v2"));
        await AssertAws.RefusesAsync(400, "ResourceExistsException", null, () => UpdateAsync("v3"));

        Assert.Equal("v2", await account.ReadAsync(secret));

        async Task<string> UpdateAsync(string value) => (await account.SecretsManager.UpdateSecretAsync(
            new UpdateSecretRequest { SecretId = secret, SecretString = value, ClientRequestToken = token })).VersionId;
    }

    [Fact, Shows("version-5")]
    public async Task Labels_are_taken_from_the_versions_that_had_them()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var first = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: first);
        var second = await account.PutAsync(secret, "v2", null, "blue", "green");
        var third = await account.PutAsync(secret, "v3", null, "green");

        Assert.Equal(
            new() { [first] = "AWSCURRENT", [second] = "blue", [third] = "green" },
            await account.LabelsAsync(secret));
    }

    [Fact, Shows("version-6", "version-34")]
    public async Task A_new_value_becomes_current_and_the_one_before_previous()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var first = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: first);
        var second = await account.PutAsync(secret, "v2");
        var third = await account.PutAsync(secret, "v3");

        Assert.Equal(new() { [second] = "AWSPREVIOUS", [third] = "AWSCURRENT" }, await account.LabelsAsync(secret));
        Assert.Equal("v3", await account.ReadAsync(secret));
        Assert.Equal("v1", await account.ReadAsync(secret, versionId: first));
    }

    [Fact, Shows("version-7")]
    public async Task A_pending_value_leaves_the_current_one()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var first = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: first);
        var second = await account.PutAsync(secret, "v2", null, "AWSPENDING");

        Assert.Equal(new() { [first] = "AWSCURRENT", [second] = "AWSPENDING" }, await account.LabelsAsync(secret));
        Assert.Equal(("v1", "v2"), (await account.ReadAsync(secret), await account.ReadAsync(secret, "AWSPENDING")));
    }

    [Fact, Shows("version-36")]
    public async Task A_new_current_value_takes_AWSPENDING_off_the_one_before()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var first = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: first);
        var second = await account.PutAsync(secret, "v2", null, "AWSPENDING");
        await account.MoveAsync(secret, "AWSCURRENT", second, first);

        var third = await account.PutAsync(secret, "v3");

        Assert.Equal(new() { [second] = "AWSPREVIOUS", [third] = "AWSCURRENT" }, await account.LabelsAsync(secret));
    }

    [Fact, Shows("version-37")]
    public async Task A_new_current_value_takes_AWSPENDING_off_any_other_version()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var first = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: first);
        await account.PutAsync(secret, "v2", null, "AWSPENDING");

        var third = await account.PutAsync(secret, "v3");

        Assert.Equal(new() { [first] = "AWSPREVIOUS", [third] = "AWSCURRENT" }, await account.LabelsAsync(secret));
    }

    [Theory, Shows("version-8")]
    [InlineData(31, false)]
    [InlineData(32, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public async Task A_token_has_32_to_64_characters(int length, bool accepted)
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        await AcceptsAsync(accepted, () => account.PutAsync(secret, "v2", ConformanceAccount.NewValue(length)));
    }

    [Theory, Shows("version-9")]
    [InlineData(65_536, true)]
    [InlineData(65_537, false)]
    public async Task A_value_has_at_most_65536_bytes(int length, bool accepted)
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        await AcceptsAsync(accepted, () => account.PutAsync(secret, new string('v', length)));
    }

    [Theory, Shows("version-10")]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public async Task A_value_is_put_with_at_most_20_labels(int count, bool accepted)
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        await AcceptsAsync(accepted, () => account.PutAsync(secret, "v2", null, [.. Enumerable.Range(0, count).Select(label => $"label-{label}")]));
    }

    [Theory, Shows("version-11")]
    [InlineData("0123456789-0123456789-0123456789-012", true)]
    [InlineData("0123456789-0123456789-0123456789-01", false)]
    [InlineData("0123456789_0123456789_0123456789_012", false)]
    public async Task A_rotation_token_has_36_letters_digits_and_hyphens_or_more(string rotationToken, bool accepted)
    {
        await using var account = await ConformanceAccount.StartAsync();
        Assert.SkipUnless(account.Endpoint.IsEmbedded || !accepted, "Elsewhere a RotationToken is drawn by the service.");
        var secret = await account.CreateSecretAsync();
        await AcceptsAsync(accepted, () => account.SecretsManager.PutSecretValueAsync(
            new PutSecretValueRequest { SecretId = secret, SecretString = "v2", RotationToken = rotationToken, VersionStages = ["AWSPENDING"] }));
    }

    [Fact, Shows("version-12", "version-17")]
    public async Task The_version_that_was_current_becomes_previous_and_other_labels_stay()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var zeroth = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: zeroth);
        var first = await account.PutAsync(secret, "v1", null, "AWSCURRENT", "mine");
        var second = await account.PutAsync(secret, "v2", null, "AWSPENDING");

        var answer = await account.SecretsManager.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest
        {
            SecretId = secret,
            VersionStage = "AWSCURRENT",
            MoveToVersionId = second,
            RemoveFromVersionId = first,
        });

        Assert.Equal(secret, answer.ARN);
        Assert.StartsWith("conformance-", answer.Name, StringComparison.Ordinal);
        Assert.Equal(new() { [first] = "AWSPREVIOUS,mine", [second] = "AWSCURRENT,AWSPENDING" }, await account.LabelsAsync(secret));
    }

    [Fact, Shows("version-13", "version-14")]
    public async Task Who_moves_AWSCURRENT_names_the_version_that_has_it()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var first = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: first);
        var second = await account.PutAsync(secret, "v2", null, "AWSPENDING");
        var labels = await account.LabelsAsync(secret);

        await AssertAws.RefusesAsync(
            400,
            "InvalidParameterException",
            $"The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version {first}, so you must explicitly reference that version in RemoveFromVersionId.",
            () => account.MoveAsync(secret, "AWSCURRENT", to: second, from: null));
        await AssertAws.RefusesAsync(400, "InvalidParameterException", null, () => account.MoveAsync(secret, "AWSCURRENT", to: second, from: second));

        Assert.Equal(labels, await account.LabelsAsync(secret));
    }

    [Fact, Shows("version-16")]
    public async Task AWSCURRENT_is_never_taken_off_altogether()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var first = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: first);
        await AssertAws.RefusesAsync(400, "InvalidParameterException", null, () => account.MoveAsync(secret, "AWSCURRENT", to: null, from: first));
    }

    [Fact, Shows("version-18")]
    public async Task A_rollback_swaps_current_and_previous()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var first = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: first);
        var second = await account.PutAsync(secret, "v2");

        await account.MoveAsync(secret, "AWSCURRENT", to: first, from: second);

        Assert.Equal(new() { [first] = "AWSCURRENT", [second] = "AWSPREVIOUS" }, await account.LabelsAsync(secret));
    }

    [Fact, Shows("version-23", "version-24")]
    public async Task A_description_shows_labelled_versions_only()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var empty = await account.DescribeAsync(await account.CreateSecretAsync(value: null));
        Assert.Empty(empty.VersionIdsToStages ?? []);
        Assert.Null(empty.RotationEnabled);

        var secret = await account.CreateSecretAsync();
        var second = await account.PutAsync(secret, "v2");
        var third = await account.PutAsync(secret, "v3");
        Assert.Equal([second, third], (await account.DescribeAsync(secret)).VersionIdsToStages.Keys.OrderBy(version => version == third));
    }

    [Fact, Shows("version-25")]
    public async Task A_version_without_labels_is_listed_on_request()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var first = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: first);
        await account.PutAsync(secret, "v2");
        await account.PutAsync(secret, "v3");

        Assert.DoesNotContain(await ListAsync(deprecated: null), version => version.VersionId == first);
        Assert.Empty(Assert.Single(await ListAsync(deprecated: true), version => version.VersionId == first).VersionStages ?? []);
        Assert.Equal("v1", await account.ReadAsync(secret, versionId: first));

        async Task<List<SecretVersionsListEntry>> ListAsync(bool? deprecated) => (await account.SecretsManager.ListSecretVersionIdsAsync(
            new ListSecretVersionIdsRequest { SecretId = secret, IncludeDeprecated = deprecated })).Versions;
    }

    [Fact, Shows("version-26")]
    public async Task Versions_beyond_100_are_removed_when_they_are_a_day_old()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var clock = account.Clock;
        var secret = await account.CreateSecretAsync();
        for (var version = 0; version < 109; version++)
        {
            await account.PutAsync(secret, $"v{version}");
        }

        Assert.Equal(110, await CountAsync());
        clock.Advance(TimeSpan.FromHours(25));
        await account.PutAsync(secret, "last");
        Assert.Equal(100, await CountAsync());

        async Task<int> CountAsync()
        {
            var (count, next) = (0, default(string));
            do
            {
                var page = await account.SecretsManager.ListSecretVersionIdsAsync(
                    new ListSecretVersionIdsRequest { SecretId = secret, IncludeDeprecated = true, NextToken = next });
                (count, next) = (count + page.Versions.Count, page.NextToken);
            }
            while (next is not null);
            return count;
        }
    }

    [Fact, Shows("version-28")]
    public async Task The_first_version_of_a_secret_becomes_current()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync(value: null);
        var first = await account.PutAsync(secret, "v1");
        Assert.Equal(new() { [first] = "AWSCURRENT" }, await account.LabelsAsync(secret));
    }

    [Fact, Shows("version-31")]
    public async Task A_deleted_secret_blocks_its_name_for_its_recovery_window()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var name = ConformanceAccount.NewName();
        var secret = await account.CreateSecretAsync(name: name);
        await AssertAws.RefusesAsync(400, "InvalidParameterException", null, () => DeleteAsync(6));
        await AssertAws.RefusesAsync(400, "InvalidParameterException", null, () => DeleteAsync(31));
        await DeleteAsync(7);

        await AssertAws.RefusesAsync(400, "InvalidRequestException", null, () => account.CreateSecretAsync(name: name));
        await AssertAws.RefusesAsync(400, "InvalidRequestException", null, () => account.ReadAsync(secret));
        if (account.Endpoint.IsEmbedded)
        {
            account.Clock.Advance(TimeSpan.FromDays(7));
            await account.CreateSecretAsync(name: name);
        }

        Task DeleteAsync(long days) => account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = secret, RecoveryWindowInDays = days });
    }

    [Fact, Shows("version-32")]
    public async Task A_secret_is_deleted_at_once_on_request()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        await account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = secret, ForceDeleteWithoutRecovery = true });
        if (!account.Endpoint.IsEmbedded)
        {
            return; // AWS deletes at once, but asynchronously; the name may be blocked for a moment.
        }

        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", NoSecret, () => account.DescribeAsync(secret));
    }

    private static async Task AcceptsAsync(bool accepted, Func<Task> call)
    {
        if (accepted)
        {
            await call();
        }
        else
        {
            var refusal = await Assert.ThrowsAnyAsync<Amazon.SecretsManager.AmazonSecretsManagerException>(call);
            Assert.Equal(400, (int)refusal.StatusCode);
        }
    }
}
