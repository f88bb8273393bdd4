using static LocalAws.ActionResource;

namespace LocalAws;

/// <summary>
/// The actions that each operation requires, from the Service Authorization Reference (SAR) unless the line names another source:
/// list_awssecretsmanager, list_amazonapigatewaymanagement, list_awslambda and list_amazoneventbridgescheduler of
/// https://docs.aws.amazon.com/service-authorization/latest/reference/. For Secrets Manager also "Required permissions" of each operation in its API
/// reference.
/// </summary>
public static class RequiredActions
{
    private const string Kms = "kms:Decrypt";
    private const string KmsData = "kms:GenerateDataKey";
    private const string KmsEncrypt = "kms:Encrypt";
    private static readonly string[] Value = ["SecretString", "SecretBinary"];
    private static readonly string[] Tags = ["Tags", "tags"];
    private static readonly string[] Replicas = ["AddReplicaRegions"];

    /// <summary>Gets the table. A call requires every row of its operation.</summary>
    public static IReadOnlyList<RequiredAction> All { get; } =
    [
        .. SecretsManager(
            "DescribeSecret", "DeleteSecret", "RestoreSecret", "TagResource", "UntagResource", "GetSecretValue", "PutSecretValue", "UpdateSecret",
            "UpdateSecretVersionStage", "ListSecretVersionIds",
            "PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy", "ValidateResourcePolicy",
            "ReplicateSecretToRegions", "RemoveRegionsFromReplication",
            "StopReplicationToReplica", "RotateSecret", "CancelRotateSecret", "CreateSecret"),
        new("secretsmanager", "GetRandomPassword", "secretsmanager:GetRandomPassword", Any),
        new("secretsmanager", "ListSecrets", "secretsmanager:ListSecrets", Any),
        new("secretsmanager", "BatchGetSecretValue", "secretsmanager:BatchGetSecretValue", Any),

        // API reference of BatchGetSecretValue. AWS reports an unreadable secret in the response's Errors; here the call is denied.
        new("secretsmanager", "BatchGetSecretValue", "secretsmanager:ListSecrets", Any) { IfGiven = ["Filters"] },
        new("secretsmanager", "BatchGetSecretValue", "secretsmanager:GetSecretValue", Named),
        new("secretsmanager", "BatchGetSecretValue", Kms, KmsKey),

        // API reference of CreateSecret.
        new("secretsmanager", "CreateSecret", "secretsmanager:TagResource", Named) { IfGiven = Tags },
        new("secretsmanager", "CreateSecret", "secretsmanager:ReplicateSecretToRegions", Named) { IfGiven = Replicas },

        // API reference of ReplicateSecretToRegions. AWS copies later: whether a caller without these is denied, or the replica fails, is not known.
        new("secretsmanager", "ReplicateSecretToRegions", Kms, KmsKey),
        new("secretsmanager", "ReplicateSecretToRegions", KmsData, ReplicaKmsKey),
        new("secretsmanager", "ReplicateSecretToRegions", KmsEncrypt, ReplicaKmsKey),
        new("secretsmanager", "CreateSecret", KmsData, ReplicaKmsKey) { IfGiven = Replicas },
        new("secretsmanager", "CreateSecret", KmsEncrypt, ReplicaKmsKey) { IfGiven = Replicas },

        // API reference of RotateSecret.
        new("secretsmanager", "RotateSecret", "lambda:InvokeFunction", RotationFunction),

        // User guide, "Secret encryption and decryption in AWS Secrets Manager".
        new("secretsmanager", "GetSecretValue", Kms, KmsKey),
        new("secretsmanager", "CreateSecret", Kms, KmsKey) { IfGiven = Value },
        new("secretsmanager", "CreateSecret", KmsData, KmsKey) { IfGiven = Value },
        new("secretsmanager", "UpdateSecret", Kms, KmsKey) { IfGiven = Value },
        new("secretsmanager", "UpdateSecret", KmsData, KmsKey) { IfGiven = Value },
        new("secretsmanager", "PutSecretValue", Kms, KmsKey),
        new("secretsmanager", "PutSecretValue", KmsData, KmsKey),

        .. ApiGateway("POST", "CreateApiKey", "CreateUsagePlan",
            "CreateUsagePlanKey", "CreateRestApi", "CreateDeployment", "CreateStage", "CreateResource", "ImportRestApi"),
        .. ApiGateway(
            "GET", "GetApiKeys", "GetApiKey", "GetUsagePlans", "GetUsagePlan", "GetUsagePlanKeys", "GetUsagePlanKey", "GetUsage", "GetRestApis",
            "GetRestApi", "GetStages", "GetStage", "GetTags", "GetResources", "GetResource", "GetMethod", "GetDeployments", "GetDeployment"),
        .. ApiGateway("PUT", "PutMethod", "PutMethodResponse", "PutIntegration", "PutIntegrationResponse", "PutRestApi"),
        .. ApiGateway("PATCH", "UpdateApiKey", "UpdateUsagePlan", "UpdateUsage", "UpdateRestApi", "UpdateStage"),
        .. ApiGateway("DELETE", "DeleteApiKey", "DeleteUsagePlan",
            "DeleteUsagePlanKey", "DeleteRestApi", "DeleteStage", "DeleteDeployment", "UntagResource"),

        // SAR for CreateApiKey. The ARN with * appears in denials that were observed in the field (mattclay/aws-terminator 284).
        new("apigateway", "CreateApiKey", "apigateway:PUT", TagsOfNew) { IfGiven = Tags },
        new("apigateway", "CreateUsagePlan", "apigateway:PUT", TagsOfNew) { IfGiven = Tags },
        new("apigateway", "CreateRestApi", "apigateway:PUT", TagsOfNew) { IfGiven = Tags },
        new("apigateway", "CreateStage", "apigateway:PUT", TagsOfNew) { IfGiven = Tags },

        // iann0036/iam-dataset 39, tested on AWS. That UntagResource does not require the PATCH is inferred.
        new("apigateway", "TagResource", "apigateway:PUT", Named),
        new("apigateway", "TagResource", "apigateway:PATCH", Tagged),

        new("lambda", "Invoke", "lambda:InvokeFunction", Named),
        .. Lambda("GetFunction", "GetFunctionConfiguration", "GetPolicy", "AddPermission", "RemovePermission"),

        .. Scheduler("CreateSchedule", "GetSchedule", "UpdateSchedule", "DeleteSchedule"),
        new("scheduler", "CreateSchedule", "iam:PassRole", PassedRole),
        new("scheduler", "UpdateSchedule", "iam:PassRole", PassedRole),
    ];

    internal static ILookup<(string Service, string Operation), RequiredAction> ByOperation { get; } =
        All.ToLookup(row => (row.Service, row.Operation));

    private static IEnumerable<RequiredAction> SecretsManager(params string[] operations) =>
        operations.Select(operation => new RequiredAction("secretsmanager", operation, "secretsmanager:" + operation, Named));

    private static IEnumerable<RequiredAction> ApiGateway(string verb, params string[] operations) =>
        operations.Select(operation => new RequiredAction("apigateway", operation, "apigateway:" + verb, Named));

    private static IEnumerable<RequiredAction> Lambda(params string[] operations) =>
        operations.Select(operation => new RequiredAction("lambda", operation, "lambda:" + operation, Named));

    private static IEnumerable<RequiredAction> Scheduler(params string[] operations) =>
        operations.Select(operation => new RequiredAction("scheduler", operation, "scheduler:" + operation, Named));
}
