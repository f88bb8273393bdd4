using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Infra.Tests;

/// <summary>Somebody is told when keys do not rotate.</summary>
public sealed partial class MonitoringTests
{
    [Theory]
    [InlineData("rotation-errors", "Errors")]
    [InlineData("rotation-throttles", "Throttles")]
    public async Task An_alarm_waits_for_errors_of_the_function_and_for_what_Lambda_does_not_let_it_do(string name, string metric)
    {
        var deployed = await Deployed.StackAsync(Settings.OneKey);
        var alarm = deployed.The("MetricAlarm", name);

        Assert.Equal(("AWS/Lambda", metric, "Sum", "notBreaching"), (alarm.Text("namespace"), alarm.Text("metricName"), alarm.Text("statistic"), alarm.Text("treatMissingData")));
        Assert.Equal("rotation-lambda-prod-rotation", alarm.Nested("dimensions")["FunctionName"]);
        Assert.Equal((1.0, "GreaterThanOrEqualToThreshold"), (alarm.Inputs["threshold"], alarm.Inputs["comparisonOperator"]));
    }

    [Fact]
    public async Task Each_key_is_checked_daily_and_a_check_that_does_not_come_is_an_alarm()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        foreach (var (name, secret) in new[] { ("orders", "orders"), ("shop-payments", "shop/payments") })
        {
            var schedule = deployed.The("Schedule", "rotation-check-" + name);
            var alarm = deployed.The("MetricAlarm", "rotation-overdue-" + name);
            Assert.Equal("cron(0 6 * * ? *)", schedule.Text("scheduleExpression"));
            // Two checks are less than two days apart, so that each two periods of the alarm have one.
            Assert.Equal(("FLEXIBLE", 720.0), (schedule.Nested("flexibleTimeWindow")["mode"], schedule.Nested("flexibleTimeWindow")["maximumWindowInMinutes"]));
            Assert.EndsWith(":function:rotation-lambda-prod-rotation", (string)schedule.Nested("target")["arn"], StringComparison.Ordinal);
            Assert.Equal(
                $$"""{"action":"check","secretId":"arn:aws:secretsmanager:{{Engine.Region}}:{{Engine.AccountId}}:secret:{{secret}}-AbCdEf"}""",
                schedule.Nested("target")["input"]);
            // What Lambda does not accept for a day is the next check's.
            Assert.Equal(86_400.0, Assert.IsType<ImmutableDictionary<string, object>>(schedule.Nested("target")["retryPolicy"])["maximumEventAgeInSeconds"]);
            Assert.Equal(("ApiKeyRotation", "HoursOverdue", "Maximum", "breaching"), (alarm.Text("namespace"), alarm.Text("metricName"), alarm.Text("statistic"), alarm.Text("treatMissingData")));
            Assert.Equal(secret, Assert.Single(alarm.Nested("dimensions"), dimension => dimension.Key == "SecretName").Value);
            Assert.Equal((0.0, "GreaterThanThreshold"), (alarm.Inputs["threshold"], alarm.Inputs["comparisonOperator"]));
            // CloudWatch's quota: an alarm looks back seven days at most.
            Assert.InRange((double)alarm.Inputs["period"] * (double)alarm.Inputs["evaluationPeriods"], 86_400, 7 * 86_400);
            // A new key has no figures yet.
            Assert.Equal((double)alarm.Inputs["period"] * (double)alarm.Inputs["evaluationPeriods"] / 60, alarm.Nested("warmUpConfiguration")["warmUpPeriodDurationInMinutes"]);
        }
    }

    [Fact]
    public async Task Alarms_have_no_warm_up_where_CloudWatch_does_not_know_it()
    {
        var deployed = await Deployed.StackAsync(Settings.OneKey.With("alarmWarmUp", false));

        Assert.All(deployed.All("MetricAlarm"), alarm => Assert.DoesNotContain("warmUpConfiguration", alarm.Inputs.Keys));
        Assert.Equal("breaching", deployed.The("MetricAlarm", "rotation-overdue-orders").Text("treatMissingData"));
    }

    [Fact]
    public async Task Schedules_invoke_the_function_by_a_role_of_their_own()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);
        var role = deployed.The("Role", "rotation-schedules");
        var schedules = deployed.All("Schedule").ToList();

        Assert.Equal(["rotation-check-orders", "rotation-check-shop-payments", "rotation-overlap-orders"], schedules.Select(schedule => schedule.Name).Order(StringComparer.Ordinal));
        Assert.All(schedules, schedule => Assert.Equal($"arn:aws:iam::{Engine.AccountId}:role/{role.Name}-1234567", schedule.Nested("target")["roleArn"]));
        Assert.Equal("rotation-schedules-1234567", deployed.The("RolePolicy", "rotation-schedules").Text("role"));
        // No statement of the function's own policy is for a schedule: Secrets Manager, and the two rules of the watch.
        Assert.Equal(
            ["arn:aws:iam::123456789012:role/team/on-call", "events.amazonaws.com", "events.amazonaws.com", "secretsmanager.amazonaws.com"],
            deployed.All("Permission").Select(permission => permission.Text("principal")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Names_of_schedules_and_rules_have_room_for_what_Pulumi_adds()
    {
        var longest = await Deployed.StackAsync(new() { ["keys"] = new[] { Settings.Key(("name", new string('n', 100)), ("overlap", "24h")) }, ["rotationEvents"] = true });

        // Pulumi names them after the resource, with eight characters more; both services take 64.
        Assert.Equal(3, longest.All("Schedule").Concat(longest.All("EventRule")).Count());
        Assert.All(longest.All("Schedule").Concat(longest.All("EventRule")), named =>
        {
            Assert.DoesNotContain("name", named.Inputs.Keys);
            Assert.InRange(named.Name.Length + 8, 1, 64);
        });
    }

    [Fact]
    public async Task Failed_rotations_are_told_by_one_rule_where_a_trail_records_them()
    {
        Assert.Empty((await Deployed.StackAsync(Settings.OneKey)).All("EventRule"));

        var deployed = await Deployed.StackAsync(Configurations.Everything);
        var pattern = JsonSerializer.Deserialize<JsonElement>(deployed.The("EventRule", "rotation-failed-1").Text("eventPattern"));
        Assert.Equal("""["aws.secretsmanager"]""", pattern.GetProperty("source").GetRawText());
        Assert.Equal("""["AWS Service Event via CloudTrail"]""", pattern.GetProperty("detail-type").GetRawText());
        Assert.Equal("""["RotationFailed","RotationAbandoned","TestRotationFailed"]""", pattern.GetProperty("detail").GetProperty("eventName").GetRawText());
        Assert.Equal(
            """[{"suffix":"-AbCdEf"},{"suffix":"-AbCdEf"}]""", pattern.GetProperty("detail").GetProperty("additionalEventData").GetProperty("SecretId").GetRawText());
        var target = deployed.The("EventTarget", "rotation-failed-1");
        Assert.Equal(("rotation-failed-1-1234567", TopicArn), (target.Text("rule"), target.Text("arn")));
    }

    [Theory]
    [InlineData(80, 1)]
    [InlineData(81, 2)]
    [InlineData(StackConfig.MostKeys, 2)]
    public async Task A_rule_has_as_many_keys_as_EventBridges_quota_for_a_pattern_holds(int keys, int rules)
    {
        var names = Enumerable.Range(1, keys).Select(number => Settings.Key(("name", $"{new string('n', 100)}{number}"))).ToList();
        var patterns = (await Deployed.StackAsync(new() { ["keys"] = names, ["rotationEvents"] = true })).All("EventRule").Select(rule => rule.Text("eventPattern")).ToList();

        Assert.Equal(rules, patterns.Count);
        Assert.All(patterns, pattern => Assert.InRange(pattern.Length, 1, 2048));
        Assert.Equal(keys, patterns.Sum(pattern => pattern.Split("suffix").Length - 1));
    }

    [Fact]
    public async Task All_that_tells_something_tells_the_one_topic()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.Equal(6, deployed.All("MetricAlarm").Count());
        Assert.Equal(["rotation-oldkeys-orders"], deployed.All("MetricAlarm").Select(alarm => alarm.Name).Where(name => name.Contains("oldkeys", StringComparison.Ordinal)));
        Assert.All(deployed.All("MetricAlarm"), alarm => Assert.True(Inputs.Texts(alarm.Inputs["alarmActions"]).SequenceEqual([TopicArn]), $"{alarm} tells nobody"));
        // An alarm that gets its first data goes from INSUFFICIENT_DATA to OK: a mail for each new key.
        Assert.All(deployed.All("MetricAlarm"), alarm => Assert.Empty(alarm.Inputs.Keys.Intersect(["okActions", "insufficientDataActions"])));
        var subscription = deployed.The("TopicSubscription");
        Assert.Equal((TopicArn, "email", "on-call@example.com"), (subscription.Text("topic"), subscription.Text("protocol"), subscription.Text("endpoint")));
        Assert.Equal(TopicArn, deployed.The("TopicPolicy").Text("arn"));
    }

    [Fact]
    public async Task A_topic_that_is_given_is_told_and_none_is_made()
    {
        const string Given = "arn:aws:sns:eu-central-1:123456789012:alarms";

        var deployed = await Deployed.StackAsync(Settings.OneKey.With("alarmTopicArn", Given));

        Assert.Empty(deployed.All("Topic").Concat(deployed.All("TopicPolicy")).Concat(deployed.All("TopicSubscription")));
        Assert.All(deployed.All("MetricAlarm"), alarm => Assert.Equal([Given], Inputs.Texts(alarm.Inputs["alarmActions"])));
    }

    [Fact]
    public async Task Without_an_address_the_topic_waits_for_subscribers()
    {
        var deployed = await Deployed.StackAsync(Settings.OneKey);

        Assert.Empty(deployed.All("TopicSubscription"));
        Assert.Single(deployed.All("Topic"));
    }

    /// <summary>Each Region counts its requests, so each has an alarm and lines of its own.</summary>
    [Fact]
    public async Task A_key_in_several_Regions_is_watched_in_each()
    {
        var deployed = await Deployed.StackAsync(new()
        {
            ["keys"] = new[] { Settings.Key(("oldKeyAlarm", true), ("regions", new object[] { new { region = "us-east-1", usagePlanIds = new[] { "plan3" } } })) },
        });

        var alarms = deployed.All("MetricAlarm").Where(alarm => alarm.Name.Contains("oldkeys", StringComparison.Ordinal)).ToDictionary(alarm => alarm.Name);
        Assert.Equal(["rotation-oldkeys-orders", "rotation-oldkeys-orders-us-east-1"], alarms.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["SecretName"], alarms["rotation-oldkeys-orders"].Nested("dimensions").Keys);
        var there = alarms["rotation-oldkeys-orders-us-east-1"];
        Assert.Equal(("orders", "us-east-1"), (there.Nested("dimensions")["SecretName"], there.Nested("dimensions")["Region"]));
        Assert.Equal("Clients of the key in secret orders in Region us-east-1 have not re-read it since the last rotation.", there.Text("alarmDescription"));
        var metrics = JsonSerializer.Deserialize<JsonElement>(deployed.The("Dashboard").Text("dashboardBody")).GetProperty("widgets").EnumerateArray()
            .SelectMany(widget => widget.GetProperty("properties").GetProperty("metrics").EnumerateArray())
            .Select(metric => string.Join('/', metric.EnumerateArray().Select(part => part.GetString())));
        Assert.Equal(
            ["ActivationSeconds", "KeysInRing", "OldKeyRequests", "Strays"],
            metrics.Where(metric => metric.EndsWith("/SecretName/orders/Region/us-east-1", StringComparison.Ordinal)).Select(metric => metric.Split('/')[1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_dashboard_shows_the_function_and_each_key()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);
        var dashboard = deployed.The("Dashboard");
        var widgets = JsonSerializer.Deserialize<JsonElement>(dashboard.Text("dashboardBody")).GetProperty("widgets").EnumerateArray().ToList();
        var metrics = widgets.SelectMany(widget => widget.GetProperty("properties").GetProperty("metrics").EnumerateArray())
            .Select(metric => string.Join('/', metric.EnumerateArray().Select(part => part.GetString()))).ToHashSet();

        Assert.Equal("rotation-lambda-prod-rotation", dashboard.Text("dashboardName"));
        Assert.All(widgets, widget => Assert.Equal(Engine.Region, widget.GetProperty("properties").GetProperty("region").GetString()));
        var ofFunction = new[] { "Errors", "Throttles", "Duration" }.Select(metric => $"AWS/Lambda/{metric}/FunctionName/rotation-lambda-prod-rotation");
        var ofKeys = from secret in new[] { "orders", "shop/payments" }
                     from metric in new[] { "HoursOverdue", "KeysInRing", "Strays", "OldKeyRequests", "ActivationSeconds" }
                     select $"ApiKeyRotation/{metric}/SecretName/{secret}";
        var ofSteps = from secret in new[] { "orders", "shop/payments" }
                      from step in new[] { "createSecret", "setSecret", "testSecret", "finishSecret" }
                      select $"ApiKeyRotation/StepSeconds/SecretName/{secret}/Step/{step}";
        var ofWatch = new[] { "CallsByOthers", "UnresolvedCalls" }.Select(metric => $"ApiKeyRotation/{metric}/FunctionName/rotation-lambda-prod-rotation");
        Assert.Equal([.. ofFunction.Concat(ofKeys).Concat(ofSteps).Concat(ofWatch).Order(StringComparer.Ordinal)], metrics.Order(StringComparer.Ordinal));
        // Widgets that overlap are moved by CloudWatch.
        Assert.Equal(widgets.Count, widgets.Select(widget => (widget.GetProperty("x").GetInt32(), widget.GetProperty("y").GetInt32())).Distinct().Count());
    }

    [Fact]
    public async Task What_the_function_measures_is_shown_and_what_is_shown_or_waited_for_is_measured()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);
        var regional = await Deployed.StackAsync(Configurations.Regional);
        var source = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "source", "Telemetry", "Metrics.cs"), TestContext.Current.CancellationToken);
        var constants = ConstantPattern().Matches(source).ToDictionary(constant => constant.Groups["name"].Value, constant => constant.Groups["value"].Value);
        var measured = MetricPattern().Matches(source)
            .Select(metric => string.Join('/', ["ApiKeyRotation", metric.Groups["name"].Value, constants[metric.Groups["perFunction"].Success ? "FunctionName" : "SecretName"], .. metric.Groups["perStep"].Success ? [constants["Step"]] : metric.Groups["perRegion"].Success ? [constants["Region"]] : Array.Empty<string>()])).ToList();
        Assert.Equal(CreatedMetricPattern().Count(source), measured.Count); // one that this does not see is written in another way

        var shown = new[] { deployed, regional }
            .SelectMany(stack => JsonSerializer.Deserialize<JsonElement>(stack.The("Dashboard").Text("dashboardBody")).GetProperty("widgets").EnumerateArray())
            .SelectMany(widget => widget.GetProperty("properties").GetProperty("metrics").EnumerateArray())
            .Select(metric => metric.EnumerateArray().Select(part => part.GetString()!).ToList())
            // Namespace, name, and the dimensions' names without their values.
            .Select(metric => string.Join('/', metric.Where((_, index) => index < 3 || index % 2 == 0)))
            .Where(IsTheFunctions).ToHashSet();
        Assert.Equal(measured.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
        var awaited = deployed.All("MetricAlarm")
            .Select(alarm => string.Join('/', [alarm.Text("namespace"), alarm.Text("metricName"), .. alarm.Nested("dimensions").Keys])).Where(IsTheFunctions).ToList();
        Assert.NotEmpty(awaited);
        Assert.Empty(awaited.Except(measured));

        static bool IsTheFunctions(string metric) => !metric.StartsWith("AWS/", StringComparison.Ordinal);
    }

    private static string TopicArn => $"arn:aws:sns:{Engine.Region}:{Engine.AccountId}:rotation-1234567";

    [GeneratedRegex("""const string (?<name>\w+) = "(?<value>\w+)";""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ConstantPattern();

    // As new("StepSeconds", "Seconds", duration.TotalSeconds, PerStep: true), or [new("Strays", "Count", other.Strays), ...], region
    [GeneratedRegex("""new\("(?<name>\w+)", "\w+", ([^,()]|\([^()]*\))+(?<perStep>, PerStep: true)?(?<perFunction>, PerFunction: true)?\)(?=(?<perRegion>[^\]]*\], region)?)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MetricPattern();

    [GeneratedRegex("""new\("|new Metric\(""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CreatedMetricPattern();
}
