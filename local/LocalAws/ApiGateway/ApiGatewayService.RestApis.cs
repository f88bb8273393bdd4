using LocalAws.ApiGateway;
using LocalAws.DataPlane;

namespace LocalAws;

/// <content>REST APIs and their stages.</content>
public sealed partial class ApiGatewayService
{
    private readonly PagedCollection<StoredRestApi> _restApis = new();

    /// <summary>Creates a REST API.</summary>
    /// <param name="request">The input of CreateRestApi.</param>
    public RestApi CreateRestApi(CreateRestApiRequest request)
    {
        lock (_gate)
        {
            return Add(request, new ApiDefinition(NewId(), () => NewId()));
        }
    }

    /// <summary>Returns a REST API.</summary>
    /// <param name="restApiId">The API's id.</param>
    public RestApi GetRestApi(string restApiId)
    {
        lock (_gate)
        {
            return Shown(RestApiOf(restApiId));
        }
    }

    /// <summary>Lists REST APIs, newest first.</summary>
    /// <param name="request">The input of GetRestApis.</param>
    public RestApis GetRestApis(GetRestApisRequest request)
    {
        lock (_gate)
        {
            var (apis, position) = _restApis.Page(request.Position, request.Limit, _ => true);
            return new RestApis { Items = [.. apis.Select(Shown)], Position = position };
        }
    }

    /// <summary>Updates a REST API.</summary>
    /// <param name="request">The input of UpdateRestApi.</param>
    public RestApi UpdateRestApi(UpdateRestApiRequest request)
    {
        var operations = request.PatchOperations ?? [];
        foreach (var operation in operations)
        {
            if ((operation.Op, operation.Path) is not ("replace", "/name" or "/description" or "/apiKeySource") and not ("remove", "/description"))
            {
                throw ApiGatewayErrors.NotHere($"The update '{operation.Op}' of {operation.Path} of a REST API");
            }

            // AWS's errors for these are not known.
            if (operation.Path is "/name" && string.IsNullOrEmpty(operation.Value))
            {
                throw ApiGatewayErrors.BadRequest("Name cannot be an empty string");
            }

            if (operation.Path is "/apiKeySource")
            {
                CheckApiKeySource("updateRestApiInput.apiKeySource", operation.Value ?? "");
            }
        }

        lock (_gate)
        {
            var api = RestApiOf(request.RestApiId);
            foreach (var operation in operations)
            {
                api.Api = operation.Path switch
                {
                    "/name" => api.Api with { Name = operation.Value! },
                    "/apiKeySource" => api.Api with { ApiKeySource = operation.Value! },
                    _ => api.Api with { Description = operation.Op is "remove" ? null : operation.Value },
                };
            }

            // Recorded on AWS: with an empty map if there are no tags.
            return Shown(api) with { Tags = TagDictionary.CopyOf(api.Tags) };
        }
    }

    /// <summary>Deletes a REST API and its stages. Usage plans lose the stages.</summary>
    /// <param name="restApiId">The API's id.</param>
    public void DeleteRestApi(string restApiId)
    {
        lock (_gate)
        {
            var api = RestApiOf(restApiId);
            foreach (var stage in api.Stages.Keys)
            {
                RemoveStage(new ApiStageId(restApiId, stage));
            }

            _restApis.Remove(restApiId);
        }
    }

    /// <summary>
    /// Creates a deployment, a copy of the current API. AWS API reference: the stage in the request is created, or uses the new deployment if it
    /// exists.
    /// </summary>
    /// <param name="request">The input of CreateDeployment.</param>
    public Deployment CreateDeployment(CreateDeploymentRequest request)
    {
        lock (_gate)
        {
            var api = RestApiOf(request.RestApiId);
            CheckDeployable(api.Definition);
            var served = new ServedApi(api.Api.ApiKeySource, api.Definition.Resources);
            var deployment = new Deployment { Id = NewId(), Description = request.Description, CreatedDate = Now };
            api.Deployments.Add(deployment.Id, new StoredDeployment(deployment, served));
            if (!string.IsNullOrEmpty(request.StageName))
            {
                api.Stages[request.StageName] = api.Stages.TryGetValue(request.StageName, out var stage)
                    ? stage with { DeploymentId = deployment.Id, LastUpdatedDate = Now }
                    : new Stage { StageName = request.StageName, DeploymentId = deployment.Id, CreatedDate = Now, LastUpdatedDate = Now };
                _replica.Serve(new ApiStageId(request.RestApiId, request.StageName), served);
            }

            return deployment;
        }
    }

