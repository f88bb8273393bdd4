using LocalAws.DataPlane;

namespace LocalAws.ApiGateway;

/// <summary>API Gateway's errors. Where no source is named, AWS's text is not known.</summary>
internal static class ApiGatewayErrors
{
    /// <summary>Observed in the field for GetApiKey.</summary>
    public static AwsException UnknownKey() => NotFound("Invalid API Key identifier specified");

    /// <summary>Recorded on AWS for UpdateUsagePlan.</summary>
    public static AwsException UnknownPlan() => NotFound("Invalid Usage Plan ID specified");

    /// <summary>Observed in the field: the error does not name the key that holds the value.</summary>
    public static AwsException DuplicateValue() => Conflict("API Key already exists");

    /// <summary>Observed in the field.</summary>
    public static AwsException UnknownStage() => NotFound("Invalid stage identifier specified");

    /// <summary>Recorded on AWS.</summary>
    public static AwsException UnknownApi(string accountId, string restApiId) =>
        NotFound($"Invalid API identifier specified {accountId}:{restApiId}");

    /// <summary>Observed in the field for CreateUsagePlan.</summary>
    public static AwsException UnknownApiStage(ApiStageId stage) => NotFound($"API Stage not found: {stage.RestApiId}:{stage.StageName}");

    /// <summary>Recorded on AWS.</summary>
    public static AwsException StageNotInPlan(string planId, ApiStageId stage) =>
        NotFound($"Invalid API Stage {{api: {stage.RestApiId}, stage: {stage.StageName}}} specified for usageplan {planId}");

    /// <summary>Recorded on AWS for an update without a value, and for a value that is not a stage.</summary>
    public static AwsException InvalidApiStage() => BadRequest("Invalid API Stage specified");

    /// <summary>The form is recorded on AWS for other members.</summary>
    public static AwsException NotInEnum(string member, string value, string values) => new(
        400,
        "ValidationException",
        $"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {values}");

    /// <summary>The form is recorded on AWS for other members.</summary>
    public static AwsException Missing(string member) => new(
        400, "ValidationException", $"1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null");

    /// <summary>Recorded on AWS, also for an unknown API.</summary>
    public static AwsException UnknownResource() => NotFound("Invalid Resource identifier specified");

    /// <summary>The text is moto's.</summary>
    public static AwsException UnknownDeployment() => NotFound("Invalid Deployment identifier specified");

    /// <summary>An operation that AWS has and the embedded AWS does not.</summary>
    public static AwsException NotHere(string what) => BadRequest($"{what} is not part of the embedded AWS.");

    /// <summary>The code is in AWS's service model.</summary>
    public static AwsException AlreadyAttached() => Conflict("Usage Plan Key already exists");

    /// <summary>AWS developer guide: a key is in at most one usage plan of an API stage.</summary>
    public static AwsException StageAlreadyPlanned() => Conflict("The API Key is already in a usage plan of this API stage");

    /// <summary>
    /// Observed in the field: API Gateway rejects attaches that overlap with another attach in the account. It can reject other calls too: the code
    /// is in AWS's service model.
    /// </summary>
    public static AwsException ConcurrentModification() =>
        Conflict("Unable to complete operation due to concurrent modification. Please try again later.");

    /// <summary>Observed in the field.</summary>
    public static AwsException PlanHasStages(string planId, ApiStageId stage) => BadRequest(
        $"Cannot delete Usage Plan {planId} because there are API Stages associated with it, including {stage.RestApiId}:{stage.StageName}");

    /// <summary>A quota of the account. The code is in AWS's service model.</summary>
    public static AwsException LimitExceeded(string message) => new(429, "LimitExceededException", message);

    /// <summary>Observed in the field. The Retry-After header is in AWS's service model.</summary>
    public static AwsException TooManyRequests(TimeSpan wait) =>
        new(429, "TooManyRequestsException", "Too Many Requests") { RetryAfterSeconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) };

    /// <summary>Recorded on AWS, with the two spaces.</summary>
    public static AwsException InvalidPatchPath(PatchOperation operation, IEnumerable<string> allowed) =>
        BadRequest($"Invalid patch path  '{operation.Path}' specified for op '{operation.Op}'. Must be one of: [{string.Join(", ", allowed)}]");

    public static AwsException BadRequest(string message) => new(400, "BadRequestException", message);

    public static AwsException NotFound(string message) => new(404, "NotFoundException", message);

    public static AwsException Conflict(string message) => new(409, "ConflictException", message);
}
