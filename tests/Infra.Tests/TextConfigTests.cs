using System.Globalization;
using System.Text;

namespace Infra.Tests;

/// <summary>Texts of the configuration: invisible characters are refused in each, and so are numbers.</summary>
public sealed class TextConfigTests
{
    /// <summary>What a block of YAML, a file with Windows line ends, a web page or a chat leaves in a text.</summary>
    public static TheoryData<string> Invisible { get; } =
    [
        "{0}\n", "{0}\r\n", "{0}\r", "{0}\t", "{0}\u0000", "{0}\u0085", "{0}\u00a0", "\u00a0{0}", "\ufeff{0}", "{0}\u200b", "{0}\u200d", "{0}\u2060",
        "\u202e{0}", "{0}\u2066", "{0}\u2028", "{0}\u2029", "{0}\u3000", "{0}\u00ad", "{0}\U000e0020", "{0} ", " {0}",
    ];

    [Theory]
    [MemberData(nameof(Invisible))]
    public async Task Each_text_of_a_key_with_an_invisible_character_is_named(string form)
    {
        var texts = new Dictionary<string, string>
        {
            ["name"] = "orders",
            ["description"] = "For the shop",
            ["customerId"] = "customer-1",
            ["schedule"] = "rate(4 hours)",
            ["duration"] = "3h",
            ["overlap"] = "2h",
            ["probeUrl"] = "https://api.example.com/orders",
            ["adoptedKeyId"] = "abc123",
        };
        var key = Settings.Key([.. texts.Select(text => (text.Key, (object)Form(form, text.Value)))]);
        key["usagePlanIds"] = new[] { "plan1", Form(form, "plan2") };
        key["tags"] = new Dictionary<string, string> { ["team"] = Form(form, "shop"), [Form(form, "cost")] = "center" };

        var errors = await Deployed.RefusedAsync(new() { ["keys"] = new[] { key } });

        string[] fields = [.. texts.Keys, "usagePlanIds[1]", "tags.team", $"tags.{Shown(Form(form, "cost"))}"];
        Assert.Equal(fields.Select(field => $"keys[0].{field}").Order(StringComparer.Ordinal), Fields(errors));
        var why = form.Contains(' ', StringComparison.Ordinal) ? "begins or ends with a space" : "the invisible character U+";
        Assert.All(errors, error => Assert.Contains(why, error, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Invisible))]
    public async Task Each_text_of_a_usage_plan_and_of_the_stack_as_well(string form)
    {
        var plan = new
        {
            apiStages = new[] { new { apiId = Form(form, "api1"), stage = Form(form, "prod") } },
            quota = new { limit = 10, period = Form(form, "DAY") },
        };
        var settings = new Settings
        {
            ["keys"] = new[] { Settings.Key(("usagePlan", plan)) },
            ["alarmEmail"] = Form(form, "on-call@example.com"),
            ["kmsKeyArn"] = Form(form, Configurations.KmsKey),
            ["architecture"] = Form(form, "x86_64"),
            ["subnetIds"] = new[] { Form(form, "subnet-0a") },
            ["securityGroupIds"] = new[] { Form(form, "sg-0a") },
            ["operators"] = new[] { Form(form, "arn:aws:iam::123456789012:role/on-call") },
        };

        Assert.Equal(
            [
                "alarmEmail", "architecture", "keys[0].usagePlan.apiStages[0].apiId", "keys[0].usagePlan.apiStages[0].stage",
                "keys[0].usagePlan.quota.period", "kmsKeyArn", "operators[0]", "securityGroupIds[0]", "subnetIds[0]",
            ],
            Fields(await Deployed.RefusedAsync(settings)));
        var topic = Settings.OneKey.With("alarmTopicArn", Form(form, "arn:aws:sns:eu-central-1:123456789012:alarms"));
        Assert.Equal(["alarmTopicArn"], Fields(await Deployed.RefusedAsync(topic)));
    }

    [Fact]
    public async Task An_error_about_a_line_break_says_how_YAML_drops_it() => Assert.EndsWith(
        "U+000A, a line break. In YAML, |- and >- drop the last one",
        Assert.Single(await Deployed.RefusedAsync(WithKey("description", "For the shop\n"))), StringComparison.Ordinal);

