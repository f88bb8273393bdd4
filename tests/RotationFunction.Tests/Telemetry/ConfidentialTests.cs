using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>Texts of others may quote a key's value or a RotationToken; what the function logs, throws and returns does not.</summary>
public sealed class ConfidentialTests
{
    private const string Value = "VaLuE67890123456789012345678901234567890";

    // Of an adopted key: everything that JSON, URLs and HTML write in another way.
    private const string Odd = "a+b/c%d\\e\"f&g<h>i'j=k?l#m~n";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string, string> Forms
    {
        get
        {
            var forms = new TheoryData<string, string>();
            foreach (var value in new[] { Value, Odd })
            {
                forms.Add(value, value);
                forms.Add(value, Uri.EscapeDataString(value));
                forms.Add(value, LowerHex(Uri.EscapeDataString(value)));
                forms.Add(value, string.Concat(value.Select(character => $"%{(int)character:X2}")));
                forms.Add(value, JsonSerializer.Serialize(value)[1..^1]);
                forms.Add(value, JsonSerializer.Serialize(value, Relaxed)[1..^1]);
                forms.Add(value, string.Concat(value.Select(character => $"\\u{(int)character:x4}")));
                forms.Add(value, WebUtility.HtmlEncode(value));
                forms.Add(value, JsonSerializer.Serialize(value)[1..^1].Replace("/", "\\/", StringComparison.Ordinal));
            }

            return forms;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_value_is_hidden_however_it_is_written(string value, string written)
    {
        var confidential = new Confidential("arn");
        confidential.Add(value);
        Assert.True(confidential.Hide($"before 100%, \\ & {written}: {written}") == "before 100%, \\ & (hidden): (hidden)", "not hidden");
    }

    [Fact]
    public void A_value_that_another_one_begins_with_leaves_no_rest_of_that()
    {
        var confidential = new Confidential("arn");
        confidential.Add(Value[..20]);
        confidential.Add(Value);
        Assert.Equal("x (hidden) (hidden) y", confidential.Hide($"x {Value} {Value[..20]} y"));
    }

    /// <summary>Who writes the secret must not blank out what its errors and commands say.</summary>
    [Fact]
    public void What_is_too_short_for_a_key_or_a_part_of_the_secrets_ARN_is_not_hidden()
    {
        const string Arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf";
        var confidential = new Confidential(Arn);
        foreach (var value in new[] { Arn, Arn[..30], "apikey-rotation:pro", "", null })
        {
            confidential.Add(value);
        }

        Assert.Equal($"{Arn} apikey-rotation:probe", confidential.Hide($"{Arn} apikey-rotation:probe"));
    }

    /// <summary>AWS answers with a text that quotes what the invocation has drawn, read or listed by then, plain and escaped, and its RotationToken.</summary>
    [Theory]
    [InlineData("createSecret", "PutSecretValue", "AWSCURRENT drawn")]
    [InlineData("setSecret", "CreateApiKey", "AWSPENDING")]
    [InlineData("setSecret", "CreateUsagePlanKey", "AWSPENDING")]
    [InlineData("finishSecret", "UpdateSecretVersionStage", "AWSCURRENT AWSPREVIOUS AWSPENDING")]
    [InlineData("finishSecret", "UpdateApiKey", "AWSCURRENT AWSPREVIOUS AWSPENDING")]
    [InlineData("revokePrevious", "UpdateApiKey", "AWSCURRENT AWSPREVIOUS")]
    [InlineData("rollback", "UpdateSecretVersionStage", "AWSPREVIOUS")]
    [InlineData("status", "GetUsagePlans", "AWSCURRENT AWSPREVIOUS")]
    [InlineData("lifecycle", "DeleteApiKey", "AWSCURRENT AWSPREVIOUS")]
    public async Task No_text_of_AWS_takes_a_value_along(string what, string operation, string known)
    {
        string[] steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];
        foreach (var write in new Func<string, string>[] { value => value, value => string.Concat(value.Select(c => $"%{(int)c:x2}")), value => string.Concat(value.Select(c => $"\\u{(int)c:X4}")) })
        {
            await using var fixture = await RotationFixture.StartAsync();
            await fixture.RotateHealthyAsync(2);
            var isStep = steps.Contains(what);
            var token = isStep ? await fixture.OpenRotationAsync() : "";
            await fixture.RunAsync(token, [.. steps.TakeWhile(step => isStep && step != what)]);
            if (what == "lifecycle")
            {
                await fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = fixture.SecretArn });
            }

            List<string> quoted = [];
            foreach (var label in known.Split(' ').Where(label => label != "drawn"))
            {
                quoted.Add(await fixture.ReadKeyAsync(label));
            }

            if (isStep)
            {
                quoted.Add(Guid.NewGuid().ToString());
                fixture.Hide(quoted[^1]);
            }

            fixture.Aws.Faults = call =>
            {
                if (call.AccessKeyId != RotationFixture.FunctionAccessKey || call.Operation != operation)
                {
                    return null;
                }

                if (known.EndsWith("drawn", StringComparison.Ordinal))
                {
                    quoted.Add(JsonDocument.Parse(fixture.FunctionTap.BodiesOf(operation)[^1].GetProperty("SecretString").GetString()!).RootElement.GetProperty("apiKey").GetString()!);
                }

                return Fault.Error(400, "BadRequestException", "wrong: " + string.Join(" and ", quoted.Select(write)));
            };

            var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.InvokeAsync(isStep
                ? JsonSerializer.Serialize(new { Step = what, SecretId = fixture.SecretArn, ClientRequestToken = token, RotationToken = quoted.Single(value => value.Contains('-', StringComparison.Ordinal)) })
                : JsonSerializer.Serialize(new { action = what, secretId = fixture.SecretArn, tf = new { action = "delete" } })));

