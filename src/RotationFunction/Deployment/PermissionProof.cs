using Amazon.APIGateway.Model;
using Amazon.Runtime;

namespace RotationFunction;

/// <summary>
/// Tests during a deployment that the role has the permissions that a rotation needs only weeks later: the second rotation is the first that
/// disables a key, the third is the first that deletes one. The test creates a key and deletes it again. That key is always disabled and
/// its value is not stored. This does not violate the write-ahead rule, which is about values that someone may come to use. The key is named and
/// tagged like a minted key, so that the next rotation or decommission deletes a key that a crash leaves behind.
/// </summary>
internal sealed class PermissionProof(TimeProvider time)
{
    private const int Attempts = 3;

    /// <returns>The id of the test key.</returns>
    /// <exception cref="RotationException">The role lacks a permission: the message names action and resource.</exception>
    public async Task<string> RunAsync(RegionalSecret there, Template template)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ProveAsync(there, template);
            }
            catch (NotFoundException) when (attempt < Attempts)
            {
                // A rotation in another invocation treats a disabled key as a stray, and may have deleted it.
            }
        }
    }

    private async Task<string> ProveAsync(RegionalSecret there, Template template)
    {
        var (invocation, secret, region) = there;
        var apiKeys = region.ApiKeys;
        var denials = new List<string>();
        var (name, value) = (KeyNames.Minted(secret.Name, $"permission-proof-{Guid.NewGuid()}"), ApiKeyValue.Draw());
        var keyId = "";
        await TryAsync("POST", "/apikeys", async () =>
        {
            (keyId, _) = await region.KeyRing.MintAsync(invocation, secret, template.Key, name, value, enabled: false);
        });
        if (keyId.Length > 0)
        {
            await TryAsync("PATCH", $"/apikeys/{keyId}", () => apiKeys.DisableAsync(invocation, keyId));
            foreach (var plan in template.Plans.UsagePlans)
            {
                await TryAsync("POST", $"/usageplans/{plan.Id}/keys", () => apiKeys.AttachAsync(invocation, keyId, plan.Id));
                // A rotation only logs that it may not, which nobody would notice.
                if (plan.Quota?.Limit is { } limit && Quotas.AreCarried(invocation, secret))
                {
                    await TryAsync(
                        "PATCH", $"/usageplans/{plan.Id}/keys/{keyId}/usage", () => region.Quotas.TrySetAsync(invocation, plan.Id, keyId, limit));
                }

                await TryAsync("DELETE", $"/usageplans/{plan.Id}/keys/{keyId}", () => apiKeys.DetachAsync(invocation, keyId, plan.Id));
            }

            await TryAsync("DELETE", $"/apikeys/{keyId}", () => apiKeys.DeleteAsync(invocation, keyId));
        }

        if (denials.Count > 0)
        {
            throw Errors.RoleLacksPermissions(invocation, denials);
        }

        invocation.Log.PermissionsProved(keyId);
        return keyId;

        async Task TryAsync(string verb, string path, Func<Task> call)
        {
            try
            {
                await IamPropagation.RetryAsync(invocation, time, async () =>
                {
                    await call();
                    return true;
                });
            }
            catch (AmazonServiceException denied) when (IamPropagation.IsDenial(denied))
            {
                // The other calls show which other permissions are missing, so that one deployment fixes all of them.
                denials.Add($"apigateway:{verb} on {ApiKeys.Arn(secret, path)} (AWS returned {denied.ErrorCode}: {denied.Message.TrimEnd('.')})");
            }
        }
    }
}
