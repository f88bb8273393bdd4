using System.Security.Cryptography;
using LocalAws.SecretsManager;

namespace LocalAws;

/// <summary>Secrets Manager. Each method performs the operation of its name at once. RotateSecret continues in the background.</summary>
public sealed partial class SecretsManagerService
{
    private readonly Lock _gate;
    private readonly EmbeddedAws _aws;
    private readonly AwsRegion _region;
    private readonly EmbeddedAwsOptions _options;
    private readonly ConfidentialValues _confidential;
    private readonly CancellationToken _stopped;
    private Dictionary<string, StoredSecret> _secrets = new();
    private Dictionary<string, StoredSecret>? _secretsBefore;
    private readonly HashSet<StoredSecret> _marked = [];

    internal SecretsManagerService(EmbeddedAws aws, AwsRegion region, EmbeddedAwsOptions options, AccountState state)
    {
        _aws = aws;
        _region = region;
        _options = options;
        _confidential = state.Confidential;
        _replication = state.Replication;
        _gate = state.Replication.Gate;
        _stopped = state.Stopped;
        _replicationLag = options.ReplicationLag;
    }

    private string ArnPrefix => $"arn:aws:secretsmanager:{_region.Name}:{_aws.AccountId}:secret:";

    private DateTimeOffset Now => _aws.TimeProvider.GetUtcNow();

