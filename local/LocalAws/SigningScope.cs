namespace LocalAws;

/// <summary>The credential scope of an AWS Signature Version 4 request.</summary>
internal sealed record SigningScope(string AccessKeyId, string Service)
{
    /// <summary>Reads <c>AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250101/eu-west-1/secretsmanager/aws4_request, ...</c>.</summary>
    public static SigningScope? Parse(string? authorization)
    {
        const string marker = "Credential=";
        var start = authorization?.IndexOf(marker, StringComparison.Ordinal) ?? -1;
        if (start < 0)
        {
            return null;
        }

        var credential = authorization![(start + marker.Length)..].Split(',')[0].Trim().Split('/');
        return credential is [var accessKeyId, _, _, var service, "aws4_request"] ? new SigningScope(accessKeyId, service) : null;
    }
}
