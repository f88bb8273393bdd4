using Amazon.SecretsManager.Model;
using LocalAws.Tests.Iam;

namespace LocalAws.Tests.Lambda;

public sealed class PermissionTests
{
    private const string CannotInvoke =
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.";

    [Theory]
    [InlineData("lambda:InvokeFunction", "secretsmanager.amazonaws.com", null)]
    [InlineData("lambda:InvokeFunction", "secretsmanager.amazonaws.com", "123456789012")]
    [InlineData("lambda:*", "secretsmanager.amazonaws.com", null)]
    public async Task A_function_that_admits_Secrets_Manager_can_rotate(string action, string principal, string? sourceAccount)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var arn = await RegisterAsync(account);

        Permit(account, action, principal, sourceAccount);
        await RotateAsync(account, arn);

        Assert.True((await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" })).RotationEnabled);
    }

    [Theory]
    [InlineData("lambda:GetFunction", "secretsmanager.amazonaws.com", null)]
    [InlineData("lambda:InvokeFunction", "apigateway.amazonaws.com", null)]
    [InlineData("lambda:InvokeFunction", "secretsmanager.amazonaws.com", "999999999999")]
    public async Task One_that_does_not_is_refused_and_nothing_is_configured(string action, string principal, string? sourceAccount)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var arn = await RegisterAsync(account);
        await AssertAws.RefusesAsync(400, "AccessDeniedException", CannotInvoke, () => RotateAsync(account, arn));

        Permit(account, action, principal, sourceAccount);
        await AssertAws.RefusesAsync(400, "AccessDeniedException", CannotInvoke, () => RotateAsync(account, arn));

        var secret = await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" });
        Assert.Null(secret.RotationEnabled);
        Assert.Null(secret.RotationLambdaARN);
        Assert.DoesNotContain("AWSPENDING", (await account.LabelsAsync()).Values);
    }

    [Fact]
    public async Task A_policy_is_written_and_read_over_http()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var arn = await RegisterAsync(account);
        const string policy = "/2015-03-31/functions/rotate/policy";

        var (added, addedBody) = await account.SendAsync(
            HttpMethod.Post,
            policy,
            """{"StatementId":"rotation","Action":"lambda:InvokeFunction","Principal":"secretsmanager.amazonaws.com","SourceAccount":"123456789012"}""",
            "lambda");
        var (again, conflict) = await account.SendAsync(HttpMethod.Post, policy, """{"StatementId":"rotation","Action":"lambda:*","Principal":"*"}""", "lambda");
        var (_, readBody) = await account.SendAsync(HttpMethod.Get, policy, body: null, "lambda");
        await RotateAsync(account, arn);
        var (removed, _) = await account.SendAsync(HttpMethod.Delete, policy + "/rotation", body: null, "lambda");
        var (removedAgain, noPolicy) = await account.SendAsync(HttpMethod.Delete, policy + "/rotation", body: null, "lambda");
        var (none, missing) = await account.SendAsync(HttpMethod.Get, policy, body: null, "lambda");

