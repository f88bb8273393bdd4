namespace LocalAws.Tests.Iam;

/// <summary>Walks the table of actions: each call passes with just the actions that the table lists, on just the resources below, and not without one of them.</summary>
public sealed class RequiredActionsTests
{
    private const string Version = "11111111-1111-1111-1111-111111111111";
    private const string NextVersion = "22222222-2222-2222-2222-222222222222";
    private const string Region = "arn:aws:apigateway:eu-west-1::";
    private const string SecretPrefix = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";
    private const string KmsKey = "arn:aws:kms:eu-west-1:123456789012:key/k-1";
    private const string ReplicaKey = "arn:aws:kms:us-east-1:123456789012:key/k-2";
    private const string Function = "arn:aws:lambda:eu-west-1:123456789012:function:rotate";
    private const string Functions = "/2015-03-31/functions/rotate";
    private const string ScheduleRole = "arn:aws:iam::123456789012:role/schedules";
    private const string Schedule = $$$"""{"ScheduleExpression":"cron(0 6 * * ? *)","FlexibleTimeWindow":{"Mode":"OFF"},"Target":{"Arn":"{{{Function}}}","RoleArn":"{{{ScheduleRole}}}"}}""";
    private const string Tags = Region + "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2F";

    // Each call with everything that requires an action, and the resource of each of its rows. {name} is an id of the account.
    private static readonly Scenario[] Scenarios =
    [
        Secrets("CreateSecret", $$"""{"Name":"new","KmsKeyId":"k-1","SecretString":"v","ClientRequestToken":"{{NextVersion}}","Tags":[{"Key":"a","Value":"b"}],"AddReplicaRegions":[{"Region":"us-east-1","KmsKeyId":"k-2"}]}""",
            ("secretsmanager:CreateSecret", SecretPrefix + "new-??????"), ("secretsmanager:TagResource", SecretPrefix + "new-??????"),
            ("secretsmanager:ReplicateSecretToRegions", SecretPrefix + "new-??????"), ("kms:Decrypt", KmsKey), ("kms:GenerateDataKey", KmsKey),
            ("kms:GenerateDataKey", ReplicaKey), ("kms:Encrypt", ReplicaKey)),
        OnSecret("DescribeSecret"),
        OnSecret("DeleteSecret"),
        OnSecret("RestoreSecret"),
        OnSecret("TagResource", ""","Tags":[{"Key":"a","Value":"b"}]"""),
        OnSecret("UntagResource", ""","TagKeys":["a"]"""),
        OnSecret("GetSecretValue", "", ("kms:Decrypt", KmsKey)),
        OnSecret("PutSecretValue", $$""","SecretString":"v","ClientRequestToken":"{{NextVersion}}" """, ("kms:Decrypt", KmsKey), ("kms:GenerateDataKey", KmsKey)),
        OnSecret("UpdateSecret", $$""","SecretString":"v","ClientRequestToken":"{{NextVersion}}" """, ("kms:Decrypt", KmsKey), ("kms:GenerateDataKey", KmsKey)),
        OnSecret("UpdateSecretVersionStage", $$""","VersionStage":"mine","MoveToVersionId":"{{Version}}" """),
        OnSecret("ListSecretVersionIds"),
        OnSecret("PutResourcePolicy", ""","ResourcePolicy":"{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":{\"Service\":\"x\"},\"Action\":\"*\",\"Resource\":\"*\"}}" """),
        OnSecret("GetResourcePolicy"),
        OnSecret("DeleteResourcePolicy"),
        OnSecret("ValidateResourcePolicy", ""","ResourcePolicy":"{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":{\"Service\":\"x\"},\"Action\":\"*\",\"Resource\":\"*\"}}" """),
        OnSecret("ReplicateSecretToRegions", ""","AddReplicaRegions":[{"Region":"us-east-1","KmsKeyId":"k-2"}]""",
            ("kms:Decrypt", KmsKey), ("kms:GenerateDataKey", ReplicaKey), ("kms:Encrypt", ReplicaKey)),
        Secrets("RemoveRegionsFromReplication", """{"SecretId":"{copied}","RemoveReplicaRegions":["us-east-1"]}""", ("secretsmanager:RemoveRegionsFromReplication", "{copied}")),
        Secrets("StopReplicationToReplica", """{"SecretId":"{replica}"}""", ("secretsmanager:StopReplicationToReplica", "{replica}")),
        OnSecret("RotateSecret", $$""","RotateImmediately":false,"ClientRequestToken":"{{NextVersion}}" """, ("lambda:InvokeFunction", Function)),
        OnSecret("CancelRotateSecret"),
        Secrets("GetRandomPassword", "{}", ("secretsmanager:GetRandomPassword", "*")),
        Secrets("ListSecrets", "{}", ("secretsmanager:ListSecrets", "*")),
        Secrets("BatchGetSecretValue", """{"Filters":[{"Key":"name","Values":["payments"]}]}""",
            ("secretsmanager:BatchGetSecretValue", "*"), ("secretsmanager:ListSecrets", "*"), ("secretsmanager:GetSecretValue", "{secret}"), ("kms:Decrypt", KmsKey)),

        Gateway("CreateApiKey", "POST", "/apikeys", """{"tags":{"a":"b"}}""", ("apigateway:PUT", Tags + "apikeys%2F*")),
        Gateway("GetApiKeys", "GET", "/apikeys"),
        Gateway("GetApiKey", "GET", "/apikeys/{key}"),
        Gateway("UpdateApiKey", "PATCH", "/apikeys/{key}", "{}"),
        Gateway("DeleteApiKey", "DELETE", "/apikeys/{key}"),
        Gateway("CreateUsagePlan", "POST", "/usageplans", """{"name":"n","tags":{"a":"b"}}""", ("apigateway:PUT", Tags + "usageplans%2F*")),
        Gateway("GetUsagePlans", "GET", "/usageplans"),
        Gateway("GetUsagePlan", "GET", "/usageplans/{plan}"),
        Gateway("UpdateUsagePlan", "PATCH", "/usageplans/{plan}", "{}"),
        Gateway("DeleteUsagePlan", "DELETE", "/usageplans/{plan}"),
        Gateway("CreateUsagePlanKey", "POST", "/usageplans/{otherPlan}/keys", """{"keyId":"{key}","keyType":"API_KEY"}"""),
        Gateway("GetUsagePlanKeys", "GET", "/usageplans/{plan}/keys"),
        Gateway("GetUsagePlanKey", "GET", "/usageplans/{plan}/keys/{key}"),
        Gateway("DeleteUsagePlanKey", "DELETE", "/usageplans/{plan}/keys/{key}"),
        Gateway("GetUsage", "GET", "/usageplans/{plan}/usage?endDate={today}&startDate={today}"),
        Gateway("UpdateUsage", "PATCH", "/usageplans/{plan}/keys/{key}/usage", """{"patchOperations":[{"op":"replace","path":"/remaining","value":"5"}]}"""),
        Gateway("CreateRestApi", "POST", "/restapis", """{"name":"n","tags":{"a":"b"}}""", ("apigateway:PUT", Tags + "restapis%2F*")),
        Gateway("GetRestApis", "GET", "/restapis"),
        Gateway("GetRestApi", "GET", "/restapis/{api}"),
        Gateway("DeleteRestApi", "DELETE", "/restapis/{api}"),
        Gateway("GetStages", "GET", "/restapis/{api}/stages"),
        Gateway("GetStage", "GET", "/restapis/{api}/stages/prod"),
        Gateway("DeleteStage", "DELETE", "/restapis/{api}/stages/prod"),
        Gateway("CreateDeployment", "POST", "/restapis/{api}/deployments", "{}"),
        Gateway("CreateStage", "POST", "/restapis/{api}/stages", """{"stageName":"test","deploymentId":"{deployment}","tags":{"a":"b"}}""", ("apigateway:PUT", Tags + "restapis%2F{api}%2Fstages%2F*")),
        Gateway("ImportRestApi", "POST", "/restapis?mode=import", """{"openapi":"3.0.1","info":{"title":"n"},"paths":{}}"""),
        Gateway("PutRestApi", "PUT", "/restapis/{api}", """{"openapi":"3.0.1","info":{"title":"n"},"paths":{}}"""),
        Gateway("UpdateRestApi", "PATCH", "/restapis/{api}", "{}"),
        Gateway("UpdateStage", "PATCH", "/restapis/{api}/stages/prod", "{}"),
        Gateway("GetDeployments", "GET", "/restapis/{api}/deployments"),
        Gateway("GetDeployment", "GET", "/restapis/{api}/deployments/{deployment}"),
        Gateway("DeleteDeployment", "DELETE", "/restapis/{api}/deployments/{oldDeployment}"),
        Gateway("GetResources", "GET", "/restapis/{api}/resources"),
        Gateway("GetResource", "GET", "/restapis/{api}/resources/{root}"),
        Gateway("CreateResource", "POST", "/restapis/{api}/resources/{root}", """{"pathPart":"a"}"""),
        Gateway("PutMethod", "PUT", "/restapis/{api}/resources/{root}/methods/GET", """{"authorizationType":"NONE"}"""),
        Gateway("GetMethod", "GET", "/restapis/{api}/resources/{root}/methods/ANY"),
        Gateway("PutMethodResponse", "PUT", "/restapis/{api}/resources/{root}/methods/ANY/responses/201", "{}"),
        Gateway("PutIntegration", "PUT", "/restapis/{api}/resources/{root}/methods/ANY/integration", """{"type":"MOCK"}"""),
        Gateway("PutIntegrationResponse", "PUT", "/restapis/{api}/resources/{root}/methods/ANY/integration/responses/201", "{}"),
        Gateway("GetTags", "GET", "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fapikeys%2F{key}"),
        Gateway("TagResource", "PUT", "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fapikeys%2F{key}", """{"tags":{"a":"b"}}""", ("apigateway:PATCH", Region + "/apikeys/{key}")),
        Gateway("UntagResource", "DELETE", "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fapikeys%2F{key}?tagKeys=a"),

        OnFunction("Invoke", "lambda:InvokeFunction", "POST", "/invocations", "{}"),
        OnFunction("GetFunction", "lambda:GetFunction", "GET", ""),
        OnFunction("GetFunctionConfiguration", "lambda:GetFunctionConfiguration", "GET", "/configuration"),
        OnFunction("GetPolicy", "lambda:GetPolicy", "GET", "/policy"),
        OnFunction("AddPermission", "lambda:AddPermission", "POST", "/policy", """{"StatementId":"s2","Action":"lambda:InvokeFunction","Principal":"x.amazonaws.com"}"""),
        OnFunction("RemovePermission", "lambda:RemovePermission", "DELETE", "/policy/s"),

        OnSchedule("CreateSchedule", "POST", "new", Schedule, ("iam:PassRole", ScheduleRole)),
        OnSchedule("GetSchedule", "GET", "check"),
        OnSchedule("UpdateSchedule", "PUT", "check", Schedule, ("iam:PassRole", ScheduleRole)),
        OnSchedule("DeleteSchedule", "DELETE", "check"),
    ];

