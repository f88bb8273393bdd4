using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>API Gateway's keys and usage plans, as far as a rotation needs them.</summary>
internal sealed class ApiKeys(IAmazonAPIGateway client, TimeProvider time)
{
    /// <summary>API Gateway developer guide: how many tags a key takes.</summary>
    public const int MostTags = 50;

    /// <summary>API Gateway developer guide: the characters of a tag's value.</summary>
    public const int LongestTagValue = 256;

    private const int PageSize = 500; // the most that API Gateway returns

    /// <summary>API Gateway's ARNs name no account.</summary>
    public static string Arn(SecretDescription secret, string path)
    {
        var secretArn = secret.Arn.Split(':');
        return $"arn:{secretArn[1]}:apigateway:{secretArn[3]}::{path}";
    }

    /// <summary>The keys whose names begin with a prefix, with their values but without their tags.</summary>
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

    /// <summary>A key with its tags, without its value unless asked; null when there is none.</summary>
    public async Task<GetApiKeyResponse?> FindAsync(Invocation invocation, string keyId, bool includeValue = false)
    {
        if (!CanBeId(keyId))
        {
            return null;
        }

        try
        {
            var key = await CallAsync(invocation, () => client.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = keyId, IncludeValue = includeValue ? true : null }));
            invocation.Confidential.Add(key.Value);
            return key;
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    /// <summary>The same of a key that must be there, and be as it must be: asks again for a short time.</summary>
    public Task<GetApiKeyResponse?> ReadAsync(Invocation invocation, string keyId, Func<GetApiKeyResponse, bool> isSeen, bool includeValue = false) => ReadAfterWrite.UntilAsync(
        time, ReadAfterWrite.GracePeriodOfKeys, () => FindAsync(invocation, keyId, includeValue), key => key is not null && isSeen(key));

    /// <summary>The usage plans that a key is in, with their API stages; asks again for a short time while they are not as they must be.</summary>
    public Task<List<UsagePlan>> ListPlansAsync(Invocation invocation, string keyId, Func<List<UsagePlan>, bool> isSeen) =>
        ReadAfterWrite.UntilAsync(time, ReadAfterWrite.GracePeriodOfKeys, () => ReadPlansAsync(invocation, keyId), isSeen);

    /// <summary>The ids of the usage plans that a key is in; asks again for a short time while those are not among them that it must be in.</summary>
    public async Task<List<string>> ListPlanIdsAsync(Invocation invocation, string keyId, IReadOnlyCollection<string>? expected = null) =>
        (await ListPlansAsync(invocation, keyId, plans => expected?.Except(plans.Select(plan => plan.Id)).Any() != true)).ConvertAll(plan => plan.Id);

    /// <summary>Creates a key. If API Gateway answers that the value exists, or that it makes another change, looks whether an earlier try made the key.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="request">The key.</param>
    /// <param name="findExistingAsync">Finds the id of the key that an earlier try made.</param>
    /// <returns>Its id, and whether it is new.</returns>
    /// <exception cref="ConflictException">API Gateway says that the value exists, or that it makes another change, and there is no such key.</exception>
    public async Task<(string Id, bool IsNew)> CreateAsync(Invocation invocation, CreateApiKeyRequest request, Func<Task<string?>> findExistingAsync)
    {
        try
        {
            return await CallAsync(invocation, CreateOrFindAsync);
        }
        catch (AmazonAPIGatewayException refused) when (refused is LimitExceededException or BadRequestException or TooManyRequestsException)
        {
            throw Errors.NoKeyWasCreated(invocation, refused);
        }

        async Task<(string Id, bool IsNew)> CreateOrFindAsync()
        {
            try
            {
                return ((await client.CreateApiKeyAsync(request)).Id, IsNew: true);
            }
            catch (ConflictException)
            {
                // Which of the two it is, only a text says, and AWS does not document that.
                if (await findExistingAsync() is { } existing)
                {
                    return (existing, IsNew: false);
                }

                throw;
            }
        }
    }

    /// <summary>Puts a key into a usage plan. API Gateway makes attaches one at a time in an account and Region: it waits for its turn.</summary>
    public async Task AttachAsync(Invocation invocation, string keyId, string planId)
    {
        var isFirst = true;
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
                // Attached already, or not allowed, or another change is under way: the text, which is not documented, is not asked.
                var held = await ReadPlansAsync(invocation, keyId);
                if (held.Exists(plan => plan.Id == planId))
                {
                    return true;
                }

                if (isFirst)
                {
                    await CheckStagesAsync(invocation, keyId, held, planId);
                    isFirst = false;
                }

                throw;
            }