    [Fact]
    public async Task A_field_whose_own_name_has_an_invisible_character_is_no_setting() => Assert.StartsWith(
        "keys[0].overlap<U+200B>: is not a setting", Assert.Single(await Deployed.RefusedAsync(WithKey("overlap\u200b", "24h"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("arn:aws:kms:eu-central-1:١٢٣٤٥٦٧٨٩٠١٢:key/0123abcd", "kmsKeyArn")]
    [InlineData("arn:aws:sns:eu-central-1:１２３４５６７８９０１２:alarms", "alarmTopicArn")]
    public async Task Digits_of_other_scripts_make_no_account(string arn, string setting) =>
        Assert.Equal([setting], Fields(await Deployed.RefusedAsync(Settings.OneKey.With(setting, arn))));

    [Fact]
    public async Task Letters_of_any_script_are_taken_where_AWS_takes_them()
    {
        var tags = new Dictionary<string, string> { ["équipe"] = "Größe 5 / 営業" };

        var key = Settings.Key(("tags", tags), ("description", "Für Émile & 田中"), ("customerId", "客户 1"));

        var stack = await Deployed.StackAsync(new() { ["keys"] = new[] { key } });

        Assert.Equal("Größe 5 / 営業", stack.The("ApiKey").Nested("tags")["équipe"]);
    }

    [Theory]
    [InlineData("name", 4711, "")]
    [InlineData("description", 2027, "")]
    [InlineData("description", true, "")]
    [InlineData("customerId", 4711, "")]
    [InlineData("customerId", -1.5, "")]
    [InlineData("adoptedKeyId", 1234567890, "")]
    [InlineData("usagePlanIds", new[] { 123456 }, "[0]")]
    public async Task A_number_where_a_text_is_wanted_is_refused_with_what_to_do(string field, object value, string item)
    {
        var error = Assert.Single(await Deployed.RefusedAsync(WithKey(field, value)));

        Assert.StartsWith($"keys[0].{field}{item}: is ", error, StringComparison.Ordinal);
        Assert.Contains("without quotes. Quote it, or set it with pulumi config set --type string", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_is_one_in_a_tag_and_in_a_usage_plan()
    {
        var key = Settings.Key(("tags", new { team = 7 }), ("usagePlan", new { apiStages = new[] { new { apiId = 1234567890, stage = 1 } } }));

        var errors = await Deployed.RefusedAsync(new() { ["keys"] = new[] { key } });

        Assert.Equal(["keys[0].tags.team", "keys[0].usagePlan.apiStages[0].apiId", "keys[0].usagePlan.apiStages[0].stage"], Fields(errors));
        Assert.All(errors, error => Assert.Contains("Quote it", error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("duration", 3)]
    [InlineData("overlap", 24)]
    [InlineData("probeUrl", false)]
    [InlineData("adoptedKeyId", 1.5)]
    [InlineData("description", new[] { 1 })]
    public async Task What_would_be_wrong_in_quotes_too_is_not_told_to_be_put_into_them(string field, object value)
    {
        var error = Assert.Single(await Deployed.RefusedAsync(WithKey(field, value)));

        Assert.StartsWith($"keys[0].{field}: is ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("quotes", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_where_a_number_is_wanted_is_told_to_lose_its_quotes()
    {
        var plan = new
        {
            apiStages = new[] { new { apiId = "api1", stage = "prod" } },
            quota = new { limit = "10", period = "DAY" },
            throttle = new { rateLimit = "5" },
        };
        var errors = await Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key(("schedule", "30"), ("usagePlan", plan)) } });

        Assert.Equal(["keys[0].schedule", "keys[0].usagePlan.quota.limit", "keys[0].usagePlan.throttle.rateLimit"], Fields(errors));
        Assert.All(errors, error => Assert.Contains("without quotes", error, StringComparison.Ordinal));
    }

    private static Settings WithKey(string field, object value) => new() { ["keys"] = new[] { Settings.Key((field, value)) } };

    private static IEnumerable<string> Fields(string[] errors) => errors.Select(error => error.Split(": is ")[0]).Order(StringComparer.Ordinal);

    private static string Form(string form, string text) => string.Format(CultureInfo.InvariantCulture, form, text);

    /// <summary>As an error shows a name.</summary>
    private static string Shown(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => rune.IsAscii && !Rune.IsControl(rune) ? rune.ToString() : $"<U+{rune.Value:X4}>"));
}
