using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Compat.Tests;

/// <summary>Checks a request's signature the way the service does, from what came over the wire.</summary>
internal static partial class SigV4
{
    public static void Verify(Received request, string secretKey, string region, string service)
    {
        var match = Authorization().Match(request.Headers["Authorization"]);
        Assert.True(match.Success, request.Headers["Authorization"]);
        var scope = match.Groups["scope"].Value;
        var timestamp = request.Headers["X-Amz-Date"];
        var date = timestamp[..8];
        Assert.Equal($"{date}/{region}/{service}/aws4_request", scope);
        Assert.True(DateTime.TryParseExact(timestamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), timestamp);

        var payload = Hex(SHA256.HashData(Encoding.UTF8.GetBytes(request.Body)));
        Assert.Equal(payload, request.Headers["X-Amz-Content-SHA256"]);

        var signed = match.Groups["headers"].Value.Split(';');
        Assert.Contains("host", signed);
        Assert.Contains("x-amz-date", signed);
        Assert.Contains("x-amz-security-token", signed);

        var (path, query) = request.Target.Split('?', 2) is [var before, var after] ? (before, after) : (request.Target, "");
        var canonical = string.Join('\n',
            request.Method,
            string.Join('/', path.Split('/').Select(Uri.EscapeDataString)),
            string.Join('&', query.Split('&').Order(StringComparer.Ordinal)),
            string.Concat(signed.Select(name => $"{name}:{request.Headers[name].Trim()}\n")),
            match.Groups["headers"].Value,
            payload);

        var toSign = string.Join('\n', "AWS4-HMAC-SHA256", timestamp, scope, Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        var key = new[] { date, region, service, "aws4_request" }.Aggregate(
            Encoding.UTF8.GetBytes("AWS4" + secretKey),
            (key, part) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part)));
        Assert.Equal(Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign))), match.Groups["signature"].Value);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    [GeneratedRegex(
        "^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/(?<scope>[^,]+), SignedHeaders=(?<headers>[^,]+), Signature=(?<signature>[0-9a-f]{64})$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Authorization();
}
