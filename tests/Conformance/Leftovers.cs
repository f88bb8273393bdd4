using System.Globalization;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Conformance;

/// <summary>What tests create in an account and must delete. Each has a name, or a description, that begins with the run's.</summary>
/// <param name="secretsManager">Deletes secrets.</param>
/// <param name="apiGateway">Deletes keys and usage plans.</param>
/// <param name="pause">How long to wait before what was refused is tried again.</param>
internal sealed class Leftovers(IAmazonSecretsManager secretsManager, IAmazonAPIGateway apiGateway, TimeSpan pause)
{
    public const string Prefix = "conformance-";

    // With pauses of five seconds more than two minutes: an account may change one usage plan in 20 seconds.
    private const int Attempts = 30;

    /// <summary>What the names of a run begin with: the time of its start is in them.</summary>
    public static string NamesOf(DateTimeOffset start) => $"{Prefix}{start.ToUnixTimeSeconds().ToString("x8", CultureInfo.InvariantCulture)}-";

    /// <summary>Whether a name is one of a run that began before.</summary>
    public static bool IsOlder(string name, DateTimeOffset than) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length + 8 && name[Prefix.Length + 8] == '-'
        && long.TryParse(name.AsSpan(Prefix.Length, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var start)
        && start < than.ToUnixTimeSeconds();

    /// <summary>Deletes what has such a name; returns what could not be deleted, each with the reason.</summary>
    public async Task<List<string>> DeleteAsync(Predicate<string> isOurs)
    {
        var kept = new List<string>();
        foreach (var key in await KeysAsync(isOurs))
        {
            await DeleteAsync($"API key {key.Id}", () => apiGateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = key.Id }));
        }

        foreach (var plan in await PlansAsync(isOurs))
        {
            await DeleteAsync($"usage plan {plan.Id}", () => DeletePlanAsync(plan.Id));
        }

        foreach (var secret in await SecretsAsync(isOurs))
        {
            await DeleteAsync($"secret {secret.ARN}", () => DeleteSecretAsync(secret.ARN));
        }

        return kept;

        async Task DeleteAsync(string what, Func<Task> delete)
        {
            if (await RefusalAsync(delete) is { } refusal)
            {
                kept.Add($"{what}: {refusal}");
            }
        }
    }

    /// <summary>Deletes something, again and again where it is refused for now; returns why it could not be deleted, null where it is gone.</summary>
    public async Task<string?> RefusalAsync(Func<Task> delete)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await delete();
                return null;
            }
            catch (AmazonServiceException gone) when (gone.ErrorCode is "NotFoundException" or "ResourceNotFoundException")
            {
                return null;
            }
            catch (Exception refused) when (refused is AmazonServiceException or HttpRequestException or TimeoutException)
            {
                if (attempt == Attempts || refused is AmazonServiceException { ErrorCode: "AccessDeniedException" or "UnrecognizedClientException" })
                {
                    return refused.Message;
                }

                await Task.Delay(pause);
            }
        }
    }

    public async Task DeleteSecretAsync(string secretId)
    {
        try
        {
            await secretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = secretId, ForceDeleteWithoutRecovery = true });
        }
        catch (InvalidParameterException)
        {
            await DeleteReplicatedSecretAsync(secretId);
        }
    }

    /// <summary>Deletes a secret that has or had replicas. Not at once: that could leave a replica behind (replica-13).</summary>
    public async Task DeleteReplicatedSecretAsync(string secretId)
    {
        var replicas = (await secretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = secretId })).ReplicationStatus ?? [];
        if (replicas.Count > 0)
        {
            await secretsManager.RemoveRegionsFromReplicationAsync(
                new RemoveRegionsFromReplicationRequest { SecretId = secretId, RemoveReplicaRegions = [.. replicas.Select(replica => replica.Region)] });
        }

        await secretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = secretId, RecoveryWindowInDays = 7 });
    }

    // A plan with API stages cannot be deleted. Read each time: a try before may have removed them.
    public async Task DeletePlanAsync(string planId)
    {
        if ((await apiGateway.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = planId })).ApiStages is { Count: > 0 } stages)
        {
            await apiGateway.UpdateUsagePlanAsync(new UpdateUsagePlanRequest
            {
                UsagePlanId = planId,
                PatchOperations =
                [
                    .. stages.Select(stage => new PatchOperation { Op = Op.Remove, Path = "/apiStages", Value = $"{stage.ApiId}:{stage.Stage}" }),
                ],
            });
        }

        await apiGateway.DeleteUsagePlanAsync(new DeleteUsagePlanRequest { UsagePlanId = planId });
    }

    private async Task<List<ApiKey>> KeysAsync(Predicate<string> isOurs)
    {
        var found = new List<ApiKey>();
        string? position = null;
        do
        {
            // All of them: a key without a name has a description.
            var page = await apiGateway.GetApiKeysAsync(new GetApiKeysRequest { Limit = 500, Position = position });
            found.AddRange((page.Items ?? []).Where(key => isOurs(key.Name ?? "") || isOurs(key.Description ?? "")));
            position = page.Position;
        }
        while (position is not null);
        return found;
    }

    private async Task<List<UsagePlan>> PlansAsync(Predicate<string> isOurs)
    {
        var found = new List<UsagePlan>();
        string? position = null;
        do
        {
            var page = await apiGateway.GetUsagePlansAsync(new GetUsagePlansRequest { Limit = 500, Position = position });
            found.AddRange((page.Items ?? []).Where(plan => isOurs(plan.Name ?? "")));
            position = page.Position;
        }
        while (position is not null);
        return found;
    }

    private async Task<List<SecretListEntry>> SecretsAsync(Predicate<string> isOurs)
    {
        var found = new List<SecretListEntry>();
        string? next = null;
        do
        {
            var page = await secretsManager.ListSecretsAsync(new ListSecretsRequest
            {
                Filters = [new Filter { Key = FilterNameStringType.Name, Values = [Prefix] }],
                IncludePlannedDeletion = true,
                NextToken = next,
            });
            found.AddRange((page.SecretList ?? []).Where(secret => isOurs(secret.Name)));
            next = page.NextToken;
        }
        while (next is not null);
        return found;
    }
}
