using System.Text.Json;

namespace Infra.Tests;

/// <summary>The rules that report other principals' calls, and the trail.</summary>
public sealed class WatchTests
{
    private const string Role = "arn:aws:iam::123456789012:role/rotation-1234567";

    [Fact]
    public async Task Two_rules_leave_out_only_the_functions_own_role_and_only_one_gets_reads()
    {
        var deployed = await Deployed.StackAsync(Settings.OneKey.With("watch", true));
        var (writes, reads) = (deployed.The("EventRule", "rotation-watch-writes"), deployed.The("EventRule", "rotation-watch-reads"));

        Assert.Equal(("ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"), (writes.Text("state"), reads.Text("state")));
        const string Head = """{"source":["aws.secretsmanager","aws.apigateway"],"detail-type":["AWS API Call via CloudTrail"],"detail":""";
        const string NotOwn = """{"sessionContext":{"sessionIssuer":{"arn":[{"anything-but":["ROLE"]},{"exists":false}]}}}""";
        Assert.Equal(Pattern(Head, """{"readOnly":[false,{"exists":false}],"userIdentity":""", NotOwn, "}}"), writes.Text("eventPattern"));
        Assert.Equal(
            Pattern(
                Head, """{"$or":[{"eventName":["GetSecretValue","GetApiKey","GetApiKeys","GetUsagePlanKey","GetUsagePlanKeys"],"userIdentity":""", NotOwn,
                """},{"eventName":["DescribeSecret"],"requestParameters":{"secretId":[{"anything-but":{"prefix":"arn:"}}]},""",
                "\"userIdentity\":" + """{"sessionContext":{"sessionIssuer":{"arn":["ROLE"]}}}}]}}"""),
            reads.Text("eventPattern"));
        // EventBridge's quota, with a role's longest ARN.
        Assert.All([writes, reads], rule => Assert.InRange(rule.Text("eventPattern").Length + (3 * 64), 1, 2048));

        static string Pattern(params string[] parts) => string.Concat(parts).Replace("ROLE", Role, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_invokes_the_function_with_the_record_and_those_who_are_expected()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);
        foreach (var kind in new[] { "writes", "reads" })
        {
            var target = deployed.The("EventTarget", "rotation-watch-" + kind);
            var permission = deployed.The("Permission", "rotation-watch-" + kind);
            var transformer = target.Nested("inputTransformer");
            Assert.EndsWith(":function:rotation-lambda-prod-rotation", target.Text("arn"), StringComparison.Ordinal);
            Assert.Equal($"arn:aws:events:{Engine.Region}:{Engine.AccountId}:rule/rotation-watch-{kind}-1234567", permission.Text("sourceArn"));
            Assert.DoesNotContain("sourceAccount", permission.Inputs.Keys);
            Assert.Equal("""{"detail":"$.detail"}""", JsonSerializer.Serialize(transformer["inputPaths"]));
            var received = JsonSerializer.Deserialize<JsonElement>(((string)transformer["inputTemplate"]).Replace("<detail>", "{}", StringComparison.Ordinal));
            var expected = received.GetProperty("expected");
            string[] principals = [.. expected.GetProperty("principals").EnumerateArray().Select(principal => principal.GetString()!)];
            Assert.Equal("watch", received.GetProperty("action").GetString());
            Assert.Equal(["arn:aws:iam::123456789012:role/deploy", "arn:aws:iam::123456789012:role/team/on-call"], At(expected.GetProperty("callers")));
            Assert.Equal(Configurations.Readers.Order(StringComparer.Ordinal), At(expected.GetProperty("secrets").GetProperty("orders-AbCdEf")));
            Assert.Empty(At(expected.GetProperty("secrets").GetProperty("shop/payments-AbCdEf")));

            IEnumerable<string> At(JsonElement positions) => positions.EnumerateArray().Select(position => principals[position.GetInt32()]).Order(StringComparer.Ordinal);
        }

        Assert.Equal("true", deployed.The("Function").Nested("environment") is var environment
            && environment["variables"] is System.Collections.Immutable.ImmutableDictionary<string, object> variables ? variables["WATCH"] : null);
    }

