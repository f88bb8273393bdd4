namespace LocalAws.Tests.Iam;

/// <summary>Which condition keys a call carries.</summary>
public sealed class ConditionKeyTests
{
    private const string FunctionArn = "arn:aws:lambda:eu-west-1:123456789012:function:rotate";
    private const string Version = "11111111-1111-1111-1111-111111111111";

    // The secret is tagged team=payments, has the function as its own and a customer's key; condition of GetSecretValue unless another operation is named.
    [Theory]
    [InlineData("GetSecretValue", "", """{"StringEquals":{"aws:ResourceTag/team":"payments"}}""", true)]
    [InlineData("GetSecretValue", "", """{"StringEquals":{"aws:ResourceTag/team":"orders"}}""", false)]
    [InlineData("GetSecretValue", "", """{"StringEquals":{"AWS:resourcetag/team":"payments"}}""", true)]
    [InlineData("GetSecretValue", "", """{"StringEquals":{"secretsmanager:ResourceTag/team":"payments"}}""", true)]
    [InlineData("GetSecretValue", "", """{"StringEquals":{"secretsmanager:ResourceTag/team":"orders"}}""", false)]
    [InlineData("GetSecretValue", "", """{"ArnEquals":{"secretsmanager:resource/AllowRotationLambdaArn":"arn:aws:lambda:eu-west-1:123456789012:function:rotate"}}""", true)]
    [InlineData("GetSecretValue", "", """{"ArnEquals":{"secretsmanager:resource/AllowRotationLambdaArn":"arn:aws:lambda:eu-west-1:123456789012:function:other"}}""", false)]
    [InlineData("GetSecretValue", ""","VersionStage":"AWSCURRENT" """, """{"StringEquals":{"secretsmanager:VersionStage":"AWSCURRENT"}}""", true)]
    [InlineData("GetSecretValue", "", """{"StringEquals":{"secretsmanager:VersionStage":"AWSCURRENT"}}""", false)]
    [InlineData("GetSecretValue", ""","VersionId":"11111111-1111-1111-1111-111111111111" """, """{"StringEquals":{"secretsmanager:VersionId":"11111111-1111-1111-1111-111111111111"}}""", true)]
    [InlineData("GetSecretValue", ""","VersionId":"11111111-1111-1111-1111-111111111111" """, """{"StringEquals":{"secretsmanager:VersionId":"other"}}""", false)]
    [InlineData("GetSecretValue", "", """{"StringEquals":{"secretsmanager:SecretId":"payments"}}""", true)]
    [InlineData("GetSecretValue", "", """{"StringEquals":{"secretsmanager:SecretId":"orders"}}""", false)]
    [InlineData("GetSecretValue", "", """{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/caller"}}""", true)]
    [InlineData("GetSecretValue", "", """{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/other"}}""", false)]
    [InlineData("GetSecretValue", "", """{"Bool":{"aws:SecureTransport":"true"}}""", true)]
    [InlineData("GetSecretValue", "", """{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}""", true)]
    [InlineData("GetSecretValue", "", """{"Null":{"aws:SourceAccount":"true","aws:SourceArn":"true","aws:RequestTag/team":"true","aws:TagKeys":"true","kms:ViaService":"true"}}""", true)]
    [InlineData("TagResource", ""","Tags":[{"Key":"team","Value":"payments"},{"Key":"a","Value":"b"}]""", """{"StringEquals":{"aws:RequestTag/team":"payments"}}""", true)]
    [InlineData("TagResource", ""","Tags":[{"Key":"team","Value":"orders"}]""", """{"StringEquals":{"aws:RequestTag/team":"payments"}}""", false)]
    [InlineData("TagResource", ""","Tags":[{"Key":"team","Value":"x"},{"Key":"a","Value":"b"}]""", """{"ForAllValues:StringEquals":{"aws:TagKeys":["team","a"]}}""", true)]
    [InlineData("TagResource", ""","Tags":[{"Key":"team","Value":"x"},{"Key":"c","Value":"b"}]""", """{"ForAllValues:StringEquals":{"aws:TagKeys":["team","a"]}}""", false)]
    [InlineData("UntagResource", ""","TagKeys":["team"]""", """{"ForAnyValue:StringEquals":{"aws:TagKeys":["team"]}}""", true)]
    [InlineData("UntagResource", ""","TagKeys":["team"]""", """{"Null":{"aws:RequestTag/team":"true"}}""", true)]
    [InlineData("UpdateSecretVersionStage", ""","VersionStage":"mine","MoveToVersionId":"11111111-1111-1111-1111-111111111111" """, """{"StringEquals":{"secretsmanager:VersionStage":"mine"}}""", true)]
    [InlineData("PutSecretValue", ""","SecretString":"v","ClientRequestToken":"22222222-2222-2222-2222-222222222222","VersionStages":["AWSPENDING"]""", """{"Null":{"secretsmanager:VersionStage":"true"}}""", true)]
    [InlineData("PutResourcePolicy", ""","BlockPublicPolicy":true,"ResourcePolicy":"{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":{\"Service\":\"x\"},\"Action\":\"*\",\"Resource\":\"*\"}}" """, """{"Bool":{"secretsmanager:BlockPublicPolicy":"true"}}""", true)]
    [InlineData("PutResourcePolicy", ""","BlockPublicPolicy":false,"ResourcePolicy":"{}" """, """{"Bool":{"secretsmanager:BlockPublicPolicy":"true"}}""", false)]
    [InlineData("PutResourcePolicy", ""","ResourcePolicy":"{}" """, """{"Bool":{"secretsmanager:BlockPublicPolicy":"true"}}""", false)]
    [InlineData("RotateSecret", ""","RotateImmediately":false,"ClientRequestToken":"22222222-2222-2222-2222-222222222222" """, """{"Bool":{"secretsmanager:RotateImmediately":"false"}}""", true)]
    public async Task Secrets_Manager(string operation, string more, string condition, bool allowed)
    {
        await using var aws = EmbeddedAws.Create();
        await CreateSecretAsync(aws);
        var caller = new RoleCaller(aws).With(RoleCaller.Allow("secretsmanager:" + operation, "*", condition));
        aws.Iam.PutRolePolicy("caller", "others", RoleCaller.Document(
            """ "Effect":"Allow","Action":["kms:*","lambda:InvokeFunction"],"Resource":"*" """));

        var answer = await caller.CallAsync(operation, "{\"SecretId\":\"payments\"" + more + "}");

        Assert.Equal((allowed, !allowed), (answer.IsSuccess, answer.IsDenied));
    }

