using LocalAws.ApiGateway;

namespace LocalAws;

/// <content>REST APIs from OpenAPI documents.</content>
public sealed partial class ApiGatewayService
{
    /// <summary>Creates a REST API from an OpenAPI document.</summary>
    /// <param name="request">The input of ImportRestApi.</param>
    public RestApi ImportRestApi(ImportRestApiRequest request)
    {
        var document = OpenApiDocument.Parse(request.Body);
        lock (_gate)
        {
            var definition = new ApiDefinition(NewId(), () => NewId());
            document.ApplyTo(definition);
            return Add(new CreateRestApiRequest { Name = document.Title, Description = document.Description, ApiKeySource = document.ApiKeySource },
                definition);
        }
    }

    /// <summary>Updates a REST API from an OpenAPI document.</summary>
    /// <param name="request">The input of PutRestApi.</param>
    public RestApi PutRestApi(PutRestApiRequest request)
    {
        if (request.Mode is not (null or "merge" or "overwrite"))
        {
            throw ApiGatewayErrors.NotInEnum("putRestApiInput.mode", request.Mode, "Member must satisfy enum value set: [merge, overwrite]");
        }

        var document = OpenApiDocument.Parse(request.Body);
        CheckApiKeySource("putRestApiInput.apiKeySource", document.ApiKeySource);
        lock (_gate)
        {
            var api = RestApiOf(request.RestApiId);
            var overwrites = request.Mode is "overwrite";
            var definition = overwrites ? new ApiDefinition(api.Api.RootResourceId, () => NewId()) : api.Definition.Copy();
            document.ApplyTo(definition);
            api.Definition = definition;
            api.Api = api.Api with
            {
                Name = document.Title,
                Description = document.Description ?? (overwrites ? null : api.Api.Description),
                ApiKeySource = document.ApiKeySource ?? (overwrites ? "HEADER" : api.Api.ApiKeySource),
            };
            return Shown(api);
        }
    }
}
