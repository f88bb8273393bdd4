using Amazon.SecretsManager.Model;
using LocalAws.Events;

namespace LocalAws.Tests.Events;

/// <summary>Secrets Manager's own event, the rules that match it, and their targets.</summary>
public sealed class LabelEventTests
{
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:deployments";
    private const string Any = """{"source":["aws.secretsmanager"]}""";

    [Fact]
    public async Task The_event_has_the_form_of_the_documentations_example()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        Notify(account, Any);
        var secret = await account.CreateSecretAsync();

        var sent = Assert.Single(account.Aws.Events.Deliveries);

        Assert.Equal(("rule", Topic, null), (sent.Rule, sent.TargetArn, sent.Error));
        Assert.Equal(
            ["account", "detail", "detail-type", "id", "region", "resources", "source", "time", "version"],
            sent.Event.EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal));
        Assert.Equal(("0", "Secret Label Updated", "aws.secretsmanager", account.Aws.AccountId, account.Aws.Region), (Text("version"), Text("detail-type"), Text("source"), Text("account"), Text("region")));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", Text("time"));
        Assert.Equal([secret.ARN], sent.Event.GetProperty("resources").EnumerateArray().Select(resource => resource.GetString()));
        Assert.Equal($$"""{"name":"payments","labelUpdated":"AWSCURRENT","versionId":"{{secret.VersionId}}"}""", sent.Event.GetProperty("detail").GetRawText());

        string? Text(string field) => sent.Event.GetProperty(field).GetString();
    }

    [Fact]
    public async Task It_is_sent_for_each_move_of_a_label_but_AWSPENDING_and_AWSPREVIOUS_and_for_nothing_else()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        Notify(account, Any);
        var first = (await account.CreateSecretAsync()).VersionId;
        var (second, pending) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", ClientRequestToken = second, SecretString = "v2" });
        await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", ClientRequestToken = pending, SecretString = "v3", VersionStages = ["AWSPENDING", "CANARY"] });
        await account.SecretsManager.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = "payments", VersionStage = "AWSCURRENT", RemoveFromVersionId = second, MoveToVersionId = first });
        // Already there, taken off, or no label at all.
        await account.SecretsManager.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = "payments", VersionStage = "AWSCURRENT", RemoveFromVersionId = first, MoveToVersionId = first });
        await account.SecretsManager.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = "payments", VersionStage = "CANARY", RemoveFromVersionId = pending });
        await account.SecretsManager.UpdateSecretAsync(new UpdateSecretRequest { SecretId = "payments", Description = "Another" });

        Assert.Equal(
            [("AWSCURRENT", first), ("AWSCURRENT", second), ("CANARY", pending), ("AWSCURRENT", first)],
            account.Aws.Events.Deliveries.Select(sent => (sent.Event.GetProperty("detail").GetProperty("labelUpdated").GetString(), sent.Event.GetProperty("detail").GetProperty("versionId").GetString())));
    }

    [Theory]
    [InlineData("""{"source":["aws.secretsmanager"],"detail-type":["Secret Label Updated"],"detail":{"labelUpdated":["AWSCURRENT"]}}""", true)]
    [InlineData("""{"source":["aws.other","aws.secretsmanager"]}""", true)]
    [InlineData("""{"source":["AWS.SecretsManager"]}""", false)]
    [InlineData("""{"source":["aws.secretsmanager"],"detail":{"labelUpdated":["CANARY"]}}""", false)]
    [InlineData("""{"detail":{"labelUpdated":["AWSCURRENT"],"other":["AWSCURRENT"]}}""", false)]
    [InlineData("""{"detail":{"name":[{"prefix":"pay"}]}}""", true)]
    [InlineData("""{"detail":{"name":[{"prefix":"ments"}]}}""", false)]
    [InlineData("""{"resources":[{"suffix":":secret:other"},{"prefix":"arn:aws:secretsmanager:"}]}""", true)]
    [InlineData("""{"resources":[{"suffix":"payments"}]}""", false)]
    [InlineData("""{"version":[0]}""", false)]
    [InlineData("""{"detail":{"name":{"deeper":["payments"]}}}""", false)]
    [InlineData("""{"detail":{"name":[{"anything-but":"orders"}]}}""", true)]
    [InlineData("""{"detail":{"name":[{"anything-but":["orders","payments"]}]}}""", false)]
    [InlineData("""{"detail":{"name":[{"anything-but":{"prefix":"pay"}}]}}""", false)]
    [InlineData("""{"detail":{"name":[{"anything-but":{"suffix":"pay"}}]}}""", true)]
    [InlineData("""{"detail":{"other":[{"anything-but":"payments"}]}}""", false)]
    [InlineData("""{"detail":{"other":{"deeper":[{"anything-but":"payments"}]}}}""", false)]
    [InlineData("""{"detail":{"other":[{"anything-but":"payments"},{"exists":false}]}}""", true)]
    [InlineData("""{"detail":{"other":{"deeper":[{"exists":false}]}}}""", true)]
    [InlineData("""{"detail":{"name":[{"exists":false}]}}""", false)]
    [InlineData("""{"detail":{"name":[{"exists":true}],"other":[{"exists":true}]}}""", false)]
    [InlineData("""{"resources":[{"exists":true}]}""", true)]
    [InlineData("""{"detail":[{"exists":false}]}""", true)]
    [InlineData("""{"$or":[{"source":["aws.other"]},{"detail":{"name":["payments"]}}]}""", true)]
    [InlineData("""{"$or":[{"source":["aws.other"]},{"detail":{"name":["orders"]}}]}""", false)]
    [InlineData("""{"source":["aws.other"],"$or":[{"version":["0"]},{"detail":{"name":["orders"]}}]}""", false)]
    [InlineData("""{"detail":{"$or":[{"name":["orders"]},{"labelUpdated":["AWSCURRENT"],"$or":[{"name":["x"]},{"name":["payments"]}]}]}}""", true)]
    public async Task A_pattern_matches_as_the_documentation_says(string pattern, bool matches)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        Notify(account, pattern);
        await account.CreateSecretAsync();

        Assert.Equal(matches ? 1 : 0, account.Aws.Events.Deliveries.Count);
    }

    [Theory]
    [InlineData("no pattern")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"source":"aws.secretsmanager"}""")]
    [InlineData("""{"source":[]}""")]
    [InlineData("""{"source":[{"prefix":1}]}""")]
    [InlineData("""{"source":[{"numeric":["=",1]}]}""")]
    [InlineData("""{"source":[{"anything-but":true}]}""")]
    [InlineData("""{"source":[{"anything-but":["aws.ec2",1]}]}""")]
    [InlineData("""{"source":[{"anything-but":[]}]}""")]
    [InlineData("""{"source":[{"anything-but":{"exists":true}}]}""")]
    [InlineData("""{"source":[{"exists":"no"}]}""")]
    [InlineData("""{"$or":[{"source":["aws.ec2"]}]}""")]
    [InlineData("""{"$or":[{"source":["aws.ec2"]},{}]}""")]
    [InlineData("""{"detail":{"name":[["payments"]]}}""")]
    public async Task A_pattern_that_is_none_is_refused(string pattern)
    {
        await using var aws = EmbeddedAws.Create();

        Assert.Equal("InvalidEventPatternException", Assert.Throws<AwsException>(() => aws.Events.PutRule("rule", pattern)).Code);
        Assert.Empty(aws.Events.Rules);
    }

    [Fact]
    public async Task Rules_targets_and_patterns_have_quotas()
    {
        await using var aws = EmbeddedAws.Create();
        for (var number = 1; number <= 300; number++)
        {
            aws.Events.PutRule($"rule{number}", Any);
        }

        Assert.Equal("LimitExceededException", Assert.Throws<AwsException>(() => aws.Events.PutRule("another", Any)).Code);
        aws.Events.PutRule("rule1", $$"""{"source":["{{new string('s', 2048 - 15)}}"]}""");
        Assert.Equal("LimitExceededException", Assert.Throws<AwsException>(() => aws.Events.PutRule("rule1", $$"""{"source":["{{new string('s', 2049 - 15)}}"]}""")).Code);
        for (var number = 1; number <= 5; number++)
        {
            aws.Events.PutTarget("rule1", new EventTarget($"target{number}", Topic));
        }

        aws.Events.PutTarget("rule1", new EventTarget("target5", Topic));
        Assert.Equal("LimitExceededException", Assert.Throws<AwsException>(() => aws.Events.PutTarget("rule1", new EventTarget("target6", Topic))).Code);
    }

    [Fact]
    public async Task A_rule_is_deleted_after_its_targets()
    {
        await using var aws = EmbeddedAws.Create();
        aws.Events.PutRule("rule", Any);
        aws.Events.PutTarget("rule", new EventTarget("target", Topic));

        Assert.Equal("ValidationException", Assert.Throws<AwsException>(() => aws.Events.DeleteRule("rule")).Code);
        aws.Events.RemoveTarget("rule", "target");
        aws.Events.DeleteRule("rule");
        aws.Events.DeleteRule("rule");
        Assert.Empty(aws.Events.Rules);
        Assert.Equal("ResourceNotFoundException", Assert.Throws<AwsException>(() => aws.Events.ListTargets("rule")).Code);
        Assert.Equal("ValidationException", Assert.Throws<AwsException>(() => aws.Events.PutRule("a rule", Any)).Code);
    }

    [Theory]
    [InlineData("arn:aws:events:eu-west-1:123456789012:event-bus/deployments", "events:PutEvents")]
    [InlineData("arn:aws:codebuild:eu-west-1:123456789012:project/deploy", "codebuild:StartBuild")]
    [InlineData("arn:aws:states:eu-west-1:123456789012:stateMachine:deploy", "states:StartExecution")]
    public async Task Other_targets_than_topics_need_a_role_that_EventBridge_can_assume_with_permission_for_the_target(string target, string action)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        account.Aws.Events.PutRule("rule", Any);
        Assert.Equal("ValidationException", Assert.Throws<AwsException>(() => account.Aws.Events.PutTarget("rule", new EventTarget("target", target))).Code);
        foreach (var (role, service, permitted) in new[] { ("right", "events", action), ("untrusting", "lambda", action), ("powerless", "events", "sns:Publish") })
        {
            var arn = account.Aws.Iam.CreateRole(role, $$"""{"Statement":{"Effect":"Allow","Principal":{"Service":"{{service}}.amazonaws.com"},"Action":"sts:AssumeRole"} }""").Arn;
            account.Aws.Iam.PutRolePolicy(role, "target", $$"""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"{{permitted}}","Resource":"{{target}}"} }""");
            account.Aws.Events.PutTarget("rule", new EventTarget(role, target, arn));
        }

        await account.CreateSecretAsync();

        Assert.Equal([null, "NO_PERMISSIONS", "NO_PERMISSIONS"], account.Aws.Events.Deliveries.Select(sent => sent.Error));
    }

    private static void Notify(LocalAwsAccount account, string pattern)
    {
        account.Aws.Events.PutRule("rule", pattern);
        account.Aws.Events.PutTarget("rule", new EventTarget("target", Topic));
    }
}
