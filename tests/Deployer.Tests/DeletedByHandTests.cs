using System.Net;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace Deployer.Tests;

/// <summary>
/// Somebody deletes a part of a stack that is in use, or has it replaced. Deployed again after a refresh, as docs/runbook.md says, the
/// stack is whole: clients go on, keys rotate, and destroy leaves nothing.
/// </summary>
[Collection(nameof(DeployerAccount))]
public sealed class DeletedByHandTests
{
    private const string Function = "aws:lambda/function:Function rotation";
    private const string Permission = "aws:lambda/permission:Permission rotation";
    private const string Alias = "aws:lambda/alias:Alias rotation";

    [Fact]
    public async Task The_function()
    {
        await using var account = await DeployAsync();
        account.Aws.Lambda.Delete(account.Stack.FunctionName);
        await Assert.ThrowsAnyAsync<Exception>(() => account.RotateAsync());

        var changes = await RepairAsync(account);

        Assert.Contains("create " + Function, changes);
        Assert.Contains("create " + Permission, changes);
        AssertInvocationsStay(changes);
        await AssertWholeAsync(account);
    }

    /// <summary>Its delete fails until the function is back: Pulumi keeps the resource and tries again.</summary>
    [Fact]
    public async Task The_function_and_then_the_stack_is_destroyed()
    {
        await using var account = await DeployAsync();
        account.Aws.Lambda.Delete(account.Stack.FunctionName);
        await account.Deployment.RefreshAsync();

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var failed = await Assert.ThrowsAsync<AwsException>(account.Deployment.DestroyAsync);
            Assert.Contains("Function not found", failed.Message, StringComparison.Ordinal);
            Assert.Contains("aws:lambda/invocation:Invocation shop-orders-lifecycle", account.Deployment.Resources);
        }