            return true;
        }
    }

    /// <summary>Takes a key out of a usage plan; one that is not in it is fine.</summary>
    public async Task DetachAsync(Invocation invocation, string keyId, string planId)
    {
        try
        {
            await CallAsync(invocation, () => client.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = planId, KeyId = keyId }));
        }
        catch (NotFoundException)
        {
            // The plan, the key or its place in the plan is gone already.
        }
    }

    /// <summary>Sets a tag of a key, in the Region of the secret.</summary>
    public Task TagAsync(Invocation invocation, SecretDescription secret, string keyId, string tag, string value) => CallAsync(invocation, () => client.TagResourceAsync(new TagResourceRequest
    {
        ResourceArn = Arn(secret, "/apikeys/" + keyId),
        Tags = new Dictionary<string, string> { [tag] = value },
    }));

    /// <summary>Enables a key.</summary>
    public Task EnableAsync(Invocation invocation, string keyId) => ReplaceAsync(invocation, keyId, "/enabled", "true");

    /// <summary>Disables a key.</summary>
    public Task DisableAsync(Invocation invocation, string keyId) => ReplaceAsync(invocation, keyId, "/enabled", "false");

    /// <summary>
    /// Makes a key's lastUpdatedDate now and leaves its description as given. To and fro, as AWS does not document whether writing
    /// the value that is there counts as an update. Returns when the new date shows.
    /// </summary>
    public async Task TouchAsync(Invocation invocation, GetApiKeyResponse key, string? description)
    {
        await ReplaceAsync(invocation, key.Id, "/description", description + " (being added to usage plans)");
        await ReplaceAsync(invocation, key.Id, "/description", description ?? "");
        await ReadAsync(invocation, key.Id, touched => touched.LastUpdatedDate > key.LastUpdatedDate);
    }

    /// <summary>Deletes a key. False when it was gone already.</summary>
    public async Task<bool> DeleteAsync(Invocation invocation, string keyId)
    {
        try
        {
            await CallAsync(invocation, () => client.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = keyId }));
            return true;
        }
        catch (NotFoundException)
        {
            // A twin, a lost answer to our own call, or a read that still showed the key.
            return false;
        }
    }

    /// <summary>A key cannot be in two usage plans of one API stage, however long it waits.</summary>
    private async Task CheckStagesAsync(Invocation invocation, string keyId, List<UsagePlan> held, string planId)
    {
        if (held.Count == 0)
        {
            return;
        }

        var stages = (await ReadPlansAsync(invocation, keyId: null)).Find(plan => plan.Id == planId)?.ApiStages ?? [];
        if (held.Find(plan => (plan.ApiStages ?? []).Exists(stage => stages.Exists(other => (other.ApiId, other.Stage) == (stage.ApiId, stage.Stage)))) is { } rival)
        {
            throw Errors.PlansShareStage(invocation, keyId, planId, rival.Id);
        }
    }

    /// <summary>The usage plans that a key is in; without a key, all.</summary>
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
                page = await CallAsync(invocation, () => client.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = keyId, Limit = PageSize, Position = position }));
            }
            catch (NotFoundException)
            {
                // AWS does not document what it answers for a key that is in no plan.
                return plans;
            }

            plans.AddRange(page.Items ?? []);
            position = page.Position;
        }
        while (!string.IsNullOrEmpty(position));

        return plans;
    }

    // Ids come from tags too: one such as ".." would ask for something else than a key.
    private static bool CanBeId(string id) => id.Length > 0 && id.All(char.IsAsciiLetterOrDigit);

    private Task<UpdateApiKeyResponse> ReplaceAsync(Invocation invocation, string keyId, string path, string value) => CallAsync(invocation, () => client.UpdateApiKeyAsync(new UpdateApiKeyRequest
    {
        ApiKey = keyId,
        PatchOperations = [new PatchOperation { Op = Op.Replace, Path = path, Value = value }],
    }));

    private Task<T> CallAsync<T>(Invocation invocation, Func<Task<T>> call) => Throttling.AwaitAsync(invocation, time, call);
}