    public static TheoryData<string> Calls => [.. Scenarios.Select(scenario => $"{scenario.Service} {scenario.Operation}")];

    [Fact]
    public void Every_row_of_the_table_is_walked() => Assert.Equal(
        RequiredActions.All.Select(row => $"{row.Service} {row.Operation} {row.Action}").Order(StringComparer.Ordinal),
        Scenarios.SelectMany(scenario => scenario.Needs.Select(need => $"{scenario.Service} {scenario.Operation} {need.Action}")).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_call_passes_with_each_action_of_the_table_and_not_without_one(string call)
    {
        var scenario = Scenarios.Single(scenario => $"{scenario.Service} {scenario.Operation}" == call);
        await using var aws = EmbeddedAws.Create();
        var ids = await FillAsync(aws);
        var caller = new RoleCaller(aws);
        (string Action, string Resource)[] needs = [.. scenario.Needs.Select(need => (need.Action, Fill(need.Resource, ids)))];

        for (var left = 0; left < needs.Length; left++)
        {
            var (action, resource) = needs[left];
            (string, string)[] others = [.. needs[..left], .. needs[(left + 1)..]];
            var elsewhere = resource is "*" ? "arn:aws:secretsmanager:*:*:*" : resource + "-other";
            Assert.True((await RunAsync(others)).IsDenied, $"It passes without {action}.");
            Assert.True((await RunAsync([.. others, (action, elsewhere)])).IsDenied, $"It passes with {action} on another resource.");
            Assert.True((await RunAsync([.. others, ("other:Action", resource)])).IsDenied, $"It passes with another action than {action}.");
        }

        var answer = await RunAsync(needs);
        Assert.True(answer.IsSuccess, $"{answer.Code}: {answer.Message}");

        Task<Answer> RunAsync((string Action, string Resource)[] allowed)
        {
            var statements = allowed.Select(need => $$""" "Effect":"Allow","Action":"{{need.Action}}","Resource":"{{need.Resource}}" """);
            caller.With(RoleCaller.Document([.. statements, """ "Effect":"Allow","Action":"none:None","Resource":"*" """]));
            return caller.CallAsync(scenario.Service, scenario.Method, Fill(scenario.Path, ids), Fill(scenario.Body, ids), scenario.Service is "secretsmanager" ? scenario.Operation : null);
        }
    }

    [Theory]
    [InlineData("secretsmanager", "CreateSecret", """{"Name":"new","KmsKeyId":"k-1"}""", "secretsmanager:CreateSecret")]
    [InlineData("secretsmanager", "CreateSecret", """{"Name":"new","SecretString":"v","ClientRequestToken":"22222222-2222-2222-2222-222222222222","Tags":[]}""", "secretsmanager:CreateSecret")]
    [InlineData("secretsmanager", "UpdateSecret", """{"SecretId":"payments","Description":"d"}""", "secretsmanager:UpdateSecret")]
    [InlineData("secretsmanager", "BatchGetSecretValue", """{"SecretIdList":["copied"]}""", "secretsmanager:*GetSecretValue")]
    [InlineData("apigateway", "POST", """{"name":"n","tags":{}}""", "apigateway:POST")]
    public async Task An_action_is_not_needed_without_what_makes_it_so(string service, string operation, string body, string action)
    {
        await using var aws = EmbeddedAws.Create();
        await FillAsync(aws);
        var caller = new RoleCaller(aws).With(RoleCaller.Allow(action));

        var answer = service is "apigateway" ? await caller.CallAsync(service, operation, "/apikeys", body) : await caller.CallAsync(operation, body);

        Assert.True(answer.IsSuccess, $"{answer.Code}: {answer.Message}");
    }

    [Fact]
    public async Task A_batch_is_denied_for_each_secret_that_may_not_be_read()
    {
        await using var aws = EmbeddedAws.Create();
        var ids = await FillAsync(aws);
        var caller = new RoleCaller(aws).With(RoleCaller.Document(
            """ "Effect":"Allow","Action":["secretsmanager:BatchGetSecretValue","kms:*"],"Resource":"*" """,
            $$""" "Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"{{ids["secret"]}}" """));

        Assert.True((await caller.CallAsync("BatchGetSecretValue", """{"SecretIdList":["payments"]}""")).IsSuccess);
        Assert.True((await caller.CallAsync("BatchGetSecretValue", """{"SecretIdList":["payments","copied"]}""")).IsDenied);
    }

    private static Scenario Secrets(string operation, string body, params (string, string)[] needs) => new("secretsmanager", operation, "POST", "/", body, needs);

    private static Scenario OnSecret(string operation, string more = "", params (string, string)[] needs) =>
        Secrets(operation, "{\"SecretId\":\"payments\"" + more + "}", [("secretsmanager:" + operation, "{secret}"), .. needs]);

    private static Scenario Gateway(string operation, string method, string path, string body = "", params (string, string)[] needs) =>
        new("apigateway", operation, method, path, body, [("apigateway:" + method, Region + path.Split('?')[0]), .. needs]);

    private static Scenario OnFunction(string operation, string action, string method, string path, string body = "") =>
        new("lambda", operation, method, Functions + path, body, [(action, Function)]);

    private static Scenario OnSchedule(string operation, string method, string name, string body = "", params (string, string)[] needs) =>
        new("scheduler", operation, method, "/schedules/" + name, body, [("scheduler:" + operation, "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/" + name), .. needs]);

    private static string Fill(string text, Dictionary<string, string> ids) =>
        ids.Aggregate(text, (filled, id) => filled.Replace($"{{{id.Key}}}", id.Value, StringComparison.Ordinal));

    private static async Task<Dictionary<string, string>> FillAsync(EmbeddedAws aws)
    {
        var function = aws.Lambda.Register("rotate", invocation => Task.FromResult(invocation.Payload));
        aws.Lambda.AddPermission(new() { FunctionName = "rotate", StatementId = "s", Action = "lambda:InvokeFunction", Principal = "secretsmanager.amazonaws.com" });
        var secret = aws.SecretsManager.CreateSecret(new() { Name = "payments", KmsKeyId = "k-1", SecretString = "v", ClientRequestToken = Version });
        var copied = aws.SecretsManager.CreateSecret(new() { Name = "copied", AddReplicaRegions = [new("us-east-1")] });
        aws.SecretsManager.ReplicationLag = TimeSpan.Zero;
        var elsewhere = aws.In("us-east-1").SecretsManager.CreateSecret(new() { Name = "orders", AddReplicaRegions = [new("eu-west-1")] });
        aws.SecretsManager.RotateSecret(new() { SecretId = "payments", ClientRequestToken = Guid.NewGuid().ToString(), RotationLambdaArn = function, RotateImmediately = false });
        await aws.SecretsManager.SettledAsync();
        aws.Iam.CreateRole("schedules", """{"Statement":{"Effect":"Allow","Principal":{"Service":"scheduler.amazonaws.com"},"Action":"sts:AssumeRole"}}""");
        aws.Scheduler.CreateSchedule(new()
        {
            Name = "check",
            ScheduleExpression = "cron(0 6 * * ? *)",
            FlexibleTimeWindow = new("OFF"),
            Target = new() { Arn = Function, RoleArn = ScheduleRole },
        });
        var key = aws.ApiGateway.CreateApiKey(new());
        var plan = aws.ApiGateway.CreateUsagePlan(new() { Name = "plan", Quota = new(10, 0, "DAY") });
        var otherPlan = aws.ApiGateway.CreateUsagePlan(new() { Name = "other" });
        aws.ApiGateway.CreateUsagePlanKey(new() { UsagePlanId = plan.Id, KeyId = key.Id });
        var api = aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document });
        var oldDeployment = aws.ApiGateway.CreateDeployment(new() { RestApiId = api.Id });
        var deployment = aws.ApiGateway.CreateDeployment(new() { RestApiId = api.Id, StageName = "prod" });
        return new()
        {
            ["secret"] = secret.Arn,
            ["copied"] = copied.Arn,
            ["replica"] = elsewhere.Arn.Replace("us-east-1", "eu-west-1", StringComparison.Ordinal),
            ["key"] = key.Id,
            ["plan"] = plan.Id,
            ["otherPlan"] = otherPlan.Id,
            ["api"] = api.Id,
            ["root"] = api.RootResourceId,
            ["oldDeployment"] = oldDeployment.Id,
            ["deployment"] = deployment.Id,
            ["today"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    private sealed record Scenario(string Service, string Operation, string Method, string Path, string Body, (string Action, string Resource)[] Needs);
}