        Assert.NotEmpty(account.Minted());
        await account.UpAsync(Configuration(account));
        await AssertWholeAsync(account);
    }

    [Fact]
    public async Task The_role()
    {
        await using var account = await DeployAsync();
        var (roleArn, role) = (account.FunctionRoleArn, account.FunctionRoleArn.Split('/')[^1]);
        foreach (var policy in account.Aws.Iam.ListRolePolicies(role))
        {
            account.Aws.Iam.DeleteRolePolicy(role, policy);
        }

        account.Aws.Iam.DeleteRole(role);

        var changes = await RepairAsync(account);

        Assert.NotEqual(roleArn, account.FunctionRoleArn);
        Assert.Contains("update " + Function, changes);
        AssertInvocationsStay(changes);
        await AssertWholeAsync(account);
    }

    [Fact]
    public async Task The_template_key()
    {
        await using var account = await DeployAsync();
        await account.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = account.TemplateId });

        var changes = await RepairAsync(account);

        Assert.Equal(account.TemplateId, (await account.DescribeAsync()).Tags.Single(tag => tag.Key == "apikey-rotation:template").Value);
        AssertInvocationsStay(changes);
        await AssertWholeAsync(account);
    }

    [Fact]
    public async Task The_log_group()
    {
        await using var account = await DeployAsync();
        var logGroup = "/aws/lambda/" + account.Stack.FunctionName;
        account.Aws.Logs.DeleteLogGroup(logGroup);

        var changes = await RepairAsync(account);

        Assert.Contains(logGroup, account.Aws.Logs.LogGroups);
        AssertInvocationsStay(changes);
        await AssertWholeAsync(account);
    }

    /// <summary>The secret of the same name is another one, so the old one's keys are deleted in the same deployment.</summary>
    [Fact]
    public async Task The_secret_for_good()
    {
        await using var account = await DeployAsync();
        var cached = await account.ReadKeyAsync("AWSCURRENT");
        await DeleteSecretAsync(account);
        Assert.Equal(HttpStatusCode.OK, await account.CallAsync(account.Apis[0], cached));

        await RepairAsync(account);

        Assert.Equal(HttpStatusCode.Forbidden, await account.CallAsync(account.Apis[0], cached));
        Assert.Single(account.Minted());
        await AssertWholeAsync(account);
    }

    [Fact]
    public async Task The_secret_for_good_with_the_key_that_clients_have_kept()
    {
        await using var account = await DeployAsync();
        var cached = await account.ReadKeyAsync("AWSCURRENT");
        var current = (await account.DescribeAsync()).VersionIdsToStages.Single(version => version.Value.Contains("AWSCURRENT")).Key;
        await DeleteSecretAsync(account);
        var kept = account.Minted().Single(key => key.Name == $"{DeployerAccount.SecretName}/{current}");
        await account.Gateway.UntagResourceAsync(new Amazon.APIGateway.Model.UntagResourceRequest
        {
            ResourceArn = $"arn:aws:apigateway:{account.Aws.Region}::/apikeys/{kept.Id}",
            TagKeys = ["apikey-rotation:minted-for"],
        });

        await RepairAsync(account);

        Assert.Equal(HttpStatusCode.OK, await account.CallAsync(account.Apis[0], cached));
        await account.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = kept.Id });
        await AssertWholeAsync(account);
    }

    [Fact]
    public async Task The_secret_is_restored_in_its_recovery_window()
    {
        await using var account = await DeployAsync();
        await account.Secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = DeployerAccount.SecretName, RecoveryWindowInDays = 7 });
        await account.Secrets.RestoreSecretAsync(new RestoreSecretRequest { SecretId = DeployerAccount.SecretName });

        Assert.Empty(await RepairAsync(account));
        await AssertWholeAsync(account);
    }

    /// <summary>A deployment from before the secret had the tag has it on the template only. The update of the usage plans reads both sides, so both must be set by then.</summary>
    [Theory]
    [InlineData("template")]
    [InlineData("secret")]
    public async Task The_probes_tag_on_one_side(string side)
    {
        await using var account = await DeployAsync();
        var (tag, probe) = ("apikey-rotation:probe", account.Apis[0].ToString());
        await (side == "secret"
            ? account.Secrets.TagResourceAsync(new Amazon.SecretsManager.Model.TagResourceRequest { SecretId = DeployerAccount.SecretName, Tags = [new Tag { Key = tag, Value = probe }] })
            : (Task)account.Gateway.TagResourceAsync(new Amazon.APIGateway.Model.TagResourceRequest
            {
                ResourceArn = $"arn:aws:apigateway:{account.Aws.Region}::/apikeys/{account.TemplateId}",
                Tags = new() { [tag] = probe },
            }));
        await account.RotateAsync();
        Assert.Equal(RotationOutcome.Failed, account.Aws.SecretsManager.Rotations[^1].Outcome);

        await account.UpAsync(new
        {
            recoveryWindowDays = 0,
            keys = new[] { new { name = DeployerAccount.SecretName, description = "Orders", usagePlanIds = account.Plans.Take(2), schedule = "rate(1 day)", probeUrl = probe } },
        });

        Assert.Contains("update aws:lambda/invocation:Invocation shop-orders-lifecycle", account.Deployment.Changes);
        await account.PassAsync(days: 1); // Secrets Manager tries again
        await AssertWholeAsync(account);
    }

    /// <summary>With its permissions; the invocations stay, whose deletes would delete keys or fail.</summary>
    [Fact]
    public async Task The_function_is_replaced()
    {
        await using var account = await DeployAsync();

        await account.UpAsync(Configuration(account), replace: Function);
        var changes = account.Deployment.Changes;

        Assert.Equal(
            [$"delete {Permission}", $"delete {Function}", $"replace {Function}", $"create {Permission}"],
            changes.Where(change => change.EndsWith(" rotation", StringComparison.Ordinal) && !change.EndsWith(Alias, StringComparison.Ordinal)));
        Assert.Equal([$"delete {Alias}", $"create {Alias}"], changes.Where(change => change.EndsWith(Alias, StringComparison.Ordinal)));
        AssertInvocationsStay(changes);
        await AssertWholeAsync(account);
    }

    private static object Configuration(DeployerAccount account) => DeployerAccount.Configuration(account.Plans[0]);

    /// <summary>A stack whose key was rotated, so that clients may have one of two keys.</summary>
    private static async Task<DeployerAccount> DeployAsync()
    {
        var account = DeployerAccount.Start();
        await account.UpAsync(Configuration(account));
        await account.RotateAsync();
        return account;
    }

    private static Task<DeleteSecretResponse> DeleteSecretAsync(DeployerAccount account) =>
        account.Secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = DeployerAccount.SecretName, ForceDeleteWithoutRecovery = true });

    /// <summary><c>pulumi up --refresh</c>, and a second one that finds nothing to do.</summary>
    private static async Task<IReadOnlyList<string>> RepairAsync(DeployerAccount account)
    {
        await account.Deployment.RefreshAsync();
        await account.UpAsync(Configuration(account));
        var changes = account.Deployment.Changes;
        await account.UpAsync(Configuration(account));
        Assert.Empty(account.Deployment.Changes);
        return changes;
    }

    private static void AssertInvocationsStay(IReadOnlyList<string> changes) =>
        Assert.DoesNotContain(changes, change => change.Contains("aws:lambda/invocation:Invocation", StringComparison.Ordinal));

    private static async Task AssertWholeAsync(DeployerAccount account)
    {
        await account.AssertOpenAsync(account.Apis[0]);
        var before = await account.ReadKeyAsync("AWSCURRENT");
        await account.RotateAsync();
        Assert.True(before == await account.ReadKeyAsync("AWSPREVIOUS"), "The key was not rotated.");
        await account.AssertOpenAsync(account.Apis[0]);
        await account.PassAsync(days: 1);
        Assert.Equal(RotationOutcome.Succeeded, account.Aws.SecretsManager.Rotations[^1].Outcome);

        await account.Deployment.DestroyAsync();
        Assert.Empty(account.Deployment.Resources);
        Assert.Empty(account.Minted());
    }
}
