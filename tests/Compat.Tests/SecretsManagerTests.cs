using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Compat.Tests;

public class SecretsManagerTests
{
    private const string Token = "11111111-1111-1111-1111-111111111111";

    /// <summary>Each operation with the body that the service's reference gives for it.</summary>
    private static readonly Dictionary<string, Case> Operations = new()
    {
        ["CancelRotateSecret"] = new(
            async client => await client.CancelRotateSecretAsync(new() { SecretId = "s" }),
            """{"SecretId":"s"}"""),
        ["CreateSecret"] = new(
            async client => await client.CreateSecretAsync(new()
            {
                Name = "s",
                ClientRequestToken = Token,
                Description = "d",
                KmsKeyId = "k",
                SecretString = "v",
                Tags = [new() { Key = "a", Value = "b" }],
                AddReplicaRegions = [new() { Region = "eu-west-2" }],
                ForceOverwriteReplicaSecret = false,
            }),
            $$"""
            {"Name":"s","ClientRequestToken":"{{Token}}","Description":"d","KmsKeyId":"k","SecretString":"v",
             "Tags":[{"Key":"a","Value":"b"}],"AddReplicaRegions":[{"Region":"eu-west-2"}],"ForceOverwriteReplicaSecret":false}
            """),
        ["DeleteResourcePolicy"] = new(
            async client => await client.DeleteResourcePolicyAsync(new() { SecretId = "s" }),
            """{"SecretId":"s"}"""),
        ["DeleteSecret"] = new(
            async client => await client.DeleteSecretAsync(new() { SecretId = "s", RecoveryWindowInDays = 7 }),
            """{"SecretId":"s","RecoveryWindowInDays":7}"""),
        ["DescribeSecret"] = new(
            async client => await client.DescribeSecretAsync(new() { SecretId = "s" }),
            """{"SecretId":"s"}"""),
        ["GetRandomPassword"] = new(
            async client => await client.GetRandomPasswordAsync(new()
            {
                PasswordLength = 40,
                ExcludeCharacters = "\"\\",
                ExcludeNumbers = true,
                ExcludePunctuation = false,
                RequireEachIncludedType = false,
            }),
            """
            {"PasswordLength":40,"ExcludeCharacters":"\"\\","ExcludeNumbers":true,"ExcludePunctuation":false,
             "RequireEachIncludedType":false}
            """),
        ["GetResourcePolicy"] = new(
            async client => await client.GetResourcePolicyAsync(new() { SecretId = "s" }),
            """{"SecretId":"s"}"""),
        ["GetSecretValue"] = new(
            async client => await client.GetSecretValueAsync(new() { SecretId = "s", VersionId = Token, VersionStage = "AWSCURRENT" }),
            $$"""{"SecretId":"s","VersionId":"{{Token}}","VersionStage":"AWSCURRENT"}"""),
        ["ListSecretVersionIds"] = new(
            async client => await client.ListSecretVersionIdsAsync(new()
            {
                SecretId = "s",
                IncludeDeprecated = true,
                MaxResults = 5,
                NextToken = "n",
            }),
            """{"SecretId":"s","IncludeDeprecated":true,"MaxResults":5,"NextToken":"n"}"""),
        ["ListSecrets"] = new(
            async client => await client.ListSecretsAsync(new()
            {
                Filters = [new() { Key = FilterNameStringType.TagKey, Values = ["t"] }],
                SortOrder = SortOrderType.Asc,
                SortBy = SortByType.LastChangedDate,
            }),
            """{"Filters":[{"Key":"tag-key","Values":["t"]}],"SortOrder":"asc","SortBy":"last-changed-date"}"""),
        ["PutResourcePolicy"] = new(
            async client => await client.PutResourcePolicyAsync(new()
            {
                SecretId = "s",
                ResourcePolicy = "{\"Statement\":[]}",
                BlockPublicPolicy = true,
            }),
            """{"SecretId":"s","ResourcePolicy":"{\"Statement\":[]}","BlockPublicPolicy":true}"""),
        ["PutSecretValue"] = new(
            async client => await client.PutSecretValueAsync(new()
            {
                SecretId = "s",
                ClientRequestToken = Token,
                SecretString = "{\"apiKey\":\"v\u00e9\"}",
                VersionStages = ["AWSPENDING"],
                RotationToken = "r",
            }),
            $$"""
            {"SecretId":"s","ClientRequestToken":"{{Token}}","SecretString":"{\"apiKey\":\"v\u00e9\"}",
             "VersionStages":["AWSPENDING"],"RotationToken":"r"}
            """),
        ["RemoveRegionsFromReplication"] = new(
            async client => await client.RemoveRegionsFromReplicationAsync(new() { SecretId = "s", RemoveReplicaRegions = ["eu-west-2"] }),
            """{"SecretId":"s","RemoveReplicaRegions":["eu-west-2"]}"""),
        ["ReplicateSecretToRegions"] = new(
            async client => await client.ReplicateSecretToRegionsAsync(new()
            {
                SecretId = "s",
                AddReplicaRegions = [new() { Region = "eu-west-2", KmsKeyId = "k" }, new() { Region = "us-east-1" }],
                ForceOverwriteReplicaSecret = true,
            }),
            """
            {"SecretId":"s","AddReplicaRegions":[{"Region":"eu-west-2","KmsKeyId":"k"},{"Region":"us-east-1"}],
             "ForceOverwriteReplicaSecret":true}
            """),
        ["RestoreSecret"] = new(
            async client => await client.RestoreSecretAsync(new() { SecretId = "s" }),
            """{"SecretId":"s"}"""),
        ["RotateSecret"] = new(
            async client => await client.RotateSecretAsync(new()
            {
                SecretId = "s",
                ClientRequestToken = Token,
                RotationLambdaARN = "l",
                RotationRules = new() { ScheduleExpression = "rate(1 day)", Duration = "2h" },
                RotateImmediately = false,
            }),
            $$"""
            {"SecretId":"s","ClientRequestToken":"{{Token}}","RotationLambdaARN":"l",
             "RotationRules":{"ScheduleExpression":"rate(1 day)","Duration":"2h"},"RotateImmediately":false}
            """),
        ["StopReplicationToReplica"] = new(
            async client => await client.StopReplicationToReplicaAsync(new() { SecretId = "s" }),
            """{"SecretId":"s"}"""),
        ["TagResource"] = new(
            async client => await client.TagResourceAsync(new() { SecretId = "s", Tags = [new() { Key = "a", Value = "b" }] }),
            """{"SecretId":"s","Tags":[{"Key":"a","Value":"b"}]}"""),
        ["UntagResource"] = new(
            async client => await client.UntagResourceAsync(new() { SecretId = "s", TagKeys = ["a"] }),
            """{"SecretId":"s","TagKeys":["a"]}"""),
        ["UpdateSecret"] = new(
            async client => await client.UpdateSecretAsync(new()
            {
                SecretId = "s",
                ClientRequestToken = Token,
                SecretBinary = new MemoryStream([1, 2, 3]),
            }),
            $$"""{"SecretId":"s","ClientRequestToken":"{{Token}}","SecretBinary":"AQID"}"""),
        ["UpdateSecretVersionStage"] = new(
            async client => await client.UpdateSecretVersionStageAsync(new()
            {
                SecretId = "s",
                VersionStage = "AWSCURRENT",
                MoveToVersionId = Token,
                RemoveFromVersionId = "old",
            }),
            $$"""{"SecretId":"s","VersionStage":"AWSCURRENT","MoveToVersionId":"{{Token}}","RemoveFromVersionId":"old"}"""),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> OperationNames => [.. Operations.Keys];

    [Fact]
    public void Every_operation_is_tested()
        => Assert.Equal(
            Operations.Keys.Select(name => name + "Async").Order(StringComparer.Ordinal),
            typeof(IAmazonSecretsManager).GetMethods().Select(method => method.Name).Where(name => name.EndsWith("Async", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(OperationNames))]
    public async Task Request_is_awsJson_and_signed(string operation)
    {
        await using var server = await Loopback.StartAsync();
        using var client = server.SecretsManager();

        var response = await Operations[operation].Call(client);

        var request = Assert.Single(server.Requests);
        Assert.Equal("POST /", request.Line);
        Assert.Equal($"secretsmanager.{operation}", request.Headers["X-Amz-Target"]);
        Assert.Equal("application/x-amz-json-1.1", request.Headers["Content-Type"]);
        Assert.Equal("session-token", request.Headers["x-amz-security-token"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Operations[operation].Body), JsonNode.Parse(request.Body)), request.Body);
        SigV4.Verify(request, "secret-key", "eu-west-1", "secretsmanager");
        Assert.Equal(HttpStatusCode.OK, response.HttpStatusCode);
        Assert.Equal("request-1", response.ResponseMetadata.RequestId);
    }

    [Fact]
    public async Task DescribeSecret_reads_labels_dates_and_rules()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(200, """
            {"ARN":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:s-AbCdEf","Name":"s","RotationEnabled":true,
             "RotationLambdaARN":"l","RotationRules":{"AutomaticallyAfterDays":30,"Duration":"2h"},
             "LastRotatedDate":1.700000000123E9,"CreatedDate":1600000000,"NextRotationDate":1700086400.5,
             "Tags":[{"Key":"a","Value":"b"}],"VersionIdsToStages":{"v1":["AWSCURRENT","AWSPENDING"]},"SomethingNewer":{"x":[1]}}
            """));
        using var client = server.SecretsManager();

