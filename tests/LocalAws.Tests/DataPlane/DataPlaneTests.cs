using System.Security.Cryptography.X509Certificates;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace LocalAws.Tests.DataPlane;

public sealed class DataPlaneTests
{
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task An_enabled_key_in_a_plan_of_the_stage_is_served_on_every_resource()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (stage, key, _) = await OpenAsync(account);

        using var response = await account.CallAsync(stage, key.Value, "any/thing?at=all");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("""{"ok":true}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Without_a_key_with_an_unknown_or_an_unattached_one_a_client_is_forbidden()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (stage, key, _) = await OpenAsync(account);
        var unattached = await account.CreateKeyAsync();

        foreach (var value in (string?[])[null, "abcdefghijklmnopqrstuvwxyz", unattached.Value, key.Id])
        {
            using var response = await account.CallAsync(stage, value);
            Assert.Equal(403, (int)response.StatusCode);
            Assert.Equal("""{"message":"Forbidden"}""", await response.Content.ReadAsStringAsync());
            Assert.Equal("ForbiddenException", response.Headers.GetValues("x-amzn-ErrorType").Single());
        }
    }

    [Fact]
    public async Task A_key_opens_the_stages_of_its_plans_only()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (_, key, _) = await OpenAsync(account);
        var (other, _, _) = await OpenAsync(account);

        Assert.Equal(403, await account.StatusAsync(other, key.Value));
    }

    [Fact]
    public async Task An_unknown_api_or_stage_has_no_route()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (stage, key, _) = await OpenAsync(account);

        foreach (var unknown in (ApiStage[])[new() { ApiId = "abcdefghij", Stage = "prod" }, new() { ApiId = stage.ApiId, Stage = "test" }])
        {
            using var response = await account.CallAsync(unknown, key.Value);
            Assert.Equal(403, (int)response.StatusCode);
            Assert.Equal("""{"message":"Missing Authentication Token"}""", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_disabled_a_detached_and_a_deleted_key_are_refused_and_so_is_one_whose_plan_is_gone()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        foreach (var revoke in (Func<string, string, Task>[])
        [
            (plan, key) => SetEnabledAsync(account, key, enabled: false),
            (plan, key) => account.ApiGateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = plan, KeyId = key }),
            (plan, key) => account.ApiGateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = key }),
            async (plan, key) =>
            {
                var stage = Assert.Single((await account.ApiGateway.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = plan })).ApiStages);
                await account.UpdatePlanAsync(plan, ("remove", "/apiStages", $"{stage.ApiId}:{stage.Stage}"));
                await account.ApiGateway.DeleteUsagePlanAsync(new DeleteUsagePlanRequest { UsagePlanId = plan });
            },
        ])
        {
            var (stage, key, plan) = await OpenAsync(account);
            Assert.Equal(200, await account.StatusAsync(stage, key.Value));

            await revoke(plan, key.Id);

            Assert.Equal(403, await account.StatusAsync(stage, key.Value));
        }
    }

    [Fact]
    public async Task A_new_key_is_served_only_after_the_activation_lag()
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { ActivationLag = Lag });
        var (stage, key, _) = await OpenAsync(account);

        Assert.Equal(403, await account.StatusAsync(stage, key.Value));
        account.Clock.Advance(Lag - TimeSpan.FromSeconds(1));
        Assert.Equal(403, await account.StatusAsync(stage, key.Value));
        account.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, await account.StatusAsync(stage, key.Value));
    }

    [Fact]
    public async Task A_disabled_key_is_served_until_the_activation_lag_is_over()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (stage, key, _) = await OpenAsync(account);
        account.Aws.ApiGateway.ActivationLag = Lag;

        await SetEnabledAsync(account, key.Id, enabled: false);

        Assert.Equal(200, await account.StatusAsync(stage, key.Value));
        account.Clock.Advance(Lag);
        Assert.Equal(403, await account.StatusAsync(stage, key.Value));
    }

    [Fact]
    public async Task Changes_arrive_in_the_order_in_which_they_were_made_whatever_the_lag_becomes()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (stage, key, _) = await OpenAsync(account);
        account.Aws.ApiGateway.ActivationLag = Lag;
        await SetEnabledAsync(account, key.Id, enabled: false);
        await SetEnabledAsync(account, key.Id, enabled: true);

        account.Aws.ApiGateway.ActivationLag = TimeSpan.Zero;

        Assert.Equal(200, await account.StatusAsync(stage, key.Value));
        account.Clock.Advance(Lag);
        Assert.Equal(200, await account.StatusAsync(stage, key.Value));
    }

    [Fact]
    public async Task A_longer_lag_takes_nothing_back_that_has_arrived()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (stage, key, _) = await OpenAsync(account);

        account.Aws.ApiGateway.ActivationLag = Lag;

        Assert.Equal(200, await account.StatusAsync(stage, key.Value));
    }

    [Fact]
    public async Task Clients_call_over_https_and_must_trust_the_certificate()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (stage, _, _) = await OpenAsync(account);
        var url = account.Aws.InvokeUrl(stage.ApiId, stage.Stage);
        using var distrusting = new HttpClient();

        Assert.Equal(("https", "127.0.0.1"), (url.Scheme, url.Host));
        await Assert.ThrowsAsync<HttpRequestException>(() => distrusting.GetAsync(url));
        using var byName = await account.Http.GetAsync(new UriBuilder(url) { Host = "localhost" }.Uri);
        Assert.Equal(403, (int)byName.StatusCode);
    }

    [Fact]
    public async Task Who_trusts_the_certificate_that_is_handed_out_can_call_too()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        using var certificate = X509Certificate2.CreateFromPem(EmbeddedAws.CertificatePem);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(certificate);
        using var handler = new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } };
        using var client = new HttpClient(handler);

        using var response = await client.GetAsync(account.Aws.InvokeUrl("a", "b"));

        Assert.Equal(403, (int)response.StatusCode);
        Assert.DoesNotContain("PRIVATE KEY", EmbeddedAws.CertificatePem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_with_methods_has_no_other_route_and_requires_a_key_where_they_do()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync(("/health", false), ("/orders", true));
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(await account.CreatePlanAsync(stage), key.Id);

        foreach (var (resource, value, status) in ((string, string?, int)[])
            [("health", null, 200), ("health", key.Value, 200), ("orders?all", key.Value, 200), ("orders", null, 403), ("orders/1", key.Value, 403)])
        {
            using var response = await account.CallAsync(stage, value, resource);
            Assert.Equal(status, (int)response.StatusCode);
        }

        using var unknown = await account.CallAsync(stage, key.Value, "nothing");
        Assert.Equal("""{"message":"Missing Authentication Token"}""", await unknown.Content.ReadAsStringAsync());
        Assert.Equal("MissingAuthenticationTokenException", unknown.Headers.GetValues("x-amzn-ErrorType").Single());
    }

    [Fact]
    public async Task Nodes_learn_of_a_change_one_after_the_other_and_callers_come_to_them_in_turn()
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { ActivationLag = Lag, DataPlaneNodes = 4 });
        var (stage, key, _) = await OpenAsync(account);

        Assert.Equal("403 403 403 403", await account.StatusesAsync(stage, key.Value, calls: 4));
        account.Clock.Advance(Lag / 4);
        Assert.Equal("200 403 403 403 200 403", await account.StatusesAsync(stage, key.Value, calls: 6));
        account.Clock.Advance(Lag / 2);
        Assert.Equal("200 403 200 200", await account.StatusesAsync(stage, key.Value, calls: 4));
        account.Clock.Advance(Lag / 4);
        Assert.Equal("200 200 200 200", await account.StatusesAsync(stage, key.Value, calls: 4));

        await SetEnabledAsync(account, key.Id, enabled: false);
        account.Clock.Advance(Lag / 2);
        Assert.Equal("200 200 403 403", await account.StatusesAsync(stage, key.Value, calls: 4));
    }

    private static async Task SetEnabledAsync(LocalAwsAccount account, string keyId, bool enabled) =>
        await account.ApiGateway.UpdateApiKeyAsync(new UpdateApiKeyRequest
        {
            ApiKey = keyId,
            PatchOperations = [new PatchOperation { Op = Op.Replace, Path = "/enabled", Value = enabled ? "true" : "false" }],
        });

    private static async Task<(ApiStage Stage, CreateApiKeyResponse Key, string PlanId)> OpenAsync(LocalAwsAccount account)
    {
        var stage = await account.CreateApiStageAsync();
        var key = await account.CreateKeyAsync();
        var plan = await account.CreatePlanAsync(stage);
        await account.AttachAsync(plan, key.Id);
        return (stage, key, plan);
    }
}