    /// <summary>Returns a deployment.</summary>
    /// <param name="restApiId">The API's id.</param>
    /// <param name="deploymentId">The deployment's id.</param>
    public Deployment GetDeployment(string restApiId, string deploymentId)
    {
        lock (_gate)
        {
            return DeploymentOf(RestApiOf(restApiId), deploymentId).Deployment;
        }
    }

    /// <summary>Lists the deployments of an API, newest first.</summary>
    /// <param name="request">The input of GetDeployments.</param>
    public Deployments GetDeployments(GetDeploymentsRequest request)
    {
        lock (_gate)
        {
            var (deployments, position) = RestApiOf(request.RestApiId).Deployments.Page(request.Position, request.Limit, _ => true);
            return new Deployments { Items = [.. deployments.Select(deployment => deployment.Deployment)], Position = position };
        }
    }

    /// <summary>Deletes a deployment that no stage uses.</summary>
    /// <param name="restApiId">The API's id.</param>
    /// <param name="deploymentId">The deployment's id.</param>
    public void DeleteDeployment(string restApiId, string deploymentId)
    {
        lock (_gate)
        {
            var api = RestApiOf(restApiId);
            DeploymentOf(api, deploymentId);
            if (api.Stages.Values.Any(stage => stage.DeploymentId == deploymentId))
            {
                // Recorded on AWS.
                throw ApiGatewayErrors.BadRequest("Active stages pointing to this deployment must be moved or deleted");
            }

            api.Deployments.Remove(deploymentId);
        }
    }

    /// <summary>Creates a stage that uses a deployment.</summary>
    /// <param name="request">The input of CreateStage.</param>
    public Stage CreateStage(CreateStageRequest request)
    {
        CheckTags(request.Tags);
        lock (_gate)
        {
            var api = RestApiOf(request.RestApiId);
            var served = DeploymentOf(api, request.DeploymentId).Served;
            var stage = new Stage
            {
                StageName = request.StageName,
                DeploymentId = request.DeploymentId,
                Description = request.Description,
                CreatedDate = Now,
                LastUpdatedDate = Now,
                Tags = request.Tags is { Count: > 0 } tags ? TagDictionary.CopyOf(tags) : null,
            };
            if (!api.Stages.TryAdd(stage.StageName, stage))
            {
                throw new AwsException(409, "ConflictException", "Stage already exists");
            }

            _replica.Serve(new ApiStageId(request.RestApiId, stage.StageName), served);
            return stage;
        }
    }

    /// <summary>Returns a stage.</summary>
    /// <param name="restApiId">The API's id.</param>
    /// <param name="stageName">The stage.</param>
    public Stage GetStage(string restApiId, string stageName)
    {
        lock (_gate)
        {
            return StageOf(RestApiOf(restApiId), stageName);
        }
    }

    /// <summary>Lists the stages of an API by name, on one page, like AWS.</summary>
    /// <param name="restApiId">The API's id.</param>
    /// <param name="deploymentId">The deployment that the stages use, or null for any.</param>
    public Stages GetStages(string restApiId, string? deploymentId = null)
    {
        lock (_gate)
        {
            var stages = RestApiOf(restApiId).Stages.Values.Where(stage => string.IsNullOrEmpty(deploymentId) || stage.DeploymentId == deploymentId);
            return new Stages([.. stages]);
        }
    }

    /// <summary>Updates a stage.</summary>
    /// <param name="request">The input of UpdateStage.</param>
    public Stage UpdateStage(UpdateStageRequest request)
    {
        var operations = request.PatchOperations ?? [];
        foreach (var operation in operations)
        {
            if ((operation.Op, operation.Path) is ("replace", "/accessLogSettings/destinationArn" or "/accessLogSettings/format"))
            {
                // Observed in the field. There is no UpdateAccount here that sets the role.
                throw ApiGatewayErrors.BadRequest("CloudWatch Logs role ARN must be set in account settings to enable logging");
            }

            if (!StageMethodSettings.IsChangedBy(operation) && (operation.Op, operation.Path) is not ("replace", "/deploymentId" or "/description"))
            {
                throw ApiGatewayErrors.NotHere($"The update '{operation.Op}' of {operation.Path} of a stage");
            }
        }

        lock (_gate)
        {
            var api = RestApiOf(request.RestApiId);
            var stage = StageOf(api, request.StageName);
            foreach (var operation in operations)
            {
                stage = operation.Path switch
                {
                    "/description" => stage with { Description = operation.Value },
                    "/deploymentId" => stage with { DeploymentId = DeploymentOf(api, operation.Value ?? "").Deployment.Id },
                    _ => stage with { MethodSettings = StageMethodSettings.Change(stage.MethodSettings, operation) },
                };
            }

            api.Stages[stage.StageName] = stage with { LastUpdatedDate = Now };
            _replica.Serve(new ApiStageId(request.RestApiId, stage.StageName), DeploymentOf(api, stage.DeploymentId).Served);
            return api.Stages[stage.StageName];
        }
    }