        var secret = await client.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "s" }, Cancellation);

        Assert.Equal("arn:aws:secretsmanager:eu-west-1:123456789012:secret:s-AbCdEf", secret.ARN);
        Assert.True(secret.RotationEnabled);
        Assert.Equal(30, secret.RotationRules.AutomaticallyAfterDays);
        Assert.Null(secret.RotationRules.ScheduleExpression);
        Assert.Equal(new DateTime(2023, 11, 14, 22, 13, 20, 123, DateTimeKind.Utc), secret.LastRotatedDate);
        Assert.Equal(DateTimeKind.Utc, secret.CreatedDate!.Value.Kind);
        Assert.Equal(500, secret.NextRotationDate!.Value.Millisecond);
        Assert.Null(secret.DeletedDate);
        Assert.Equal("b", Assert.Single(secret.Tags).Value);
        Assert.Equal(["AWSCURRENT", "AWSPENDING"], secret.VersionIdsToStages["v1"]);
    }

    [Fact]
    public async Task GetSecretValue_reads_text_and_bytes()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(200, """
            {"ARN":"a","VersionId":"v","SecretString":"{\"apiKey\":\"\u00fc\"}","SecretBinary":"AQID","VersionStages":["AWSCURRENT"]}
            """));
        using var client = server.SecretsManager();

        var value = await client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "s" }, Cancellation);

        Assert.Equal("{\"apiKey\":\"ü\"}", value.SecretString);
        Assert.Equal([1, 2, 3], value.SecretBinary.ToArray());
        Assert.Equal(["AWSCURRENT"], value.VersionStages);
    }

    [Fact]
    public async Task DescribeSecret_reads_replicas()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(200, """
            {"ARN":"a","PrimaryRegion":"eu-west-1","ReplicationStatus":[
             {"Region":"eu-west-2","KmsKeyId":"k","Status":"Failed","StatusMessage":"why","LastAccessedDate":1600000000},
             {"Region":"us-east-1","Status":"InSync"}]}
            """));
        using var client = server.SecretsManager();

        var secret = await client.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "s" }, Cancellation);

        Assert.Equal([StatusType.Failed, StatusType.InSync], secret.ReplicationStatus.Select(replica => replica.Status));
        var failed = secret.ReplicationStatus[0];
        Assert.Equal(("eu-west-2", "k", "why"), (failed.Region, failed.KmsKeyId, failed.StatusMessage));
        Assert.Equal(new DateTime(2020, 9, 13, 12, 26, 40, DateTimeKind.Utc), failed.LastAccessedDate);
        Assert.Null(secret.ReplicationStatus[1].LastAccessedDate);
    }

    [Fact]
    public async Task Password_and_policy_are_read_as_text()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(
            new Answer(200, """{"RandomPassword":"\"\u003c\\"}"""),
            new Answer(200, """{"ARN":"a","Name":"s","ResourcePolicy":"{\"Statement\":[]}"}"""));
        using var client = server.SecretsManager();

        var password = await client.GetRandomPasswordAsync(new GetRandomPasswordRequest(), Cancellation);
        var policy = await client.GetResourcePolicyAsync(new GetResourcePolicyRequest { SecretId = "s" }, Cancellation);

        Assert.Equal("\"<\\", password.RandomPassword);
        Assert.Equal("{\"Statement\":[]}", policy.ResourcePolicy);
    }

    [Theory]
    [InlineData("MalformedPolicyDocumentException", typeof(MalformedPolicyDocumentException))]
    [InlineData("PublicPolicyException", typeof(PublicPolicyException))]
    public async Task Errors_of_a_policy_are_typed(string type, Type expected)
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(400, $$"""{"__type":"{{type}}","Message":"why"}"""));
        using var client = server.SecretsManager();

        var exception = await Assert.ThrowsAnyAsync<AmazonSecretsManagerException>(
            () => client.PutResourcePolicyAsync(new PutResourcePolicyRequest { SecretId = "s", ResourcePolicy = "{}" }, Cancellation));

        Assert.Equal(expected, exception.GetType());
    }

    [Fact]
    public async Task Lists_are_read_page_by_page()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(
            new Answer(200, """
                {"SecretList":[{"ARN":"a","Name":"s","SecretVersionsToStages":{"v1":["AWSCURRENT"]},"DeletedDate":1600000000}],"NextToken":"n"}
                """),
            new Answer(200, """
                {"Versions":[{"VersionId":"v1","VersionStages":["AWSCURRENT"],"CreatedDate":1600000000.25,"KmsKeyIds":["DefaultEncryptionKey"]}],
                 "ARN":"a","Name":"s"}
                """));
        using var client = server.SecretsManager();

        var secrets = await client.ListSecretsAsync(new ListSecretsRequest(), Cancellation);
        var versions = await client.ListSecretVersionIdsAsync(new ListSecretVersionIdsRequest { SecretId = "s" }, Cancellation);

        Assert.Equal("{}", server.Requests[0].Body);
        Assert.Equal("n", secrets.NextToken);
        Assert.Equal(["AWSCURRENT"], Assert.Single(secrets.SecretList).SecretVersionsToStages["v1"]);
        Assert.Null(versions.NextToken);
        Assert.Equal("v1", Assert.Single(versions.Versions).VersionId);
    }

    [Fact]
    public async Task Absent_members_are_null_collections_too()
    {
        await using var server = await Loopback.StartAsync();
        using var client = server.SecretsManager();

        var secret = await client.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "s" }, Cancellation);
        var list = await client.ListSecretsAsync(new ListSecretsRequest(), Cancellation);

        Assert.Null(secret.Tags);
        Assert.Null(secret.VersionIdsToStages);
        Assert.Null(secret.RotationEnabled);
        Assert.Null(list.SecretList);
        Assert.Null(new PutSecretValueRequest().VersionStages);
    }

    [Fact]
    public async Task Empty_lists_are_sent()
    {
        await using var server = await Loopback.StartAsync();
        using var client = server.SecretsManager();

        await client.TagResourceAsync(new TagResourceRequest { SecretId = "s", Tags = [] }, Cancellation);

        Assert.Equal("""{"SecretId":"s","Tags":[]}""", Assert.Single(server.Requests).Body);
    }

    [Fact]
    public async Task Token_is_drawn_once_a_call_where_none_is_given()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(500, "{}"), new Answer(200, "{}"));
        using var client = server.SecretsManager();

        await client.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "s", SecretString = "v" }, Cancellation);
        await client.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "s", SecretString = "v" }, Cancellation);

        var tokens = server.Requests
            .Select(request => JsonNode.Parse(request.Body)!["ClientRequestToken"]!.GetValue<Guid>())
            .ToList();
        Assert.Equal(3, tokens.Count);
        Assert.Equal(tokens[0], tokens[1]);
        Assert.NotEqual(tokens[1], tokens[2]);
    }

    [Theory]
    [InlineData("DecryptionFailure", typeof(DecryptionFailureException))]
    [InlineData("InternalServiceError", typeof(InternalServiceErrorException))]
    [InlineData("InvalidParameterException", typeof(InvalidParameterException))]
    [InlineData("InvalidRequestException", typeof(InvalidRequestException))]
    [InlineData("ResourceNotFoundException", typeof(ResourceNotFoundException))]
    [InlineData("com.amazonaws.secretsmanager#ResourceNotFoundException", typeof(ResourceNotFoundException))]
    [InlineData("AccessDeniedException", typeof(AmazonSecretsManagerException))]
    // Codes have to be exact.
    [InlineData("ResourceNotFound", typeof(AmazonSecretsManagerException))]
    [InlineData("DecryptionFailureException", typeof(AmazonSecretsManagerException))]
    // Not among the errors that GetSecretValue declares: the official client does not type it either.
    [InlineData("ResourceExistsException", typeof(AmazonSecretsManagerException))]
    public async Task Errors_are_typed(string type, Type expected)
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(400, $$"""{"__type":"{{type}}","Message":"why"}"""));
        using var client = server.SecretsManager();

        var exception = await Assert.ThrowsAnyAsync<AmazonSecretsManagerException>(
            () => client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "s" }, Cancellation));

        Assert.Equal(expected, exception.GetType());
        Assert.Equal(type[(type.IndexOf('#', StringComparison.Ordinal) + 1)..], exception.ErrorCode);
        Assert.Equal("why", exception.Message);
        Assert.Equal(HttpStatusCode.BadRequest, exception.StatusCode);
        Assert.Equal("request-1", exception.RequestId);
    }

    [Fact]
    public async Task Answer_that_is_not_JSON_is_an_unmarshalling_error()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(200, """{"SecretString":"value"""));
        using var client = server.SecretsManager();

        var exception = await Assert.ThrowsAsync<AmazonUnmarshallingException>(
            () => client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "s" }, Cancellation));

        Assert.Equal($"request-{server.Requests.Count}", exception.RequestId);
        Assert.DoesNotContain("value", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("message")]
    [InlineData("Message")]
    public async Task Errors_message_has_either_spelling(string member)
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(400, $$"""{"__type":"ResourceExistsException","{{member}}":"why"}"""));
        using var client = server.SecretsManager();

        var exception = await Assert.ThrowsAsync<ResourceExistsException>(
            () => client.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "s" }, Cancellation));

        Assert.Equal("why", exception.Message);
    }

    [Theory]
    [InlineData(400, "LimitExceededException", 3)]
    [InlineData(400, "ThrottlingException", 3)]
    [InlineData(500, "InternalServiceError", 3)]
    [InlineData(503, "ServiceUnavailable", 3)]
    [InlineData(400, "InvalidRequestException", 1)]
    public async Task Retries_are_AWSSDK_Cores(int status, string type, int attempts)
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(status, $$"""{"__type":"{{type}}","message":"why"}"""));
        using var client = server.SecretsManager();

        await Assert.ThrowsAnyAsync<AmazonSecretsManagerException>(
            () => client.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "s" }, Cancellation));

        Assert.Equal(attempts, server.Requests.Count);
        Assert.Equal($"attempt={attempts}; max=3", server.Requests[^1].Headers["amz-sdk-request"]);
    }

    [Fact]
    public void Requests_and_responses_do_not_print_what_they_carry()
    {
        var value = Encoding.UTF8.GetString("value"u8);

        Assert.DoesNotContain(value, new PutSecretValueRequest { SecretString = value }.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(value, new GetSecretValueResponse { SecretString = value }.ToString(), StringComparison.Ordinal);
    }

    private sealed record Case(Func<IAmazonSecretsManager, Task<AmazonWebServiceResponse>> Call, string Body);
}
