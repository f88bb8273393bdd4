using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using LocalAws.Iam;

namespace LocalAws;

/// <summary>
/// IAM: roles, their policies and their credentials. A call over HTTP that is signed with a role's credentials does what policies allow; every
/// other access key id is the account's administrator, whom no policy holds back.
/// </summary>
public sealed class IamService
{
    // IAM user guide, "IAM and AWS STS quotas": the inline policies of a role together, white space not counted.
    private const int MaximumInlinePolicies = 10_240;
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const string Base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private readonly EmbeddedAws _aws;
    private readonly TimeSpan _lag;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, StoredRole> _roles = new();
    private readonly ConcurrentDictionary<string, RoleSession> _sessions = new();
    private readonly ConcurrentDictionary<string, Policy> _resourcePolicies = new();

    internal IamService(EmbeddedAws aws, TimeSpan lag)
    {
        _aws = aws;
        _lag = lag;
    }

    private DateTimeOffset Now => _aws.TimeProvider.GetUtcNow();

    private DateTimeOffset Effective => Now + _lag;

    /// <summary>Makes a role that may do nothing yet.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <param name="assumeRolePolicyDocument">Who may become it, as JSON.</param>
    /// <exception cref="AwsException">There is such a role, or the document is malformed.</exception>
    public Role CreateRole(string roleName, string assumeRolePolicyDocument)
    {
        var trust = Parse(assumeRolePolicyDocument, PolicyKind.Trust);
        var role = new StoredRole(roleName, ArnOf(roleName), assumeRolePolicyDocument, trust);
        lock (_gate)
        {
            if (!_roles.TryAdd(roleName, role))
            {
                throw new AwsException(409, "EntityAlreadyExists", $"Role with name {roleName} already exists.");
            }

            role.Put(role.Documents, [], Effective);
        }

        return Describe(role);
    }

    /// <summary>Deletes a role that has no policies left. Its credentials are refused from then on.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <exception cref="AwsException">There is no such role, or it has policies.</exception>
    public void DeleteRole(string roleName)
    {
        lock (_gate)
        {
            var role = Find(roleName);
            if (role.Documents.Count > 0)
            {
                throw new AwsException(409, "DeleteConflict", "Cannot delete entity, must delete policies first.");
            }

            _roles.Remove(roleName);
            role.Delete(Effective);
        }
    }

    /// <summary>Shows a role.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <exception cref="AwsException">There is no such role.</exception>
    public Role GetRole(string roleName)
    {
        lock (_gate)
        {
            return Describe(Find(roleName));
        }
    }

    /// <summary>Puts an inline policy in a role, in place of the one of that name.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <param name="policyName">The policy's name.</param>
    /// <param name="policyDocument">The policy as JSON. Policy variables and the operators for numbers and dates are not known here and are refused.</param>
    /// <exception cref="AwsException">There is no such role, the document is malformed, or the role's policies would be too long.</exception>
    public void PutRolePolicy(string roleName, string policyName, string policyDocument)
    {
        Parse(policyDocument, PolicyKind.Identity);
        Change(roleName, documents => documents.SetItem(policyName, policyDocument));
    }

    /// <summary>Takes an inline policy out of a role.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <param name="policyName">The policy's name.</param>
    /// <exception cref="AwsException">There is no such role or policy.</exception>
    public void DeleteRolePolicy(string roleName, string policyName) => Change(roleName, documents =>
    {
        var left = documents.Remove(policyName);
        return left.Count < documents.Count ? left : throw NoSuchPolicy(policyName);
    });

    /// <summary>Shows an inline policy of a role, as it was put.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <param name="policyName">The policy's name.</param>
    /// <exception cref="AwsException">There is no such role or policy.</exception>
    public string GetRolePolicy(string roleName, string policyName)
    {
        lock (_gate)
        {
            return Find(roleName).Documents.GetValueOrDefault(policyName) ?? throw NoSuchPolicy(policyName);
        }
    }

    /// <summary>The names of a role's inline policies, in order.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <exception cref="AwsException">There is no such role.</exception>
    public IReadOnlyList<string> ListRolePolicies(string roleName)
    {
        lock (_gate)
        {
            return [.. Find(roleName).Documents.Keys];
        }
    }

