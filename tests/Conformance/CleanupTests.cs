using Amazon.APIGateway.Model;
using LocalAws;

namespace Conformance;

/// <summary>Nothing stays in an account, whatever goes wrong. Shown on the embedded AWS.</summary>
public sealed class CleanupTests
{
    private static readonly Dictionary<string, Func<Fault>> Passing = new()
    {
        ["throttled"] = () => Fault.Error(429, "TooManyRequestsException", "Too Many Requests"),
        ["another's change"] = () => Fault.Error(
            409, "ConflictException", "Unable to complete operation due to concurrent modification. Please try again later."),
        ["broken"] = () => Fault.Error(500, "InternalFailure", "again"),
    };

    public static TheoryData<string> Faults() => [.. Passing.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_a_test_made_is_deleted_although_deletes_are_refused_at_first(string fault)
    {
        await using var account = await MadeAsync();
        var refused = new HashSet<string>();
        account.Embedded.Faults = call => IsRemoval(call) && refused.Add(call.Operation + call.Resource) ? Passing[fault]() : null;

        await account.CleanUpAsync();

        Assert.Equal(5, refused.Count); // a secret, a key, two plans, and the stage of one
        Assert.Empty(Left(account));
    }

    [Fact]
    public async Task The_run_deletes_what_tests_left_and_nothing_else()
    {
        await using var account = await MadeAsync();
        account.Embedded.Faults = call => IsRemoval(call) ? Fault.Error(400, "AccessDeniedException", "not now") : null;
        await account.CleanUpAsync();
        account.Embedded.Faults = null;
        // The response for this one was lost, so its id is unknown; that one has no name.
        await account.ApiGateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName() });
        await account.ApiGateway.CreateApiKeyAsync(new CreateApiKeyRequest { Description = ConformanceAccount.NewName() });
        var others = new[] { "orders", "conformance", "conformance-of-somebody", Leftovers.NamesOf(DateTimeOffset.UnixEpoch) + "1" };
        foreach (var other in others)
        {
            await account.ApiGateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = other });
        }

        Assert.Equal(6 + others.Length, Left(account).Count);
        var leftovers = new Leftovers(account.SecretsManager, account.ApiGateway, TimeSpan.Zero);
        Assert.Empty(await leftovers.DeleteAsync(name => name.StartsWith(Run.Names, StringComparison.Ordinal)));
        Assert.Equal(others.Order(StringComparer.Ordinal), Left(account).Order(StringComparer.Ordinal));

        // A run that was killed left this, long ago; the next one deletes it.
        Assert.Empty(await leftovers.DeleteAsync(name => Leftovers.IsOlder(name, DateTimeOffset.UnixEpoch.AddHours(2))));
        Assert.Equal(others[..3].Order(StringComparer.Ordinal), Left(account).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_deleted_is_named()
    {
        await using var account = await MadeAsync();
        account.Embedded.Faults = call =>
            call.Operation == "DeleteApiKey" ? Fault.Error(403, "AccessDeniedException", "User is not authorized") : null;

        var kept = await new Leftovers(account.SecretsManager, account.ApiGateway, TimeSpan.Zero).DeleteAsync(
            name => name.StartsWith(Run.Names, StringComparison.Ordinal));

        Assert.Matches("^API key [a-z0-9]{10}: .*User is not authorized", Assert.Single(kept));
        Assert.Single(Left(account));
    }

    [Theory]
    [InlineData("conformance-00000000-1", true)]
    [InlineData("conformance-00001c1f-1", true)]
    [InlineData("conformance-00001c20-1", false)]
    [InlineData("conformance-7fffffff-1", false)]
    [InlineData("conformance-1-1", false)]
    [InlineData("conformance-00000000", false)]
    [InlineData("conformance-0000000x-1", false)]
    [InlineData("my-conformance-00000000-1", false)]
    public void A_name_shows_how_old_its_run_is(string name, bool old) =>
        Assert.Equal(old, Leftovers.IsOlder(name, DateTimeOffset.UnixEpoch.AddHours(2)));

    /// <summary>An account with a secret, and a key in two plans, one of which has a stage.</summary>
    private static async Task<ConformanceAccount> MadeAsync()
    {
        var account = await ConformanceAccount.StartAsync();
        _ = account.Embedded;
        await account.CreateSecretAsync();
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(await account.CreatePlanAsync(await account.StageAsync()), key.Id);
        await account.AttachAsync(await account.CreatePlanAsync(), key.Id);
        return account;
    }

    private static bool IsRemoval(AwsCall call) =>
        call.Operation.StartsWith("Delete", StringComparison.Ordinal) || call.Operation == "UpdateUsagePlan";

    /// <summary>The names of what there is; of a key without one, its description.</summary>
    private static List<string> Left(ConformanceAccount account) =>
    [
        .. account.Embedded.ApiGateway.GetApiKeys(new() { Limit = 500 }).Items.Select(key => key.Name ?? key.Description ?? ""),
        .. account.Embedded.ApiGateway.GetUsagePlans(new() { Limit = 500 }).Items.Select(plan => plan.Name ?? ""),
        .. account.Embedded.SecretsManager.ListSecrets(new() { IncludePlannedDeletion = true }).SecretList.Select(secret => secret.Name),
    ];
}
