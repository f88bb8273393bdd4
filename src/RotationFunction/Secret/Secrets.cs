using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace RotationFunction;

/// <summary>The operations on Secrets Manager that a rotation needs.</summary>
internal sealed class Secrets(IAmazonSecretsManager client, TimeProvider time)
{
    // The delay until CancelRotateSecret shows is not known. The deployment waits.
    private static readonly TimeSpan GracePeriodOfCancel = TimeSpan.FromSeconds(60);

    /// <summary>Describes the secret, which may be scheduled for deletion. Returns null if it does not exist.</summary>
    public async Task<SecretDescription?> FindAsync(Invocation invocation)
    {
        try
        {
            var secret = new SecretDescription(await CallAsync(
                invocation, () => client.DescribeSecretAsync(new DescribeSecretRequest { SecretId = invocation.SecretId })));
            return secret.Name == invocation.SecretName
                ? secret
                : throw Errors.OtherSecret(invocation, secret.Name);
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The same, but repeats the read for a minute while rotation is enabled: it may have been disabled just before.</summary>
    public Task<SecretDescription?> FindWithRotationOffAsync(Invocation invocation) =>
        ReadAfterWrite.UntilAsync(time, GracePeriodOfCancel, () => FindAsync(invocation), secret => secret?.RotationEnabled != true);

    /// <summary>Describes a secret, which must exist and not be deleted or a replica.</summary>
    public async Task<SecretDescription> DescribeAsync(Invocation invocation) => await FindAsync(invocation) switch
    {
        null => throw Errors.SecretDoesNotExist(invocation),
        { Deleted: true } => throw Errors.SecretIsMarkedForDeletion(invocation),
        { PrimaryElsewhere: { } region } => throw Errors.SecretIsReplica(invocation, region),
        var secret => secret,
    };

    /// <summary>
    /// Describes the secret by its name. No other call of the function's role names a secret so: the stack's rule recognizes it in CloudTrail's
    /// record, and its event shows that the watch works.
    /// </summary>
    public Task ShowAsync(Invocation invocation) =>
        CallAsync(invocation, () => client.DescribeSecretAsync(new DescribeSecretRequest { SecretId = invocation.SecretName }));

    /// <summary>Returns the document of a version; null if it has none, or none yet.</summary>
    public async Task<SecretDocument?> FindAsync(Invocation rotation, string versionId)
    {
        GetSecretValueResponse answer;
        try
        {
            answer = await CallAsync(
                rotation, () => client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = rotation.SecretId, VersionId = versionId }));
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }

        var document = SecretDocument.Parse(answer.SecretString, out var problem)
            ?? throw Errors.Document(rotation, versionId, problem);
        rotation.Confidential.Add(document.ApiKey?.Text);
        document.Created = answer.CreatedDate;
        return document;
    }

    /// <summary>The document of a version that must have one: asks again for a short time, as a read right after a write may miss it.</summary>
    public Task<SecretDocument?> ReadAsync(Invocation rotation, string versionId) =>
        ReadAfterWrite.UntilAsync(time, ReadAfterWrite.GracePeriodOfSecrets, () => FindAsync(rotation, versionId), document => document is not null);

    /// <summary>The same document with this key, if Secrets Manager can take that.</summary>
    public static SecretDocument PutKeyInto(Invocation invocation, SecretDocument document, ApiKeyValue apiKey)
    {
        invocation.Confidential.Add(apiKey.Text);
        var changed = document.With(apiKey);
        return changed.Size <= SecretDocument.LargestSize ? changed : throw Errors.DocumentIsTooLarge(invocation, changed.Size);
    }

    /// <summary>Returns the document of AWSCURRENT; null if no version has the label.</summary>
    public async Task<SecretDocument?> ReadCurrentAsync(Invocation invocation, SecretDescription secret) =>
        secret.Current is { } version ? await ReadLabelledAsync(invocation, version) : null;

    /// <summary>Returns the document of AWSPREVIOUS; null if no version has the label.</summary>
    public async Task<SecretDocument?> ReadPreviousAsync(Invocation invocation, SecretDescription secret) =>
        secret.Previous is { } version ? await ReadLabelledAsync(invocation, version) : null;

    /// <summary>Returns the key that a rotation in progress is about to make current; null without a rotation, or before it has a key.</summary>
    public async Task<ApiKeyValue?> ReadNextKeyAsync(Invocation invocation, SecretDescription secret) =>
        secret.Pending is { } version && version != secret.Current ? (await ReadAsync(invocation, version))?.ApiKey : null;

    /// <summary>Returns the keys of AWSCURRENT and AWSPREVIOUS, which clients may be using.</summary>
    public async Task<HashSet<ApiKeyValue>> ReadKeysInUseAsync(Invocation invocation, SecretDescription secret)
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

    /// <summary>Stores a document as AWSCURRENT. Returns its version.</summary>
    public async Task<string> PutCurrentAsync(Invocation invocation, SecretDocument document) =>
        (await CallAsync(invocation, () => client.PutSecretValueAsync(new PutSecretValueRequest
        {
            SecretId = invocation.SecretId,
            SecretString = document.Text,
            VersionStages = ["AWSCURRENT"],
        }))).VersionId;

    /// <summary>
    /// Stores the rotation's document as AWSPENDING. Returns false if the version already has a value, from an earlier attempt or a concurrent
    /// invocation.
    /// </summary>
    public async Task<bool> TryPutPendingAsync(Invocation rotation, SecretDocument document)
    {
        try
        {
            await CallAsync(rotation, () => client.PutSecretValueAsync(new PutSecretValueRequest
            {
                SecretId = rotation.SecretId,
                ClientRequestToken = rotation.Token,
                SecretString = document.Text,
                VersionStages = ["AWSPENDING"], // without it, AWSCURRENT would move and the rotation would be abandoned
                RotationToken = rotation.RotationToken,
            }));
            return true;
        }
        catch (ResourceExistsException)
        {
            return false;
        }
    }

    /// <summary>Moves AWSCURRENT. Secrets Manager rejects the call if <paramref name="from"/> no longer has the label.</summary>
    public Task MoveCurrentAsync(Invocation invocation, string from, string to) =>
        CallAsync(invocation, () => client.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest
        {
            SecretId = invocation.SecretId,
            VersionStage = "AWSCURRENT",
            MoveToVersionId = to,
            RemoveFromVersionId = from,
        }));

    // Treating such a version as one without a key could disable a key that clients use.
    private async Task<SecretDocument> ReadLabelledAsync(Invocation invocation, string version) =>
        await ReadAsync(invocation, version) ?? throw Errors.NoValueOfLabel(invocation, version);

    private Task<T> CallAsync<T>(Invocation invocation, Func<Task<T>> call) => Throttling.AwaitAsync(invocation, time, call);
}
