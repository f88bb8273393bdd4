using System.Text.RegularExpressions;

namespace LocalAws;

/// <summary>The signer of a request with AWS Signature Version 4, and the scope of the signature.</summary>
/// <param name="AccessKeyId">The access key id.</param>
/// <param name="Date">The day of the signature, yyyyMMdd.</param>
/// <param name="Region">The Region that the request is for.</param>
/// <param name="Service">The service that the request is for.</param>
/// <param name="SignedHeaders">The names of the signed headers, in lower case, separated by semicolons. Empty if the header names none.</param>
/// <param name="Signature">The signature in hexadecimal digits. Empty if the header has none.</param>
internal sealed partial record SigningScope(string AccessKeyId, string Date, string Region, string Service, string SignedHeaders, string Signature)
{
    /// <summary>Gets the scope in the form in which it is signed.</summary>
    public string Scope => $"{Date}/{Region}/{Service}/aws4_request";

    /// <summary>
    /// Parses <c>AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250101/eu-west-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=...</c>.
    /// </summary>
    public static SigningScope? Parse(string? authorization)
    {
        if (authorization?.StartsWith(SigV4.Algorithm, StringComparison.Ordinal) != true)
        {
            return null;
        }

        var parameters = Parameter().Matches(authorization).DistinctBy(match => match.Groups["name"].Value)
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value);
        return parameters.GetValueOrDefault("Credential")?.Split('/') is [var accessKeyId, var date, var region, var service, "aws4_request"]
            ? new SigningScope(accessKeyId, date, region, service,
                parameters.GetValueOrDefault("SignedHeaders", ""), parameters.GetValueOrDefault("Signature", ""))
            : null;
    }

    [GeneratedRegex("(?<name>Credential|SignedHeaders|Signature)=(?<value>[^,\\s]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
