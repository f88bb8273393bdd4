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
        await using var account = await Account.StartAsync();
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
        await using var account = await Account.StartAsync();
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
        await using var account = await Account.StartAsync();
        var arn = await RegisterAsync(account);
        const string policy = "/2015-03-31/functions/rotate/policy";

        var (added, addedBody) = await account.SendAsync(
            HttpMethod.Post,
            policy,
            """{"StatementId":"rotation","Action":"lambda:InvokeFunction","Principal":"secretsmanager.amazonaws.com","SourceAccount":"123456789012"}""",
            "lambda");
        var (again, _) = await account.SendAsync(HttpMethod.Post, policy, """{"StatementId":"rotation","Action":"a","Principal":"b"}""", "lambda");
        var (_, readBody) = await account.SendAsync(HttpMethod.Get, policy, body: null, "lambda");
        await RotateAsync(account, arn);
        var (removed, _) = await account.SendAsync(HttpMethod.Delete, policy + "/rotation", body: null, "lambda");
        var (removedAgain, _) = await account.SendAsync(HttpMethod.Delete, policy + "/rotation", body: null, "lambda");
        var (none, _) = await account.SendAsync(HttpMethod.Get, policy, body: null, "lambda");

        Assert.Equal((201, 409, 204, 404, 404), ((int)added.StatusCode, (int)again.StatusCode, (int)removed.StatusCode, (int)removedAgain.StatusCode, (int)none.StatusCode));
        Assert.Equal("ResourceConflictException", again.Headers.GetValues("x-amzn-ErrorType").Single());
        var expected = $$$$"""
            {"Sid":"rotation","Effect":"Allow","Principal":{"Service":"secretsmanager.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"{{{{arn}}}}","Condition":{"StringEquals":{"AWS:SourceAccount":"123456789012"}}}
            """;
        Assert.Equal(expected, addedBody.GetProperty("Statement").GetString());
        Assert.Equal($$$$"""{"Version":"2012-10-17","Id":"default","Statement":[{{{{expected}}}}]}""", readBody.GetProperty("Policy").GetString());
        Assert.NotEmpty(readBody.GetProperty("RevisionId").GetString()!);
    }

    [Fact]
    public async Task A_function_shows_its_configuration()
    {
        await using var account = await Account.StartAsync();
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

    private static async Task<string> RegisterAsync(Account account)
    {
        await account.CreateSecretAsync();
        return account.Aws.Lambda.Register("rotate", _ => Task.FromResult(ReadOnlyMemory<byte>.Empty));
    }

    private static void Permit(Account account, string action, string principal, string? sourceAccount) => account.Aws.Lambda.AddPermission(
        new AddPermissionRequest { FunctionName = "rotate", StatementId = "s", Action = action, Principal = principal, SourceAccount = sourceAccount });

    private static async Task RotateAsync(Account account, string arn)
    {
        await account.SecretsManager.RotateSecretAsync(new RotateSecretRequest { SecretId = "payments", RotationLambdaARN = arn, RotateImmediately = false });
        await account.Aws.SecretsManager.SettledAsync();
    }
}
