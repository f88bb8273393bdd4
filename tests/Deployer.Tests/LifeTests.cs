using System.Net;
using System.Text.Json;
using Amazon.SecretsManager.Model;

namespace Deployer.Tests;

/// <summary>The stack itself: deployed onto the embedded AWS, rotated, changed, destroyed.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class LifeTests
{
    [Fact]
    public async Task A_whole_life()
    {
        await using var account = DeployerAccount.Start(activationLag: TimeSpan.FromSeconds(60));
        var (first, second) = (account.Plans[0], account.Plans[1]);
        await account.UpAsync(DeployerAccount.Configuration(first));
        await account.AssertOpenAsync(account.Apis[0]);
        Assert.True((await account.DescribeAsync()).RotationEnabled);

        await RotateByScheduleAsync(account, times: 3);
        await RotateByHandAsync(account);
        await EditAsync(account);
        await RotateByScheduleAsync(account, times: 1);

        await account.UpAsync(DeployerAccount.Configuration(first, second));
        account.Time.Advance(TimeSpan.FromMinutes(2));
        await account.AssertOpenAsync(account.Apis[1]);
        await account.AssertOpenAsync(account.Apis[0]);

        await account.UpAsync(DeployerAccount.Configuration(second));
        account.Time.Advance(TimeSpan.FromMinutes(2));
        await account.AssertOpenAsync(account.Apis[1]);
        Assert.Equal(HttpStatusCode.Forbidden, await account.CallAsync(account.Apis[0], await account.ReadKeyAsync("AWSCURRENT")));

        await account.UpAsync(DeployerAccount.Configuration(second));
        Assert.Empty(account.Deployment.Changes);

        await account.UpAsync(DeployerAccount.Configuration(second), replace: "aws:lambda/invocation:Invocation shop-orders-lifecycle");
        Assert.Contains("replace aws:lambda/invocation:Invocation shop-orders-lifecycle", account.Deployment.Changes);
        await account.AssertOpenAsync(account.Apis[1]);
        await RotateByScheduleAsync(account, times: 2, api: 1);

        await account.Deployment.RefreshAsync();
        Assert.Empty(account.Deployment.Changes);

        await DestroyAsync(account);
        await account.UpAsync(DeployerAccount.Configuration(first));
        await account.AssertOpenAsync(account.Apis[0]);
        await RotateByScheduleAsync(account, times: 1);
        await DestroyAsync(account);
    }

    [Fact]
    public async Task A_life_under_policies_by_tag()
    {
        const string Other = "shop/refunds";
        await using var account = DeployerAccount.Start();
        var (api, plan) = (account.MakeApi(), account.Plans[0]);
        var made = new { apiStages = new[] { new { apiId = api.ApiId, stage = "prod" } } };
        var more = Enumerable.Range(1, 100).First(count => DeployedStack.IsByTag(Configuration(ofFirst: null, ofSecond: plan, count)));

        await account.UpAsync(Configuration(ofFirst: null, ofSecond: plan, more));
        Assert.Contains("create aws:iam/rolePolicy:RolePolicy rotation-tagged", account.Deployment.Changes);
        Assert.DoesNotContain(account.Deployment.Resources, resource => resource.EndsWith("-secret", StringComparison.Ordinal));
        await RotateBothAsync(ofFirst: api.Url, ofSecond: account.Apis[0]);

        // Each goes to where the other one was: from a plan that the stack makes to a named one, and the other way round.
        await account.UpAsync(Configuration(ofFirst: plan, ofSecond: null, more));
        await RotateBothAsync(ofFirst: account.Apis[0], ofSecond: api.Url);
        Assert.Equal(HttpStatusCode.Forbidden, await account.CallAsync(api.Url, await account.ReadKeyAsync("AWSCURRENT")));

        await account.Deployment.DestroyAsync();
        Assert.Empty(account.Deployment.Resources);
        Assert.Empty(account.Aws.Scheduler.Schedules);
        Assert.Empty(account.Aws.ApiGateway.GetApiKeys(new() { Limit = 500 }).Items);
        Assert.Equal(account.Plans.Order(), account.Aws.ApiGateway.GetUsagePlans(new()).Items.Select(left => left.Id).Order());
        await Assert.ThrowsAsync<ResourceNotFoundException>(account.DescribeAsync);

        async Task RotateBothAsync(Uri ofFirst, Uri ofSecond)
        {
            foreach (var (name, url) in new[] { (DeployerAccount.SecretName, ofFirst), (Other, ofSecond) })
            {
                var before = await account.ReadKeyAsync("AWSCURRENT", name);
                await account.RotateAsync(name);
                Assert.True(before == await account.ReadKeyAsync("AWSPREVIOUS", name), $"{name} was not rotated");
                await account.AssertOpenAsync(url, name);
            }
        }

        // Without an id, the stack makes a plan.
        object Configuration(string? ofFirst, string? ofSecond, int more) => new
        {
            recoveryWindowDays = 0,
            activationWait = 0, // nobody who waits moves the clock for others
            keys = (object[])
            [
                ofFirst is null ? new { name = DeployerAccount.SecretName, usagePlan = made } : new { name = DeployerAccount.SecretName, usagePlanIds = new[] { ofFirst } },
                ofSecond is null ? new { name = Other, usagePlan = made } : new { name = Other, usagePlanIds = new[] { ofSecond } },
                .. Enumerable.Range(1, more).Select(number => new { name = $"shop/more{number}", usagePlanIds = new[] { plan } }),
            ],
        };
    }

    private static async Task RotateByScheduleAsync(DeployerAccount account, int times, int api = 0)
    {
        for (var time = 0; time < times; time++)
        {
            var before = await account.ReadKeyAsync("AWSCURRENT");
            await account.PassAsync(days: 1);
            Assert.True(before != await account.ReadKeyAsync("AWSCURRENT"), "the schedule did not rotate");
            Assert.True(before == await account.ReadKeyAsync("AWSPREVIOUS"));
            await account.AssertOpenAsync(account.Apis[api]);
        }
    }

    private static async Task RotateByHandAsync(DeployerAccount account)
    {
        var before = await account.ReadKeyAsync("AWSCURRENT");
        await account.RotateAsync();
        Assert.True(before == await account.ReadKeyAsync("AWSPREVIOUS"));
        await account.AssertOpenAsync(account.Apis[0]);
    }

    private static async Task EditAsync(DeployerAccount account)
    {
        var document = JsonSerializer.Serialize(new { apiKey = await account.ReadKeyAsync("AWSCURRENT"), url = "https://orders.example.com" });
        await account.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = DeployerAccount.SecretName, SecretString = document });
    }

    private static async Task DestroyAsync(DeployerAccount account)
    {
        await account.Deployment.DestroyAsync();
        Assert.Empty(account.Minted());
        Assert.Empty(account.Deployment.Resources);
        Assert.Empty(account.Aws.Scheduler.Schedules);
        Assert.DoesNotContain(account.Aws.ApiGateway.GetApiKeys(new() { Limit = 500 }).Items, key => key.Name?.StartsWith(DeployerAccount.SecretName, StringComparison.Ordinal) == true);
        await Assert.ThrowsAsync<ResourceNotFoundException>(account.DescribeAsync);
    }
}