            Leaks.AssertNone([.. quoted.Select(write)], [failure.ToString(), .. fixture.Log.Select(entry => entry.ToString())]);
            Assert.Contains("wrong: " + string.Join(" and ", quoted.Select(_ => "(hidden)")), failure.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>The key that shows the role's permissions has a value that no secret holds.</summary>
    [Fact]
    public async Task No_denial_takes_along_the_value_of_the_key_that_shows_the_permissions()
    {
        await using var fixture = await RotationFixture.StartAsync();
        fixture.Aws.Faults = call => call is { Operation: "UpdateApiKey", AccessKeyId: RotationFixture.FunctionAccessKey }
            ? Fault.Error(403, "AccessDeniedException", "wrong: " + fixture.Aws.ApiGateway.GetApiKeys(new LocalAws.ApiGateway.GetApiKeysRequest { IncludeValues = true, NameQuery = fixture.SecretName + "/permission-proof-" }).Items.Single().Value)
            : null;
        var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn }));
        Assert.Contains("wrong: (hidden)", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Nor in a step that provision runs later in the same invocation.</summary>
    [Fact]
    public async Task Steps_that_provision_runs_know_what_it_has_seen()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var proof = "";
        fixture.Aws.Faults = call =>
        {
            proof = call.Operation == "UpdateApiKey" ? fixture.Aws.ApiGateway.GetApiKeys(new LocalAws.ApiGateway.GetApiKeysRequest { IncludeValues = true, NameQuery = fixture.SecretName + "/" }).Items.Single().Value! : proof;
            return proof.Length > 0 && call.Operation == "CreateApiKey" ? Fault.Error(400, "BadRequestException", "wrong: " + proof) : null;
        };
        var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn }));
        Assert.Contains("wrong: (hidden)", failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("setSecret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_text_of_AWS_takes_along_the_value_of_a_key_to_adopt()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var adopted = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use", Enabled = true });
        await fixture.TagBothAsync("apikey-rotation:adopted", adopted.Id);
        var isRead = false;
        fixture.Aws.Faults = call =>
        {
            isRead |= call.Operation == "GetApiKey" && call.Resource.Contains(adopted.Id, StringComparison.Ordinal);
            return isRead && call.Operation == "GetUsagePlans" ? Fault.Error(400, "BadRequestException", "wrong: " + adopted.Value) : null;
        };
        var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn }));
        Assert.Contains("wrong: (hidden)", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>An API may answer with the key that it was sent where an error type stands.</summary>
    [Fact]
    public async Task No_answer_to_the_probe_takes_a_value_along()
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: "https://orders.example.com/prod/health");
        var token = await fixture.OpenRotationAsync();
        var drawn = new string('k', 40); // no digits: what looks like an error type is passed on
        fixture.Hide(drawn);
        await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest
        {
            SecretId = fixture.SecretArn,
            ClientRequestToken = token,
            SecretString = JsonSerializer.Serialize(new { apiKey = drawn }),
            VersionStages = ["AWSPENDING"],
        });
        await fixture.RunAsync(token, "createSecret", "setSecret");
        api.Answer = (key, _) => key != drawn ? ScriptedApi.Forbidden() : new HttpResponseMessage(HttpStatusCode.Unauthorized) { Headers = { { "x-amzn-ErrorType", key + "Exception" } } };

        var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, "testSecret"));

        Assert.Contains("it returned 401 (hidden)Exception", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Who may tag the secret may write a value there that they have seen.</summary>
    [Fact]
    public async Task No_tag_takes_a_value_into_an_answer_or_the_log()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        await fixture.TagSecretAsync("apikey-rotation:overlap", await fixture.ReadKeyAsync());
        Assert.Contains("(hidden)", (await fixture.AnswerAsync(new { action = "status", secretId = fixture.SecretArn })).GetRawText(), StringComparison.Ordinal);
        Assert.Contains("(hidden)", (await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn })).GetRawText(), StringComparison.Ordinal);
        Assert.Contains(fixture.Log, entry => entry.ToString().Contains("(hidden)", StringComparison.Ordinal));
    }

    /// <summary>Also an error code, which the log names.</summary>
    [Fact]
    public async Task No_error_code_takes_a_value_along()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        await fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = fixture.SecretArn });
        var current = await fixture.ReadKeyAsync();
        fixture.Aws.Faults = call => call is { Operation: "DeleteApiKey" } ? Fault.Error(403, current, "no") : null;
        var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.InvokeAsync(JsonSerializer.Serialize(new { action = "lifecycle", secretId = fixture.SecretArn, tf = new { action = "delete" } })));
        Assert.Contains("AWS returned (hidden): no", failure.Message, StringComparison.Ordinal);
        Assert.Contains(fixture.Log, entry => entry.ToString().Contains("AWS returned (hidden): the role's permissions may not be in effect yet", StringComparison.Ordinal));
    }

    private static string LowerHex(string escaped) => Regex.Replace(escaped, "%..", hex => hex.Value.ToLowerInvariant(), RegexOptions.None, TimeSpan.FromSeconds(1));
}
