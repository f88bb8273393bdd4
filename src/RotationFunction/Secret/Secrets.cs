using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace RotationFunction;

/// <summary>Secrets Manager, as far as a rotation needs it.</summary>
internal sealed class Secrets(IAmazonSecretsManager client, TimeProvider time)
{
    // Of CancelRotateSecret nobody knows how late it shows. The deployment waits.
    private static readonly TimeSpan PatienceWithCancel = TimeSpan.FromSeconds(60);

    /// <summary>Describes the secret, which may be about to be deleted; null when there is none.</summary>
    public async Task<Secret?> FindAsync(Invocation invocation)
    {
        try
        {
            var secret = new Secret(await client.DescribeSecretAsync(new DescribeSecretRequest { SecretId = invocation.SecretId }));
            return secret.Name == invocation.SecretName
                ? secret
                : throw invocation.Failed($"the SecretId is not the full ARN of the secret {secret.Name}. Nothing was changed.");
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The same, asking again for a minute while its rotation is enabled: it may have been turned off a moment ago.</summary>
    public Task<Secret?> FindWithRotationOffAsync(Invocation invocation) =>
        ReadAfterWrite.UntilAsync(time, PatienceWithCancel, () => FindAsync(invocation), secret => secret?.RotationEnabled != true);

    /// <summary>Describes a secret that can be worked with.</summary>
    public async Task<Secret> DescribeAsync(Invocation invocation) => await FindAsync(invocation) switch
    {
        null => throw invocation.Failed("the secret does not exist. If its stack is still wanted, deploy it again; nothing was changed."),
        { Deleted: true } => throw invocation.Failed($"the secret is marked for deletion. Bring it back with: {Commands.RestoreSecret(invocation.SecretId)}"),
        { PrimaryElsewhere: { } region } => throw invocation.Failed(
            $"the secret is a replica, which takes no change. Rotate the primary one, with a function in its Region: {Commands.RotatePrimary(region, invocation.SecretName)}"),
        var secret => secret,
    };

    /// <summary>Describes the rotation's secret and checks that it may still be rotated to the version: AWSCURRENT or AWSPENDING.</summary>
    public async Task<Secret> DescribeRotationAsync(Invocation rotation)
    {
        var secret = await DescribeAsync(rotation);
        if (!secret.RotationEnabled && !rotation.Provisioning)
        {
            throw rotation.Failed($"rotation is not enabled for this secret. Enable it with: {Commands.EnableRotation(rotation.SecretId)}");
        }

        if (secret.Current == rotation.Token || secret.Pending == rotation.Token || (rotation.Provisioning && (secret.Pending is null || secret.Pending == secret.Current)))
        {
            return secret;
        }

        var next = secret.Pending is { } other && other != secret.Current
            ? $"Now version {other} is AWSPENDING, and Secrets Manager will try that again; until it is done, rotate-secret is refused. To give it up: {Commands.ClearPending(rotation.SecretId, other)}"
            : rotation.StartingAnew;
        throw rotation.Failed(secret.Versions.ContainsKey(rotation.Token)
            ? "this version is not AWSPENDING: the rotation was given up. " + next
            : "the secret has no labelled version of this id: the rotation was given up, or the event is not Secrets Manager's. " + next);
    }

    /// <summary>The same, for the steps that have nothing to do once the version is AWSCURRENT: null then.</summary>
    public async Task<Secret?> DescribePendingAsync(Invocation rotation)
    {
        var secret = await DescribeRotationAsync(rotation);
        if (secret.Current != rotation.Token)
        {
            return secret;
        }

        rotation.Log.AlreadyCurrent();
        return null;
    }

    /// <summary>The document of a version, or null when it has none (yet).</summary>
    public async Task<SecretDocument?> FindAsync(Invocation rotation, string versionId)
    {
        GetSecretValueResponse answer;
        try
        {
            answer = await client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = rotation.SecretId, VersionId = versionId });
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }

        var document = SecretDocument.Parse(answer.SecretString, out var problem)
            ?? throw rotation.Failed($"the document of version {versionId} {problem}; nothing was changed. {rotation.Mending(versionId)}");
        rotation.Confidential.Add(document.ApiKey?.Text);
        document.Created = answer.CreatedDate;
        return document;
    }

    /// <summary>The document of a version that must have one: asks again for a short time, as a read right after a write may miss it.</summary>
    public Task<SecretDocument?> ReadAsync(Invocation rotation, string versionId) =>
        ReadAfterWrite.UntilAsync(time, ReadAfterWrite.PatienceWithSecrets, () => FindAsync(rotation, versionId), document => document is not null);

    /// <summary>The document and the key of the version that this rotation makes: a key that createSecret may have drawn.</summary>
    /// <param name="rotation">What for.</param>
    /// <param name="copied">Given, AWSCURRENT's own key is one too, whoever drew it: with RotateImmediately=false Secrets Manager copies it.</param>
    public async Task<(SecretDocument Document, ApiKeyValue ApiKey)> ReadPendingAsync(Invocation rotation, Secret? copied = null)
    {
        var document = await ReadAsync(rotation, rotation.Token) ?? throw rotation.Failed("the version has no value yet: createSecret must store it first. Rotation will be tried again.");
        var value = document.ApiKey ?? throw rotation.Failed("the version's document has no apiKey: somebody else wrote it. " + rotation.Clearing);
        return value.MayBeDrawn || (copied is not null && (await ReadCurrentAsync(rotation, copied))?.ApiKey == value)
            ? (document, value)
            : throw rotation.Failed("the version's apiKey is not 40 letters and digits, as createSecret draws them: somebody else wrote it. Nothing was changed. "
                + rotation.Clearing);
    }

