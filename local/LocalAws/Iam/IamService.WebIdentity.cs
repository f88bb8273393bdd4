using LocalAws.Iam;

namespace LocalAws;

/// <content>OpenID Connect providers, and roles that their users assume.</content>
public sealed partial class IamService
{
    private const string Https = "https://";

    private readonly Dictionary<string, OpenIdConnectProvider> _providers = new();

    /// <summary>Creates an OpenID Connect provider. An account has at most one for a URL.</summary>
    /// <param name="url">The provider's URL, which begins with https://.</param>
    /// <param name="clientIds">The audiences that its tokens can have.</param>
    /// <exception cref="AwsException">The provider already exists, or the URL is not valid.</exception>
    public OpenIdConnectProvider CreateOpenIdConnectProvider(string url, params IReadOnlyList<string> clientIds)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.StartsWith(Https, StringComparison.Ordinal))
        {
            throw new AwsException(400, "ValidationError", "Invalid Open ID Connect Provider URL");
        }

        var provider = new OpenIdConnectProvider($"arn:aws:iam::{_aws.AccountId}:oidc-provider/{url[Https.Length..]}", url, clientIds);
        lock (_gate)
        {
            return _providers.TryAdd(url, provider)
                ? provider
                : throw new AwsException(409, "EntityAlreadyExists", $"Provider with url {url} already exists.");
        }
    }

    /// <summary>Returns the OpenID Connect provider of a URL, or null. AWS finds a provider by its ARN; the URL is a part of it.</summary>
    /// <param name="url">The provider's URL.</param>
    public OpenIdConnectProvider? FindOpenIdConnectProvider(string url)
    {
        lock (_gate)
        {
            return _providers.GetValueOrDefault(url);
        }
    }

    /// <summary>Deletes an OpenID Connect provider. Like AWS, deletes nothing of the roles that trust it.</summary>
    /// <param name="url">The provider's URL.</param>
    public void DeleteOpenIdConnectProvider(string url)
    {
        lock (_gate)
        {
            _providers.Remove(url);
        }
    }

    /// <summary>
    /// Creates credentials of a role for the bearer of a token, if the role's trust policy permits it. They do not expire. The token's signature and
    /// expiry are not part of this instance: its claims are those of a valid token.
    /// </summary>
    /// <param name="roleName">The role's name.</param>
    /// <param name="roleSessionName">The session's name, which appears in denials.</param>
    /// <param name="token">The claims of the token.</param>
    /// <exception cref="AwsException">
    /// The account has no such provider, the provider has no such audience, or the role does not trust the token.
    /// </exception>
    public RoleCredentials AssumeRoleWithWebIdentity(string roleName, string roleSessionName, WebIdentity token)
    {
        ArgumentNullException.ThrowIfNull(token);
        // The three texts are observed in the field.
        var provider = FindOpenIdConnectProvider(token.Issuer)
            ?? throw new AwsException(400, "InvalidIdentityToken", $"No OpenIDConnect provider found in your account for {token.Issuer}");
        if (!provider.ClientIds.Contains(token.Audience))
        {
            throw new AwsException(400, "InvalidIdentityToken", "Incorrect token audience");
        }

        // IAM user guide, "Available keys for AWS OIDC federation": the provider's URL without https:// precedes each key.
        var prefix = token.Issuer[Https.Length..];
        var keys = new ConditionKeys();
        keys.Add($"{prefix}:aud", token.Audience);
        keys.Add($"{prefix}:sub", token.Subject);
        lock (_gate)
        {
            var request = new AccessRequest(
                new Principal(_aws.AccountId, provider.Arn, RoleArn: null), "sts:AssumeRoleWithWebIdentity", ArnOf(roleName), keys);
            if (!_roles.TryGetValue(KeyOf(roleName), out var role) || !role.IsTrusting(request, Now))
            {
                throw new AwsException(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
            }
        }

        return AssumeRole(roleName, roleSessionName);
    }
}
