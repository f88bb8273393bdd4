using System.Text.Json;

namespace LocalAws.Lambda;

/// <summary>Lambda over HTTP (rest-json): Invoke, so that <c>aws lambda invoke</c> works.</summary>
internal sealed class LambdaProtocol(LambdaService lambda) : IWireProtocol
{
    private const string ContentType = "application/json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly JsonSerializerOptions ErrorJson = new();

    public string Service => "lambda";

    public AwsException MissingAuthentication => new(403, "MissingAuthenticationTokenException", "Missing Authentication Token");

    public WireOperation Find(WireRequest request) => request switch
    {
        { Method: "POST", Path: ["2015-03-31", "functions", var function, "invocations"] } =>
            new WireOperation("Invoke", lambda.ArnOf(function), () => InvokeAsync(function, request)),
        _ => new WireOperation("Unknown", "*", () => throw new AwsException(404, "UnknownOperationException", "Unknown operation")),
    };

    public WireResponse Error(AwsException error) =>
        WireResponse.Json(error.Status, ContentType, new { Type = "User", error.Message }, ErrorJson) with
        {
            Headers = new Dictionary<string, string>() { ["x-amzn-ErrorType"] = error.Code },
        };

    private async Task<WireResponse> InvokeAsync(string function, WireRequest request)
    {
        if (request.Header("X-Amz-Invocation-Type") is { } type and not "RequestResponse")
        {
            throw new AwsException(400, "InvalidParameterValueException", $"Functions are invoked synchronously here, not as {type}.");
        }

        var result = await lambda.InvokeAsync(function, request.Body);
        var headers = new Dictionary<string, string>() { ["X-Amz-Executed-Version"] = "$LATEST" };
        if (result.Error is null)
        {
            return new WireResponse(200, ContentType, result.Payload) { Headers = headers };
        }

        headers["X-Amz-Function-Error"] = "Unhandled";
        return WireResponse.Json(200, ContentType, result.Error, Json) with { Headers = headers };
    }
}
