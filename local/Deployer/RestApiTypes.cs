using System.Globalization;
using LocalAws;
using LocalAws.ApiGateway;

namespace Deployer;

/// <summary><c>aws.apigateway.RestApi</c></summary>
internal sealed class RestApiType(ApiGatewayService apiGateway) : ResourceType
{
    public override string AutoNamed => "name";

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var types = inputs.Nested("endpointConfiguration")?.Find("types");
        var api = apiGateway.CreateRestApi(new()
        {
            Name = inputs.Text("name"),
            EndpointConfiguration = types is null ? null : new EndpointConfiguration { Types = [types] },
        });
        PutBody(api.Id, inputs);
        return Task.FromResult((api.Id, new Dictionary<string, object> { ["rootResourceId"] = api.RootResourceId }));
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes)
    {
        if (changes.Except(["body"]).Any())
        {
            return base.UpdateAsync(resource, inputs, changes);
        }

        PutBody(resource.Id, inputs);
        return Task.CompletedTask;
    }

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        apiGateway.DeleteRestApi(resource.Id);
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) =>
        Idempotent.ExistsAsync(() => Task.FromResult(apiGateway.GetRestApi(resource.Id) is not null));

    // The document's title becomes the API's name, which the provider then changes back.
    private void PutBody(string apiId, Inputs inputs)
    {
        if (inputs.Find("body") is not { } body)
        {
            return;
        }

        apiGateway.PutRestApi(new() { RestApiId = apiId, Body = body, Mode = "overwrite" });
        apiGateway.UpdateRestApi(new() { RestApiId = apiId, PatchOperations = [new("replace", "/name", inputs.Text("name"))] });
    }
}

/// <summary><c>aws.apigateway.Deployment</c></summary>
internal sealed class DeploymentType(ApiGatewayService apiGateway) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("restApi", "triggers", "variables");

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs) =>
        Task.FromResult((apiGateway.CreateDeployment(new() { RestApiId = inputs.Text("restApi") }).Id, new Dictionary<string, object>()));

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        apiGateway.DeleteDeployment(resource.Inputs.Text("restApi"), resource.Id);
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) =>
        Idempotent.ExistsAsync(() => Task.FromResult(apiGateway.GetDeployment(resource.Inputs.Text("restApi"), resource.Id) is not null));
}

/// <summary><c>aws.apigateway.Stage</c></summary>
internal sealed class StageType(EmbeddedAws aws) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("restApi", "stageName");

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var (api, name) = (inputs.Text("restApi"), inputs.Text("stageName"));
        var stage = aws.ApiGateway.CreateStage(new() { RestApiId = api, StageName = name, DeploymentId = inputs.Text("deployment") });
        LogAccess(inputs);
        return Task.FromResult(($"ags-{api}-{stage.StageName}", new Dictionary<string, object>
        {
            ["arn"] = $"arn:aws:apigateway:{aws.Region}::/restapis/{api}/stages/{name}",
            ["invokeUrl"] = aws.InvokeUrl(api, name).ToString().TrimEnd('/'),
        }));
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes)
    {
        if (changes.Contains("deployment"))
        {
            Update(inputs, new PatchOperation("replace", "/deploymentId", inputs.Text("deployment")));
        }

        if (changes.Contains("accessLogSettings"))
        {
            LogAccess(inputs);
        }

        return Task.CompletedTask;
    }

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        aws.ApiGateway.DeleteStage(resource.Inputs.Text("restApi"), resource.Inputs.Text("stageName"));
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) => Idempotent.ExistsAsync(() =>
        Task.FromResult(aws.ApiGateway.GetStage(resource.Inputs.Text("restApi"), resource.Inputs.Text("stageName")) is not null));

    // The provider sets the logs with a second call, after the stage exists.
    private void LogAccess(Inputs inputs)
    {
        if (inputs.Nested("accessLogSettings") is { } logs)
        {
            Update(
                inputs,
                new PatchOperation("replace", "/accessLogSettings/destinationArn", logs.Text("destinationArn")),
                new PatchOperation("replace", "/accessLogSettings/format", logs.Text("format")));
        }
    }

    private void Update(Inputs inputs, params PatchOperation[] operations) => aws.ApiGateway.UpdateStage(
        new() { RestApiId = inputs.Text("restApi"), StageName = inputs.Text("stageName"), PatchOperations = operations });
}

/// <summary><c>aws.apigateway.MethodSettings</c></summary>
internal sealed class MethodSettingsType(ApiGatewayService apiGateway) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("restApi", "stageName", "methodPath");

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        Put(inputs);
        return Task.FromResult(
            ($"{inputs.Text("restApi")}-{inputs.Text("stageName")}-{inputs.Text("methodPath")}", new Dictionary<string, object>()));
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes)
    {
        Put(inputs);
        return Task.CompletedTask;
    }

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        Update(resource.Inputs, new PatchOperation("remove", "/" + resource.Inputs.Text("methodPath"), Value: null));
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) => Idempotent.ExistsAsync(() =>
    {
        var stage = apiGateway.GetStage(resource.Inputs.Text("restApi"), resource.Inputs.Text("stageName"));
        return Task.FromResult(stage.MethodSettings.ContainsKey(resource.Inputs.Text("methodPath")));
    });

    // The limits' default in the provider is -1, and it sends them.
    private void Put(Inputs inputs)
    {
        var settings = inputs.Nested("settings")!;
        var path = $"/{inputs.Text("methodPath")}/";
        var rate = (settings.Fraction("throttlingRateLimit") ?? -1).ToString("F6", CultureInfo.InvariantCulture);
        Update(
            inputs,
            new PatchOperation("replace", path + "metrics/enabled", (settings.Flag("metricsEnabled") ?? false).ToString().ToLowerInvariant()),
            new PatchOperation(
                "replace", path + "throttling/burstLimit", (settings.Number("throttlingBurstLimit") ?? -1).ToString(CultureInfo.InvariantCulture)),
            new PatchOperation("replace", path + "throttling/rateLimit", rate));
    }

    private void Update(Inputs inputs, params PatchOperation[] operations) => apiGateway.UpdateStage(
        new() { RestApiId = inputs.Text("restApi"), StageName = inputs.Text("stageName"), PatchOperations = operations });
}
