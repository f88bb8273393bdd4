using LocalAws.ApiGateway;
using LocalAws.DataPlane;

namespace LocalAws;

/// <content>
/// REST APIs, as far as clients need one to call: an API answers on every resource and requires a key there, unless it was told its methods.
/// </content>
public sealed partial class ApiGatewayService
{
    private readonly Dictionary<string, StoredRestApi> _restApis = new();

    /// <summary>Makes a REST API.</summary>
    /// <param name="request">The API.</param>
    public RestApi CreateRestApi(CreateRestApiRequest request)
    {
        lock (_gate)
        {
            var api = new RestApi { Id = NewId(), Name = request.Name, Description = request.Description, CreatedDate = Now };
            _restApis.Add(api.Id, new StoredRestApi());
            return api;
        }
    }

    /// <summary>Makes a deployment of an API, and the stage that it names.</summary>
    /// <param name="request">The deployment.</param>
    public Deployment CreateDeployment(CreateDeploymentRequest request)
    {
        lock (_gate)
        {
            var api = RestApiOf(request.RestApiId);
            var deployment = new Deployment { Id = NewId(), Description = request.Description, CreatedDate = Now };
            api.DeploymentIds.Add(deployment.Id);
            // AWS API reference: a stage that exists shows the new deployment.
            if (!string.IsNullOrEmpty(request.StageName) && api.StageNames.Add(request.StageName))
            {
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

            if (!api.StageNames.Add(request.StageName))
            {
                throw new AwsException(409, "ConflictException", "Stage already exists");
            }

            _replica.AddStage(new ApiStageId(request.RestApiId, request.StageName));
            return new Stage
            {
                StageName = request.StageName,
                DeploymentId = request.DeploymentId,
                Description = request.Description,
                CreatedDate = Now,
                LastUpdatedDate = Now,
            };
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

    private StoredRestApi RestApiOf(string restApiId) =>
        _restApis.TryGetValue(restApiId, out var api) ? api : throw ApiGatewayErrors.NotFound("Invalid API identifier specified");

    private ApiStageId KnownStage(ApiStageId stage) =>
        _restApis.TryGetValue(stage.RestApiId, out var api) && api.StageNames.Contains(stage.StageName)
            ? stage
            : throw ApiGatewayErrors.NotFound("Invalid API Stage specified");

    private sealed class StoredRestApi
    {
        public HashSet<string> DeploymentIds { get; } = new();

        public HashSet<string> StageNames { get; } = new();
    }
}
