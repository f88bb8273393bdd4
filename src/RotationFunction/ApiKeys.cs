using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>API Gateway's keys and usage plans, as far as a rotation needs them.</summary>
internal sealed class ApiKeys(IAmazonAPIGateway client, TimeProvider time)
{
    private const int PageSize = 500; // the most that API Gateway gives
    private const int AttachAttempts = 8;

    /// <summary>The keys minted for the secret, with their values, by their name. Whether a key really is the secret's, only its tag tells.</summary>
    public async Task<List<ApiKey>> ListRingAsync(Invocation invocation)
    {
        var ring = new List<ApiKey>();
        string? position = null;
        do
        {
            var page = await CallAsync(invocation, () => client.GetApiKeysAsync(new GetApiKeysRequest
            {
                NameQuery = KeyNames.Prefix(invocation.SecretName),
                IncludeValues = true,
                Limit = PageSize,
                Position = position,
            }));
            ring.AddRange((page.Items ?? []).Where(key => KeyNames.IsMinted(key.Name, invocation.SecretName)));
            position = page.Position;
        }
        while (!string.IsNullOrEmpty(position));

        return ring;
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
            return await CallAsync(invocation, () => client.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = keyId, IncludeValue = includeValue ? true : null }));
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    /// <summary>The ids of the usage plans that a key is in.</summary>
    public async Task<List<string>> ListPlanIdsAsync(Invocation invocation, string keyId) => [.. (await ListPlansAsync(invocation, keyId)).Select(plan => plan.Id)];

    /// <summary>The usage plans that a key is in, with their API stages.</summary>
    public async Task<List<UsagePlan>> ListPlansAsync(Invocation invocation, string keyId)
    {
        var plans = new List<UsagePlan>();
        if (!CanBeId(keyId))
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

    /// <summary>Creates the rotation's key with the template's metadata, enabled. Null when a key with this value exists.</summary>
    public async Task<string?> TryCreateAsync(Invocation rotation, Secret secret, Template template, ApiKeyValue value)
    {
        try
        {
            var key = await CallAsync(rotation, () => client.CreateApiKeyAsync(new CreateApiKeyRequest
            {
                Name = KeyNames.Minted(secret.Name, rotation.Token),
                Value = value.Text,
                Enabled = true, // API Gateway's default is false
                Description = template.Key.Description,
                CustomerId = template.Key.CustomerId,
                Tags = Tags.ForMintedKey(template.Key.Tags, secret.Arn),
            }));
            return key.Id;
        }
        catch (ConflictException)
        {
            return null;
        }
        catch (AmazonAPIGatewayException refused) when (refused is LimitExceededException or BadRequestException or TooManyRequestsException)
        {
            // Which of these AWS answers when the quota is reached is not documented.
            var text = refused.Message.Replace(value.Text, value.ToString(), StringComparison.Ordinal).TrimEnd('.');
            throw rotation.Failed(
                $"AWS answered {refused.ErrorCode}: {text}. No key was created. If this means a quota: an account has 10,000 API keys a Region. Count them with: aws apigateway get-api-keys --query 'length(items)', and delete some that nobody uses. Rotation will be tried again.");
        }
    }

    /// <summary>Puts a key into a usage plan.</summary>
    public async Task AttachAsync(Invocation rotation, string keyId, string planId)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await CallAsync(rotation, () => client.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = planId, KeyId = keyId, KeyType = "API_KEY" }));
                return;
            }
            catch (ConflictException)
            {
                // Attached already, or another attach is under way in the account: API Gateway refuses concurrent ones.
                if ((await ListPlanIdsAsync(rotation, keyId)).Contains(planId))
                {
                    return;
                }

                if (attempt == AttachAttempts)
                {
                    throw rotation.Failed($"API Gateway refused {AttachAttempts} times to put key {keyId} into usage plan {planId}. "
                        + "Check that no other usage plan of the key has the same API stage. Rotation will be tried again.");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(100, 500) * attempt), time);
            }
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
    public Task TagAsync(Invocation invocation, Secret secret, string keyId, string tag, string value)
    {
        var secretArn = secret.Arn.Split(':');
        return CallAsync(invocation, () => client.TagResourceAsync(new TagResourceRequest
        {
            ResourceArn = $"arn:{secretArn[1]}:apigateway:{secretArn[3]}::/apikeys/{keyId}",
            Tags = new Dictionary<string, string> { [tag] = value },
        }));
    }

    /// <summary>Enables a key.</summary>
    public Task EnableAsync(Invocation invocation, string keyId) => ReplaceAsync(invocation, keyId, "/enabled", "true");

    /// <summary>Disables a key.</summary>
    public Task DisableAsync(Invocation invocation, string keyId) => ReplaceAsync(invocation, keyId, "/enabled", "false");

    /// <summary>
    /// Makes a key's lastUpdatedDate now and leaves its description as given. To and fro, as AWS does not document whether writing
    /// the value that is there counts as an update.
    /// </summary>
    public async Task TouchAsync(Invocation invocation, string keyId, string? description)
    {
        await ReplaceAsync(invocation, keyId, "/description", description + " (being put into usage plans)");
        await ReplaceAsync(invocation, keyId, "/description", description ?? "");
    }

    /// <summary>Deletes a key; one that is gone already is fine.</summary>
    public async Task DeleteAsync(Invocation invocation, string keyId)
    {
        try
        {
            await CallAsync(invocation, () => client.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = keyId }));
        }
        catch (NotFoundException)
        {
            // A twin, or a lost answer to our own call.
        }
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
