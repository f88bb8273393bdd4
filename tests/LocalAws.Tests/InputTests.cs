namespace LocalAws.Tests;

/// <summary>What a raw request lacks or breaks, also inside its structures and lists: clients check none of it here.</summary>
public sealed class InputTests
{
    private const string Token = "11111111-1111-1111-1111-111111111111";
    private const string NotNull = "failed to satisfy constraint: Member must not be null";

    public static TheoryData<string, string, string, string?> SecretsManager => new()
    {
        // Optional in the model.
        { "TagResource", """{"SecretId":"payments","Tags":[{"Key":"team"},{"Value":"v"}]}""", "InvalidParameterException", null },
        { "TagResource", """{"SecretId":"payments","Tags":[{"Key":null}]}""", "InvalidParameterException", null },
        { "CreateSecret", """{"Name":"new","Tags":[{}]}""", "InvalidParameterException", null },
        { "CreateSecret", """{"Name":"new","AddReplicaRegions":[{}]}""", "InvalidParameterException", "Invalid replica region." },
        { "ReplicateSecretToRegions", """{"SecretId":"payments","AddReplicaRegions":[{"KmsKeyId":"k"}]}""", "InvalidParameterException", "Invalid replica region." },
        { "TagResource", """{"Tags":[{}]}""", "ValidationException", $"1 validation error detected: Value null at 'secretId' {NotNull}" },
        { "UpdateSecretVersionStage", "{}", "ValidationException", $"2 validation errors detected: Value null at 'secretId' {NotNull}; Value null at 'versionStage' {NotNull}" },

        { "TagResource", """{"SecretId":"payments","Tags":[{"Key":"team"},{"Key":""}]}""", "ValidationException",
            "1 validation error detected: Value at 'tags.2.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1" },
        { "ReplicateSecretToRegions", """{"SecretId":"payments","AddReplicaRegions":[{"Region":"us-east-1"},{"Region":"Frankfurt"}]}""", "ValidationException",
            @"1 validation error detected: Value 'Frankfurt' at 'addReplicaRegions.2.member.region' failed to satisfy constraint: Member must satisfy regular expression pattern: ^([a-z]+-)+\d+$" },
        { "ReplicateSecretToRegions", """{"SecretId":"payments","AddReplicaRegions":[{"Region":"us-east-1\n"}]}""", "ValidationException", null },
        { "RemoveRegionsFromReplication", """{"SecretId":"payments","RemoveReplicaRegions":["us-east-1","x"]}""", "ValidationException",
            "1 validation error detected: Value '[us-east-1, x]' at 'removeReplicaRegions' failed to satisfy constraint: Member must satisfy constraint: "
            + @"[Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ^([a-z]+-)+\d+$]" },
        { "UntagResource", """{"SecretId":"payments","TagKeys":[""]}""", "ValidationException",
            "1 validation error detected: Value '[]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: "
            + "[Member must have length less than or equal to 128, Member must have length greater than or equal to 1]" },
        { "PutSecretValue", $$"""{"SecretId":"payments","SecretString":"v","ClientRequestToken":"{{Token}}","VersionStages":["a",""]}""", "ValidationException", null },
        { "BatchGetSecretValue", """{"SecretIdList":[""]}""", "ValidationException", null },
        { "ListSecrets", """{"Filters":[{"Key":"name","Values":["#"]}]}""", "ValidationException", null },

        // A list that holds null.
        { "TagResource", """{"SecretId":"payments","Tags":[null]}""", "SerializationException", null },
        { "UntagResource", """{"SecretId":"payments","TagKeys":[null]}""", "SerializationException", null },
        { "PutSecretValue", $$"""{"SecretId":"payments","SecretString":"v","ClientRequestToken":"{{Token}}","VersionStages":[null]}""", "SerializationException", null },
        { "BatchGetSecretValue", """{"SecretIdList":[null]}""", "SerializationException", null },
        { "ListSecrets", """{"Filters":[{"Key":"name","Values":[null]}]}""", "SerializationException", null },
        { "ReplicateSecretToRegions", """{"SecretId":"payments","AddReplicaRegions":[null]}""", "SerializationException", null },
    };

    [Theory, MemberData(nameof(SecretsManager))]
    public async Task Secrets_Manager_names_what_is_wrong(string operation, string input, string code, string? text)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();

        var (response, body) = await account.SendAsync(HttpMethod.Post, "/", input, "secretsmanager", "secretsmanager." + operation);

