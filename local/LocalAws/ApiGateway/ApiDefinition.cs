using System.Text.RegularExpressions;

namespace LocalAws.ApiGateway;

/// <summary>
/// The editable resources and methods of an API. A deployment keeps a copy. Errors are recorded on AWS unless the line names another source.
/// </summary>
internal sealed partial class ApiDefinition(string rootId, Func<string> newId)
{
    private static readonly string[] HttpMethods = ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"];
    private static readonly string[] Passthroughs = ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"];

    // Every API has these two.
    private static readonly string[] Models = ["Empty", "Error"];

    private readonly Dictionary<string, Resource> _resources = new() { [rootId] = new Resource { Id = rootId, Path = "/" } };

    private ApiDefinition(ApiDefinition other, string rootId, Func<string> newId)
        : this(rootId, newId) =>
        _resources = new Dictionary<string, Resource>(other._resources);

    public string RootId => rootId;

    /// <summary>Gets the resources by path.</summary>
    public IEnumerable<Resource> Resources => _resources.Values.OrderBy(resource => resource.Path, StringComparer.Ordinal);

    public ApiDefinition Copy() => new(this, rootId, newId);

    public Resource ResourceOf(string id) => _resources.GetValueOrDefault(id) ?? throw ApiGatewayErrors.UnknownResource();

    public Resource CreateResource(string parentId, string? pathPart)
    {
        if (pathPart is null)
        {
            throw ApiGatewayErrors.Missing("createResourceInput.pathPart");
        }

        // From moto. AWS's text is longer than the API reference shows.
        if (!PathPart().IsMatch(pathPart))
        {
            throw ApiGatewayErrors.BadRequest(
                "Resource's path part only allow a-zA-Z0-9._-: and curly braces at the beginning and the end "
                + "and an optional plus sign before the closing brace.");
        }

        var parent = ResourceOf(parentId);
        if (parent.PathPart?.EndsWith("+}", StringComparison.Ordinal) == true)
        {
            throw ApiGatewayErrors.BadRequest($"Cannot create a child of a resource with a greedy path variable: {parent.PathPart}");
        }

        var siblings = _resources.Values.Where(resource => resource.ParentId == parentId).ToList();
        if (siblings.Exists(sibling => sibling.PathPart == pathPart))
        {
            throw ApiGatewayErrors.Conflict($"Another resource with the same parent already has this name: {pathPart}");
        }

        if (IsVariable(pathPart) && siblings.Find(sibling => IsVariable(sibling.PathPart!)) is { } variable)
        {
            throw ApiGatewayErrors.BadRequest(
                $"A sibling ({variable.PathPart}) of this resource already has a variable path part -- only one is allowed");
        }

        return Set(new Resource { Id = newId(), ParentId = parentId, PathPart = pathPart, Path = $"{parent.Path.TrimEnd('/')}/{pathPart}" });
    }

    /// <summary>Returns the resource of a path. Creates it and its parents if they are missing.</summary>
    public Resource ResourceAt(string path)
    {
        var resource = ResourceOf(rootId);
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var parentId = resource.Id;
            resource = _resources.Values.FirstOrDefault(child => child.ParentId == parentId && child.PathPart == part)
                ?? CreateResource(parentId, part);
        }