    /// <summary>The same document with this key, if Secrets Manager can take that.</summary>
    public static SecretDocument PutKeyInto(Invocation invocation, SecretDocument document, ApiKeyValue apiKey)
    {
        invocation.Confidential.Add(apiKey.Text);
        var changed = document.With(apiKey);
        return changed.Size <= SecretDocument.LargestSize ? changed : throw invocation.Failed(
            $"with a new key the document would be {changed.Size} bytes, and Secrets Manager takes {SecretDocument.LargestSize}. Make AWSCURRENT's document smaller; nothing was changed.");
    }

    /// <summary>The document of AWSCURRENT; null when no version has the label.</summary>
    public async Task<SecretDocument?> ReadCurrentAsync(Invocation invocation, Secret secret) =>
        secret.Current is { } version ? await ReadLabelledAsync(invocation, version) : null;

    /// <summary>The document of AWSPREVIOUS; null when no version has the label.</summary>
    public async Task<SecretDocument?> ReadPreviousAsync(Invocation invocation, Secret secret) =>
        secret.Previous is { } version ? await ReadLabelledAsync(invocation, version) : null;

    /// <summary>The key that a rotation under way is about to make current; null when none is, or it has none yet.</summary>
    public async Task<ApiKeyValue?> ReadNextKeyAsync(Invocation invocation, Secret secret) =>
        secret.Pending is { } version && version != secret.Current ? (await ReadAsync(invocation, version))?.ApiKey : null;

    /// <summary>The keys that AWSCURRENT and AWSPREVIOUS hold: those that clients may be using.</summary>
    public async Task<HashSet<ApiKeyValue>> ReadKeysInUseAsync(Invocation invocation, Secret secret)
    {
        var keys = new HashSet<ApiKeyValue>();
        foreach (var version in new[] { secret.Current, secret.Previous }.OfType<string>())
        {
            if ((await ReadLabelledAsync(invocation, version)).ApiKey is { } apiKey)
            {
                keys.Add(apiKey);
            }
        }

        return keys;
    }

    /// <summary>Stores a document as AWSCURRENT.</summary>
    public Task PutCurrentAsync(Invocation invocation, SecretDocument document) => client.PutSecretValueAsync(new PutSecretValueRequest
    {
        SecretId = invocation.SecretId,
        SecretString = document.Text,
        VersionStages = ["AWSCURRENT"],
    });

    /// <summary>Stores the rotation's document as AWSPENDING. False when the version has a value: of an earlier try, or a twin was faster.</summary>
    public async Task<bool> TryPutPendingAsync(Invocation rotation, SecretDocument document)
    {
        try
        {
            await client.PutSecretValueAsync(new PutSecretValueRequest
            {
                SecretId = rotation.SecretId,
                ClientRequestToken = rotation.Token,
                SecretString = document.Text,
                VersionStages = ["AWSPENDING"], // without it AWSCURRENT would move and the rotation would be abandoned
                RotationToken = rotation.RotationToken,
            });
            return true;
        }
        catch (ResourceExistsException)
        {
            return false;
        }
    }

    /// <summary>Moves AWSCURRENT: refused by Secrets Manager when <paramref name="from"/> does not hold it any more.</summary>
    public Task MoveCurrentAsync(Invocation invocation, string from, string to) => client.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest
    {
        SecretId = invocation.SecretId,
        VersionStage = "AWSCURRENT",
        MoveToVersionId = to,
        RemoveFromVersionId = from,
    });

    // Taking such a version for one without a key could cost a key that clients use.
    private async Task<SecretDocument> ReadLabelledAsync(Invocation invocation, string version) =>
        await ReadAsync(invocation, version) ?? throw invocation.Failed($"Secrets Manager finds no value for the labelled version {version}. Try again later.");
}

/// <summary>What DescribeSecret tells of a secret.</summary>
internal sealed class Secret(DescribeSecretResponse answer)
{
    public string Arn => answer.ARN;

    public string Name => answer.Name;

    /// <summary>Labels by version id; only labelled versions are here.</summary>
    public IReadOnlyDictionary<string, List<string>> Versions { get; } = answer.VersionIdsToStages ?? [];

    public bool RotationEnabled => answer.RotationEnabled == true;

    public bool Deleted => answer.DeletedDate is not null;

    /// <summary>The Region of the primary secret, for a replica in another one; else null.</summary>
    public string? PrimaryElsewhere => answer.PrimaryRegion is { Length: > 0 } region && region != Arn.Split(':')[3] ? region : null;

    /// <summary>Modified in any way: the labels have not moved since.</summary>
    public DateTime LastChanged => answer.LastChangedDate?.ToUniversalTime() ?? throw new InvalidOperationException("Secrets Manager sent a secret without its LastChangedDate.");

    public DateTime? LastRotated => answer.LastRotatedDate?.ToUniversalTime();

    /// <summary>By when Secrets Manager means to have rotated it.</summary>
    public DateTime? NextRotation => answer.NextRotationDate?.ToUniversalTime();

    public RotationRulesType? Rules => answer.RotationRules;

    public string? Current => Holding("AWSCURRENT");

    public string? Previous => Holding("AWSPREVIOUS");

    public string? Pending => Holding("AWSPENDING");

    public string? Tag(string key) => answer.Tags?.Find(tag => tag.Key == key)?.Value;

    private string? Holding(string label) => Versions.FirstOrDefault(version => version.Value.Contains(label)).Key;
}