        Assert.Equal((201, 409, 204, 404, 404), ((int)added.StatusCode, (int)again.StatusCode, (int)removed.StatusCode, (int)removedAgain.StatusCode, (int)none.StatusCode));
        Assert.Equal("ResourceConflictException", again.Headers.GetValues("x-amzn-ErrorType").Single());
        Assert.Equal(
            """{"Type":"User","message":"The statement id (rotation) provided already exists. Please provide a new statement id, or remove the existing statement."}""",
            conflict.GetRawText());
        Assert.Equal("""{"Type":"User","Message":"No policy is associated with the given resource."}""", noPolicy.GetRawText());
        Assert.Equal("""{"Type":"User","Message":"The resource you requested does not exist."}""", missing.GetRawText());
        var expected = $$$$"""
            {"Sid":"rotation","Effect":"Allow","Principal":{"Service":"secretsmanager.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"{{{{arn}}}}","Condition":{"StringEquals":{"AWS:SourceAccount":"123456789012"}}}
            """;
        Assert.Equal(expected, addedBody.GetProperty("Statement").GetString());
        Assert.Equal($$$$"""{"Version":"2012-10-17","Id":"default","Statement":[{{{{expected}}}}]}""", readBody.GetProperty("Policy").GetString());
        Assert.NotEmpty(readBody.GetProperty("RevisionId").GetString()!);
    }

    [Theory]
    [InlineData(
        "example.com", "lambda:InvokeFunction", "*", "ValidationException",
        "1 validation error detected: Value 'example.com' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)")]
    [InlineData(
        "s", "InvokeFunction", "*", "ValidationException",
        "1 validation error detected: Value 'InvokeFunction' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])")]
    [InlineData(
        "s", "lambda:InvokeFunction", "invalid.nonaws.com", "InvalidParameterValueException",
        "The provided principal was invalid. Please check the principal and try again.")]
    [InlineData(
        "s", "lambda:InvokeFunction", "12345", "InvalidParameterValueException",
        "The provided principal was invalid. Please check the principal and try again.")]
    public async Task A_permission_that_is_none_is_refused(string statementId, string action, string principal, string code, string text)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await RegisterAsync(account);

        var (response, body) = await account.SendAsync(
            HttpMethod.Post,
            "/2015-03-31/functions/rotate/policy",
            $$"""{"StatementId":"{{statementId}}","Action":"{{action}}","Principal":"{{principal}}"}""",
            "lambda");

        Assert.Equal((400, code, text), ((int)response.StatusCode, response.Headers.GetValues("x-amzn-ErrorType").Single(), body.GetProperty("message").GetString()));
        Assert.Equal(code is not "ValidationException", body.TryGetProperty("Type", out _));
    }

    [Theory]
    [InlineData("123456789012", "{\"AWS\":\"arn:aws:iam::123456789012:root\"}")]
    [InlineData("arn:aws:iam::123456789012:user/a", "{\"AWS\":\"arn:aws:iam::123456789012:user/a\"}")]
    [InlineData("events.amazonaws.com", "{\"Service\":\"events.amazonaws.com\"}")]
    [InlineData("*", "\"*\"")]
    public async Task A_statement_shows_its_principal_by_its_kind(string principal, string shown)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await RegisterAsync(account);

        Permit(account, "lambda:InvokeFunction", principal, sourceAccount: null);

        Assert.Contains($"\"Principal\":{shown},", account.Aws.Lambda.GetPolicy("rotate").Policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_has_20_KB_and_stays_as_it_is_when_one_more_statement_is_too_much()
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: true);
        await RegisterAsync(account);
        var refusals = Enumerable.Range(0, 200).Select(number => Record.Exception(() => account.Aws.Lambda.AddPermission(new()
        {
            FunctionName = "rotate",
            StatementId = $"s{number}",
            Action = "lambda:InvokeFunction",
            Principal = $"arn:aws:iam::123456789012:role/{number:D30}",
        })));
        var refusal = Assert.IsType<AwsException>(refusals.First(exception => exception is not null));

        Assert.Equal((400, "PolicyLengthExceededException"), (refusal.Status, refusal.Code));
        Assert.Matches(@"^The final policy size \(20[4-9]\d\d\) is bigger than the limit \(20480\)\.$", refusal.Message);
        Assert.InRange(account.Aws.Lambda.GetPolicy("rotate").Policy.Length, 20_000, 20_480);
    }

    [Fact]
    public async Task The_policy_of_a_function_that_there_is_not_is_missed_in_words_of_each_operation()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        const string policy = "/2015-03-31/functions/nothing/policy";

        var (_, read) = await account.SendAsync(HttpMethod.Get, policy, body: null, "lambda");
        var (_, removed) = await account.SendAsync(HttpMethod.Delete, policy + "/s", body: null, "lambda");
        var (_, added) = await account.SendAsync(HttpMethod.Post, policy, """{"StatementId":"s","Action":"lambda:*","Principal":"*"}""", "lambda");

        Assert.Equal("The resource you requested does not exist.", read.GetProperty("Message").GetString());
        Assert.Equal("No policy found for: arn:aws:lambda:eu-west-1:123456789012:function:nothing", removed.GetProperty("Message").GetString());
        Assert.Equal("Function not found: arn:aws:lambda:eu-west-1:123456789012:function:nothing", added.GetProperty("Message").GetString());
    }

    [Fact]
    public async Task A_function_shows_its_configuration()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        account.Aws.Lambda.Register("rotate", invocation => Task.FromResult(invocation.Payload), new FunctionOptions
        {
            RoleArn = account.Aws.Iam.CreateRole("rotation", RoleCaller.TrustsLambda).Arn,
            Environment = new Dictionary<string, string> { ["ACTIVATION_WAIT"] = "60" },
            Timeout = TimeSpan.FromSeconds(300),
        });

        var (_, function) = await account.SendAsync(HttpMethod.Get, "/2015-03-31/functions/rotate", body: null, "lambda");
        var (_, configuration) = await account.SendAsync(HttpMethod.Get, "/2015-03-31/functions/rotate/configuration", body: null, "lambda");
        var (unknown, _) = await account.SendAsync(HttpMethod.Get, "/2015-03-31/functions/nothing", body: null, "lambda");

        Assert.Equal(configuration.GetRawText(), function.GetProperty("Configuration").GetRawText());
        Assert.Equal(
            ("rotate", "arn:aws:iam::123456789012:role/rotation", 300, "60"),
            (
                configuration.GetProperty("FunctionName").GetString(),
                configuration.GetProperty("Role").GetString(),
                configuration.GetProperty("Timeout").GetInt32(),
                configuration.GetProperty("Environment").GetProperty("Variables").GetProperty("ACTIVATION_WAIT").GetString()));
        Assert.Equal(404, (int)unknown.StatusCode);
    }

    private static async Task<string> RegisterAsync(LocalAwsAccount account)
    {
        await account.CreateSecretAsync();
        return account.Aws.Lambda.Register("rotate", _ => Task.FromResult(ReadOnlyMemory<byte>.Empty));
    }

    private static void Permit(LocalAwsAccount account, string action, string principal, string? sourceAccount) => account.Aws.Lambda.AddPermission(
        new AddPermissionRequest { FunctionName = "rotate", StatementId = "s", Action = action, Principal = principal, SourceAccount = sourceAccount });

    private static async Task RotateAsync(LocalAwsAccount account, string arn)
    {
        await account.SecretsManager.RotateSecretAsync(new RotateSecretRequest { SecretId = "payments", RotationLambdaARN = arn, RotateImmediately = false });
        await account.Aws.SecretsManager.SettledAsync();
    }
}
