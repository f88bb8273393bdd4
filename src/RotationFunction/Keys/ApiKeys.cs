using System.Numerics;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>The operations on API Gateway's keys and usage plans that a rotation needs.</summary>
internal sealed class ApiKeys(IAmazonAPIGateway client, TimeProvider time)
{
    /// <summary>The most tags that a key can have (API Gateway developer guide).</summary>
    public const int MostTags = 50;

    /// <summary>The most characters of a tag's value (API Gateway developer guide).</summary>
    public const int LongestTagValue = 256;

    private const int PageSize = 500; // the most that API Gateway returns

    /// <summary>Returns an ARN of API Gateway, which contains no account, in the Region that the secret is described for.</summary>
    public static string Arn(SecretDescription secret, string path) => $"arn:{secret.Arn.Split(':')[1]}:apigateway:{secret.Region}::{path}";

    /// <summary>Lists the keys whose names begin with a prefix, with their values but without their tags.</summary>
    public async Task<List<ApiKey>> ListAsync(Invocation invocation, string namePrefix)
    {
        var keys = new List<ApiKey>();
        string? position = null;
        do
        {
            var page = await CallAsync(invocation, () => client.GetApiKeysAsync(new GetApiKeysRequest
            {
                NameQuery = namePrefix,
                IncludeValues = true,
                Limit = PageSize,
                Position = position,
            }));
            keys.AddRange(page.Items ?? []);
            position = page.Position;
        }
        while (!string.IsNullOrEmpty(position));

        keys.ForEach(key => invocation.Confidential.Add(key.Value));
        return keys;
    }

    /// <summary>Returns a key with its tags, and with its value if requested; null if the key does not exist.</summary>
    public async Task<GetApiKeyResponse?> FindAsync(Invocation invocation, string keyId, bool includeValue = false)
    {
        if (!CanBeId(keyId))
        {
            return null;
        }

        try
        {
            var key = await CallAsync(
                invocation, () => client.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = keyId, IncludeValue = includeValue ? true : null }));
            invocation.Confidential.Add(key.Value);
            return key;
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    /// <summary>Returns a key that must exist. Repeats the read for a short time until <paramref name="isSeen"/> returns true.</summary>
    public Task<GetApiKeyResponse?> ReadAsync(Invocation invocation, string keyId, Func<GetApiKeyResponse, bool> isSeen, bool includeValue = false) =>
        ReadAfterWrite.UntilAsync(
            time, ReadAfterWrite.GracePeriodOfKeys, () => FindAsync(invocation, keyId, includeValue), key => key is not null && isSeen(key));

    /// <summary>
    /// Returns the usage plans of a key, with their API stages. Repeats the read for a short time until <paramref name="isSeen"/> returns true.
    /// </summary>
    public Task<List<UsagePlan>> ListPlansAsync(Invocation invocation, string keyId, Func<List<UsagePlan>, bool> isSeen) =>
        ReadAfterWrite.UntilAsync(time, ReadAfterWrite.GracePeriodOfKeys, () => ReadPlansAsync(invocation, keyId), isSeen);

    /// <summary>Returns the ids of the usage plans of a key. Repeats the read for a short time until they include the expected ones.</summary>
    public async Task<List<string>> ListPlanIdsAsync(Invocation invocation, string keyId, IReadOnlyCollection<string>? expected = null) =>
        (await ListPlansAsync(invocation, keyId, plans => expected?.Except(plans.Select(plan => plan.Id)).Any() != true)).ConvertAll(plan => plan.Id);

    /// <summary>
    /// Creates a key. If API Gateway reports that the value exists, or a concurrent change, looks for a key that an earlier attempt created.
    /// </summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="request">The key.</param>
    /// <param name="findExistingAsync">Finds the id of the key that an earlier attempt created.</param>
    /// <exception cref="ConflictException">API Gateway reports that the value exists, or a concurrent change, and there is no such key.</exception>
    public async Task<CreatedKey> CreateAsync(Invocation invocation, CreateApiKeyRequest request, Func<Task<string?>> findExistingAsync)
    {
        try
        {
            return await CallAsync(invocation, CreateOrFindAsync);
        }
        catch (AmazonAPIGatewayException refused) when (refused is LimitExceededException or BadRequestException or TooManyRequestsException)
        {
            throw Errors.NoKeyWasCreated(invocation, refused);
        }

        async Task<CreatedKey> CreateOrFindAsync()
        {
            try
            {
                return new CreatedKey((await client.CreateApiKeyAsync(request)).Id, IsNew: true);
            }
            catch (ConflictException)
            {
                // Only the text distinguishes the two cases, and AWS does not document it.
                if (await findExistingAsync() is { } existing)
                {
                    return new CreatedKey(existing, IsNew: false);
                }

                throw;
            }
        }
    }

