using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LocalAws.CloudTrail;

/// <summary>
/// CloudTrail's records of calls. CloudTrail user guide, "CloudTrail record contents" and "CloudTrail userIdentity element"; Secrets Manager user
/// guide, "AWS CloudTrail entries for Secrets Manager". AWS documents no record of an API key: its fields follow the names of API Gateway's own operations,
/// and it contains the key's value, which AWS may or may not leave out.
/// </summary>
internal static class CallRecords
{
    private static readonly string[] Secret = ["SecretString", "SecretBinary", "RotationToken"];

    public static JsonElement Of(
        EmbeddedAws aws, string region, string service, WireOperation operation, WireRequest request, WireResponse? answer, string? errorCode)
    {
        var record = new JsonObject
        {
            ["eventVersion"] = "1.11",
            ["userIdentity"] = IdentityOf(aws, request.Scope!.AccessKeyId),
            ["eventTime"] = aws.TimeProvider.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["eventSource"] = service + ".amazonaws.com",
            ["eventName"] = operation.Name,
            ["awsRegion"] = region,
            ["sourceIPAddress"] = "127.0.0.1",
            ["userAgent"] = request.Header("User-Agent") ?? request.Header("x-amz-user-agent"),
            ["requestParameters"] = service is "secretsmanager" ? CamelCased(Parse(request.Body)) : ParametersOf(operation.Name, request),
            ["responseElements"] = operation.IsRead || errorCode is not null || answer is null ? null
                : service is "secretsmanager" ? CamelCased(Parse(answer.Body)) : Parse(answer.Body),
            ["requestID"] = Guid.NewGuid().ToString(),
            ["eventID"] = Guid.NewGuid().ToString(),
            ["readOnly"] = operation.IsRead,
            ["eventType"] = "AwsApiCall",
            ["managementEvent"] = true,
            ["recipientAccountId"] = aws.AccountId,
            ["eventCategory"] = "Management",
        };
        if (errorCode is not null)
        {
            // As in published records: the code without the suffix of the wire protocol.
            record["errorCode"] = errorCode is "AccessDeniedException" ? "AccessDenied" : errorCode;
        }

        return JsonSerializer.SerializeToElement(record);
    }

    private static JsonObject IdentityOf(EmbeddedAws aws, string accessKeyId)
    {
        if (aws.Iam.SessionOf(accessKeyId) is not { } session)
        {
            return new JsonObject
            {
                ["type"] = "IAMUser",
                ["principalId"] = "AIDAADMINISTRATOR",
                ["arn"] = $"arn:aws:iam::{aws.AccountId}:user/administrator",
                ["accountId"] = aws.AccountId,
                ["accessKeyId"] = accessKeyId,
                ["userName"] = "administrator",
            };
        }

        var principalId = $"{session.Role.UniqueId}:{session.Principal.Arn.Split('/')[^1]}";
        if (session.Principal.Account != aws.AccountId)
        {
            return new JsonObject { ["type"] = "AWSAccount", ["principalId"] = principalId, ["accountId"] = session.Principal.Account };
        }

        return new JsonObject
        {
            ["type"] = "AssumedRole",
            ["principalId"] = principalId,
            ["arn"] = session.Principal.Arn,
            ["accountId"] = aws.AccountId,
            ["accessKeyId"] = accessKeyId,
            ["sessionContext"] = new JsonObject
            {
                ["sessionIssuer"] = new JsonObject
                {
                    ["type"] = "Role",
                    ["principalId"] = session.Role.UniqueId,
                    ["arn"] = session.Role.Arn,
                    ["accountId"] = aws.AccountId,
                    ["userName"] = session.Role.Name,
                },
                ["attributes"] = new JsonObject { ["mfaAuthenticated"] = "false" },
            },
        };
    }

    private static JsonObject ParametersOf(string operation, WireRequest request)
    {
        var parameters = new JsonObject();
        switch (request.Path)
        {
            case ["apikeys", var key, ..]:
                parameters["apiKey"] = key;
                break;
            case ["usageplans", var plan, "keys", var key, ..]:
                (parameters["usagePlanId"], parameters["keyId"]) = (plan, key);
                break;
            case ["usageplans", var plan, ..]:
                parameters["usagePlanId"] = plan;
                break;
            case ["tags", ..]:
                parameters["resourceArn"] = string.Join('/', request.Path.Skip(1));
                break;
            case ["restapis", var api, ..]:
                parameters["restApiId"] = api;
                break;
        }

        foreach (var name in request.QueryNames)
        {
            parameters[name] = request.Query(name) is "true" ? true : request.Query(name);
        }

        if (Parse(request.Body) is JsonObject body)
        {
            foreach (var (name, value) in body.ToList())
            {
                body.Remove(name);
                if (operation.StartsWith("Create", StringComparison.Ordinal))
                {
                    // The form is recorded on AWS in an error of CreateRestApi.
                    var input = $"{JsonNamingPolicy.CamelCase.ConvertName(operation)}Input";
                    parameters[input] ??= new JsonObject();
                    parameters[input]![name] = value;
                }
                else
                {
                    parameters[name] = value;
                }
            }
        }

        return parameters;
    }

    private static JsonObject? CamelCased(JsonNode? body)
    {
        if (body is not JsonObject fields)
        {
            return null;
        }

        var renamed = new JsonObject();
        foreach (var (name, value) in fields.ToList())
        {
            fields.Remove(name);
            if (!Secret.Contains(name))
            {
                // AWS's own exception until 2024 was aRN.
                renamed[name is "ARN" ? "arn" : JsonNamingPolicy.CamelCase.ConvertName(name)] = value;
            }
        }

        return renamed;
    }

    private static JsonNode? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return body.IsEmpty ? null : JsonNode.Parse(body.Span);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