    [Fact]
    public async Task An_alarm_waits_for_a_call_of_another_principal()
    {
        var alarm = (await Deployed.StackAsync(Settings.OneKey.With("watch", true))).The("MetricAlarm", "rotation-watch");

        Assert.Equal(("ApiKeyRotation", "CallsByOthers", "Sum", "notBreaching"), (alarm.Text("namespace"), alarm.Text("metricName"), alarm.Text("statistic"), alarm.Text("treatMissingData")));
        Assert.Equal("rotation-lambda-prod-rotation", alarm.Nested("dimensions")["FunctionName"]);
    }

    [Fact]
    public async Task Without_the_settings_there_is_nothing_of_it()
    {
        var deployed = await Deployed.StackAsync(Settings.OneKey);

        Assert.Empty(deployed.All("EventRule").Concat(deployed.All("Trail")).Concat(deployed.All("Bucket")));
        Assert.DoesNotContain("CallsByOthers", deployed.The("Dashboard").Text("dashboardBody"), StringComparison.Ordinal);
        var trail = await Deployed.StackAsync(Settings.OneKey.With("trail", true));
        Assert.Empty(trail.All("EventRule"));
        Assert.Single(trail.All("Trail"));
    }

    [Fact]
    public async Task The_trails_bucket_is_private_and_expires_its_files()
    {
        var deployed = await Deployed.StackAsync(Settings.OneKey.With("trail", true));
        var trail = deployed.The("Trail");

        Assert.Equal(("rotation-lambda-prod-rotation", "rotation-trail-id"), (trail.Text("name"), trail.Text("s3BucketName")));
        Assert.Equal((true, false), (trail.Inputs["enableLogFileValidation"], trail.Inputs["includeGlobalServiceEvents"]));
        var block = deployed.The("BucketPublicAccessBlock");
        Assert.All(["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"], setting => Assert.Equal(true, block.Inputs[setting]));
        Assert.Equal(true, deployed.The("Bucket").Inputs["forceDestroy"]);
        Assert.Contains("\"days\":90", JsonSerializer.Serialize(deployed.The("BucketLifecycleConfiguration").Inputs["rules"]), StringComparison.Ordinal);
        // The bucket is the trail's: each of the others names it too.
        Assert.All(["BucketPolicy", "BucketPublicAccessBlock", "BucketLifecycleConfiguration"], type => Assert.Equal("rotation-trail-id", deployed.The(type).Text("bucket")));
    }

    [Fact]
    public async Task More_principals_than_the_input_template_holds_are_refused_by_name()
    {
        var (longest, many) = (Deployers(0), 1);
        while (StackConfig.Read(Deployers(many).Get) is var config && PolicySize.WatchCharacters(config) <= RotationComponents.CallWatch.LongestTemplate - 100)
        {
            (longest, many) = (Deployers(many), many + 1);
        }

        var deployed = await Deployed.StackAsync(longest);
        Assert.InRange(((string)deployed.The("EventTarget", "rotation-watch-reads").Nested("inputTransformer")["inputTemplate"]).Length, 7900, 8192);
        var error = Assert.Single(await Deployed.RefusedAsync(Deployers(many + 5)));
        Assert.StartsWith("watch: is set, and the watch names the keys, their readers, the operators and the deployers in ", error, StringComparison.Ordinal);
        Assert.Contains("EventBridge accepts 8192", error, StringComparison.Ordinal);
        // Without the watch nothing names them.
        await Deployed.StackAsync(Deployers(many + 5).With("watch", false));

        static Settings Deployers(int count) => Settings.OneKey.With("watch", true)
            .With("deployers", Enumerable.Range(1, count).Select(number => $"arn:aws:iam::123456789012:role/{new string('d', 60)}{number}").ToArray());
    }

    [Fact]
    public async Task A_hundred_keys_with_the_same_readers_have_a_watch()
    {
        var keys = Enumerable.Range(1, StackConfig.MostKeys).Select(number => Settings.Key(("name", $"team/service{number:D3}"), ("readers", Configurations.Readers))).ToList();

        var deployed = await Deployed.StackAsync(new() { ["keys"] = keys, ["watch"] = true, ["kmsKeyArn"] = Configurations.KmsKey });

        Assert.InRange(((string)deployed.The("EventTarget", "rotation-watch-reads").Nested("inputTransformer")["inputTemplate"]).Length, 1, 8192);
    }
}
