using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalAws.Lambda;

/// <summary>Lambda over HTTP (rest-json): Invoke, GetFunction and the function's policy, so that the AWS CLI works.</summary>
internal sealed class LambdaProtocol(LambdaService lambda) : IWireProtocol
{
    private const string ContentType = "application/json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly JsonSerializerOptions PascalCase = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public string Service => "lambda";

    public AwsException MissingAuthentication => new(403, "MissingAuthenticationTokenException", "Missing Authentication Token");

    public AwsException Throttled(TimeSpan retryAfter) => new(429, "TooManyRequestsException", "Rate Exceeded.") { Reason = "CallerRateLimitExceeded" };

    public WireOperation Find(WireRequest request) => request switch
    {
        { Method: "POST", Path: ["2015-03-31", "functions", var function, "invocations"] } =>
            new WireOperation("Invoke", lambda.ArnOf(function), () => InvokeAsync(function, request)),
        { Method: "GET", Path: ["2015-03-31", "functions", var function] } =>
            Operation("GetFunction", function, 200, () => new { Configuration = lambda.Describe(function) }),
        { Method: "GET", Path: ["2015-03-31", "functions", var function, "configuration"] } =>
            Operation("GetFunctionConfiguration", function, 200, () => lambda.Describe(function)),
        { Method: "GET", Path: ["2015-03-31", "functions", var function, "policy"] } =>
            Operation("GetPolicy", function, 200, () => lambda.GetPolicy(function)),
        { Method: "POST", Path: ["2015-03-31", "functions", var function, "policy"] } =>
            Operation("AddPermission", function, 201, () => new { Statement = lambda.AddPermission(Read(request) with { FunctionName = function }) }),
        { Method: "DELETE", Path: ["2015-03-31", "functions", var function, "policy", var statement] } =>
            Operation("RemovePermission", function, 204, () =>
            {
                lambda.RemovePermission(function, statement);
                return null;
            }),
        _ => new WireOperation("Unknown", "*", () => throw AwsException.UnknownRestOperation()),
    };

    public WireResponse Error(AwsException error) => WireResponse.Json(error.Status, ContentType, Body(error), PascalCase) with
    {
        Headers = new Dictionary<string, string>() { ["x-amzn-ErrorType"] = error.Code },
    };

    // The service's published model, and recorded on AWS: which errors have Message and which message; one that the model does not know has no Type.
    private static object Body(AwsException error) => error.Code switch
    {
        "ResourceNotFoundException" or "AccessDeniedException" => new { Type = "User", error.Message },
        "ValidationException" => new { message = error.Message },
        _ => new { error.Reason, Type = "User", message = error.Message },
    };

    private static AddPermissionRequest Read(WireRequest request)
    {
        try
        {
            return JsonSerializer.Deserialize<AddPermissionRequest>(request.Body.Span, PascalCase) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new AwsException(400, "InvalidRequestContentException", "Could not parse request body into json.");
        }
    }

    private WireOperation Operation(string name, string function, int status, Func<object?> run) =>
        new(name, lambda.ArnOf(function), () => Task.FromResult(WireResponse.Json(status, ContentType, run(), PascalCase)));

    private async Task<WireResponse> InvokeAsync(string function, WireRequest request)
    {
        if (request.Header("X-Amz-Invocation-Type") is { } type and not "RequestResponse")
        {
            throw new AwsException(400, "InvalidParameterValueException", $"Functions are invoked synchronously here, not as {type}.");
        }

        var result = await lambda.RunAsync(function, request.Body);
        var headers = new Dictionary<string, string>() { ["X-Amz-Executed-Version"] = "$LATEST" };
        if (result.Error is null)
        {
            return new WireResponse(200, ContentType, result.Payload) { Headers = headers };
        }

        headers["X-Amz-Function-Error"] = "Unhandled";
        return WireResponse.Json(200, ContentType, result.Error, Json) with { Headers = headers };
    }
}
