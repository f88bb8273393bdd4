using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace LocalAws;

/// <summary>
/// AWS Signature Version 4 in the Authorization header. Source: IAM user guide, "Create a signed AWS API request". The error texts are those that
/// services were observed to return.
/// </summary>
internal static partial class SigV4
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    // IAM user guide: a request must reach AWS within five minutes of its time stamp.
    private static readonly TimeSpan Validity = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Rejects a request whose signature or time is not valid. Clients sign with the machine's clock, so this check uses that clock, whatever
    /// <see cref="EmbeddedAwsOptions.TimeProvider"/> shows.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="signing">The content of the Authorization header.</param>
    /// <param name="region">The Region that serves the request.</param>
    /// <param name="service">The called service.</param>
    /// <param name="secretAccessKey">The signer's secret access key.</param>
    /// <param name="status">The HTTP status of the service's error.</param>
    public static void Verify(WireRequest request, SigningScope signing, string region, string service, string secretAccessKey, int status)
    {
        if (signing.Signature.Length == 0 || signing.SignedHeaders.Length == 0
            || request.Header("X-Amz-Date") is not { } timestamp || !TryParse(timestamp, out var date))
        {
            throw new AwsException(
                status, "IncompleteSignatureException",
                "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters, and an 'X-Amz-Date' header.");
        }

        if (signing.Region != region)
        {
            throw Invalid(status, $"Credential should be scoped to a valid region, not '{signing.Region}'. ");
        }

        if (signing.Service != service)
        {
            throw Invalid(status, $"Credential should be scoped to correct service: '{service}'. ");
        }

        CheckTime(timestamp, date, status);
        var expected = Sign(request, signing, timestamp, secretAccessKey);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(signing.Signature)))
        {
            throw Invalid(
                status,
                "The request signature we calculated does not match the signature you provided. "
                + "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.");
        }
    }

    private static void CheckTime(string timestamp, DateTimeOffset date, int status)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (date < now - Validity)
        {
            throw Invalid(status, $"Signature expired: {timestamp} is now earlier than {Text(now - Validity)} ({Text(now)} - 5 min.)");
        }

        if (date > now + Validity)
        {
            throw Invalid(status, $"Signature not yet current: {timestamp} is still later than {Text(now + Validity)} ({Text(now)} + 5 min.)");
        }
    }

    private static string Sign(WireRequest request, SigningScope signing, string timestamp, string secretAccessKey)
    {
        var toSign =
            string.Join('\n', Algorithm, timestamp, signing.Scope, Hash(Encoding.UTF8.GetBytes(CanonicalRequest(request, signing.SignedHeaders))));
        var key = Encoding.UTF8.GetBytes("AWS4" + secretAccessKey);
        foreach (var part in (ReadOnlySpan<string>)[signing.Date, signing.Region, signing.Service, "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
    }

    private static string CanonicalRequest(WireRequest request, string signedHeaders)
    {
        var headers = signedHeaders.Split(';').Select(name => $"{name}:{Spaces().Replace(request.Header(name) ?? "", " ").Trim()}\n");
        return string.Join('\n', request.Method, CanonicalPath(request.RawPath),
            CanonicalQuery(request.RawQuery), string.Concat(headers), signedHeaders, Hash(request.Body.Span));
    }

    // Encoded once more than it was sent: every service but S3 signs the path this way, so a sent %2F is signed as %252F.
    private static string CanonicalPath(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string CanonicalQuery(string query)
    {
        var parameters = query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(parameter => parameter.Split('=', 2))
            .Select(parameter => (Name: Reencode(parameter[0]), Value: Reencode(parameter.ElementAtOrDefault(1) ?? "")))
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
            .ThenBy(parameter => parameter.Value, StringComparer.Ordinal);
        return string.Join('&', parameters.Select(parameter => $"{parameter.Name}={parameter.Value}"));
    }

    private static string Reencode(string text) => Uri.EscapeDataString(Uri.UnescapeDataString(text));

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static bool TryParse(string timestamp, out DateTimeOffset date) => DateTimeOffset.TryParseExact(
        timestamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out date);

    private static string Text(DateTimeOffset date) => date.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static AwsException Invalid(int status, string message) => new(status, "InvalidSignatureException", message);

    [GeneratedRegex(" +", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
