using Amazon.SecretsManager.Model;

namespace LocalAws.Tests.SecretsManager;

public sealed class LabelTests
{
    [Fact]
    public async Task As_current_moves_pending_stays_and_the_version_before_becomes_previous()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        var second = await PutAsync(account, "v2", "AWSPENDING", "mine");

        await MoveAsync(account, "AWSCURRENT", first, second);

        Assert.Equal(
            new Dictionary<string, string> { [first] = "AWSPREVIOUS", [second] = "AWSCURRENT,AWSPENDING,mine" },
            await account.LabelsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_current_value_takes_pending_off_the_version_that_was_current(bool update)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        var second = await PutAsync(account, "v2", "AWSPENDING", "mine");
        await MoveAsync(account, "AWSCURRENT", first, second);

        var third = update
            ? (await account.SecretsManager.UpdateSecretAsync(new UpdateSecretRequest { SecretId = "payments", SecretString = "v3" })).VersionId
            : await PutAsync(account, "v3");

        Assert.Equal(new Dictionary<string, string> { [second] = "AWSPREVIOUS,mine", [third] = "AWSCURRENT" }, await account.LabelsAsync());
    }

    [Fact]
    public async Task A_new_current_value_takes_pending_off_any_version_and_rotation_starts()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        var second = await PutAsync(account, "v2", "AWSPENDING");
        var function = new RotatingFunction(account);
        await AssertAws.RefusesAsync(400, "InvalidRequestException", text: null, RotateAsync);

        var third = await PutAsync(account, "v3");

        Assert.Equal(new Dictionary<string, string> { [first] = "AWSPREVIOUS", [third] = "AWSCURRENT" }, await account.LabelsAsync());
        Assert.DoesNotContain(second, await account.LabelsAsync());
        await RotateAsync();
        await account.Aws.SecretsManager.SettledAsync();
        Assert.Equal(RotationOutcome.Succeeded, Assert.Single(account.Aws.SecretsManager.Rotations).Outcome);

        Task RotateAsync() => account.SecretsManager.RotateSecretAsync(new RotateSecretRequest { SecretId = "payments", RotationLambdaARN = function.Arn });
    }

    [Fact]
    public async Task A_value_that_is_put_with_both_labels_has_both()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        await PutAsync(account, "v2", "AWSPENDING");
        var third = await PutAsync(account, "v3", "AWSPENDING", "AWSCURRENT");

        Assert.Equal(new Dictionary<string, string> { [first] = "AWSPREVIOUS", [third] = "AWSCURRENT,AWSPENDING" }, await account.LabelsAsync());
    }

    [Fact]
    public async Task The_version_that_was_previous_loses_the_label()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        var second = await PutAsync(account, "v2", "AWSCURRENT");
        var third = await PutAsync(account, "v3", "AWSPENDING");

        await MoveAsync(account, "AWSCURRENT", second, third);

        Assert.Equal(
            new Dictionary<string, string> { [second] = "AWSPREVIOUS", [third] = "AWSCURRENT,AWSPENDING" },
            await account.LabelsAsync());
        Assert.DoesNotContain(first, await account.LabelsAsync());
    }

    [Fact]
    public async Task A_rollback_swaps_current_and_previous()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        var second = await PutAsync(account, "v2", "AWSCURRENT");

        await MoveAsync(account, "AWSCURRENT", second, first);

        Assert.Equal(new Dictionary<string, string> { [first] = "AWSCURRENT", [second] = "AWSPREVIOUS" }, await account.LabelsAsync());
    }

    [Fact]
    public async Task Current_moves_only_from_the_version_that_is_named()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        var second = await PutAsync(account, "v2", "AWSPENDING");

        await AssertAws.RefusesAsync(
            400,
            "InvalidParameterException",
            $"The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version {first}, so you must explicitly reference that version in RemoveFromVersionId.",
            () => MoveAsync(account, "AWSCURRENT", from: null, second));
        await AssertAws.RefusesAsync(400, "InvalidParameterException", text: null, () => MoveAsync(account, "AWSCURRENT", second, second));

        Assert.Equal("AWSCURRENT", (await account.LabelsAsync())[first]);
    }

    [Fact]
    public async Task Of_two_that_move_current_at_once_one_wins()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        string[] targets = [await PutAsync(account, "v2", "a"), await PutAsync(account, "v3", "b")];

        var moves = targets.Select(target => Record.ExceptionAsync(() => MoveAsync(account, "AWSCURRENT", first, target)).AsTask());

        Assert.Single(await Task.WhenAll(moves), error => error is null);
    }

    [Fact]
    public async Task A_label_that_nobody_has_needs_no_source()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;

        await MoveAsync(account, "mine", from: null, first);

        Assert.Equal("AWSCURRENT,mine", (await account.LabelsAsync())[first]);
    }

    [Fact]
    public async Task Current_cannot_be_taken_off_but_pending_can()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        var second = await PutAsync(account, "v2", "AWSPENDING");

        var refused = await AssertAws.RefusesAsync(
            400, "InvalidParameterException", text: null, () => MoveAsync(account, "AWSCURRENT", first, to: null));
        await MoveAsync(account, "AWSPENDING", second, to: null);

        Assert.StartsWith("You can only move staging label AWSCURRENT to a different secret version.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(new Dictionary<string, string> { [first] = "AWSCURRENT" }, await account.LabelsAsync());
    }

    [Fact]
    public async Task A_label_does_not_move_to_a_version_that_does_not_exist()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;

        await AssertAws.RefusesAsync(
            400, "ResourceNotFoundException", text: null, () => MoveAsync(account, "AWSCURRENT", first, LocalAwsAccount.NewToken()));
    }

    private static async Task<string> PutAsync(LocalAwsAccount account, string value, params string[] labels) =>
        (await account.SecretsManager.PutSecretValueAsync(
            new PutSecretValueRequest { SecretId = "payments", SecretString = value, VersionStages = labels.Length == 0 ? null : [.. labels] })).VersionId;

    private static async Task MoveAsync(LocalAwsAccount account, string label, string? from, string? to) =>
        await account.SecretsManager.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest
        {
            SecretId = "payments",
            VersionStage = label,
            RemoveFromVersionId = from,
            MoveToVersionId = to,
        });
}
