using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using LocalAws.Iam;

namespace LocalAws;

/// <summary>
/// IAM: roles, their policies and their credentials. Policies apply to a call over HTTP that is signed with a role's credentials. Every other access
/// key id belongs to the account's administrator, to whom no policy applies.
/// </summary>
public sealed partial class IamService
{
    // IAM user guide, "IAM and AWS STS quotas": all inline policies of a role together, without white space.
    private const int MaximumInlinePolicies = 10_240;
    private const string UniqueIdPrefix = "AROA";
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

    /// <summary>Creates a role without permissions.</summary>
    /// <param name="roleName">
    /// The role's name. For a role of another account, its ARN, here and in the other methods: such a role can only use what a resource policy or a
    /// grant of this account permits it.
    /// </param>
    /// <param name="assumeRolePolicyDocument">The trust policy, as JSON.</param>
    /// <exception cref="AwsException">The role already exists, or the document is malformed.</exception>
    public Role CreateRole(string roleName, string assumeRolePolicyDocument)
    {
        var trust = Parse(assumeRolePolicyDocument, PolicyKind.Trust);
        var role = new StoredRole(
            NameOf(roleName), ArnOf(roleName), UniqueIdPrefix + RandomNumberGenerator.GetString(Base32, 17), assumeRolePolicyDocument, trust);
        lock (_gate)
        {
            if (!_roles.TryAdd(KeyOf(roleName), role))
            {
                throw new AwsException(409, "EntityAlreadyExists", $"Role with name {roleName} already exists.");
            }

            role.Put(role.Documents, [], Effective);
        }

        return Describe(role);
    }

    /// <summary>Replaces a role's trust policy.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <param name="policyDocument">The trust policy, as JSON.</param>
    /// <exception cref="AwsException">The role does not exist, or the document is malformed.</exception>
    public void UpdateAssumeRolePolicy(string roleName, string policyDocument)
    {
        var trust = Parse(policyDocument, PolicyKind.Trust);
        lock (_gate)
        {
            Find(roleName).PutTrust(policyDocument, trust, Effective);
        }
    }

    /// <summary>Deletes a role that has no policies. Its credentials are rejected from then on.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <exception cref="AwsException">The role does not exist, or has policies.</exception>
    public void DeleteRole(string roleName)
    {
        lock (_gate)
        {
            var role = Find(roleName);
            if (role.Documents.Count > 0)
            {
                throw new AwsException(409, "DeleteConflict", "Cannot delete entity, must delete policies first.");
            }

            _roles.Remove(KeyOf(roleName));
            role.Delete(Effective);
        }
    }

    /// <summary>Returns a role.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <exception cref="AwsException">The role does not exist.</exception>
    public Role GetRole(string roleName)
    {
        lock (_gate)
        {
            return Describe(Find(roleName));
        }
    }

    /// <summary>Adds an inline policy to a role, or replaces the policy of that name.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <param name="policyName">The policy's name.</param>
    /// <param name="policyDocument">
    /// The policy as JSON. Policy variables and the operators for numbers and dates are not supported and are rejected.
    /// </param>
    /// <exception cref="AwsException">The role does not exist, the document is malformed, or the role's policies would exceed the quota.</exception>
    public void PutRolePolicy(string roleName, string policyName, string policyDocument)
    {
        Parse(policyDocument, PolicyKind.Identity);
        Change(roleName, documents => documents.SetItem(policyName, policyDocument));
    }

    /// <summary>Deletes an inline policy of a role.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <param name="policyName">The policy's name.</param>
    /// <exception cref="AwsException">The role or the policy does not exist.</exception>
    public void DeleteRolePolicy(string roleName, string policyName) => Change(roleName, documents =>
    {
        var left = documents.Remove(policyName);
        return left.Count < documents.Count ? left : throw NoSuchPolicy(policyName);
    });

    /// <summary>Returns an inline policy of a role, unchanged.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <param name="policyName">The policy's name.</param>
    /// <exception cref="AwsException">The role or the policy does not exist.</exception>
    public string GetRolePolicy(string roleName, string policyName)
    {
        lock (_gate)
        {
            return Find(roleName).Documents.GetValueOrDefault(policyName) ?? throw NoSuchPolicy(policyName);
        }
    }

    /// <summary>Returns the names of a role's inline policies, in order.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <exception cref="AwsException">The role does not exist.</exception>
    public IReadOnlyList<string> ListRolePolicies(string roleName)
    {
        lock (_gate)
        {
            return [.. Find(roleName).Documents.Keys];
        }
    }

    /// <summary>Creates credentials of a role for a caller in this process, without evaluating the trust policy. They do not expire.</summary>
    /// <param name="roleName">The role's name.</param>
    /// <param name="roleSessionName">The session's name, which appears in denials. A function's sessions have the function's name.</param>
    /// <exception cref="AwsException">The role does not exist.</exception>
    public RoleCredentials AssumeRole(string roleName, string roleSessionName)
    {
        StoredRole role;
        lock (_gate)
        {
            role = Find(roleName);
        }

        var credentials = new RoleCredentials(
            "ASIA" + RandomNumberGenerator.GetString(Base32, 16),
            RandomNumberGenerator.GetString(Base64, 40), RandomNumberGenerator.GetString(Base64, 200));
        var account = role.Arn.Split(':')[4];
        var arn = $"arn:aws:sts::{account}:assumed-role/{role.Name}/{roleSessionName}";
        _sessions[credentials.AccessKeyId] = new RoleSession(role, new Principal(account, arn, role.Arn), credentials);
        return credentials;
    }

