using System.Text.Json;
using Amazon.SecretsManager.Model;
using LocalAws.Events;

namespace Deployer.Tests;

/// <summary>The targets that EventBridge notifies when AWSCURRENT has moved.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class RotationTargetTests
{
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:deployments";
    private const string Bus = "arn:aws:events:eu-west-1:123456789012:event-bus/deployments";
    private const string Project = "arn:aws:codebuild:eu-west-1:123456789012:project/restart-shop";
    private const string Machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:restart-shop";

    private static readonly string[] Targets = [Project, Bus, Topic, Machine];

    [Fact]
    public async Task Each_target_is_notified_once_of_each_rotation_rollback_and_edit_without_a_value()
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(Configuration(account, MakeTargetsRole(account), Targets));
        Assert.Empty(account.Aws.Events.Deliveries); // the first value is no rotation

        await account.RotateAsync();
        var rotated = account.Aws.Events.Deliveries;
        Assert.Equal(Targets.Order(StringComparer.Ordinal), rotated.Select(sent => sent.TargetArn).Order(StringComparer.Ordinal));
        Assert.All(rotated, sent =>
        {
            Assert.Null(sent.Error);
            Assert.Equal(account.Stack.Keys[DeployerAccount.SecretName]["secretArn"], Assert.Single(sent.Event.GetProperty("resources").EnumerateArray()).GetString());
            Assert.Equal((DeployerAccount.SecretName, "AWSCURRENT"), (Detail(sent, "name"), Detail(sent, "labelUpdated")));
        });
        Assert.Equal((await account.DescribeAsync()).VersionIdsToStages.Single(version => version.Value.Contains("AWSCURRENT")).Key, Detail(rotated[0], "versionId"));

        await account.Aws.Lambda.InvokeAsync(account.Stack.FunctionName, JsonSerializer.SerializeToUtf8Bytes(new { action = "rollback", secretId = account.Stack.Keys[DeployerAccount.SecretName]["secretArn"] }));
        Assert.Equal(2 * Targets.Length, account.Aws.Events.Deliveries.Count);
        var document = (await account.Secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = DeployerAccount.SecretName })).SecretString;
        await account.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = DeployerAccount.SecretName, SecretString = document.Replace("{", "{\"note\":1,", StringComparison.Ordinal) });
        Assert.Equal(3 * Targets.Length, account.Aws.Events.Deliveries.Count);

        // Another secret's rotation is not this key's.
        await account.RotateAsync("shop/refunds");
        Assert.Equal(3 * Targets.Length, account.Aws.Events.Deliveries.Count);
        RotationFunction.Tests.Leaks.AssertNone(account.Aws.ConfidentialValues, [.. account.Aws.Events.Deliveries.Select(sent => sent.Event.GetRawText())]);
    }

    [Fact]
    public async Task Targets_come_and_go_with_the_configuration()
    {
        await using var account = DeployerAccount.Start();
        var role = MakeTargetsRole(account);
        await account.UpAsync(Configuration(account, role, Topic));
        Assert.Single(account.Aws.Events.ListTargets(Assert.Single(account.Aws.Events.Rules)));

        await account.UpAsync(Configuration(account, role, Topic, Project));
        Assert.StartsWith("create aws:cloudwatch/eventTarget:EventTarget rotation-shop-orders-", Assert.Single(account.Deployment.Changes), StringComparison.Ordinal);
        await account.UpAsync(Configuration(account, role, Project));
        Assert.Equal(Project, Assert.Single(account.Aws.Events.ListTargets(Assert.Single(account.Aws.Events.Rules))).Arn);
        await account.Deployment.RefreshAsync();
        Assert.Empty(account.Deployment.Changes);

        await account.UpAsync(Configuration(account, role));
        Assert.Empty(account.Aws.Events.Rules);
        await account.RotateAsync();
        Assert.Empty(account.Aws.Events.Deliveries);

        await account.UpAsync(Configuration(account, role, Targets));
        await account.Deployment.DestroyAsync();
        Assert.Empty(account.Aws.Events.Rules);
    }

    private static string? Detail(EventDelivery sent, string field) => sent.Event.GetProperty("detail").GetProperty(field).GetString();

    /// <summary>A role that permits EventBridge these targets, as an administrator makes it.</summary>
    private static string MakeTargetsRole(DeployerAccount account)
    {
        var role = account.Aws.Iam.CreateRole("targets", """{"Statement": {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}}""");
        account.Aws.Iam.PutRolePolicy("targets", "targets", $$"""
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["events:PutEvents", "codebuild:StartBuild", "states:StartExecution"], "Resource": ["{{Bus}}", "{{Project}}", "{{Machine}}"]} }
            """);
        return role.Arn;
    }

    private static object Configuration(DeployerAccount account, string role, params string[] targets) => new
    {
        recoveryWindowDays = 0,
        keys = new object[]
        {
            new
            {
                name = DeployerAccount.SecretName,
                usagePlanIds = account.Plans.Take(1),
                rotationTargets = targets.Select(arn => new { arn, roleArn = arn == Topic ? null : role }),
            },
            new { name = "shop/refunds", usagePlanIds = account.Plans.Take(1) },
        },
    };
}
