using System.Globalization;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Carries what one key has left of its usage plans' quotas in the running period to another key, if the secret's tag says so. Otherwise a new key
/// starts with a full quota. Never fails an invocation: what cannot be carried stays as it is, which is not less than the client had.
/// </summary>
internal sealed class Quotas(IAmazonAPIGateway client, ApiKeys apiKeys, KeyUsage keyUsage, TimeProvider time)
{
    private const string Carry = "carry";

    // The period turns once; a second time would take a period.
    private const int Attempts = 3;

    /// <summary>Returns whether the secret's tag says to carry quotas.</summary>
    /// <exception cref="RotationException">The tag is invalid.</exception>
    public static bool AreCarried(Invocation invocation, SecretDescription secret) => secret.Tag(RotationTags.Quota) switch
    {
        null => false,
        Carry => true,
        var text => throw Errors.QuotaTag(invocation, text),
    };

    /// <summary>Sets what a key has left in each of its usage plans with a quota to what another key has left.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="fromKeyId">The key that clients use now.</param>
    /// <param name="toKeyId">The key that they use next.</param>
    /// <param name="onlyLowers">Leaves the key as it is where it has less.</param>
    public async Task CarryAsync(Invocation invocation, string fromKeyId, string toKeyId, bool onlyLowers = false)
    {
        try
        {
            foreach (var plan in await apiKeys.ListPlansAsync(invocation, toKeyId, _ => true))
            {
                if (plan.Quota?.Limit is { } limit)
                {
                    await CarryAsync(invocation, plan.Id, limit, fromKeyId, toKeyId, onlyLowers);
                }
            }
        }
        catch (Exception failure) when (KeyUsage.IsUnknown(failure))
        {
            invocation.Log.QuotaNotCarried(toKeyId, KeyUsage.ReasonOf(failure));
        }
    }

    /// <summary>
    /// Sets what a key has left. Only a denial is an error: AWS does not document its answer for a key that is disabled and was just added.
    /// </summary>
    public async Task TrySetAsync(Invocation invocation, string planId, string keyId, long remaining)
    {
        try
        {
            await SetAsync(invocation, planId, keyId, remaining);
        }
        catch (AmazonAPIGatewayException refused) when (!IamPropagation.IsDenial(refused))
        {
            invocation.Log.QuotaNotCarried(keyId, KeyUsage.ReasonOf(refused));
        }
    }

    private async Task CarryAsync(Invocation invocation, string planId, long limit, string fromKeyId, string toKeyId, bool onlyLowers)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var day = keyUsage.Today;
            if (await keyUsage.ReadRemainingAsync(invocation, fromKeyId, planId) is not { } left)
            {
                invocation.Log.QuotaNotCarried(toKeyId, $"what key {fromKeyId} has left in usage plan {planId} is not known");
                return;
            }

            if (onlyLowers && !(await keyUsage.ReadRemainingAsync(invocation, toKeyId, planId) > left))
            {
                return;
            }

            await SetAsync(invocation, planId, toKeyId, left);
            var isOver = keyUsage.Today != day || await keyUsage.ReadRemainingAsync(invocation, fromKeyId, planId) > left;
            if (!isOver)
            {
                invocation.Log.QuotaCarried(toKeyId, planId, left);
                return;
            }

            // The period may have turned before the change, which then belongs to the new one: it must not have less than a full quota.
            await SetAsync(invocation, planId, toKeyId, limit);
        }
    }

    private Task<UpdateUsageResponse> SetAsync(Invocation invocation, string planId, string keyId, long remaining) =>
        Throttling.AwaitAsync(invocation, time, () => client.UpdateUsageAsync(new UpdateUsageRequest
        {
            UsagePlanId = planId,
            KeyId = keyId,
            PatchOperations = [new PatchOperation { Op = Op.Replace, Path = "/remaining", Value = remaining.ToString(CultureInfo.InvariantCulture) }],
        }));
}