    /// <summary>Returns the owner of an access key, or null for the administrator.</summary>
    internal RoleSession? SessionOf(string accessKeyId) => _sessions.GetValueOrDefault(accessKeyId);

    internal string SecretAccessKeyOf(string accessKeyId) => SessionOf(accessKeyId)?.Credentials.SecretAccessKey ?? _aws.SecretAccessKey;

    /// <summary>Returns whether a service can assume a role, given by its ARN.</summary>
    internal bool Trusts(string roleArn, string service, ConditionKeys? keys = null)
    {
        lock (_gate)
        {
            return _roles.TryGetValue(KeyOf(roleArn), out var role)
                && role.Arn == roleArn && role.IsTrusting(service, _aws.AccountId, keys ?? [], Now);
        }
    }

    /// <summary>
    /// Returns whether a policy or a grant can name a principal of the type AWS. A role must exist. Accounts are not checked, nor are users, which
    /// this instance does not have.
    /// </summary>
    internal bool IsPrincipal(string id)
    {
        lock (_gate)
        {
            return AccountOrUser().IsMatch(id) || (_roles.TryGetValue(KeyOf(id), out var role) && role.Arn == id && role.Exists(Now));
        }
    }

    /// <summary>
    /// Returns what a policy or a grant keeps of a principal. IAM user guide, "Principal": the unique id of a role, so that a later role of its name
    /// is another principal.
    /// </summary>
    internal string KeptOf(string principal)
    {
        lock (_gate)
        {
            return _roles.TryGetValue(KeyOf(principal), out var role) && role.Arn == principal ? role.UniqueId : principal;
        }
    }

    /// <summary>Returns a kept principal as AWS shows it: the ARN of a role that exists, and the unique id of one that was deleted.</summary>
    internal string ShownOf(string kept)
    {
        if (!kept.StartsWith(UniqueIdPrefix, StringComparison.Ordinal))
        {
            return kept;
        }

        lock (_gate)
        {
            return _roles.Values.FirstOrDefault(role => role.UniqueId == kept)?.Arn ?? kept;
        }
    }

    internal static string NameOf(string roleArn) => roleArn[(roleArn.LastIndexOf('/') + 1)..];

    /// <summary>Returns whether a role's own policies permit an action on a resource. Does not evaluate resource policies.</summary>
    /// <param name="roleArn">The role's ARN.</param>
    /// <param name="action">The action, such as <c>iam:PassRole</c>.</param>
    /// <param name="resource">The resource's ARN, or <c>*</c> for an action without a resource.</param>
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
            return _roles.TryGetValue(KeyOf(roleArn), out var role)
                && role.Evaluate(new AccessRequest(new Principal(_aws.AccountId, roleArn, roleArn), action, resource, keys), Now) is Verdict.Allowed;
        }
    }

    /// <summary>Parses a resource policy once.</summary>
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
            // Observed in the field. The text after it is not AWS's.
            throw new AwsException(400, "MalformedPolicyDocument", $"Syntax errors in policy. ({exception.Message})");
        }
    }

    private static AwsException NoSuchPolicy(string policyName) =>
        new(404, "NoSuchEntity", $"The role policy with name {policyName} cannot be found.");

    // Sessions cannot be checked either: a session's name is the caller's choice.
    [GeneratedRegex(
        @"^([0-9]{12}|arn:aws[a-z-]*:(iam::[0-9]{12}:(root|user/.+)|sts::[0-9]{12}:assumed-role/.+))\z",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AccountOrUser();

    private string ArnOf(string roleName) =>
        roleName.StartsWith("arn:", StringComparison.Ordinal) ? roleName : $"arn:aws:iam::{_aws.AccountId}:role/{roleName}";

    // Two accounts can have a role of the same name.
    private string KeyOf(string roleName) =>
        roleName.StartsWith("arn:", StringComparison.Ordinal)
            && !roleName.StartsWith(ArnOf(""), StringComparison.Ordinal) ? roleName : NameOf(roleName);

    private StoredRole Find(string roleName) =>
        _roles.GetValueOrDefault(KeyOf(roleName)) ?? throw new AwsException(404, "NoSuchEntity", $"The role with name {roleName} cannot be found.");

    private void Change(string roleName, Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change)
    {
        lock (_gate)
        {
            var role = Find(roleName);
            var documents = change(role.Documents);
            if (documents.Values.Sum(document => document.Count(character => !char.IsWhiteSpace(character))) > MaximumInlinePolicies)
            {
                // Observed in the field.
                throw new AwsException(409, "LimitExceeded", $"Maximum policy size of {MaximumInlinePolicies} bytes exceeded for role {roleName}");
            }

            role.Put(documents, [.. documents.Values.Select(document => Parse(document, PolicyKind.Identity))], Effective);
        }
    }
}
