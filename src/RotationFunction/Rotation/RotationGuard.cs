namespace RotationFunction;

/// <summary>The checks before a step: the rotation is still the secret's rotation, and the version contains what createSecret stored.</summary>
internal sealed class RotationGuard(Secrets secrets)
{
    /// <summary>
    /// Describes the secret and checks that the rotation to the version may continue: the version is AWSPENDING, or already AWSCURRENT.
    /// </summary>
    public async Task<SecretDescription> CheckAsync(Invocation rotation)
    {
        var secret = await secrets.DescribeAsync(rotation);
        if (!secret.RotationEnabled && !rotation.IsProvisioning)
        {
            throw Errors.RotationIsNotEnabled(rotation);
        }

        if (secret.Current == rotation.Token || secret.Pending == rotation.Token
            || (rotation.IsProvisioning && (secret.Pending is null || secret.Pending == secret.Current)))
        {
            return secret;
        }

        var otherPending = secret.Pending == secret.Current ? null : secret.Pending;
        throw Errors.RotationWasGivenUp(rotation, secret.Versions.ContainsKey(rotation.Token), otherPending);
    }

    /// <summary>The same for steps that have nothing to do if the version is already AWSCURRENT. Returns null in that case.</summary>
    public async Task<SecretDescription?> CheckPendingAsync(Invocation rotation)
    {
        var secret = await CheckAsync(rotation);
        if (secret.Current != rotation.Token)
        {
            return secret;
        }

        rotation.Log.AlreadyCurrent();
        return null;
    }

    /// <summary>
    /// Returns the document and the key of the version that this rotation creates. The key must be one that createSecret can have generated.
    /// </summary>
    /// <param name="rotation">The invocation.</param>
    /// <param name="copied">
    /// If given, AWSCURRENT's own key is also valid, whatever its form: with RotateImmediately=false, Secrets Manager copies it.
    /// </param>
    public async Task<PendingVersion> ReadPendingAsync(Invocation rotation, SecretDescription? copied = null)
    {
        var document = await secrets.ReadAsync(rotation, rotation.Token) ?? throw Errors.NoPendingValue(rotation);
        var value = document.ApiKey ?? throw Errors.NoPendingKey(rotation);
        return value.MayBeDrawn || (copied is not null && (await secrets.ReadCurrentAsync(rotation, copied))?.ApiKey == value)
            ? new PendingVersion(document, value)
            : throw Errors.PendingKeyWasNotDrawn(rotation);
    }
}

/// <summary>The document and the key of the version that a rotation creates.</summary>
internal sealed record PendingVersion(SecretDocument Document, ApiKeyValue ApiKey);
