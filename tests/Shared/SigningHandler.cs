using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LocalAws.Tests;

/// <summary>Signs requests by AWS Signature Version 4, for clients that are no SDK. It signs the host, the date and the body.</summary>
internal sealed class SigningHandler(string accessKeyId, string service, string region = "eu-west-1", string secretAccessKey = "secret", TimeProvider? clock = null)
    : DelegatingHandler(new SocketsHttpHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var timestamp = (clock ?? TimeProvider.System).GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var uri = request.RequestUri!;
        var canonical = string.Join(
            '\n',
            request.Method.Method,
            string.Join('/', uri.AbsolutePath.Split('/').Select(Uri.EscapeDataString)),
            string.Join('&', uri.Query.TrimStart('?').Split('&').Order(StringComparer.Ordinal)),
            $"host:{uri.Authority}\nx-amz-date:{timestamp}\n",
            "host;x-amz-date",
            Hex(SHA256.HashData(body)));
        var scope = $"{timestamp[..8]}/{region}/{service}/aws4_request";
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + secretAccessKey), Hmac);
        var signature = Hex(Hmac(key, $"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}"));

        request.Headers.Add("X-Amz-Date", timestamp);
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"AWS4-HMAC-SHA256 Credential={accessKeyId}/{scope}, SignedHeaders=host;x-amz-date, Signature={signature}");
        return await base.SendAsync(request, cancellationToken);
    }

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
