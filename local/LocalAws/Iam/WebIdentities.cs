namespace LocalAws;

/// <summary>An OpenID Connect provider whose users roles can trust.</summary>
/// <param name="Arn">The ARN.</param>
/// <param name="Url">The URL, which is the issuer of the provider's tokens.</param>
/// <param name="ClientIds">The audiences that its tokens can have.</param>
public sealed record OpenIdConnectProvider(string Arn, string Url, IReadOnlyList<string> ClientIds);

/// <summary>The claims of an OpenID Connect token that trust policies can test.</summary>
/// <param name="Issuer">The claim <c>iss</c>: the provider's URL.</param>
/// <param name="Audience">The claim <c>aud</c>.</param>
/// <param name="Subject">The claim <c>sub</c>.</param>
public sealed record WebIdentity(string Issuer, string Audience, string Subject);