    /// <summary>Deletes a stage. Observed in the field: usage plans lose it.</summary>
    /// <param name="restApiId">The API's id.</param>
    /// <param name="stageName">The stage.</param>
    public void DeleteStage(string restApiId, string stageName)
    {
        lock (_gate)
        {
            if (!RestApiOf(restApiId).Stages.Remove(stageName))
            {
                throw ApiGatewayErrors.UnknownStage();
            }

            RemoveStage(new ApiStageId(restApiId, stageName));
        }
    }

    private void RemoveStage(ApiStageId stage)
    {
        foreach (var plan in _plans.Items.Where(plan => plan.Settings.Stages.Contains(stage)))
        {
            Change(plan, plan.Settings with { Stages = [.. plan.Settings.Stages.Where(other => other != stage)] });
        }

        _replica.RemoveStage(stage);
    }

    private StoredRestApi RestApiOf(string restApiId) =>
        _restApis.Find(restApiId) ?? throw ApiGatewayErrors.UnknownApi(_aws.AccountId, restApiId);

    private void CheckStage(ApiStageId stage)
    {
        if (_restApis.Find(stage.RestApiId)?.Stages.ContainsKey(stage.StageName) != true)
        {
            throw ApiGatewayErrors.UnknownApiStage(stage);
        }
    }

    // Both observed in the field.
    private static void CheckDeployable(ApiDefinition api)
    {
        var methods = api.Resources.SelectMany(resource => resource.ResourceMethods?.Values ?? []).ToList();
        if (methods.Count == 0)
        {
            throw ApiGatewayErrors.BadRequest("The REST API doesn't contain any methods");
        }

        if (methods.Exists(method => method.MethodIntegration is null))
        {
            throw ApiGatewayErrors.BadRequest("No integration defined for method");
        }
    }

    private static void CheckApiKeySource(string member, string? source)
    {
        if (source is not (null or "HEADER" or "AUTHORIZER"))
        {
            throw ApiGatewayErrors.NotInEnum(member, source, "Member must satisfy enum value set: [AUTHORIZER, HEADER]");
        }
    }

    private static StoredDeployment DeploymentOf(StoredRestApi api, string deploymentId) =>
        api.Deployments.Find(deploymentId) ?? throw ApiGatewayErrors.UnknownDeployment();

    private static Stage StageOf(StoredRestApi api, string stageName) =>
        api.Stages.GetValueOrDefault(stageName) ?? throw ApiGatewayErrors.UnknownStage();

    private static RestApi Shown(StoredRestApi api) => api.Tags.Count == 0 ? api.Api : api.Api with { Tags = TagDictionary.CopyOf(api.Tags) };

    private RestApi Add(CreateRestApiRequest request, ApiDefinition definition)
    {
        request.EndpointConfiguration?.Check();
        CheckApiKeySource("createRestApiInput.apiKeySource", request.ApiKeySource);
        if (request.Description is "")
        {
            // Recorded on AWS.
            throw ApiGatewayErrors.BadRequest("Description cannot be an empty string");
        }

        CheckTags(request.Tags);
        var api = new StoredRestApi(
            new RestApi
            {
                Id = NewId(),
                Name = request.Name,
                Description = request.Description,
                CreatedDate = Now,
                ApiKeySource = request.ApiKeySource ?? "HEADER",
                EndpointConfiguration = (request.EndpointConfiguration ?? new EndpointConfiguration()).WithDefaults(),
                DisableExecuteApiEndpoint = request.DisableExecuteApiEndpoint,
                RootResourceId = definition.RootId,
            },
            definition,
            TagDictionary.CopyOf(request.Tags));
        _restApis.Add(api.Api.Id, api);
        return Shown(api);
    }

    private sealed record StoredDeployment(Deployment Deployment, ServedApi Served);

    private sealed class StoredRestApi(RestApi api, ApiDefinition definition, Dictionary<string, string> tags)
    {
        public RestApi Api { get; set; } = api;

        public ApiDefinition Definition { get; set; } = definition;

        public Dictionary<string, string> Tags { get; } = tags;

        public PagedCollection<StoredDeployment> Deployments { get; } = new();

        public SortedDictionary<string, Stage> Stages { get; } = new(StringComparer.Ordinal);
    }
}
