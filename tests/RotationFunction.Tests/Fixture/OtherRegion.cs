using System.Text.Json;
using Amazon.APIGateway;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>What a stack deploys for a key in another Region: an API behind a usage plan, a template key, the secret's replica and its tag.</summary>
internal sealed class OtherRegion
{
    public const string Virginia = "us-east-1";

    private readonly RotationFixture _fixture;
    private int? _quota;

    private OtherRegion(RotationFixture fixture, string name, IAmazonSecretsManager secrets, IAmazonAPIGateway gateway)
    {
        _fixture = fixture;
        Name = name;
        Secrets = secrets;
        Gateway = gateway;
    }

    public string Name { get; }

    public AwsRegion Aws => _fixture.Aws.In(Name);

    /// <summary>The replica's client.</summary>
    public IAmazonSecretsManager Secrets { get; }

    public IAmazonAPIGateway Gateway { get; }

    public string TemplateId { get; private set; } = "";

    public List<string> PlanIds { get; } = [];

    public Uri ApiUrl { get; private set; } = null!;

    /// <summary>Deploys all but the tag that names the Region to rotations.</summary>
    public static async Task<OtherRegion> PrepareAsync(RotationFixture fixture, IAmazonSecretsManager secrets, IAmazonAPIGateway gateway, string name, bool replicates = true, int? quota = null)
    {
        var other = new OtherRegion(fixture, name, secrets, gateway) { _quota = quota };
        if (replicates)
        {
            await other.ReplicateAsync();
        }

        other.TemplateId = (await gateway.CreateApiKeyAsync(new() { Name = "partner", Description = "there", Tags = new() { ["apikey-rotation:template-for"] = fixture.SecretName } })).Id;
        await other.AddPlanAsync(other.TemplateId);
        return other;
    }

    public Task ReplicateAsync() => _fixture.Secrets.ReplicateSecretToRegionsAsync(
        new ReplicateSecretToRegionsRequest { SecretId = _fixture.SecretArn, AddReplicaRegions = [new ReplicaRegionType { Region = Name }] });

    /// <summary>From now on rotations have keys there.</summary>
    public Task TagAsync() => _fixture.TagSecretAsync($"apikey-rotation:template:{Name}", TemplateId);

    public Task UntagAsync() => _fixture.Secrets.UntagResourceAsync(
        new Amazon.SecretsManager.Model.UntagResourceRequest { SecretId = _fixture.SecretArn, TagKeys = [$"apikey-rotation:template:{Name}"] });

    /// <summary>Sets a tag of the template key and the secret's tag for the Region.</summary>
    public async Task TagBothAsync(string tag, string value)
    {
        await TagKeyAsync(TemplateId, tag, value);
        await _fixture.TagSecretAsync($"{tag}:{Name}", value);
    }

    public Task TagKeyAsync(string keyId, string tag, string value) => Gateway.TagResourceAsync(new Amazon.APIGateway.Model.TagResourceRequest
    {
        ResourceArn = $"arn:aws:apigateway:{Name}::/apikeys/{keyId}",
        Tags = new() { [tag] = value },
    });

    /// <summary>A usage plan with an API stage of its own, and the given key in it.</summary>
    public async Task<string> AddPlanAsync(string keyId)
    {
        var api = Aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document });
        Aws.ApiGateway.CreateDeployment(new() { RestApiId = api.Id, StageName = "prod" });
        var plan = await Gateway.CreateUsagePlanAsync(new()
        {
            Name = "plan there",
            ApiStages = [new() { ApiId = api.Id, Stage = "prod" }],
            Quota = _quota is { } quota ? new Amazon.APIGateway.Model.QuotaSettings { Limit = quota, Period = QuotaPeriodType.MONTH } : null,
        });
        await Gateway.CreateUsagePlanKeyAsync(new() { UsagePlanId = plan.Id, KeyId = keyId, KeyType = "API_KEY" });
        PlanIds.Add(plan.Id);
        ApiUrl ??= _fixture.Aws.InvokeUrl(api.Id, "prod");
        return plan.Id;
    }

    /// <summary>The secret's keys there, oldest first.</summary>
    public async Task<List<Amazon.APIGateway.Model.ApiKey>> MintedAsync() =>
        [.. ((await Gateway.GetApiKeysAsync(new() { NameQuery = _fixture.SecretName + "/", IncludeValues = true, Limit = 500 })).Items ?? []).OrderBy(key => key.CreatedDate)];

    /// <summary>Whether the keys of the secret there are enabled, oldest first, as in "-++".</summary>
    public async Task<string> RingAsync() => string.Concat((await MintedAsync()).Select(key => key.Enabled == true ? '+' : '-'));

    /// <summary>Whether the API there accepts a key.</summary>
    public async Task<bool> AcceptsAsync(string key) => await _fixture.CallApiAsync(key, ApiUrl) == System.Net.HttpStatusCode.OK;

    /// <summary>The key that a client reads from the replica.</summary>
    public async Task<string> ReadKeyAsync(string label = "AWSCURRENT")
    {
        var answer = await Secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = _fixture.SecretName, VersionStage = label });
        return JsonDocument.Parse(answer.SecretString).RootElement.GetProperty("apiKey").GetString()!;
    }
}
