using System.Security.Cryptography;
using LocalAws.Iam;
using LocalAws.Kms;

namespace LocalAws;

/// <summary>
/// The part of KMS that reading a secret needs: the grants of keys. Every key exists, and its policy is the default one, which lets IAM policies of
/// the account permit its use. A key that is named by its id is one of the home Region. There are no operations over HTTP.
/// </summary>
public sealed class KmsService
{
    private const string ContextKey = "kms:EncryptionContext:";

    // API reference of CreateGrant: the operations of a symmetric key.
    private static readonly HashSet<string> Operations =
    [
        "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo", "CreateGrant", "RetireGrant",
        "DescribeKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
    ];

    private readonly EmbeddedAws _aws;
    private readonly Lock _gate = new();
    private readonly List<Grant> _grants = [];

    internal KmsService(EmbeddedAws aws) => _aws = aws;

    /// <summary>Creates a grant. AWS documents a delay of minutes until it is effective; here it is effective at once.</summary>
    /// <param name="request">The input of CreateGrant.</param>
    /// <exception cref="AwsException">The request is not valid, or the grantee does not exist.</exception>
    public Grant CreateGrant(CreateGrantRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Operations.Count == 0 || request.Operations.Any(operation => !Operations.Contains(operation)))
        {
            throw new AwsException(400, "ValidationException", "The operations are empty, or one of them cannot be granted.");
        }

        if (request.Constraints is { EncryptionContextSubset.Count: > 0, EncryptionContextEquals.Count: > 0 })
        {
            // Quoted in the provider's code.
            throw new AwsException(400, "ValidationException", "More than one constraint supplied");
        }

        if (!_aws.Iam.IsPrincipal(request.GranteePrincipal))
        {
            // The provider's code: the code of a role that IAM does not know yet. The text is not known.
            throw new AwsException(400, "InvalidArnException", $"The grantee principal {request.GranteePrincipal} does not exist.");
        }

        request = request with { GranteePrincipal = _aws.Iam.KeptOf(request.GranteePrincipal) };
        lock (_gate)
        {
            var key = ArnOf(request.KeyId, _aws.Region);
            if (request.Name is not null && _grants.Find(grant => grant.KeyId == key && IsSame(grant, request)) is { } existing)
            {
                return Shown(existing);
            }

            var id = RandomNumberGenerator.GetHexString(64, lowercase: true);
            var grant = new Grant(
                id, key, request.GranteePrincipal, request.Operations, request.Name, request.Constraints, _aws.TimeProvider.GetUtcNow());
            _grants.Add(grant);
            return Shown(grant);
        }
    }

    /// <summary>Returns the grants of a key, in the order of their creation.</summary>
    /// <param name="keyId">The ARN of the key, or its id.</param>
    public IReadOnlyList<Grant> ListGrants(string keyId)
    {
        lock (_gate)
        {
            return [.. _grants.FindAll(grant => grant.KeyId == ArnOf(keyId, _aws.Region)).Select(Shown)];
        }
    }

    /// <summary>Deletes a grant.</summary>
    /// <param name="keyId">The ARN of the key, or its id.</param>
    /// <param name="grantId">The grant's id.</param>
    /// <exception cref="AwsException">The key has no such grant.</exception>
    public void RevokeGrant(string keyId, string grantId)
    {
        lock (_gate)
        {
            if (_grants.RemoveAll(grant => grant.KeyId == ArnOf(keyId, _aws.Region) && grant.GrantId == grantId) == 0)
            {
                throw new AwsException(400, "NotFoundException", $"Grant ID {grantId} not found");
            }
        }
    }

    /// <summary>
    /// Returns the ARN of a key. An alias stays an alias: there are no aliases here that could be resolved to a key.
    /// </summary>
    internal string ArnOf(string keyId, string region) => keyId.StartsWith("arn:", StringComparison.Ordinal)
        ? keyId
        : $"arn:aws:kms:{region}:{_aws.AccountId}:{(keyId.StartsWith("alias/", StringComparison.Ordinal) ? "" : "key/")}{keyId}";

    /// <summary>Evaluates the grants of a key. A grant only permits.</summary>
    internal Verdict Evaluate(AccessRequest request)
    {
        var context = request.Keys.Where(key => key.Key.StartsWith(ContextKey, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(key => key.Key[ContextKey.Length..], key => key.Value[0], StringComparer.OrdinalIgnoreCase);
        lock (_gate)
        {
            return _grants.Exists(grant => grant.KeyId == request.Resource
                && grant.Operations.Any(operation => request.Action == "kms:" + operation)
                && new PrincipalElement(IsNot: false, [("AWS", Shown(grant).GranteePrincipal)])
                    .Matches(request.Caller, byAccount: request.IsCrossAccount)
                && Meets(grant.Constraints, context))
                ? Verdict.Allowed
                : Verdict.Silent;
        }
    }

    private Grant Shown(Grant grant) => grant with { GranteePrincipal = _aws.Iam.ShownOf(grant.GranteePrincipal) };

    // API reference of GrantConstraints: the names of the pairs are not case-sensitive, their values are.
    private static bool Meets(GrantConstraints? constraints, Dictionary<string, string> context) =>
        Contains(context, constraints?.EncryptionContextSubset)
        && (constraints?.EncryptionContextEquals is not { } pairs || (pairs.Count == context.Count && Contains(context, pairs)));

    private static bool Contains(Dictionary<string, string> context, IReadOnlyDictionary<string, string>? pairs) =>
        pairs is null || pairs.All(pair => context.GetValueOrDefault(pair.Key) == pair.Value);

    private static bool IsSame(Grant grant, CreateGrantRequest request) =>
        grant.Name == request.Name
        && grant.GranteePrincipal == request.GranteePrincipal
        && grant.Operations.ToHashSet().SetEquals(request.Operations)
        && AreSame(grant.Constraints?.EncryptionContextSubset, request.Constraints?.EncryptionContextSubset)
        && AreSame(grant.Constraints?.EncryptionContextEquals, request.Constraints?.EncryptionContextEquals);

    private static bool AreSame(IReadOnlyDictionary<string, string>? pairs, IReadOnlyDictionary<string, string>? others) =>
        (pairs ?? new Dictionary<string, string>()).ToHashSet().SetEquals(others ?? new Dictionary<string, string>());
}
