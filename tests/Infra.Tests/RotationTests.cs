using System.Collections.Immutable;

namespace Infra.Tests;

/// <summary>The secret, its template, its wiring and its schedule.</summary>
public sealed class RotationTests
{
    [Fact]
    public async Task A_deployment_never_rotates_by_itself()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.Equal(2, deployed.All("SecretRotation").Count());
        Assert.All(deployed.All("SecretRotation"), rotation => Assert.True(rotation.Inputs.GetValueOrDefault("rotateImmediately") is false, $"{rotation} rotates at once"));
    }

    [Fact]
    public async Task The_secret_and_its_template_point_at_each_other()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        var secret = deployed.The("Secret", "orders");
        Assert.Equal("orders", secret.Text("name"));
        Assert.Equal("idorders", secret.Nested("tags")["apikey-rotation:template"]);
        Assert.Equal("orders", deployed.The("ApiKey", "orders").Nested("tags")["apikey-rotation:template-for"]);
        var nested = deployed.The("Secret", "shop-payments");
        Assert.Equal("shop/payments", nested.Text("name"));
        Assert.Equal("idshoppayments", nested.Nested("tags")["apikey-rotation:template"]);
        Assert.Equal("shop/payments", deployed.The("ApiKey", "shop-payments").Nested("tags")["apikey-rotation:template-for"]);
    }

    [Fact]
    public async Task The_template_declares_what_each_minted_key_gets()
    {
        var template = (await Deployed.StackAsync(Configurations.Everything)).The("ApiKey", "orders");

        Assert.Equal("customer-1", template.Text("customerId"));
        Assert.Equal(
            [("apikey-rotation:adopted", "adopted1"), ("apikey-rotation:probe", "https://api.example.com/orders"), ("apikey-rotation:template-for", "orders"), ("team", "shop")],
            template.Nested("tags").Select(tag => (tag.Key, (string)tag.Value)).OrderBy(tag => tag.Key, StringComparer.Ordinal));
    }

    /// <summary>The function goes by neither where only one of the two has it.</summary>
    [Theory]
    [InlineData("apikey-rotation:probe", "https://api.example.com/orders")]
    [InlineData("apikey-rotation:adopted", "adopted1")]
    public async Task What_takes_a_key_somewhere_is_named_by_the_secret_and_its_template(string tag, string value)
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.Equal((value, value), (deployed.The("Secret", "orders").Nested("tags")[tag], deployed.The("ApiKey", "orders").Nested("tags")[tag]));
        Assert.All(new[] { "Secret", "ApiKey" }, type => Assert.DoesNotContain(tag, deployed.The(type, "shop-payments").Nested("tags").Keys));
    }

    [Fact]
    public async Task A_key_without_options_has_only_the_tags_of_the_wiring()
    {
        var deployed = await Deployed.StackAsync(Settings.OneKey);

        Assert.Equal(["apikey-rotation:template-for"], deployed.The("ApiKey").Nested("tags").Keys);
        Assert.Equal(["apikey-rotation:function", "apikey-rotation:template"], deployed.The("Secret").Nested("tags").Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotContain("customerId", deployed.The("ApiKey").Inputs.Keys);
        Assert.DoesNotContain(deployed.All("RolePolicy"), policy => policy.Name.EndsWith("-adopted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_template_is_in_each_plan()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.Equal(
            [("idorders", "plan1"), ("idorders", "plan2"), ("idshoppayments", "idshoppayments")],
            deployed.All("UsagePlanKey").Select(key => (key.Text("keyId"), key.Text("usagePlanId"))).Order());
        Assert.All(deployed.All("UsagePlanKey"), key => Assert.Equal("API_KEY", key.Text("keyType")));
    }

    [Fact]
    public async Task A_usage_plan_is_made_from_stages()
    {
        var plan = (await Deployed.StackAsync(Configurations.Everything)).The("UsagePlan");

        var stage = Assert.IsType<ImmutableDictionary<string, object>>(Assert.Single(Assert.IsType<ImmutableArray<object>>(plan.Inputs["apiStages"])));
        Assert.Equal(("api1", "prod"), (stage["apiId"], stage["stage"]));
        Assert.Equal((12.5, 20.0), (plan.Nested("throttleSettings")["rateLimit"], plan.Nested("throttleSettings")["burstLimit"]));
        var quota = plan.Nested("quotaSettings");
        Assert.Equal((1000.0, "WEEK", 1.0), (quota["limit"], quota["period"], quota["offset"]));
    }

    [Fact]
    public async Task A_usage_plan_without_limits_has_none()
    {
        var plans = (await Deployed.StackAsync(new() { ["keys"] = Configurations.Keys(1) })).The("UsagePlan").Inputs.Keys;

        Assert.DoesNotContain("throttleSettings", plans);
        Assert.DoesNotContain("quotaSettings", plans);
    }

    [Fact]
    public async Task An_adopted_key_is_given_by_its_id_alone()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.Equal("adopted1", deployed.The("Secret", "orders").Nested("tags")["apikey-rotation:adopted"]);
        Assert.Contains("/apikeys/adopted1\"", deployed.The("RolePolicy", "orders-adopted").Text("policy"), StringComparison.Ordinal);
        Assert.Equal(2, deployed.All("ApiKey").Count());
    }

    [Theory]
    [InlineData(10, "automaticallyAfterDays", 10.0)]
    [InlineData("rate(4 hours)", "scheduleExpression", "rate(4 hours)")]
    [InlineData("cron(0 8 1 * ? *)", "scheduleExpression", "cron(0 8 1 * ? *)")]
    [InlineData(null, "automaticallyAfterDays", 30.0)]
    public async Task The_schedule_is_in_days_or_an_expression(object? schedule, string input, object value)
    {
        var key = schedule is null ? Settings.Key() : Settings.Key(("schedule", schedule));

        var rules = (await Deployed.StackAsync(new() { ["keys"] = new[] { key } })).The("SecretRotation").Nested("rotationRules");

        Assert.Equal(value, Assert.Single(rules, rule => rule.Key == input).Value);
        Assert.Single(rules);
    }

    [Fact]
    public async Task The_window_is_passed_on()
    {
        var rotation = (await Deployed.StackAsync(Configurations.Everything)).The("SecretRotation", "orders");

        Assert.Equal("3h", rotation.Nested("rotationRules")["duration"]);
        Assert.EndsWith(":function:rotation-lambda-prod-rotation", rotation.Text("rotationLambdaArn"), StringComparison.Ordinal);
        Assert.EndsWith(":secret:orders-AbCdEf", rotation.Text("secretId"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hold_is_a_tag_and_is_ended_by_the_same_hourly_schedule()
    {
        var deployed = await Deployed.StackAsync(new() { ["keys"] = new[] { Settings.Key(("hold", "30d")) } });

        Assert.Equal("30d", deployed.The("Secret", "orders").Nested("tags")["apikey-rotation:hold"]);
        Assert.Single(deployed.All("Schedule"), schedule => schedule.Name == "rotation-overlap-orders");
        Assert.Equal(
            ["keys[0].hold: is set together with overlap: one keeps an old key longer, the other disables it sooner. Remove one"],
            await Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key(("hold", "30d"), ("overlap", "24h")) } }));
    }

    [Fact]
    public async Task An_overlap_is_ended_by_an_hourly_schedule()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.Equal("24h", deployed.The("Secret", "orders").Nested("tags")["apikey-rotation:overlap"]);
        var schedule = deployed.The("Schedule", "rotation-overlap-orders");
        Assert.Equal("cron(0 * * * ? *)", schedule.Text("scheduleExpression"));
        Assert.Equal(("FLEXIBLE", 30.0), (schedule.Nested("flexibleTimeWindow")["mode"], schedule.Nested("flexibleTimeWindow")["maximumWindowInMinutes"]));
        Assert.Equal(
            $$"""{"action":"endOverlap","secretId":"arn:aws:secretsmanager:{{Engine.Region}}:{{Engine.AccountId}}:secret:orders-AbCdEf"}""", schedule.Nested("target")["input"]);
        Assert.Equal(3600.0, Assert.IsType<ImmutableDictionary<string, object>>(schedule.Nested("target")["retryPolicy"])["maximumEventAgeInSeconds"]);
        // A key without one has no such schedule.
        Assert.DoesNotContain("apikey-rotation:overlap", deployed.The("Secret", "shop-payments").Nested("tags").Keys);
        Assert.DoesNotContain(deployed.All("Schedule"), other => other.Name == "rotation-overlap-shop-payments");
    }

    [Fact]
    public async Task A_deleted_secret_can_be_brought_back_for_a_while()
    {
        Assert.Equal(30.0, (await Deployed.StackAsync(Settings.OneKey)).The("Secret").Inputs["recoveryWindowInDays"]);
        Assert.All((await Deployed.StackAsync(Configurations.Everything)).All("Secret"), secret => Assert.Equal(7.0, secret.Inputs["recoveryWindowInDays"]));
        Assert.Equal(0.0, (await Deployed.StackAsync(Settings.OneKey.With("recoveryWindowDays", 0))).The("Secret").Inputs["recoveryWindowInDays"]);
    }

    [Fact]
    public async Task Names_that_resources_cannot_carry_are_shortened_and_stay_different()
    {
        var longName = new string('n', 60);
        object[] keys = [Settings.Key(("name", longName + "1")), Settings.Key(("name", longName + "2")), Settings.Key(("name", "a/b@c"))];

        var secrets = (await Deployed.StackAsync(new() { ["keys"] = keys })).All("Secret").ToList();

        Assert.Equal(3, secrets.Select(secret => secret.Name).Distinct().Count());
        Assert.All(secrets, secret => Assert.True(secret.Name.Length <= 36 && secret.Name.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'), $"{secret} has a name that AWS's names cannot carry"));
        Assert.Equal("a-b-c", secrets.Single(secret => secret.Text("name") == "a/b@c").Name);
    }

    [Fact]
    public async Task A_preview_shows_all_that_is_made()
    {
        var preview = await Deployed.StackAsync(Configurations.Everything, preview: true);
        var update = await Deployed.StackAsync(Configurations.Everything);

        Assert.Equal(update.Resources.Select(resource => resource.ToString()).Order(StringComparer.Ordinal), preview.Resources.Select(resource => resource.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_preview_of_a_first_deployment_does_not_know_ids_and_needs_none()
    {
        var preview = await Deployed.StackAsync(Configurations.Everything, new Engine { KnowsIds = false }, preview: true);

        Assert.DoesNotContain("input", preview.The("Invocation", "orders-lifecycle").Inputs.Keys);
        Assert.Equal(2, preview.All("SecretRotation").Count());
    }
}
