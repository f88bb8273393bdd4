using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bench;

/// <summary>The root certificates that the measured functions trust: as many as a Linux system has, and the one of this run.</summary>
internal static class Certificate
{
    private static readonly string[] Bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

    public static X509Certificate2 Create()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName("*." + Hosts.Domain);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>Gets the file of the root certificates. A first call reads it, as on Lambda.</summary>
    public static string SystemRoots() => Array.Find(Bundles, File.Exists) is { } bundle ? File.ReadAllText(bundle) + '\n' : "";
}