    [Theory]
    [InlineData("StringEquals", "kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com", true)]
    [InlineData("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com", false)]
    [InlineData("ArnLike", "kms:EncryptionContext:SecretARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:payments-??????", true)]
    [InlineData("ArnLike", "kms:EncryptionContext:SecretARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-??????", false)]
    public async Task Kms(string operatorName, string key, string value, bool allowed)
    {
        await using var aws = EmbeddedAws.Create();
        await CreateSecretAsync(aws);
        var caller = new RoleCaller(aws).With(RoleCaller.Allow("kms:Decrypt", "*", $$$"""{"{{{operatorName}}}":{"{{{key}}}":"{{{value}}}"}}"""));
        aws.Iam.PutRolePolicy("caller", "secret", RoleCaller.Allow("secretsmanager:GetSecretValue"));

        var answer = await caller.CallAsync("GetSecretValue", """{"SecretId":"payments"}""");

        Assert.Equal(allowed ? new Answer(200, null, null) : new Answer(400, "AccessDeniedException", "Access to KMS is not allowed"), answer);
    }

    // The API is tagged team=orders and step=1, its stage step=2.
    [Theory]
    [InlineData("", "team", "orders", true)]
    [InlineData("", "step", "1", true)]
    [InlineData("/resources", "team", "orders", true)]
    [InlineData("/resources", "team", "payments", false)]
    [InlineData("/deployments", "step", "1", true)]
    [InlineData("/stages/prod", "team", "orders", true)]
    [InlineData("/stages/prod", "step", "2", true)]
    [InlineData("/stages/prod", "step", "1", false)]
    public async Task What_is_under_a_rest_api_has_its_tags(string path, string key, string value, bool allowed)
    {
        await using var aws = EmbeddedAws.Create();
        var api = aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document }).Id;
        aws.ApiGateway.CreateDeployment(new() { RestApiId = api, StageName = "prod" });
        var arn = $"arn:aws:apigateway:eu-west-1::/restapis/{api}";
        aws.ApiGateway.TagResource(new() { ResourceArn = arn, Tags = new Dictionary<string, string> { ["team"] = "orders", ["step"] = "1" } });
        aws.ApiGateway.TagResource(new() { ResourceArn = arn + "/stages/prod", Tags = new Dictionary<string, string> { ["step"] = "2" } });
        var caller = new RoleCaller(aws).With(RoleCaller.Allow("apigateway:GET", "*", $$$"""{"StringEquals":{"aws:ResourceTag/{{{key}}}":"{{{value}}}"}}"""));

        var answer = await caller.CallAsync("apigateway", "GET", $"/restapis/{api}{path}");

        Assert.Equal((allowed, !allowed), (answer.IsSuccess, answer.IsDenied));
        Assert.Equal(["step"], aws.ApiGateway.GetTags(arn + "/stages/prod").Tags.Keys);
    }

    [Fact]
    public async Task A_secret_without_a_rotation_function_has_no_AllowRotationLambdaArn()
    {
        await using var aws = EmbeddedAws.Create();
        aws.SecretsManager.CreateSecret(new() { Name = "plain" });
        var caller = new RoleCaller(aws).With(RoleCaller.Allow("*", "*", """{"ArnLike":{"secretsmanager:resource/AllowRotationLambdaArn":"arn:*:*:*:*:*"}}"""));

        Assert.True((await caller.CallAsync("DescribeSecret", """{"SecretId":"plain"}""")).IsDenied);
    }

    // The key and the plan are tagged team=payments.
    [Theory]
    [InlineData("GET", "/apikeys/{key}", "", """{"StringEquals":{"aws:ResourceTag/team":"payments"}}""", true)]
    [InlineData("GET", "/apikeys/{key}", "", """{"StringEquals":{"aws:ResourceTag/team":"orders"}}""", false)]
    [InlineData("DELETE", "/apikeys/{key}", "", """{"StringEquals":{"aws:ResourceTag/team":"payments"}}""", true)]
    [InlineData("GET", "/apikeys/{untagged}", "", """{"StringEquals":{"aws:ResourceTag/team":"payments"}}""", false)]
    [InlineData("GET", "/apikeys/unknown", "", """{"StringEquals":{"aws:ResourceTag/team":"payments"}}""", false)]
    [InlineData("GET", "/apikeys", "", """{"StringEquals":{"aws:ResourceTag/team":"payments"}}""", false)]
    [InlineData("GET", "/usageplans/{plan}", "", """{"StringEquals":{"aws:ResourceTag/team":"payments"}}""", true)]
    [InlineData("GET", "/usageplans/{plan}/keys", "", """{"StringEquals":{"aws:ResourceTag/team":"payments"}}""", true)]
    [InlineData("POST", "/usageplans/{plan}/keys", """{"keyId":"{untagged}","keyType":"API_KEY"}""", """{"StringEquals":{"aws:ResourceTag/team":"payments"}}""", true)]
    [InlineData("GET", "/usageplans/{plan}/keys/{key}", "", """{"StringEquals":{"aws:ResourceTag/team":"payments"}}""", true)]
    [InlineData("GET", "/usageplans/{plan}/keys/{key}", "", """{"StringEquals":{"aws:ResourceTag/team":"orders"}}""", false)]
    [InlineData("POST", "/apikeys", """{"tags":{"team":"payments"}}""", """{"StringEquals":{"aws:RequestTag/team":"payments"}}""", true)]
    [InlineData("POST", "/apikeys", """{"tags":{"team":"orders"}}""", """{"StringEquals":{"aws:RequestTag/team":"payments"}}""", false)]
    [InlineData("POST", "/apikeys", "{}", """{"StringEquals":{"aws:RequestTag/team":"payments"}}""", false)]
    [InlineData("POST", "/apikeys", """{"tags":{"team":"payments","a":"b"}}""", """{"ForAllValues:StringEquals":{"aws:TagKeys":"team"}}""", false)]
    [InlineData("GET", "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fapikeys%2F{key}", "", """{"Null":{"aws:ResourceTag/team":"true"}}""", true)]
    [InlineData("DELETE", "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fapikeys%2F{key}?tagKeys=team", "", """{"ForAnyValue:StringEquals":{"aws:TagKeys":"team"}}""", true)]
    public async Task Api_Gateway(string method, string path, string body, string condition, bool allowed)
    {
        await using var aws = EmbeddedAws.Create();
        var tags = new Dictionary<string, string> { ["team"] = "payments" };
        var key = aws.ApiGateway.CreateApiKey(new() { Tags = tags });
        var untagged = aws.ApiGateway.CreateApiKey(new());
        var plan = aws.ApiGateway.CreateUsagePlan(new() { Name = "plan", Tags = tags });
        aws.ApiGateway.CreateUsagePlanKey(new() { UsagePlanId = plan.Id, KeyId = key.Id });
        var caller = new RoleCaller(aws).With(RoleCaller.Allow("apigateway:*", "*", condition));

        var answer = await caller.CallAsync("apigateway", method, Fill(path), Fill(body));

        Assert.Equal((allowed, !allowed), (answer.IsSuccess, answer.IsDenied));

        string Fill(string text) => text.Replace("{key}", key.Id, StringComparison.Ordinal)
            .Replace("{untagged}", untagged.Id, StringComparison.Ordinal).Replace("{plan}", plan.Id, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PATCH", "/apikeys/{key}", false)]
    [InlineData("DELETE", "/apikeys/{key}", false)]
    [InlineData("DELETE", "/usageplans/{plan}/keys/{key}", true)]
    public async Task API_keys_may_lack_the_keys_of_their_tags(string method, string path, bool allowed)
    {
        await using var aws = EmbeddedAws.Create(new EmbeddedAwsOptions { Unknowns = new UnknownBehaviours { KeysLackTagConditions = true } });
        var tags = new Dictionary<string, string> { ["team"] = "payments" };
        var key = aws.ApiGateway.CreateApiKey(new() { Tags = tags });
        var plan = aws.ApiGateway.CreateUsagePlan(new() { Name = "plan", Tags = tags });
        aws.ApiGateway.CreateUsagePlanKey(new() { UsagePlanId = plan.Id, KeyId = key.Id });
        var caller = new RoleCaller(aws).With(RoleCaller.Allow("apigateway:*", "*", """{"StringEquals":{"aws:ResourceTag/team":"payments"}}"""));

        var answer = await caller.CallAsync(
            "apigateway", method, path.Replace("{key}", key.Id, StringComparison.Ordinal).Replace("{plan}", plan.Id, StringComparison.Ordinal), method is "PATCH" ? """{"patchOperations":[]}""" : "");

        Assert.Equal((allowed, !allowed), (answer.IsSuccess, answer.IsDenied));
    }

    private static async Task CreateSecretAsync(EmbeddedAws aws)
    {
        aws.Lambda.Register("rotate", invocation => Task.FromResult(invocation.Payload));
        aws.Lambda.AddPermission(new() { FunctionName = "rotate", StatementId = "s", Action = "lambda:InvokeFunction", Principal = "secretsmanager.amazonaws.com" });
        aws.SecretsManager.CreateSecret(new()
        {
            Name = "payments",
            KmsKeyId = "k-1",
            SecretString = "v",
            ClientRequestToken = Version,
            Tags = [new("team", "payments")],
        });
        aws.SecretsManager.RotateSecret(new()
        {
            SecretId = "payments",
            ClientRequestToken = Guid.NewGuid().ToString(),
            RotationLambdaArn = FunctionArn,
            RotateImmediately = false,
        });
        await aws.SecretsManager.SettledAsync();
    }
}
