using System.Net.Http.Headers;
using System.Text;

namespace LocalAws.Tests;

/// <summary>Services and operations that are not here say so in the wire protocol of the request.</summary>
public sealed class AbsentServiceTests
{
    private const string Json = "application/x-amz-json-1.1";
    private const string Query = "application/x-www-form-urlencoded; charset=utf-8";

    [Theory]
    [InlineData("kms", "/", "TrentService.ListKeys", Json, "{}", Json, """{"__type":"NotImplemented","message":"{text}"}""", "kms ListKeys")]
    [InlineData("events", "/", "AWSEvents.ListRules", Json, "{}", Json, """{"__type":"NotImplemented","message":"{text}"}""", "events ListRules")]
    [InlineData("secretsmanager", "/", "secretsmanager.OperationToCome", Json, "{}", Json, """{"__type":"NotImplemented","Message":"{text}"}""", "secretsmanager OperationToCome")]
    [InlineData("sts", "/", null, Query, "Version=2011-06-15&Action=GetCallerIdentity", "text/xml", "<Code>NotImplemented</Code>\n    <Message>{text}</Message>", "sts GetCallerIdentity")]
    [InlineData("iam", "/", null, Query, "Action=ListRoles&Version=2010-05-08", "text/xml", "<Code>NotImplemented</Code>\n    <Message>{text}</Message>", "iam ListRoles")]
    [InlineData("s3", "/bucket", null, "application/xml", "", "text/xml", "<Code>NotImplemented</Code>\n    <Message>{text}</Message>", "s3 POST /bucket")]
    [InlineData("apigateway", "/domainnames", null, "application/json", "{}", "application/json", """{"message":"{text}"}""", "apigateway POST /domainnames")]
    [InlineData("apigateway", "/apikeys?mode=import&format=csv", null, "text/csv", "", "application/json", """{"message":"{text}"}""", "apigateway POST /apikeys?mode=import")]
    [InlineData("lambda", "/2015-03-31/functions", null, "application/json", "{}", "application/json", "\"message\":\"{text}\"}", "lambda POST /2015-03-31/functions")]
    [InlineData("lambda", "/2020-06-30/functions/f/code-signing-config", null, "application/json", "{}", "application/json", "\"message\":\"{text}\"}", "lambda POST /2020-06-30/functions/f/code-signing-config")]
    public async Task An_operation_that_is_not_here_says_so(
        string service, string path, string? target, string contentType, string body, string answeredType, string answer, string operation)
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var (response, text) = await SendAsync(account, service, path, contentType, Encoding.UTF8.GetBytes(body), ("X-Amz-Target", target));

        Assert.Equal((501, answeredType), ((int)response.StatusCode, response.Content.Headers.ContentType!.ToString()));
        Assert.Contains(answer.Replace("{text}", Text(operation), StringComparison.Ordinal), Encoding.UTF8.GetString(text).ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal("NotImplemented", Assert.Single(account.Aws.Calls.Snapshot()).ErrorCode);
        if (!answeredType.EndsWith("xml", StringComparison.Ordinal) && service is not "secretsmanager")
        {
            Assert.Equal("NotImplemented", response.Headers.GetValues("x-amzn-ErrorType").Single());
        }
    }

    [Fact]
    public async Task CloudWatch_is_answered_in_CBOR_where_it_is_asked_so()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var (response, body) = await SendAsync(
            account, "monitoring", "/service/GraniteServiceVersion20100801/operation/ListMetrics", "application/cbor", [0xA0], ("smithy-protocol", "rpc-v2-cbor"));

        Assert.Equal((501, "application/cbor", "rpc-v2-cbor"), ((int)response.StatusCode, response.Content.Headers.ContentType!.ToString(), response.Headers.GetValues("smithy-protocol").Single()));
        var reader = new StringBuilder();
        Assert.Equal(0xA2, body[0]);
        for (var at = 1; at < body.Length;)
        {
            Assert.Equal(0x79, body[at]);
            var length = (body[at + 1] << 8) | body[at + 2];
            reader.Append(Encoding.UTF8.GetString(body, at + 3, length)).Append('|');
            at += 3 + length;
        }

        Assert.Equal($"__type|NotImplemented|message|{Text("monitoring ListMetrics")}|", reader.ToString());
    }

    private static string Text(string operation) => $"The embedded AWS does not have {operation}. local/LocalAws/README.md lists what it has.";

    private static async Task<(HttpResponseMessage Response, byte[] Body)> SendAsync(
        LocalAwsAccount account, string service, string path, string contentType, byte[] body, (string Name, string? Value) header)
    {
        using var http = new HttpClient(new SigningHandler(LocalAwsAccount.AccessKeyId, service));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(account.Aws.ServiceUrl, path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (header.Value is not null)
        {
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        }

        var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }
}
