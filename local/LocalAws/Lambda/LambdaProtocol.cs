using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalAws.Lambda;

/// <summary>Lambda over HTTP (rest-json): Invoke, GetFunction and the function's policy, as the AWS CLI needs them.</summary>
internal sealed class LambdaProtocol(LambdaService lambda) : IWireProtocol
{
    private const string ContentType = "application/json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly JsonSerializerOptions PascalCase = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public string Service => "lambda";

    public AwsException MissingAuthentication => new(403, "MissingAuthenticationTokenException", "Missing Authentication Token");

    public AwsException Throttled(TimeSpan retryAfter) =>
        new(429, "TooManyRequestsException", "Rate Exceeded.") { Reason = "CallerRateLimitExceeded" };

    public WireOperation Find(WireRequest request) => Find(request, request.Query("Qualifier"));

    private WireOperation Find(WireRequest request, string? qualifier) => request switch
    {
        { Method: "POST", Path: ["2015-03-31", "functions", var function, "invocations"] } =>
            new WireOperation("Invoke", lambda.ArnOf(function, qualifier), () => InvokeAsync(lambda.ArnOf(function, qualifier), request)),
        { Method: "GET", Path: ["2015-03-31", "functions", var function] } =>
            Operation("GetFunction", lambda.ArnOf(function, qualifier), 200, arn => new { Configuration = lambda.Describe(arn) }),
        { Method: "GET", Path: ["2015-03-31", "functions", var function, "configuration"] } =>
            Operation("GetFunctionConfiguration", lambda.ArnOf(function, qualifier), 200, lambda.Describe),
        { Method: "GET", Path: ["2015-03-31", "functions", var function, "policy"] } =>
            Operation("GetPolicy", lambda.ArnOf(function, qualifier), 200, arn => lambda.GetPolicy(arn)),
        { Method: "POST", Path: ["2015-03-31", "functions", var function, "policy"] } =>
            Operation("AddPermission", lambda.ArnOf(function, qualifier),
                201, arn => new { Statement = lambda.AddPermission(Read(request) with { FunctionName = arn, Qualifier = null }) }),
        { Method: "DELETE", Path: ["2015-03-31", "functions", var function, "policy", var statement] } =>
            Operation("RemovePermission", lambda.ArnOf(function, qualifier), 204, arn =>
            {
                lambda.RemovePermission(arn, statement);
                return null;
            }),
        _ => new WireOperation("Unknown", "*", () => throw AwsException.NotHere(Service, $"{request.Method} {request.RawPath}")),
    };

    public WireResponse Error(AwsException error) => WireResponse.Json(error.Status, ContentType, Body(error), PascalCase) with
    {
        Headers = new Dictionary<string, string>() { ["x-amzn-ErrorType"] = error.Code },
    };

    // The service's published model, and recordings of AWS, show which errors have Message and which message. Errors outside the model have no Type.
    private static object Body(AwsException error) => error.Code switch
    {
        "ResourceNotFoundException" or "AccessDeniedException" => new { Type = "User", error.Message },
        "ValidationException" => new { message = error.Message },
        _ => new { error.Reason, Type = "User", message = error.Message },
    };

    private static AddPermissionRequest Read(WireRequest request) => RequestBody.Read<AddPermissionRequest>(
        request.Body,
        PascalCase,
        JsonNamingPolicy.CamelCase.ConvertName,
        new AwsException(400, "InvalidRequestContentException", "Could not parse request body into json."));

    private static WireOperation Operation(string name, string arn, int status, Func<string, object?> run) =>
        new(name, arn, () => Task.FromResult(WireResponse.Json(status, ContentType, run(arn), PascalCase)));

    private async Task<WireResponse> InvokeAsync(string arn, WireRequest request)
    {
        if (request.Header("X-Amz-Invocation-Type") is { } type and not "RequestResponse")
        {
            throw AwsException.NotHere(Service, $"Invoke with the X-Amz-Invocation-Type {type}");
        }

        var result = await lambda.RunAsync(arn, request.Body);
        var headers = new Dictionary<string, string>() { ["X-Amz-Executed-Version"] = "$LATEST" };
        if (result.Error is null)
        {
            return new WireResponse(200, ContentType, result.Payload) { Headers = headers };
        }

        headers["X-Amz-Function-Error"] = "Unhandled";
        return WireResponse.Json(200, ContentType, result.Error, Json) with { Headers = headers };
    }
}