        Assert.Equal((400, code), ((int)response.StatusCode, body.GetProperty("__type").GetString()));
        Assert.Equal(text ?? body.GetProperty("Message").GetString(), body.GetProperty("Message").GetString());
    }

    [Theory]
    [InlineData("POST", "/usageplans", "{}", "ValidationException", "createUsagePlanInput.name")]
    [InlineData("POST", "/usageplans", """{"name":null}""", "ValidationException", "createUsagePlanInput.name")]
    [InlineData("POST", "/usageplans", """{"name":"p","apiStages":[null]}""", "SerializationException", null)]
    [InlineData("POST", "/usageplans", """{"name":"p","tags":{"a":null}}""", "SerializationException", null)]
    [InlineData("POST", "/usageplans/{plan}/keys", """{"keyType":"API_KEY"}""", "ValidationException", "createUsagePlanKeyInput.keyId")]
    [InlineData("POST", "/usageplans/{plan}/keys", """{"keyId":"{key}"}""", "ValidationException", "createUsagePlanKeyInput.keyType")]
    [InlineData("POST", "/usageplans/{plan}/keys", """{"keyId":"{key}","keyType":"JWT"}""", "BadRequestException", null)]
    [InlineData("PATCH", "/usageplans/{plan}", """{"patchOperations":[null]}""", "SerializationException", null)]
    [InlineData("POST", "/apikeys", """{"tags":{"a":null}}""", "SerializationException", null)]
    [InlineData("PATCH", "/apikeys/{key}", """{"patchOperations":[null]}""", "SerializationException", null)]
    [InlineData("PUT", "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fapikeys%2F{key}", "{}", "ValidationException", "tagResourceInput.tags")]
    public async Task API_Gateway_names_what_is_wrong(string method, string path, string input, string code, string? missing)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (key, plan) = ((await account.CreateKeyAsync()).Id, await account.CreatePlanAsync());

        string Filled(string text) => text.Replace("{key}", key, StringComparison.Ordinal).Replace("{plan}", plan, StringComparison.Ordinal);
        var (response, body) = await account.SendAsync(new HttpMethod(method), Filled(path), Filled(input));

        Assert.Equal((400, code), ((int)response.StatusCode, response.Headers.GetValues("x-amzn-ErrorType").Single()));
        var text = body.GetProperty("message").GetString();
        Assert.Equal(missing is null ? text : $"1 validation error detected: Value null at '{missing}' {NotNull}", text);
    }

    [Theory]
    [InlineData("""{"Action":"lambda:InvokeFunction"}""", "2 validation errors detected: Value null at 'statementId' {0}; Value null at 'principal' {0}")]
    [InlineData("""{"StatementId":"s","Action":null,"Principal":"x.amazonaws.com"}""", "1 validation error detected: Value null at 'action' {0}")]
    [InlineData("""{"StatementId":"s","Action":"lambda:InvokeFunction","Principal":""}""",
        @"1 validation error detected: Value '' at 'principal' failed to satisfy constraint: Member must satisfy regular expression pattern: [^\s]+")]
    [InlineData("""{"StatementId":"s","Action":"lambda:InvokeFunction","Principal":"x.amazonaws.com","SourceAccount":"12345678901"}""",
        @"1 validation error detected: Value '12345678901' at 'sourceAccount' failed to satisfy constraint: Member must satisfy regular expression pattern: \d{{12}}")]
    [InlineData("""{"StatementId":"s","Action":"lambda:InvokeFunction","Principal":"x.amazonaws.com","SourceArn":"rule/daily"}""",
        @"1 validation error detected: Value 'rule/daily' at 'sourceArn' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{{2}}(-gov)?-[a-z]+-\d{{1}})?:(\d{{12}})?:(.*)")]
    public async Task Lambda_names_what_is_wrong(string input, string text)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        account.Aws.Lambda.Register("rotate", _ => Task.FromResult(ReadOnlyMemory<byte>.Empty));

        var (response, body) = await account.SendAsync(HttpMethod.Post, "/2015-03-31/functions/rotate/policy", input, "lambda");

        Assert.Equal((400, "ValidationException"), ((int)response.StatusCode, response.Headers.GetValues("x-amzn-ErrorType").Single()));
        Assert.Equal(string.Format(System.Globalization.CultureInfo.InvariantCulture, text, NotNull), body.GetProperty("message").GetString());
    }
}
