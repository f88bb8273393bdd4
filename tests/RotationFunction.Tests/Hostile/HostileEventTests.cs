using Amazon.Lambda.Serialization.SystemTextJson;
using CsCheck;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>
/// Events that nobody sane sends, through the function's own serializer. A generated event holds <c>{Arn}</c>, <c>{Token}</c> and <c>{RotationToken}</c>
/// in the place of values, so that a failing one can be printed.
/// </summary>
public sealed class HostileEventTests
{
    private static readonly Gen<string> Names = Gen.OneOf(
        "Step", "step", "action", "SecretId", "ClientRequestToken", "RotationToken", "usagePlanIds", "tf", "prev_input", "expected", "detail", "principals", "secrets", "St\\u0065p", "unknown", "");

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.OneOf("createSecret", "setSecret", "testSecret", "finishSecret", "lifecycle", "provision", "watch", "{Arn}", "{Token}", "{RotationToken}", "", "null"),
        Gen.OneOf("{Arn}x", "{Arn}\\n", "{Arn}\\u2028[fail] forged", "arn:aws:secretsmanager:::secret:", "../{Arn}", "{Token}\\u001b[2J{Token}", "\\ud800", "ключ", new string('x', 100_000)),
        Gen.String[Gen.Char[' ', '~'], 0, 70].Select(text => text.Replace("\\", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal)));

    private static readonly Gen<string> Raw = Gen.Frequency(
        (6, Texts.Select(text => $"\"{text}\"")),
        (2, Gen.OneOf("null", "true", "42", "-1e400", "[]", "{}", "[null]", "[{}]", "{\"action\":\"delete\"}", "{\"action\":\"update\",\"prev_input\":{\"secretId\":\"{Arn}\"}}")),
        (1, Gen.OneOf("nowhere", "t{RotationToken}", "{RotationToken}", "'{RotationToken}'", "\"{RotationToken}", "\"\\x{RotationToken}\"", "+1", "NaN", "01")),
        (1, Gen.Int[1, 300].Select(depth => new string('[', depth) + new string(']', depth))));

    private static readonly Gen<string> Objects =
        // The id of a version is no secret: an error names it.
        from fields in Gen.Select(Names, Raw, (name, raw) => $"\"{name}\":{(name == "ClientRequestToken" && raw == "\"{RotationToken}\"" ? "\"{Token}\"" : raw)}").Array[0, 7]
        from valid in Gen.Bool
        select "{" + string.Join(',', valid ? ["\"Step\":\"setSecret\"", "\"SecretId\":\"{Arn}\"", "\"ClientRequestToken\":\"{Token}\"", "\"RotationToken\":\"{RotationToken}\"", .. fields] : fields) + "}";

    private static readonly Gen<string> Events =
        from text in Objects
        from damage in Gen.Int[0, 12]
        from at in Gen.Int[0, text.Length]
        select damage switch
        {
            0 => text[..at],
            1 => text.Insert(at, "\0"),
            2 => text.Insert(at, "\"{RotationToken}\""),
            3 => "\uFEFF" + text,
            4 => text + text,
            5 => $"[{text}]",
            _ => text,
        };

    [Fact]
    public async Task An_event_is_run_or_refused_in_one_clear_line_and_a_refused_one_changes_nothing()
    {
        var fixture = await RotationFixture.StartAsync(); // disposed at the end only: what it throws would hide the seed
        await fixture.RotateHealthyAsync();
        var token = await fixture.OpenRotationAsync(); // createSecret has not run: no other step can do anything
        var rotationToken = Guid.NewGuid().ToString();
        fixture.Hide(rotationToken);

        await Events.SampleAsync(
            async text =>
            {
                fixture.Aws.Calls.Clear();
                var sent = text.Replace("{Arn}", fixture.SecretArn, StringComparison.Ordinal)
                    .Replace("{Token}", token, StringComparison.Ordinal)
                    .Replace("{RotationToken}", rotationToken, StringComparison.Ordinal);
                if (await Record.ExceptionAsync(() => fixture.InvokeAsync(sent)) is { } failure)
                {
                    AssertClear(failure, rotationToken);
                    // What AWS refuses changes nothing either: a createSecret whose RotationToken cannot be one.
                    Assert.DoesNotContain(fixture.Aws.Calls.Snapshot(), record => record.Status == 200 && IsChange(record.Call));
                }
            },
            iter: 1500,
            threads: 1,
            print: text => text.Length > 500 ? text[..500] + "..." : text);
        await fixture.DisposeAsync();
    }

    private static bool IsChange(AwsCall call) =>
        call.AccessKeyId == RotationFixture.FunctionAccessKey && !call.Operation.StartsWith("Get", StringComparison.Ordinal) && call.Operation != "DescribeSecret";

    [Theory]
    [InlineData("""{"Step": nowhere, "RotationToken":"{RotationToken}"}""")]
    [InlineData("""{"Step":"createSecret","RotationToken":t{RotationToken}}""")]
    [InlineData("""{"RotationToken":"{RotationToken}", "Step": false,, """)]
    public async Task JSON_that_the_serializer_cannot_read_is_not_quoted(string text)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var rotationToken = Guid.NewGuid().ToString();
        fixture.Hide(rotationToken);
        var message = await fixture.FailAsync(text.Replace("{RotationToken}", rotationToken, StringComparison.Ordinal));
        Assert.StartsWith("Error converting the Lambda event JSON payload to type RotationFunction.RotationEvent: line 1, byte ", message, StringComparison.Ordinal);
        Assert.EndsWith("is not valid. Nothing was changed.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{Arn}\\n2026-03-01 [fail] forged")]
    [InlineData("demo/partner-api")]
    [InlineData("arn:aws:secretsmanager:eu-west-1:123456789012:secret:-AbCdEf")]
    [InlineData("arn:aws:s3:eu-west-1:123456789012:secret:demo-AbCdEf")]
    [InlineData("arn:aws:secretsmanager:eu-west-1:123456789012:secret:a?b-AbCdEf")]
    public async Task A_SecretId_that_is_no_ARN_of_a_secret_is_refused_before_AWS_is_asked(string secretId)
    {
        await using var fixture = await RotationFixture.StartAsync();
        fixture.Aws.Faults = call => throw new InvalidOperationException(call.Operation);
        foreach (var what in new[] { "\"Step\":\"finishSecret\"", "\"action\":\"lifecycle\",\"tf\":{\"action\":\"delete\"}" })
        {
            var text = $$"""{{{what}},"SecretId":"{{secretId.Replace("{Arn}", fixture.SecretArn, StringComparison.Ordinal)}}","ClientRequestToken":"{{RotationFixture.NewToken()}}"}""";
            var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.InvokeAsync(text));
            Assert.StartsWith("The event has a SecretId that is not the full ARN of a secret.", failure.Message, StringComparison.Ordinal);
        }

        fixture.Aws.Faults = null;
    }

    [Fact]
    public async Task A_token_with_control_characters_is_refused()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var message = await fixture.FailAsync($$"""{"Step":"createSecret","SecretId":"{{fixture.SecretArn}}","ClientRequestToken":"0123456789abcdef0123456789abcdef\n[fail]"}""");
        Assert.StartsWith("The event has a ClientRequestToken with control characters.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delete_for_a_secret_that_is_gone_leaves_the_keys_of_a_new_one_of_its_name()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var before = await fixture.SnapshotAsync();
        var former = fixture.SecretArn[..^6] + (fixture.SecretArn.EndsWith("abcdef", StringComparison.Ordinal) ? "ghijkl" : "abcdef");

        await fixture.InvokeAsync($$$"""{"action":"lifecycle","secretId":"{{{former}}}","tf":{"action":"delete"}}""");

        Assert.Equal(before, await fixture.SnapshotAsync());
    }

    private static void AssertClear(Exception failure, string rotationToken)
    {
        Assert.True(failure is RotationException or JsonSerializerException, $"a {failure.GetType().Name} came out");
        Assert.False(failure.ToString().Contains(rotationToken, StringComparison.Ordinal), "the failure quotes the RotationToken");
        Assert.False(failure.Message.Any(char.IsControl), "the message has control characters");
        Assert.InRange(failure.Message.Length, 20, 2100);
    }
}