    /// <summary>
    /// Adds a key to a usage plan. API Gateway processes one such call at a time in an account and Region: this call waits for its turn.
    /// </summary>
    public async Task AttachAsync(Invocation invocation, string keyId, string planId)
    {
        var conflicts = 0;
        try
        {
            await CallAsync(invocation, AttachOrFindAsync);
        }
        catch (ConflictException)
        {
            throw Errors.AttachWasRefused(invocation, keyId, planId);
        }

        async Task<bool> AttachOrFindAsync()
        {
            try
            {
                await client.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = planId, KeyId = keyId, KeyType = "API_KEY" });
            }
            catch (ConflictException)
            {
                // Already attached, not allowed, or a concurrent change. AWS does not document the text, so it does not decide.
                // Not at each conflict: the read counts against the rate that all callers share.
                if (BitOperations.IsPow2(++conflicts))
                {
                    var held = await ReadPlansAsync(invocation, keyId);
                    if (held.Exists(plan => plan.Id == planId))
                    {
                        return true;
                    }

                    if (conflicts == 1)
                    {
                        await CheckStagesAsync(invocation, keyId, held, planId);
                    }
                }

                throw;
            }

            return true;
        }
    }

    /// <summary>Removes a key from a usage plan. Succeeds if the key is not in the plan.</summary>
    public async Task DetachAsync(Invocation invocation, string keyId, string planId)
    {
        try
        {
            await CallAsync(invocation, () => client.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = planId, KeyId = keyId }));
        }
        catch (NotFoundException)
        {
            // The plan, the key or its place in the plan does not exist.
        }
    }

    /// <summary>Sets a tag of a key, in the Region that the secret is described for.</summary>
    public Task TagAsync(Invocation invocation, SecretDescription secret, string keyId, string tag, string value) =>
        CallAsync(invocation, () => client.TagResourceAsync(new TagResourceRequest
        {
            ResourceArn = Arn(secret, "/apikeys/" + keyId),
            Tags = new Dictionary<string, string> { [tag] = value },
        }));

    /// <summary>Enables a key.</summary>
    public Task EnableAsync(Invocation invocation, string keyId) => ReplaceAsync(invocation, keyId, "/enabled", "true");

    /// <summary>Disables a key.</summary>
    public Task DisableAsync(Invocation invocation, string keyId) => ReplaceAsync(invocation, keyId, "/enabled", "false");

    /// <summary>
    /// Sets a key's lastUpdatedDate to now. Its description is changed and changed back, because AWS does not document whether a write
    /// without a change counts as an update. Returns when a read shows the new date.
    /// </summary>
    public async Task TouchAsync(Invocation invocation, GetApiKeyResponse key, string? description)
    {
        await ReplaceAsync(invocation, key.Id, "/description", description + " (being added to usage plans)");
        await ReplaceAsync(invocation, key.Id, "/description", description ?? "");
        await ReadAsync(invocation, key.Id, touched => touched.LastUpdatedDate > key.LastUpdatedDate);
    }

    /// <summary>Deletes a key. Returns false if it did not exist.</summary>
    public async Task<bool> DeleteAsync(Invocation invocation, string keyId)
    {
        try
        {
            await CallAsync(invocation, () => client.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = keyId }));
            return true;
        }
        catch (NotFoundException)
        {
            // A concurrent invocation, a lost response to an earlier call, or a read that still showed the key.
            return false;
        }
    }

    /// <summary>
    /// Throws if the key is in a usage plan with the same API stage: a key cannot be in two such plans, however long the call waits.
    /// </summary>
    private async Task CheckStagesAsync(Invocation invocation, string keyId, List<UsagePlan> held, string planId)
    {
        if (held.Count == 0)
        {
            return;
        }

        var stages = (await ReadPlansAsync(invocation, keyId: null)).Find(plan => plan.Id == planId)?.ApiStages ?? [];
        if (held.Find(plan => (plan.ApiStages ?? []).Exists(IsShared)) is { } rival)
        {
            throw Errors.PlansShareStage(invocation, keyId, planId, rival.Id);
        }

        bool IsShared(ApiStage stage) => stages.Exists(other => (other.ApiId, other.Stage) == (stage.ApiId, stage.Stage));
    }

    /// <summary>Returns the usage plans of a key, or all usage plans without a key.</summary>
    private async Task<List<UsagePlan>> ReadPlansAsync(Invocation invocation, string? keyId)
    {
        var plans = new List<UsagePlan>();
        if (keyId is not null && !CanBeId(keyId))
        {
            return plans;
        }

        string? position = null;
        do
        {
            GetUsagePlansResponse page;
            try
            {
                page = await CallAsync(
                    invocation, () => client.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = keyId, Limit = PageSize, Position = position }));
            }
            catch (NotFoundException)
            {
                // AWS does not document the response for a key that is in no plan.
                return plans;
            }

            plans.AddRange(page.Items ?? []);
            position = page.Position;
        }
        while (!string.IsNullOrEmpty(position));

        return plans;
    }

    // Ids also come from tags: one such as ".." would request something other than a key.
    private static bool CanBeId(string id) => id.Length > 0 && id.All(char.IsAsciiLetterOrDigit);

    private Task<UpdateApiKeyResponse> ReplaceAsync(Invocation invocation, string keyId, string path, string value) =>
        CallAsync(invocation, () => client.UpdateApiKeyAsync(new UpdateApiKeyRequest
        {
            ApiKey = keyId,
            PatchOperations = [new PatchOperation { Op = Op.Replace, Path = path, Value = value }],
        }));

    private Task<T> CallAsync<T>(Invocation invocation, Func<Task<T>> call) => Throttling.AwaitAsync(invocation, time, call);
}

/// <summary>A key that was created, or that an earlier attempt created.</summary>
internal sealed record CreatedKey(string Id, bool IsNew);
