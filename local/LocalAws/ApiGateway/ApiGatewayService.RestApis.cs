using LocalAws.ApiGateway;
using LocalAws.DataPlane;

namespace LocalAws;

/// <content>
/// REST APIs, as far as clients need one to call: an API answers on every resource and requires a key there, unless it was told its methods.
/// </content>
public sealed partial class ApiGatewayService
{
    private readonly PagedCollection<StoredRestApi> _restApis = new();

    /// <summary>Makes a REST API.</summary>
    /// <param name="request">The API.</param>
    public RestApi CreateRestApi(CreateRestApiRequest request)
    {
        request.EndpointConfiguration?.Check();
        if (request.ApiKeySource is { } source and not ("HEADER" or "AUTHORIZER"))
        {
            throw ApiGatewayErrors.NotInEnum("createRestApiInput.apiKeySource", source, "Member must satisfy enum value set: [AUTHORIZER, HEADER]");
        }

        if (request.Description is "")
        {
            // Recorded on AWS.
            throw ApiGatewayErrors.BadRequest("Description cannot be an empty string");
        }

        CheckTags(request.Tags);
        lock (_gate)
        {
            var api = new RestApi
            {
                Id = NewId(),
                Name = request.Name,
                Description = request.Description,
                CreatedDate = Now,
                ApiKeySource = request.ApiKeySource ?? "HEADER",
                EndpointConfiguration = (request.EndpointConfiguration ?? new EndpointConfiguration()).WithDefaults(),
                DisableExecuteApiEndpoint = request.DisableExecuteApiEndpoint,
                RootResourceId = NewId(),
                Tags = request.Tags is { Count: > 0 } tags ? TagDictionary.CopyOf(tags) : null,
            };
            _restApis.Add(api.Id, new StoredRestApi(api));
            return api;
        }
    }

    /// <summary>Shows a REST API.</summary>
    /// <param name="restApiId">The API's id.</param>
    public RestApi GetRestApi(string restApiId)
    {
        lock (_gate)
        {
            return RestApiOf(restApiId).Api;
        }
    }

    /// <summary>Lists REST APIs, newest first.</summary>
    /// <param name="request">Which page.</param>
    public RestApis GetRestApis(GetRestApisRequest request)
    {
        lock (_gate)
        {
            var (apis, position) = _restApis.Page(request.Position, request.Limit, _ => true);
            return new RestApis { Items = [.. apis.Select(api => api.Api)], Position = position };
        }
    }

    /// <summary>Deletes a REST API with its stages; usage plans lose them.</summary>
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

    /// <summary>Makes a deployment of an API, and the stage that it names. AWS API reference: a stage that exists shows the new deployment.</summary>
    /// <param name="request">The deployment.</param>
    public Deployment CreateDeployment(CreateDeploymentRequest request)
    {
        lock (_gate)
        {
            var api = RestApiOf(request.RestApiId);
            var deployment = new Deployment { Id = NewId(), Description = request.Description, CreatedDate = Now };
            api.DeploymentIds.Add(deployment.Id);
            if (!string.IsNullOrEmpty(request.StageName))
            {
                api.Stages[request.StageName] = api.Stages.TryGetValue(request.StageName, out var stage)
                    ? stage with { DeploymentId = deployment.Id, LastUpdatedDate = Now }
                    : new Stage { StageName = request.StageName, DeploymentId = deployment.Id, CreatedDate = Now, LastUpdatedDate = Now };
                _replica.AddStage(new ApiStageId(request.RestApiId, request.StageName));
            }

            return deployment;
        }
    }

    /// <summary>Makes a stage that shows a deployment.</summary>
    /// <param name="request">The stage.</param>
    public Stage CreateStage(CreateStageRequest request)
    {
        lock (_gate)
        {
            var api = RestApiOf(request.RestApiId);
            if (!api.DeploymentIds.Contains(request.DeploymentId))
            {
                throw ApiGatewayErrors.NotFound("Invalid Deployment identifier specified");
            }

            var stage = new Stage
            {
                StageName = request.StageName,
                DeploymentId = request.DeploymentId,
                Description = request.Description,
                CreatedDate = Now,
                LastUpdatedDate = Now,
            };
            if (!api.Stages.TryAdd(stage.StageName, stage))
            {
                throw new AwsException(409, "ConflictException", "Stage already exists");
            }

            _replica.AddStage(new ApiStageId(request.RestApiId, stage.StageName));
            return stage;
        }
    }

    /// <summary>Shows a stage.</summary>
    /// <param name="restApiId">The API's id.</param>
    /// <param name="stageName">The stage.</param>
    public Stage GetStage(string restApiId, string stageName)
    {
        lock (_gate)
        {
            return RestApiOf(restApiId).Stages.GetValueOrDefault(stageName) ?? throw ApiGatewayErrors.UnknownStage();
        }
    }

    /// <summary>Lists the stages of an API, by name; on one page, as AWS does.</summary>
    /// <param name="restApiId">The API's id.</param>
    /// <param name="deploymentId">The deployment that the stages show; any where null.</param>
    public Stages GetStages(string restApiId, string? deploymentId = null)
    {
        lock (_gate)
        {
            var stages = RestApiOf(restApiId).Stages.Values.Where(stage => string.IsNullOrEmpty(deploymentId) || stage.DeploymentId == deploymentId);
            return new Stages([.. stages]);
        }
    }

    /// <summary>Deletes a stage. Seen in the field: usage plans lose it.</summary>
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

    /// <summary>Tells an API one of its methods, on every stage and at once. With the first one, paths that it was not told have no route any more.</summary>
    /// <param name="restApiId">The API's id.</param>
    /// <param name="path">The resource's path, such as <c>/orders</c>; matched as it is, without path parameters.</param>
    /// <param name="apiKeyRequired">Whether only callers with a key are served. On AWS a method requires none unless it is told to.</param>
    public void SetMethod(string restApiId, string path, bool apiKeyRequired)
    {
        lock (_gate)
        {
            RestApiOf(restApiId);
            _replica.SetMethod(restApiId, path, apiKeyRequired);
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

    private sealed class StoredRestApi(RestApi api)
    {
        public RestApi Api { get; } = api;

        public HashSet<string> DeploymentIds { get; } = new();

        public SortedDictionary<string, Stage> Stages { get; } = new(StringComparer.Ordinal);
    }
}
