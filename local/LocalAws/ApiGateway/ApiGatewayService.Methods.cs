using LocalAws.ApiGateway;

namespace LocalAws;

/// <content>The resources of REST APIs, their methods and what serves these. A stage shows a change with the next deployment.</content>
public sealed partial class ApiGatewayService
{
    /// <summary>Creates a resource.</summary>
    /// <param name="request">The input of CreateResource.</param>
    public Resource CreateResource(CreateResourceRequest request) =>
        Edit(request.RestApiId, api => api.CreateResource(request.ParentId, request.PathPart));

    /// <summary>Returns a resource.</summary>
    /// <param name="restApiId">The API's id.</param>
    /// <param name="resourceId">The resource's id.</param>
    /// <param name="embed"><c>methods</c> returns the methods in full.</param>
    public Resource GetResource(string restApiId, string resourceId, IReadOnlyList<string>? embed = null) =>
        Edit(restApiId, api => Shown(api.ResourceOf(resourceId), embed));

    /// <summary>Lists the resources of an API.</summary>
    /// <param name="request">The input of GetResources.</param>
    public Resources GetResources(GetResourcesRequest request)
    {
        lock (_gate)
        {
            var listed = new PagedCollection<Resource>();
            foreach (var resource in RestApiOf(request.RestApiId).Definition.Resources.Reverse())
            {
                listed.Add(resource.Id, resource);
            }

            var (resources, position) = listed.Page(request.Position, request.Limit, _ => true);
            return new Resources { Items = [.. resources.Select(resource => Shown(resource, request.Embed))], Position = position };
        }
    }

    /// <summary>Creates a method.</summary>
    /// <param name="request">The input of PutMethod.</param>
    public Method PutMethod(PutMethodRequest request) => Edit(request.RestApiId, api => api.PutMethod(request));

    /// <summary>Returns a method.</summary>
    /// <param name="request">The input of GetMethod.</param>
    public Method GetMethod(GetMethodRequest request) => Edit(request.RestApiId, api => api.MethodOf(request.ResourceId, request.HttpMethod));

    /// <summary>Adds a response to a method.</summary>
    /// <param name="request">The input of PutMethodResponse.</param>
    public MethodResponse PutMethodResponse(PutMethodResponseRequest request) => Edit(request.RestApiId, api => api.PutMethodResponse(request));

    /// <summary>Sets the integration of a method.</summary>
    /// <param name="request">The input of PutIntegration.</param>
    public Integration PutIntegration(PutIntegrationRequest request) => Edit(request.RestApiId, api => api.PutIntegration(request));

    /// <summary>Sets the method response for a response of the integration.</summary>
    /// <param name="request">The input of PutIntegrationResponse.</param>
    public IntegrationResponse PutIntegrationResponse(PutIntegrationResponseRequest request) =>
        Edit(request.RestApiId, api => api.PutIntegrationResponse(request));

    // The examples in the CLI reference of get-resources name the methods.
    private static Resource Shown(Resource resource, IReadOnlyList<string>? embed) =>
        resource.ResourceMethods is null || embed?.Contains("methods") == true
        ? resource
        : resource with { ResourceMethods = resource.ResourceMethods.ToDictionary(method => method.Key, _ => new Method()) };

    private T Edit<T>(string restApiId, Func<ApiDefinition, T> edit)
    {
        lock (_gate)
        {
            // Recorded on AWS: for an unknown API, the error names the resource.
            return edit(_restApis.Find(restApiId)?.Definition ?? new ApiDefinition("", () => ""));
        }
    }
}