        return resource;
    }

    public Method MethodOf(string resourceId, string httpMethod) =>
        ResourceOf(resourceId).ResourceMethods?.GetValueOrDefault(httpMethod)
            ?? throw ApiGatewayErrors.NotFound("Invalid Method identifier specified");

    public Method PutMethod(PutMethodRequest request)
    {
        // The form is recorded on AWS for other members.
        if (request.AuthorizationType is null)
        {
            throw ApiGatewayErrors.Missing("putMethodInput.authorizationType");
        }

        var resource = ResourceOf(request.ResourceId);
        if (!HttpMethods.Contains(request.HttpMethod))
        {
            throw ApiGatewayErrors.BadRequest($"Invalid HttpMethod specified. Valid options are {string.Join(',', HttpMethods)}");
        }

        if (request.AuthorizationType is "CUSTOM" or "COGNITO_USER_POOLS")
        {
            throw ApiGatewayErrors.BadRequest(
                "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.");
        }

        if (request.AuthorizationType is not "NONE")
        {
            throw ApiGatewayErrors.NotHere($"The authorization type {request.AuthorizationType}");
        }

        if (request.RequestValidatorId is not null)
        {
            throw ApiGatewayErrors.BadRequest("Invalid Request Validator identifier specified");
        }

        CheckModels(request.RequestModels);
        if (request.RequestParameters?.Keys.GroupBy(name => name.Split('.')[^1]).Any(names => names.Count() > 1) == true)
        {
            throw ApiGatewayErrors.BadRequest("Parameter names must be unique across querystring, header and path");
        }

        // Observed in the field.
        if (resource.ResourceMethods?.ContainsKey(request.HttpMethod) == true)
        {
            throw ApiGatewayErrors.Conflict("Method already exists for this resource");
        }

        return Set(resource, new Method
        {
            HttpMethod = request.HttpMethod,
            AuthorizationType = request.AuthorizationType,
            ApiKeyRequired = request.ApiKeyRequired,
            OperationName = request.OperationName,
            RequestParameters = request.RequestParameters is { Count: > 0 } parameters ? parameters : null,
            RequestModels = request.RequestModels is { Count: > 0 } models ? models : null,
        });
    }

    public MethodResponse PutMethodResponse(PutMethodResponseRequest request)
    {
        CheckStatusCode(request.StatusCode);
        var method = MethodOf(request.ResourceId, request.HttpMethod);
        CheckModels(request.ResponseModels);

        // The code is from AWS's service model. The text follows PutMethod's.
        if (method.MethodResponses?.ContainsKey(request.StatusCode) == true)
        {
            throw ApiGatewayErrors.Conflict("Response already exists for this resource");
        }

        var response = new MethodResponse
        {
            StatusCode = request.StatusCode,
            ResponseModels = request.ResponseModels,
            ResponseParameters = request.ResponseParameters,
        };
        Set(ResourceOf(request.ResourceId), method with { MethodResponses = With(method.MethodResponses, request.StatusCode, response) });
        return response;
    }

    public Integration PutIntegration(PutIntegrationRequest request)
    {
        CheckIntegration(request);
        var method = MethodOf(request.ResourceId, request.HttpMethod);
        CheckParameters(request, method);
        var integration = new Integration
        {
            Type = request.Type!,
            HttpMethod = request.IntegrationHttpMethod,
            Uri = request.Uri,
            ConnectionType = request.ConnectionType,
            RequestParameters = request.RequestParameters,
            RequestTemplates = request.RequestTemplates,
            PassthroughBehavior = request.PassthroughBehavior ?? "WHEN_NO_MATCH",
            TimeoutInMillis = request.TimeoutInMillis ?? 29_000,
            CacheNamespace = request.CacheNamespace ?? request.ResourceId,
        };
        Set(ResourceOf(request.ResourceId), method with { MethodIntegration = integration });
        return integration;
    }

    public IntegrationResponse PutIntegrationResponse(PutIntegrationResponseRequest request)
    {
        CheckStatusCode(request.StatusCode);
        var method = MethodOf(request.ResourceId, request.HttpMethod);
        var integration = method.MethodIntegration ?? throw ApiGatewayErrors.NotFound("Invalid Integration identifier specified");
        if (request.ResponseParameters is { Count: > 0 } || request.ContentHandling is not null)
        {
            throw ApiGatewayErrors.NotHere("A response parameter or content handling of an integration response");
        }

        CheckTemplates(request.ResponseTemplates);
        var response = new IntegrationResponse
        {
            StatusCode = request.StatusCode,
            SelectionPattern = request.SelectionPattern,
            // An empty template is returned as none.
            ResponseTemplates =
                request.ResponseTemplates?.ToDictionary(template => template.Key, template => template.Value is "" ? null : template.Value),
        };
        var responses = With(integration.IntegrationResponses, request.StatusCode, response);
        Set(ResourceOf(request.ResourceId), method with { MethodIntegration = integration with { IntegrationResponses = responses } });
        return response;
    }

    public void RemoveMethod(string resourceId, string httpMethod)
    {
        var resource = ResourceOf(resourceId);
        var methods = new Dictionary<string, Method>(resource.ResourceMethods ?? new Dictionary<string, Method>());
        methods.Remove(httpMethod);
        Set(resource with { ResourceMethods = methods.Count == 0 ? null : methods });
    }

    private static bool IsVariable(string pathPart) => pathPart.StartsWith('{');

    private static void CheckStatusCode(string statusCode)
    {
        if (!StatusCode().IsMatch(statusCode))
        {
            throw ApiGatewayErrors.NotInEnum("statusCode", statusCode, @"Member must satisfy regular expression pattern: [1-5]\d\d");
        }
    }

    private static void CheckModels(IReadOnlyDictionary<string, string>? models)
    {
        if (models?.Values.FirstOrDefault(model => !Models.Contains(model)) is { } unknown)
        {
            throw ApiGatewayErrors.BadRequest($"Invalid model identifier specified: {unknown}");
        }
    }

    // The Velocity language of mapping templates.
    private static void CheckTemplates(IReadOnlyDictionary<string, string?>? templates)
    {
        if (templates?.Values.Any(template => template?.AsSpan().ContainsAny('$', '#') == true) == true)
        {
            throw ApiGatewayErrors.NotHere("A mapping template with a $ or a #");
        }
    }

    private static void CheckIntegration(PutIntegrationRequest request)
    {
        switch (request.Type)
        {
            case null:
                throw ApiGatewayErrors.Missing("putIntegrationInput.type");
            case "MOCK":
                CheckTemplates(request.RequestTemplates);
                break;
            case "HTTP_PROXY":
                // The texts are moto's.
                if (string.IsNullOrEmpty(request.IntegrationHttpMethod))
                {
                    throw ApiGatewayErrors.BadRequest("Enumeration value for HttpMethod must be non-empty");
                }

                if (request.Uri?.Contains("${", StringComparison.Ordinal) == true)
                {
                    throw ApiGatewayErrors.NotHere("A stage variable in an integration's URI");
                }

                if (!System.Uri.TryCreate(request.Uri, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                {
                    throw ApiGatewayErrors.BadRequest("Invalid HTTP endpoint specified for URI");
                }

                break;
            case "HTTP" or "AWS" or "AWS_PROXY":
                throw ApiGatewayErrors.NotHere($"An integration of type {request.Type}");
            default:
                throw ApiGatewayErrors.NotInEnum(
                    "putIntegrationInput.type", request.Type, "Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]");
        }

        if (request.ConnectionType is not (null or "INTERNET")
            || request.Credentials is not null || request.ContentHandling is not null || request.CacheKeyParameters is { Count: > 0 })
        {
            throw ApiGatewayErrors.NotHere("A VPC link, credentials, content handling or a cache key of an integration");
        }

        // AWS's texts are not known.
        if (request.PassthroughBehavior is { } behavior && !Passthroughs.Contains(behavior))
        {
            throw ApiGatewayErrors.BadRequest($"Invalid PassthroughBehavior specified. Valid options are {string.Join(',', Passthroughs)}");
        }

        // API reference.
        if (request.TimeoutInMillis is < 50 or > 29_000)
        {
            throw ApiGatewayErrors.BadRequest("Timeout should be between 50 ms and 29000 ms");
        }
    }

    private static void CheckParameters(PutIntegrationRequest request, Method method)
    {
        foreach (var (name, expression) in request.RequestParameters ?? new Dictionary<string, string>())
        {
            if (IntegrationHeader().IsMatch(name) && StaticValue().IsMatch(expression))
            {
                continue;
            }

            if (!IntegrationPathParameter().IsMatch(name) || !expression.StartsWith("method.request.path.", StringComparison.Ordinal))
            {
                throw ApiGatewayErrors.NotHere($"The request parameter {name} of an integration");
            }

            // Observed in the field.
            if (method.RequestParameters?.ContainsKey(expression) != true)
            {
                throw ApiGatewayErrors.BadRequest(
                    $"Invalid mapping expression specified: Validation Result: warnings : [], "
                + $"errors : [Invalid mapping expression parameter specified: {expression}]");
            }
        }
    }

    private static Dictionary<string, T> With<T>(IReadOnlyDictionary<string, T>? all, string key, T value) =>
        new(all ?? new Dictionary<string, T>()) { [key] = value };

    private Method Set(Resource resource, Method method)
    {
        Set(resource with { ResourceMethods = With(resource.ResourceMethods, method.HttpMethod!, method) });
        return method;
    }

    private Resource Set(Resource resource) => _resources[resource.Id] = resource;

    [GeneratedRegex(@"^([a-zA-Z0-9._\-:]+|\{[a-zA-Z0-9._\-:]+\+?\})$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathPart();

    [GeneratedRegex(@"^[1-5]\d\d$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StatusCode();

    [GeneratedRegex(@"^integration\.request\.path\.[^.]+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IntegrationPathParameter();

    [GeneratedRegex(@"^integration\.request\.header\.[A-Za-z0-9-]+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IntegrationHeader();

    [GeneratedRegex("^'[^']+'$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StaticValue();
}
