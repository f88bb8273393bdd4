using Amazon.APIGateway.Model;
using LocalAws;

namespace Conformance;

/// <summary>Both variants of what is not known of AWS, as the embedded AWS shows them; and which of them another endpoint shows.</summary>
public sealed class UnknownsTests
{
    [Fact]
    public async Task An_endpoint_shows_what_is_not_known()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var told = new Dictionary<string, string>
        {
            ["list-9"] = await OrderAsync(account),
            ["update-5"] = await JunkAsync(account),
            ["update-8"] = await AttachAsync(account),
            ["update-9"] = await SameValueAsync(account),
            ["plan-4"] = await PlansAsync(account),
            ["version-29"] = await FirstValueAsync(account),
        };

        if (account.Endpoint.IsEmbedded)
        {
            Assert.Equal("newest first; disables; leaves; changes; an empty list; AWSCURRENT,AWSPENDING", string.Join("; ", told.Values));
            return;
        }

        foreach (var (fact, variant) in told)
        {
            await Console.Out.WriteLineAsync($"{fact}: {variant}");
        }
    }

    [Theory, Shows("list-9")]
    [InlineData(ListingOrder.NewestFirst)]
    [InlineData(ListingOrder.OldestFirst)]
    [InlineData(ListingOrder.Arbitrary)]
    public async Task Keys_are_listed_newest_first_or_oldest_first_or_anyhow(ListingOrder order)
    {
        await using var account = await StartAsync(new() { ListingOrder = order });
        var made = new List<string>();
        for (var key = 0; key < 60; key++)
        {
            made.Add((await account.CreateKeyAsync()).Id);
        }

        var listed = new List<string>();
        string? position = null;
        do
        {
            var page = await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { Position = position });
            listed.AddRange(page.Items.Select(key => key.Id));
            position = page.Position;
        }
        while (position is not null);

        Assert.Equal(made.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        Assert.Equal(order is ListingOrder.OldestFirst, listed.SequenceEqual(made));
        Assert.Equal(order is ListingOrder.NewestFirst, listed.SequenceEqual(Enumerable.Reverse(made)));
    }

    [Theory, Shows("list-16")]
    [InlineData(0)]
    [InlineData(5)]
    public async Task A_read_misses_the_writes_of_the_last_moments_or_does_not(int seconds)
    {
        await using var account = await StartAsync(new() { ReadLag = TimeSpan.FromSeconds(seconds) });
        var (key, plan) = (await account.CreateKeyAsync(), await account.CreatePlanAsync());
        account.Clock.Advance(TimeSpan.FromSeconds(seconds));
        await account.PatchAsync(key.Id, "/description", "changed");
        account.Clock.Advance(TimeSpan.FromSeconds(Math.Max(0, seconds - 1)));
        await account.AttachAsync(plan, key.Id);
        var second = await account.CreateKeyAsync();

        Assert.Equal(seconds == 0, (await account.ReadKeyAsync(key.Id)).Description == "changed");
        Assert.Equal(seconds == 0, (await account.PlansOfAsync(key.Id)).Contains(plan));
        Assert.Equal(seconds == 0, (await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest())).Items.Exists(listed => listed.Id == second.Id));
        account.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("changed", (await account.ReadKeyAsync(key.Id)).Description);
        Assert.Equal(seconds == 0, (await account.PlansOfAsync(key.Id)).Contains(plan));
        account.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Contains(plan, await account.PlansOfAsync(key.Id));
    }

    [Theory, Shows("key-23")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_is_refused_for_the_sake_of_another_one_or_is_not(bool refused)
    {
        await using var account = await StartAsync(new() { ConcurrentModifications = refused });
        await TwiceAsync(() => account.ApiGateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName() }));
        var key = (await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest())).Items[0];
        var plan = await account.CreatePlanAsync();
        await TwiceAsync(() => account.PatchAsync(key.Id, "/description", "changed"));
        await TwiceAsync(() => account.AttachAsync(plan, key.Id));
        await TwiceAsync(() => account.ApiGateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = plan, KeyId = key.Id }));
        await TwiceAsync(() => account.ApiGateway.TagResourceAsync(new TagResourceRequest
        {
            ResourceArn = $"arn:aws:apigateway:{account.Embedded.Region}::/apikeys/{key.Id}",
            Tags = new() { ["team"] = "payments" },
        }));
        await TwiceAsync(() => account.ApiGateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = key.Id }));

        async Task TwiceAsync(Func<Task> call)
        {
            if (refused)
            {
                await AssertAws.RefusesAsync(409, "ConflictException", "Unable to complete operation due to concurrent modification. Please try again later.", call);
            }

            await call();
        }
    }

    [Theory, Shows("update-5")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_no_boolean_disables_a_key_or_does_not(bool ignored)
    {
        await using var account = await StartAsync(new() { JunkLeavesKeyEnabled = ignored });
        var key = await account.CreateKeyAsync();
        Assert.Equal(ignored, (await account.PatchAsync(key.Id, "/enabled", "junk")).Enabled);
    }

    [Theory, Shows("update-8")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_attach_changes_lastUpdatedDate_or_does_not(bool changes)
    {
        await using var account = await StartAsync(new() { AttachChangesLastUpdatedDate = changes });
        var key = await account.CreateKeyAsync();
        account.Clock.Advance(TimeSpan.FromMinutes(1));
        await account.AttachAsync(await account.CreatePlanAsync(), key.Id);
        Assert.Equal(changes, (await account.ReadKeyAsync(key.Id)).LastUpdatedDate != key.LastUpdatedDate);
    }

    [Theory, Shows("update-9")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_same_value_leaves_lastUpdatedDate_or_does_not(bool leaves)
    {
        await using var account = await StartAsync(new() { SameValueLeavesLastUpdatedDate = leaves });
        var key = await account.CreateKeyAsync();
        account.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(leaves, (await account.PatchAsync(key.Id, "/enabled", "true")).LastUpdatedDate == key.LastUpdatedDate);
        Assert.NotEqual(key.LastUpdatedDate, (await account.PatchAsync(key.Id, "/enabled", "false")).LastUpdatedDate);
    }

    [Theory, Shows("plan-4")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_without_plans_has_an_empty_list_or_is_not_found(bool notFound)
    {
        await using var account = await StartAsync(new() { KeyWithoutPlansIsNotFound = notFound });
        foreach (var key in new[] { (await account.CreateKeyAsync()).Id, "nosuchkey1" })
        {
            if (notFound)
            {
                await AssertAws.RefusesAsync(404, "NotFoundException", null, () => account.PlansOfAsync(key));
            }
            else
            {
                Assert.Empty(await account.PlansOfAsync(key));
            }
        }
    }

    [Theory, Shows("plan-24")]
    [InlineData(0)]
    [InlineData(1)]
    public async Task An_attach_takes_its_time_or_none(int seconds)
    {
        await using var account = await StartAsync(new() { AttachDuration = TimeSpan.FromSeconds(seconds) });
        var (first, second, plan) = (await account.CreateKeyAsync(), await account.CreateKeyAsync(), await account.CreatePlanAsync());

        // The clock stands still.
        Task[] attaches = [account.AttachAsync(plan, first.Id), account.AttachAsync(plan, second.Id)];
        var ended = await Task.WhenAny(attaches);

        if (seconds > 0)
        {
            await Assert.ThrowsAsync<ConflictException>(() => ended);
            account.Clock.Advance(TimeSpan.FromSeconds(seconds));
            attaches = [.. attaches.Where(attach => attach != ended)];
        }

        await Task.WhenAll(attaches);
        Assert.Equal(attaches.Length, (await account.KeysOfAsync(plan)).Count);
    }

    [Theory, Shows("rotation-39")]
    [InlineData(0)]
    [InlineData(30)]
    public async Task Rotation_shows_as_off_at_once_or_later(int seconds)
    {
        await using var account = await StartAsync(new() { CancelShowsAfter = TimeSpan.FromSeconds(seconds) });
        var secret = await account.CreateSecretAsync();
        await account.RotateAsync(secret);

        await account.SecretsManager.CancelRotateSecretAsync(new Amazon.SecretsManager.Model.CancelRotateSecretRequest { SecretId = secret });

        Assert.Equal(seconds > 0, (await account.DescribeAsync(secret)).RotationEnabled);
        account.Clock.Advance(TimeSpan.FromSeconds(seconds));
        Assert.False((await account.DescribeAsync(secret)).RotationEnabled);
    }

    [Theory, Shows("rotation-14")]
    [InlineData(0)]
    [InlineData(5)]
    public async Task AWSPENDING_is_gone_with_the_rotation_or_later(int minutes)
    {
        await using var account = await StartAsync(new() { PendingStays = TimeSpan.FromMinutes(minutes) });
        var secret = await account.CreateSecretAsync();

        var version = await account.RotateAsync(secret);

        Assert.Equal(minutes == 0 ? "AWSCURRENT" : "AWSCURRENT,AWSPENDING", (await account.LabelsAsync(secret))[version]);
        account.Clock.Advance(TimeSpan.FromMinutes(minutes));
        Assert.Equal("AWSCURRENT", (await account.LabelsAsync(secret))[version]);
    }

    [Theory, Shows("version-29")]
    [InlineData(true, "AWSCURRENT,AWSPENDING")]
    [InlineData(false, "AWSPENDING")]
    public async Task The_first_pending_value_of_a_secret_is_current_or_is_not(bool current, string labels)
    {
        await using var account = await StartAsync(new() { FirstValueIsCurrent = current });
        var secret = await account.CreateSecretAsync(value: null);
        var version = await account.PutAsync(secret, "v1", null, "AWSPENDING");
        Assert.Equal(labels, (await account.LabelsAsync(secret))[version]);
    }

    [Theory, Shows("version-30")]
    [InlineData(true, "AWSCURRENT,AWSPENDING")]
    [InlineData(false, "AWSPENDING")]
    public async Task The_first_value_of_a_rotation_is_current_or_is_not(bool current, string labels)
    {
        await using var account = await StartAsync(new() { FirstRotatedValueIsCurrent = current });
        var secret = await account.CreateSecretAsync(value: null);
        var found = new TaskCompletionSource<string>();
        account.Function.After = async (step, sent) =>
        {
            if (step is "createSecret")
            {
                found.SetResult((await account.LabelsAsync(secret))[sent.GetProperty("ClientRequestToken").GetString()!]);
            }
        };

        await account.RotateAsync(secret);

        Assert.Equal(labels, await found.Task);
    }

    private static async Task<string> OrderAsync(ConformanceAccount account)
    {
        var name = ConformanceAccount.NewName();
        var made = new List<string>();
        for (var key = 0; key < 4; key++)
        {
            made.Add((await account.CreateKeyAsync(new CreateApiKeyRequest { Name = name })).Id);
        }

        var listed = (await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = name })).Items.Select(key => key.Id).ToList();
        return listed.SequenceEqual(made) ? "oldest first" : listed.SequenceEqual(Enumerable.Reverse(made)) ? "newest first" : "in another order";
    }

    private static async Task<string> JunkAsync(ConformanceAccount account)
    {
        var key = await account.CreateKeyAsync();
        try
        {
            return (await account.PatchAsync(key.Id, "/enabled", "junk")).Enabled == true ? "is ignored" : "disables";
        }
        catch (BadRequestException refused)
        {
            return "is refused: " + refused.Message;
        }
    }

    private static async Task<string> AttachAsync(ConformanceAccount account)
    {
        var key = await account.CreateKeyAsync();
        await PassSecondsAsync(account);
        await account.AttachAsync(await account.CreatePlanAsync(), key.Id);
        return (await account.ReadKeyAsync(key.Id)).LastUpdatedDate == key.LastUpdatedDate ? "leaves" : "changes";
    }

    private static async Task<string> SameValueAsync(ConformanceAccount account)
    {
        var key = await account.CreateKeyAsync();
        await PassSecondsAsync(account);
        return (await account.PatchAsync(key.Id, "/enabled", "true")).LastUpdatedDate == key.LastUpdatedDate ? "leaves" : "changes";
    }

    private static async Task<string> PlansAsync(ConformanceAccount account)
    {
        try
        {
            return (await account.PlansOfAsync((await account.CreateKeyAsync()).Id)).Count == 0 ? "an empty list" : "some plan";
        }
        catch (NotFoundException refused)
        {
            return "404: " + refused.Message;
        }
    }

    private static async Task<string> FirstValueAsync(ConformanceAccount account)
    {
        var secret = await account.CreateSecretAsync(value: null);
        var version = await account.PutAsync(secret, "v1", null, "AWSPENDING");
        return (await account.LabelsAsync(secret)).GetValueOrDefault(version, "no label");
    }

    // Dates have whole seconds.
    private static async Task PassSecondsAsync(ConformanceAccount account)
    {
        if (account.Endpoint.IsEmbedded)
        {
            account.Clock.Advance(TimeSpan.FromSeconds(3));
            return;
        }

        await Task.Delay(TimeSpan.FromSeconds(3));
    }

    [Theory, Shows("replica-14")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_replica_that_is_behind_is_in_progress_or_in_sync(bool staysInSync)
    {
        await using var account = await StartAsync(new UnknownBehaviours { ReplicaStaysInSync = staysInSync });
        var (primary, _) = await account.CreateReplicatedAsync();
        await account.ReplicatedAsync(primary);

        await account.PutAsync(primary, "v2");

        var status = Assert.Single((await account.DescribeAsync(primary)).ReplicationStatus).Status;
        Assert.Equal(staysInSync ? Amazon.SecretsManager.StatusType.InSync : Amazon.SecretsManager.StatusType.InProgress, status);
    }

    private static async Task<ConformanceAccount> StartAsync(UnknownBehaviours unknowns)
    {
        var account = await ConformanceAccount.StartAsync(new EmbeddedAwsOptions { Unknowns = unknowns, RotationAttempts = 1 });
        _ = account.Embedded;
        return account;
    }
}