    /// <summary>Credentials of a role, for whoever asks in this process: the trust policy is not asked. They do not expire.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <param name="roleSessionName">The session's name, which is in the texts of refusals; a function's sessions have the function's name.</param>
    /// <exception cref="AwsException">There is no such role.</exception>
    public RoleCredentials AssumeRole(string roleName, string roleSessionName)
    {
        StoredRole role;
        lock (_gate)
        {
            role = Find(roleName);
        }

        var credentials = new RoleCredentials(
            "ASIA" + RandomNumberGenerator.GetString(Base32, 16), RandomNumberGenerator.GetString(Base64, 40), RandomNumberGenerator.GetString(Base64, 200));
        var arn = $"arn:aws:sts::{_aws.AccountId}:assumed-role/{roleName}/{roleSessionName}";
        _sessions[credentials.AccessKeyId] = new RoleSession(role, new Principal(_aws.AccountId, arn, role.Arn), credentials);
        return credentials;
    }

    /// <summary>Whose access key it is; null where it is the administrator's.</summary>
    internal RoleSession? SessionOf(string accessKeyId) => _sessions.GetValueOrDefault(accessKeyId);

    internal string SecretAccessKeyOf(string accessKeyId) => SessionOf(accessKeyId)?.Credentials.SecretAccessKey ?? _aws.SecretAccessKey;

    /// <summary>Whether a service may become a role, given by its ARN.</summary>
    internal bool Trusts(string roleArn, string service)
    {
        lock (_gate)
        {
            return _roles.TryGetValue(NameOf(roleArn), out var role) && role.Arn == roleArn && role.IsTrusting(service, _aws.AccountId, Now);
        }
    }

    internal static string NameOf(string roleArn) => roleArn[(roleArn.LastIndexOf('/') + 1)..];

    /// <summary>Whether a role's own policies allow an action on a resource; policies of resources are not asked.</summary>
    /// <param name="roleArn">The role's ARN.</param>
    /// <param name="action">The action, such as <c>iam:PassRole</c>.</param>
    /// <param name="resource">The resource's ARN; <c>*</c> for an action that has none.</param>
    /// <param name="conditionKeys">The condition keys of the request, with their values.</param>
    public bool Allows(string roleArn, string action, string resource, IReadOnlyDictionary<string, string>? conditionKeys = null)
    {
        var keys = new ConditionKeys();
        foreach (var (key, value) in conditionKeys ?? ImmutableDictionary<string, string>.Empty)
        {
            keys.Add(key, value);
        }

        lock (_gate)
        {
            return _roles.TryGetValue(NameOf(roleArn), out var role)
                && role.Evaluate(new AccessRequest(new Principal(_aws.AccountId, roleArn, roleArn), action, resource, keys), Now) is Verdict.Allowed;
        }
    }

    /// <summary>A resource's policy, read once.</summary>
    internal Policy ResourcePolicy(string document) => _resourcePolicies.GetOrAdd(document, text => Policy.Parse(text, PolicyKind.Resource));

    private static Role Describe(StoredRole role) => new(role.Name, role.Arn, role.TrustDocument);

    private static Policy Parse(string document, PolicyKind kind)
    {
        try
        {
            return Policy.Parse(document, kind);
        }
        catch (JsonException exception)
        {
            // Seen in the field; what follows is not AWS's.
            throw new AwsException(400, "MalformedPolicyDocument", $"Syntax errors in policy. ({exception.Message})");
        }
    }

    private static AwsException NoSuchPolicy(string policyName) => new(404, "NoSuchEntity", $"The role policy with name {policyName} cannot be found.");

    private string ArnOf(string roleName) => $"arn:aws:iam::{_aws.AccountId}:role/{roleName}";

    private StoredRole Find(string roleName) =>
        _roles.GetValueOrDefault(roleName) ?? throw new AwsException(404, "NoSuchEntity", $"The role with name {roleName} cannot be found.");

    private void Change(string roleName, Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change)
    {
        lock (_gate)
        {
            var role = Find(roleName);
            var documents = change(role.Documents);
            if (documents.Values.Sum(document => document.Count(character => !char.IsWhiteSpace(character))) > MaximumInlinePolicies)
            {
                // Seen in the field.
                throw new AwsException(409, "LimitExceeded", $"Maximum policy size of {MaximumInlinePolicies} bytes exceeded for role {roleName}");
            }

            role.Put(documents, [.. documents.Values.Select(document => Parse(document, PolicyKind.Identity))], Effective);
        }
    }
}