    /// <summary>
    /// Creates a secret, with a first version if there is a value. If the secret exists and has a version with the same token and value, returns that
    /// version.
    /// </summary>
    /// <param name="request">The input of CreateSecret.</param>
    public SecretResponse CreateSecret(CreateSecretRequest request)
    {
        // AWS API reference.
        CheckName(request.Name, maximumLength: 512, "/_+=.@-");

        var content = VersionContent.Of(request.SecretString, request.SecretBinary);
        CheckToken(request.ClientRequestToken, needed: content is not null, SecretsManagerErrors.InvalidRequest);
        CheckTags(request.Tags ?? []);
        CheckDetails(request.Description, request.KmsKeyId);
        if (request.AddReplicaRegions is not null)
        {
            CheckReplicaRegions(request.AddReplicaRegions);
        }

        lock (_gate)
        {
            RemoveDeletedSecrets();
            if (_secrets.TryGetValue(request.Name, out var existing))
            {
                return Repeated(existing, request.ClientRequestToken, content);
            }

            var suffix = RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 6);
            var secret = new StoredSecret($"{ArnPrefix}{request.Name}-{suffix}", request.Name, Now)
            {
                Description = request.Description,
                KmsKeyId = request.KmsKeyId,
            };
            secret.AddTags(request.Tags ?? []);
            _secrets.Add(request.Name, secret);
            var version = content is null ? null : Write(secret, request.ClientRequestToken!, content, [StoredSecret.Current]);
            Replicate(secret, request.AddReplicaRegions ?? [], request.ForceOverwriteReplicaSecret == true);
            return secret.Respond(version) with { ReplicationStatus = Describe(secret).ReplicationStatus };
        }
    }

    /// <summary>Returns a secret without its values, even if it is marked for deletion.</summary>
    /// <param name="request">The input of DescribeSecret.</param>
    public SecretDescription DescribeSecret(SecretRequest request)
    {
        CheckSecretId(request.SecretId);
        lock (_gate)
        {
            return Describe(Find(request.SecretId));
        }
    }

    /// <summary>
    /// Marks a secret for deletion, or deletes it at once. Deleting at once succeeds even if the secret does not exist (AWS API reference).
    /// </summary>
    /// <param name="request">The input of DeleteSecret.</param>
    public SecretResponse DeleteSecret(DeleteSecretRequest request)
    {
        CheckSecretId(request.SecretId);
        var force = request.ForceDeleteWithoutRecovery == true;
        if (force && request.RecoveryWindowInDays is not null)
        {
            throw SecretsManagerErrors.InvalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
        }

        if (request.RecoveryWindowInDays is < 7 or > 30)
        {
            throw SecretsManagerErrors.InvalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
        }

        lock (_gate)
        {
            if (TryFind(request.SecretId) is not { } secret)
            {
                return force ? Gone(request.SecretId) : throw SecretsManagerErrors.UnknownSecret();
            }

            if (secret.Source is not null)
            {
                throw SecretsManagerErrors.ReadOnlyReplica();
            }

            if (secret.Deleted is not null && !force)
            {
                throw SecretsManagerErrors.MarkedForDeletion();
            }

            if (secret.Replicas.Count > 0)
            {
                throw SecretsManagerErrors.HasReplicas(secret.Arn, secret.Replicas.Select(replica => replica.Region));
            }

            secret.Deleted = Now;
            secret.DeletionDate = force ? Now : Now.AddDays(request.RecoveryWindowInDays ?? 30);
            secret.Rotation?.Cancel();
            Disarm(secret);
            _marked.Add(secret);
            RemoveDeletedSecrets();
            return secret.Respond() with { DeletionDate = secret.DeletionDate };
        }
    }

    /// <summary>Restores a secret within its recovery window.</summary>
    /// <param name="request">The input of RestoreSecret.</param>
    public SecretResponse RestoreSecret(SecretRequest request)
    {
        CheckSecretId(request.SecretId);
        lock (_gate)
        {
            var secret = Find(request.SecretId);
            if (secret.Source is not null)
            {
                throw SecretsManagerErrors.ReadOnlyReplica();
            }

            secret.Deleted = null;
            secret.DeletionDate = null;
            _marked.Remove(secret);
            // Not documented: rotation was not turned off, so its schedule continues.
            Arm(secret);
            return secret.Respond();
        }
    }

    /// <summary>Sets tags of a secret.</summary>
    /// <param name="request">The input of TagResource.</param>
    public void TagResource(TagResourceRequest request)
    {
        CheckSecretId(request.SecretId);
        CheckTags(request.Tags);
        lock (_gate)
        {
            var secret = FindPrimary(request.SecretId);
            CheckTags([.. secret.Tags.ExceptBy(request.Tags.Select(tag => tag.Key), tag => tag.Key), .. request.Tags]);
            secret.Tags.RemoveAll(tag => request.Tags.Any(other => other.Key == tag.Key));
            secret.AddTags(request.Tags);
            Changed(secret);
        }
    }

    /// <summary>Removes tags from a secret.</summary>
    /// <param name="request">The input of UntagResource.</param>
    public void UntagResource(UntagResourceRequest request)
    {
        CheckSecretId(request.SecretId);
        Constraints.Each("tagKeys", request.TagKeys, 1, 128);
        lock (_gate)
        {
            var secret = FindPrimary(request.SecretId);
            // AWS API reference: keys that the secret does not have are ignored.
            if (secret.Tags.RemoveAll(tag => request.TagKeys.Contains(tag.Key)) > 0)
            {
                Changed(secret);
            }
        }
    }

    internal void KeepForStaleReads()
    {
        lock (_gate)
        {
            _secretsBefore = _secrets.ToDictionary(secret => secret.Key, secret => secret.Value.Copy());
        }
    }

    internal T AsBeforeTheLastWrite<T>(Func<T> read)
    {
        lock (_gate)
        {
            RemoveDeletedSecrets();
            var now = _secrets;
            _secrets = _secretsBefore ?? now;
            _replication.IsHeld = true;
            try
            {
                return read();
            }
            finally
            {
                _replication.IsHeld = false;
                _secrets = now;
            }
        }
    }

    /// <summary>Returns the ARN for a secret's identifier, without a suffix if the secret does not exist.</summary>
    internal string ArnOf(string secretId)
    {
        lock (_gate)
        {
            return TryFind(secretId)?.Arn ?? (secretId.StartsWith("arn:", StringComparison.Ordinal) ? secretId : ArnPrefix + secretId);
        }
    }

    /// <summary>Returns the properties of a secret that policies evaluate, or null if the secret does not exist.</summary>
    internal AccessedSecret? Accessed(string secretId)
    {
        lock (_gate)
        {
            return TryFind(secretId) is { } secret
                ? new AccessedSecret(secret.Arn, secret.Arn, [.. secret.Tags], secret.RotationFunctionArn, PolicyOf(secret), secret.KmsKeyId)
                : null;
        }
    }

    /// <summary>Returns the id of the version with a label, by default AWSCURRENT, or null if there is none.</summary>
    internal string? VersionIdOf(string secretId, string? label)
    {
        lock (_gate)
        {
            return TryFind(secretId)?.Labelled(label ?? StoredSecret.Current)?.Id;
        }
    }

    // AWS API reference: a repeated request has the same token and the same value.
    private static SecretResponse Repeated(StoredSecret secret, string? token, VersionContent? content)
    {
        if (secret.Deleted is not null)
        {
            throw SecretsManagerErrors.NameBlocked();
        }

        if (content is null || secret.Find(token) is not { Content: { } written } version)
        {
            throw SecretsManagerErrors.SecretExists(secret.Name);
        }

        // Recorded on AWS.
        return written.Same(content) ? secret.Respond(version) : throw SecretsManagerErrors.TokenInUse(version.Id, secret.Arn);
    }

    // AWS API reference: at most 50 tags, with at most 128 and 256 characters, and each key once. aws: is AWS's own prefix.
    private static void CheckTags(IReadOnlyList<Tag> tags)
    {
        if (tags.Count > 50)
        {
            throw SecretsManagerErrors.InvalidParameter("A secret can have at most 50 tags.");
        }

        if (tags.DistinctBy(tag => tag.Key).Count() != tags.Count)
        {
            throw SecretsManagerErrors.InvalidParameter("A tag key is given twice.");
        }

        foreach (var (tag, member) in tags.Select((tag, index) => (tag, $"tags.{index + 1}.member")))
        {
            Constraints.Length($"{member}.key", tag.Key.Length, 1, 128);
            Constraints.Length($"{member}.value", tag.Value?.Length, 0, 256);
            if (tag.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
            {
                throw SecretsManagerErrors.InvalidParameter("A tag is not valid.");
            }
        }
    }

    private static void CheckName(string name, int maximumLength, string others)
    {
        if (name.Length == 0
            || name.Length > maximumLength || !name.All(character => char.IsAsciiLetterOrDigit(character) || others.Contains(character)))
        {
            throw SecretsManagerErrors.InvalidName();
        }
    }

    /// <summary>Recorded on AWS: an identifier that is not a valid name is rejected without a lookup.</summary>
    private static void CheckSecretId(string secretId)
    {
        Constraints.Length("secretId", secretId.Length, 1, 2048);
        if (!secretId.StartsWith("arn:", StringComparison.Ordinal))
        {
            CheckName(secretId, maximumLength: 2048, "-/_+=.@!");
        }
    }

    private static void CheckDetails(string? description, string? kmsKeyId)
    {
        Constraints.Length("description", description?.Length, 0, 2048);
        Constraints.Length("kmsKeyId", kmsKeyId?.Length, 0, 2048);
    }

    // Recorded on AWS: a raw call must send the token. The SDKs and the CLI add it.
    private static void CheckToken(string? token, bool needed, Func<string, AwsException> missing)
    {
        if (string.IsNullOrEmpty(token))
        {
            if (needed)
            {
                throw missing("You must provide a ClientRequestToken value. We recommend a UUID-type value.");
            }
        }
        else if (token.Length is < 32 or > 64)
        {
            throw SecretsManagerErrors.InvalidParameter("ClientRequestToken must be 32-64 characters long.");
        }
    }

    /// <summary>Finds a secret by its name, its ARN, or its ARN without the random suffix.</summary>
    private StoredSecret? TryFind(string secretId)
    {
        RemoveDeletedSecrets();
        if (_secrets.TryGetValue(secretId, out var named))
        {
            return named;
        }

        if (!secretId.StartsWith(ArnPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var name = secretId[ArnPrefix.Length..];
        if (_secrets.TryGetValue(name, out var partial))
        {
            return partial;
        }

        return name.Length > 7 && _secrets.TryGetValue(name[..^7], out var full) && full.Arn == secretId ? full : null;
    }

    private StoredSecret Find(string secretId)
    {
        var secret = TryFind(secretId) ?? throw SecretsManagerErrors.UnknownSecret();
        secret.EndPending(Now);
        return secret;
    }

    private StoredSecret FindLive(string secretId)
    {
        var secret = Find(secretId);
        return secret.Deleted is null ? secret : throw SecretsManagerErrors.MarkedForDeletion();
    }

    private void RemoveDeletedSecrets()
    {
        _replication.Deliver();
        foreach (var secret in _marked.Where(secret => secret.DeletionDate <= Now).ToList())
        {
            _marked.Remove(secret);
            _secrets.Remove(secret.Name);
        }
    }

    private SecretDescription Describe(StoredSecret secret) =>
        secret.Describe(Now) with { ReplicationStatus = secret.Replicas.Count == 0 ? null : Statuses(secret) };

    // AWS does not document what it returns.
    private SecretResponse Gone(string secretId)
    {
        var name = secretId.StartsWith(ArnPrefix, StringComparison.Ordinal) ? secretId[ArnPrefix.Length..] : secretId;
        return new SecretResponse { Arn = ArnPrefix + name, Name = name, DeletionDate = Now };
    }
}
