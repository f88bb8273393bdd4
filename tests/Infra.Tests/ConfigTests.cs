using System.Text.RegularExpressions;
using RotationComponents;

namespace Infra.Tests;

/// <summary>What is wrong with a configuration is said all at once, by field, before any resource is made.</summary>
public sealed partial class ConfigTests
{
    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_once()
    {
        var errors = await Deployed.RefusedAsync(new()
        {
            ["keys"] = new object[] { Settings.Key(), Settings.Key(("name", "shop"), ("schedule", "monthly"), ("duration", "soon")) },
            ["memorySize"] = 64,
            ["architecture"] = "mips",
        });

        Assert.Equal(["keys[1].schedule", "keys[1].duration", "architecture", "memorySize"], errors.Select(error => error.Split(':')[0]));
    }

    [Theory]
    [InlineData("name", "", "a name for a secret")]
    [InlineData("name", 7, "a name for a secret")]
    [InlineData("name", "or ders", "a name for a secret")]
    [InlineData("description", 5, "a string")]
    [InlineData("customerId", true, "a string")]
    [InlineData("usagePlanIds", "plan1", "must be a list")]
    [InlineData("usagePlanIds", new string[0], "at least one id")]
    [InlineData("usagePlanIds", new[] { "a b" }, "the id of a usage plan", "[0]")]
    [InlineData("usagePlanIds", new[] { "plan1", "plan1" }, "already in the list", "[1]")]
    [InlineData("usagePlanIds", new[] { "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11" }, "API Gateway accepts 10 for a key")]
    [InlineData("usagePlan", "plan1", "must be an object")]
    [InlineData("schedule", 0, "a whole number from 1 to 1000")]
    [InlineData("schedule", 1001, "a whole number from 1 to 1000")]
    [InlineData("schedule", 1.5, "a whole number")]
    [InlineData("schedule", "30", "days from 1 to 1000")]
    [InlineData("schedule", "rate(3 hours)", "rate(N hours) from 4")]
    [InlineData("schedule", "rate(0 days)", "rate(N days)")]
    [InlineData("schedule", "rate(10 minutes)", "rate(N hours)")]
    [InlineData("schedule", "cron(30 8 1 * ? *)", "cron(0 ")]
    [InlineData("schedule", "cron(0 8 1 * * *)", "with a ?")]
    [InlineData("schedule", "cron(0 8 1 * ? 2030)", "cron(0 ")]
    [InlineData("duration", "25h", "hours from 1h to 24h")]
    [InlineData("duration", 3, "hours from 1h to 24h")]
    [InlineData("overlap", "24", "24h or 7d, or 0")]
    [InlineData("overlap", "0h", "24h or 7d, or 0")]
    [InlineData("hold", "30", "24h or 30d")]
    [InlineData("quota", "keep", "carry")]
    [InlineData("hold", "0", "24h or 30d")]
    [InlineData("probeUrl", "http://api.example.com/orders", "an https URL")]
    [InlineData("probeUrl", "https://key@api.example.com/orders", "an https URL")]
    [InlineData("probeUrl", "https://api.example.com/orders?a=b", "kept in a tag")]
    [InlineData("adoptedKeyId", "a/b", "the id of an API key")]
    [InlineData("readers", "arn:aws:iam::123456789012:role/pipeline", "must be a list")]
    [InlineData("readers", new[] { "pipeline" }, "the ARN of an IAM role, of a user or of an account", "[0]")]
    [InlineData("readers", new[] { "arn:aws:iam::123456789012:role/*" }, "the ARN of an IAM role", "[0]")]
    [InlineData("readers", new[] { "123456789012" }, "the ARN of an IAM role", "[0]")]
    [InlineData("readers", new[] { "arn:aws:sts::123456789012:assumed-role/pipeline/me" }, "the ARN of an IAM role", "[0]")]
    [InlineData("scheduel", 30, "is not a setting. Valid settings: adoptedKeyId, customerId, description, duration")]
    public async Task A_field_of_a_key_that_cannot_be_used_is_named(string field, object value, string rule, string item = "")
    {
        var errors = await Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key((field, value)) } });

        Assert.StartsWith($"keys[0].{field}{item}: ", Assert.Single(errors), StringComparison.Ordinal);
        Assert.Contains(rule, errors[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alarmEmail", "nobody", "an e-mail address")]
    [InlineData("alarmTopicArn", "alarms", "the ARN of an SNS topic")]
    [InlineData("rotationEvents", "yes", "true or false")]
    [InlineData("logRetentionDays", "ninety", "a whole number")]
    [InlineData("logRetentionDays", 42, "accepts only 1, 3, 5")]
    [InlineData("kmsKeyArn", "alias/keys", "the ARN of a KMS key")]
    [InlineData("kmsKeyArn", "arn:aws:kms:eu-central-1:123456789012:alias/keys", "not of an alias")]
    [InlineData("architecture", "arm", "arm64 or x86_64")]
    [InlineData("memorySize", 127, "from 128 to 10240")]
    [InlineData("activationWait", 721, "from 0 to 720")]
    [InlineData("subnetIds", new[] { "0a" }, "the id of a subnet", "[0]")]
    [InlineData("subnetIds", new[] { "subnet-0a" }, "set both subnetIds and securityGroupIds", "", "securityGroupIds")]
    [InlineData("securityGroupIds", new[] { "0a" }, "the id of a security group", "[0]")]
    [InlineData("securityGroupIds", new[] { "sg-0a" }, "set both subnetIds and securityGroupIds", "", "subnetIds")]
    [InlineData("reservedConcurrency", 0, "which stops the function")]
    [InlineData("reservedConcurrency", -2, "from -1 to 1000")]
    [InlineData("recoveryWindowDays", 3, "7 to 30, or 0")]
    [InlineData("recoveryWindowDays", 31, "from 0 to 30")]
    [InlineData("operators", new[] { "on-call" }, "the ARN of an IAM role or user", "[0]")]
    [InlineData("operators", new[] { "arn:aws:iam::123456789012:role/*" }, "the ARN of an IAM role or user", "[0]")]
    [InlineData("operators", new[] { "arn:aws:iam::123456789012:root" }, "the ARN of an IAM role or user", "[0]")]
    [InlineData("operators", new[] { "arn:aws:sts::123456789012:assumed-role/on-call/me" }, "the ARN of an IAM role or user", "[0]")]
    [InlineData("tracing", "on", "true or false")]
    [InlineData("alarmWarmUp", "off", "true or false")]
    [InlineData("keys", "orders", "must be a list")]
    [InlineData("keys", new string[0], "at least one key")]
    [InlineData("keys", new[] { "orders" }, "must be an object", "[0]")]
    public async Task A_setting_that_cannot_be_used_is_named(string setting, object value, string rule, string item = "", string? named = null)
    {
        var errors = await Deployed.RefusedAsync(Settings.OneKey.With(setting, value));

        Assert.StartsWith($"{named ?? setting}{item}: ", Assert.Single(errors), StringComparison.Ordinal);
        Assert.Contains(rule, errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adopted_key_cannot_be_in_a_plan_that_the_stack_makes()
    {
        var key = Settings.Key(("adoptedKeyId", "adopted1"), ("usagePlan", new { apiStages = new[] { new { apiId = "api1", stage = "prod" } } }));

        Assert.StartsWith(
            "keys[0].adoptedKeyId: is set together with usagePlan, and adopted1 cannot be in a plan that does not exist yet.",
            Assert.Single(await Deployed.RefusedAsync(new() { ["keys"] = new[] { key } })), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_keys_there_is_nothing_to_deploy() =>
        Assert.StartsWith("keys: is missing", Assert.Single(await Deployed.RefusedAsync(new())), StringComparison.Ordinal);

    [Fact]
    public async Task A_key_needs_a_name_and_a_usage_plan() => Assert.Equal(
        ["keys[0].name", "keys[0].usagePlanIds"],
        (await Deployed.RefusedAsync(new() { ["keys"] = new[] { new Dictionary<string, object>() } })).Select(error => error.Split(':')[0]));

    [Theory]
    [InlineData("orders", "orders")]
    [InlineData("a/b", "a-b")]
    public async Task Two_keys_need_names_that_tell_them_apart(string first, string second)
    {
        var errors = await Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key(("name", first)), Settings.Key(("name", second)) } });

        Assert.StartsWith($"keys[1].name: is {second}, too similar to the name of another key, {first}", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stack_takes_so_many_keys() => Assert.StartsWith(
        "keys: has 101 keys, and a stack accepts 100", Assert.Single(await Deployed.RefusedAsync(new() { ["keys"] = Configurations.Keys(StackConfig.MostKeys + 1) })), StringComparison.Ordinal);

    [Fact]
    public async Task A_window_is_not_longer_than_the_time_between_rotations() => Assert.StartsWith(
        "keys[0].duration: is \"6h\" and must be hours from 1h to 24h, within a UTC day and up to the next window",
        Assert.Single(await Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key(("schedule", "rate(4 hours)"), ("duration", "6h")) } })), StringComparison.Ordinal);

    [Fact]
    public async Task An_address_and_a_topic_exclude_each_other()
    {
        var settings = Settings.OneKey.With("alarmEmail", "on-call@example.com").With("alarmTopicArn", "arn:aws:sns:eu-central-1:123456789012:alarms");

        Assert.StartsWith("alarmEmail: is set together with alarmTopicArn", Assert.Single(await Deployed.RefusedAsync(settings)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apikey-rotation:probe", "https://example.com")]
    [InlineData("aws:team", "shop")]
    [InlineData("team", "a&b")]
    [InlineData("team", 5)]
    public async Task A_tag_that_is_reserved_or_cannot_be_is_named(string tag, object value)
    {
        var tags = new Dictionary<string, object> { [tag] = value };

        Assert.StartsWith($"keys[0].tags.{tag}: is ", Assert.Single(await Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key(("tags", tags)) } })), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_has_50_tags_with_those_of_the_wiring()
    {
        var tags = Enumerable.Range(1, 49).ToDictionary(number => $"tag{number}", _ => "x");

        Assert.StartsWith("keys[0].tags: has 49 tags and can have 47", Assert.Single(await Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key(("tags", tags)) } })), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_field_of_a_usage_plan_is_checked()
    {
        var plan = new
        {
            apiStages = new object[] { new { apiId = "api1" }, new { apiId = "a/1", stage = "prod", path = "/" } },
            throttle = new { rate = 5 },
            quota = new { limit = 0, offset = 40 },
            tier = "gold",
        };

        var errors = await Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key(("usagePlan", plan)) } });

        Assert.Equal(
            [
                "keys[0].usagePlan.apiStages[0].stage", "keys[0].usagePlan.apiStages[1].apiId", "keys[0].usagePlan.apiStages[1].path", "keys[0].usagePlan.quota.limit", "keys[0].usagePlan.quota.offset",
                "keys[0].usagePlan.quota.period", "keys[0].usagePlan.throttle.rate", "keys[0].usagePlan.throttle.rateLimit", "keys[0].usagePlan.tier",
            ],
            errors.Select(error => error.Split(':')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Other_limits_of_a_usage_plan_are_checked()
    {
        var plan = new { apiStages = Array.Empty<object>(), throttle = new { rateLimit = -1, burstLimit = 1.5 }, quota = new { limit = 10, period = "YEAR" } };

        var errors = await Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key(("usagePlan", plan)) } });

        Assert.Equal(["apiStages", "quota.period", "throttle.burstLimit", "throttle.rateLimit"], errors.Select(error => error.Split(':')[0]["keys[0].usagePlan.".Length..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Pulumis_project_file_declares_each_setting_with_the_programs_default()
    {
        var declared = Declared();
        var byDefault = StackConfig.Read(setting => setting == "keys" ? Settings.OneKey.Get("keys") : null);
        var fromFile = StackConfig.Read(setting => setting == "keys" ? Settings.OneKey.Get("keys") : declared[setting]);

        var settings = typeof(StackConfig).GetProperties().Where(property => property.CanWrite && property.Name != nameof(StackConfig.Keys))
            .Select(property => char.ToLowerInvariant(property.Name[0]) + property.Name[1..]);
        Assert.Equal(settings.Order(StringComparer.Ordinal), declared.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Comparable(byDefault), Comparable(fromFile));

        static string Comparable(StackConfig config) => System.Text.Json.JsonSerializer.Serialize(config);
    }

    [Fact]
    public async Task The_guide_describes_each_setting_and_each_field_of_a_key()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "deploy.md"), TestContext.Current.CancellationToken);
        var error = Assert.Single(await Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key(("nothing", 1)) } }));
        var fields = error.Split("Valid settings: ")[1].Split(", ");

        Assert.NotEmpty(fields);
        Assert.All([.. Declared().Keys, .. fields], name => Assert.True(guide.Contains($"`{name}`", StringComparison.Ordinal), $"docs/deploy.md does not describe {name}"));
    }

    /// <summary>
    /// Each argument of a component is a setting of the stack, and each setting an argument. Without a setting are the references between components,
    /// and what the stack decides.
    /// </summary>
    [Fact]
    public async Task The_components_and_the_stack_have_the_same_settings()
    {
        Dictionary<string, string> ofKey = new()
        {
            ["secretName"] = "name",
            ["automaticallyAfterDays"] = "schedule",
            ["scheduleExpression"] = "schedule",
            ["usagePlans"] = "usagePlanIds",
            ["carriesQuota"] = "quota",
        };
        Dictionary<string, string> ofStack = new()
        {
            ["logRetentionInDays"] = "logRetentionDays",
            ["recoveryWindowInDays"] = "recoveryWindowDays",
            ["reservedConcurrentExecutions"] = "reservedConcurrency",
            ["topicArn"] = "alarmTopicArn",
            ["email"] = "alarmEmail",
        };
        string[] decided = ["function", "keys", "code", "secretsByTag", "carryingUsagePlans"];
        var key = Inputs<RotatingApiKeyArgs>(ofKey);
        var stack = Inputs<KeyRotationFunctionArgs>(ofStack).Concat(Inputs<MonitoringArgs>(ofStack));
        var error = Assert.Single(await Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key(("nothing", 1)) } }));
        var fields = error.Split("Valid settings: ")[1].Split(", ");

        Assert.Equal(
            fields.Except(["oldKeyAlarm"]).Order(StringComparer.Ordinal),
            key.Except([.. decided, "recoveryWindowInDays"]).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            Declared().Keys.Except(["recoveryWindowDays"]).Order(StringComparer.Ordinal),
            stack.Except([.. decided, "usagePlans", "oldKeyAlarms"]).Distinct().Order(StringComparer.Ordinal));

        static IEnumerable<string> Inputs<T>(Dictionary<string, string> named) => typeof(T).GetProperties().Where(input => input.DeclaringType == typeof(T))
            .Select(input => char.ToLowerInvariant(input.Name[0]) + input.Name[1..]).Select(input => named.GetValueOrDefault(input, input));
    }

    /// <summary>The settings of Pulumi.yaml and their defaults.</summary>
    private static Dictionary<string, string> Declared() => SettingPattern().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Pulumi.yaml")))
        .ToDictionary(setting => setting.Groups["name"].Value, setting => setting.Groups["default"].Value.Trim('"'));

    [GeneratedRegex(@"^  (?<name>\w+):\n(    .*\n)*?    default: (?<default>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex SettingPattern();
}
