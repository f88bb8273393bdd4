using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace Deployer;

/// <summary><c>aws.apigateway.ApiKey</c></summary>
internal sealed class ApiKeyType(IAmazonAPIGateway client, ProviderCalls calls, string region) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("name", "value");

    public override string AutoNamed => "name";

    public override async Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var key = await calls.MakeAsync(() => client.CreateApiKeyAsync(new CreateApiKeyRequest
        {
            Name = inputs.Text("name"),
            Description = inputs.Find("description"),
            CustomerId = inputs.Find("customerId"),
            Enabled = inputs.Flag("enabled") ?? true, // the provider's default, which differs from AWS's
            Value = inputs.Find("value"),
            Tags = inputs.Map("tags"),
        }));
        await ReadAsync(key.Id);
        return (key.Id, new() { ["arn"] = ArnOf(key.Id), ["value"] = Pulumi.Output.CreateSecret(key.Value) });
    }

    public override async Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes)
    {
        var patches = changes.Except(["tags"]).Select(name => new PatchOperation
        {
            Op = Op.Replace,
            Path = "/" + name,
            Value = inputs.Flag(
            name)?.ToString().ToLowerInvariant() ?? inputs.Find(name) ?? ""
        }).ToList();
        if (patches.Count > 0)
        {
            await calls.MakeAsync(() => client.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = resource.Id, PatchOperations = patches }));
        }

        if (changes.Contains("tags"))
        {
            var gone = resource.Inputs.Map("tags").Keys.Except(inputs.Map("tags").Keys).ToList();
            if (gone.Count > 0)
            {
                await calls.MakeAsync(() => client.UntagResourceAsync(new UntagResourceRequest { ResourceArn = ArnOf(resource.Id), TagKeys = gone }));
            }

            await calls.MakeAsync(
                () => client.TagResourceAsync(new TagResourceRequest { ResourceArn = ArnOf(resource.Id), Tags = inputs.Map("tags") }));
        }

        await ReadAsync(resource.Id);
    }

    public override Task DeleteAsync(DeployedResource resource) =>
        Idempotent.DeleteAsync(() => calls.MakeAsync(() => client.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = resource.Id })));

    public override Task<bool> ExistsAsync(DeployedResource resource) => ReadAsync(resource.Id);

    // The provider reads a key after each change and fails if it does not exist. No such failure is known, so one that is only late passes here.
    private Task<bool> ReadAsync(string keyId) =>
        Idempotent.ExistsAsync(() => calls.MakeAsync(() => client.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = keyId, IncludeValue = true })));

    private string ArnOf(string keyId) => $"arn:aws:apigateway:{region}::/apikeys/{keyId}";
}

/// <summary><c>aws.apigateway.UsagePlan</c></summary>
internal sealed class UsagePlanType(IAmazonAPIGateway client, ProviderCalls calls, string region) : ResourceType
{
    public override string AutoNamed => "name";

    public override async Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var throttle = inputs.Nested("throttleSettings");
        var quota = inputs.Nested("quotaSettings");
        var plan = await calls.MakeAsync(() => client.CreateUsagePlanAsync(new CreateUsagePlanRequest
        {
            Name = inputs.Text("name"),
            Description = inputs.Find("description"),
            ApiStages = [.. inputs.List("apiStages").Select(stage => new ApiStage { ApiId = stage.Text("apiId"), Stage = stage.Text("stage") })],
            Throttle = throttle is null
                ? null : new ThrottleSettings { BurstLimit = throttle.Number("burstLimit"), RateLimit = throttle.Fraction("rateLimit") },
            Quota = quota is null
                ? null : new QuotaSettings { Limit = quota.Number("limit"), Offset = quota.Number("offset") ?? 0, Period = quota.Find("period") },
            Tags = inputs.Map("tags"),
        }));
        await ReadAsync(plan.Id);
        return (plan.Id, new() { ["arn"] = $"arn:aws:apigateway:{region}::/usageplans/{plan.Id}" });
    }

    public override async Task DeleteAsync(DeployedResource resource)
    {
        // AWS does not delete a plan that has a stage.
        var stages = resource.Inputs.List("apiStages").Select(
            stage => new PatchOperation { Op = Op.Remove, Path = "/apiStages", Value = $"{stage.Text("apiId")}:{stage.Text("stage")}" }).ToList();
        await Idempotent.DeleteAsync(async () =>
        {
            if (stages.Count > 0)
            {
                await calls.MakeAsync(
                    () => client.UpdateUsagePlanAsync(new UpdateUsagePlanRequest { UsagePlanId = resource.Id, PatchOperations = stages }));
            }

            await calls.MakeAsync(() => client.DeleteUsagePlanAsync(new DeleteUsagePlanRequest { UsagePlanId = resource.Id }));
        });
    }

    public override Task<bool> ExistsAsync(DeployedResource resource) => Idempotent.ExistsAsync(() => ReadAsync(resource.Id));

    private Task<GetUsagePlanResponse> ReadAsync(string planId) =>
        calls.MakeAsync(() => client.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = planId }));
}

/// <summary><c>aws.apigateway.UsagePlanKey</c></summary>
internal sealed class UsagePlanKeyType(IAmazonAPIGateway client, ProviderCalls calls) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("keyId", "keyType", "usagePlanId");

    public override async Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var key = await calls.MakeAsync(() => client.CreateUsagePlanKeyAsync(
            new CreateUsagePlanKeyRequest
            {
                UsagePlanId = inputs.Text(
                "usagePlanId"),
                KeyId = inputs.Text("keyId"),
                KeyType = inputs.Text("keyType")
            }));
        await ReadAsync(inputs);
        // The provider's state contains the value unencrypted. A program must mark it as secret.
        return (key.Id, new() { ["name"] = key.Name ?? "", ["value"] = key.Value });
    }

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() => calls.MakeAsync(() => client.DeleteUsagePlanKeyAsync(
        new DeleteUsagePlanKeyRequest { UsagePlanId = resource.Inputs.Text("usagePlanId"), KeyId = resource.Inputs.Text("keyId") })));

    public override Task<bool> ExistsAsync(DeployedResource resource) => Idempotent.ExistsAsync(() => ReadAsync(resource.Inputs));

    private Task<GetUsagePlanKeyResponse> ReadAsync(Inputs inputs) => calls.MakeAsync(() => client.GetUsagePlanKeyAsync(
        new GetUsagePlanKeyRequest { UsagePlanId = inputs.Text("usagePlanId"), KeyId = inputs.Text("keyId") }));
}
