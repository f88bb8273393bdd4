using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Amazon;
using Amazon.Runtime;
using Amazon.SecretsManager.Model;

namespace RotationTool.Tests;

/// <summary>What the tool prints, and its exit code, when it cannot do what it was asked to.</summary>
public sealed class FailureTests
{
    [Theory]
    [InlineData]
    [InlineData("help")]
    [InlineData("rotate")]
    [InlineData("rotate", "--wait")]
    [InlineData("check", "a", "b")]
    [InlineData("status", "--jsn")]
    [InlineData("rollback", "-x")]
    [InlineData("status", "a", "--function", "b")]
    public async Task Wrong_use_is_2_and_calls_nobody(params string[] arguments)
    {
        // No endpoint, Region or credentials: with a call it were 3.
        var answer = await Tool.RunAsync(new Dictionary<string, string>(), arguments);
        Assert.Equal(2, answer.ExitCode);
        Assert.NotEqual("", answer.Errors);
    }

    [Fact]
    public async Task Help_is_0_and_lists_the_commands()
    {
        var answer = await Tool.RunAsync(new Dictionary<string, string>(), "--help");
        Assert.Equal((0, ""), (answer.ExitCode, answer.Errors));
        Assert.All(["status", "rotate", "check", "revoke", "rollback"], command => Assert.Contains($"  {command} <SECRET>", answer.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_credentials_no_Region_and_no_network_are_reported()
    {
        var variables = new Dictionary<string, string>();
        await AssertUnknownAsync("No Region is set. Set AWS_REGION");
        variables["AWS_REGION"] = "eu-west-1";
        await AssertUnknownAsync("There are no AWS credentials. Set AWS_PROFILE");
        variables["AWS_ACCESS_KEY_ID"] = variables["AWS_SECRET_ACCESS_KEY"] = "x";
        variables["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9";
        await AssertUnknownAsync("A call to AWS ended without a response");

        // Takes connections and says nothing, as what looks like AWS behind a firewall.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        variables["AWS_ENDPOINT_URL"] = $"http://{silent.LocalEndpoint}";
        variables["AWS_MAX_ATTEMPTS"] = "1";
        await AssertUnknownAsync("A call to AWS ended without a response (TimeoutException)");

        async Task AssertUnknownAsync(string text)
        {
            var answer = await Tool.RunAsync(variables, "status");
            Assert.Equal((3, ""), (answer.ExitCode, answer.Output));
            Assert.StartsWith("Error: " + text, answer.Errors, StringComparison.Ordinal);
            Assert.Equal(1, answer.Errors.Count(character => character == '\n'));
        }
    }

    [Fact]
    public async Task Credentials_that_AWS_rejects_are_reported()
    {
        await using var fixture = await ToolFixture.StartAsync();
        fixture.Variables["AWS_SECRET_ACCESS_KEY"] = "wrong";
        await AssertFailsAsync(fixture, 3, "AWS rejects these credentials: ", "status");
    }

    [Fact]
    public async Task A_secret_that_does_not_exist_or_holds_no_rotating_key_is_reported()
    {
        await using var fixture = await ToolFixture.StartAsync();
        await fixture.Secrets.CreateSecretAsync(new CreateSecretRequest { Name = "database", SecretString = "{}" });
        await AssertFailsAsync(fixture, 3, "There is no secret nothing in ", "status", "nothing");
        await AssertFailsAsync(fixture, 3, "The secret database contains no rotating API key: it has no tag apikey-rotation:template", "rotate", "database");
        await fixture.Secrets.TagResourceAsync(new TagResourceRequest { SecretId = "database", Tags = [new Tag { Key = "apikey-rotation:template", Value = fixture.TemplateId }] });
        await AssertFailsAsync(fixture, 1, "No function rotates the secret database", "check", "database");
        await AssertFailsAsync(fixture, 1, "No function rotates the secret database", "rotate", "database");
    }

    [Fact]
    public async Task A_function_that_is_not_ours_is_reported_and_not_quoted()
    {
        await using var fixture = await ToolFixture.StartAsync();
        fixture.Aws.Lambda.Register(ToolFixture.FunctionName, _ => Task.FromResult<ReadOnlyMemory<byte>>("\"quoted\""u8.ToArray()));
        var answer = await AssertFailsAsync(fixture, 3, $"The function {fixture.FunctionArn} did not respond as a rotation function does", "status", ToolFixture.SecretName);
        Assert.DoesNotContain("quoted", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_Lambda_throttles_is_reported_with_where_to_look()
    {
        await using var fixture = await ToolFixture.StartAsync();
        fixture.Aws.Lambda.Register(ToolFixture.FunctionName, invocation => Task.FromResult(invocation.Payload), new LocalAws.FunctionOptions { ReservedConcurrency = 0 });
        var answer = await AssertFailsAsync(fixture, 3, $"Lambda throttles the function {fixture.FunctionArn}: ", "status", ToolFixture.SecretName);
        Assert.Contains($"aws lambda get-function-concurrency --function-name {ToolFixture.FunctionName}", answer.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"*"}""", "secretsmanager:DescribeSecret", "status")]
    [InlineData("""{"Effect":"Allow","Action":"secretsmanager:*","Resource":"*"}""", "lambda:InvokeFunction", "check")]
    [InlineData("""{"Effect":"Allow","Action":["secretsmanager:DescribeSecret","lambda:InvokeFunction"],"Resource":"*"}""", "secretsmanager:RotateSecret", "rotate")]
    public async Task A_permission_that_is_missing_is_reported_with_the_action_and_the_resource(string statement, string action, string command)
    {
        await using var fixture = await ToolFixture.StartAsync();
        await ActAsAsync(fixture, statement);
        var answer = await AssertFailsAsync(fixture, 3, "AWS denies access: ", command, ToolFixture.SecretName);
        Assert.Contains($"is not authorized to perform: {action} on resource: {(action.StartsWith("lambda", StringComparison.Ordinal) ? fixture.FunctionArn : "")}", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task The_permissions_that_the_page_lists_are_enough_for_every_command()
    {
        await using var fixture = await ToolFixture.StartAsync();
        await ActAsAsync(fixture, """{"Effect":"Allow","Action":["secretsmanager:DescribeSecret","secretsmanager:ListSecrets","secretsmanager:RotateSecret","lambda:InvokeFunction"],"Resource":"*"}""");
        string[][] commands = [["status"], ["status", ToolFixture.SecretName], ["check", ToolFixture.SecretName], ["rotate", ToolFixture.SecretName, "--wait"], ["revoke", ToolFixture.SecretName], ["rollback", ToolFixture.SecretName]];
        foreach (var command in commands)
        {
            Assert.Equal((command[0], 0), (command[0], (await fixture.RunAsync(command)).ExitCode));
        }
    }

    /// <summary>Exactly what the stack permits an operator, and permission to read the secret's labels.</summary>
    [Fact]
    public async Task An_operator_needs_the_alias_only()
    {
        await using var fixture = await ToolFixture.StartAsync();
        await fixture.RotateAsync();
        await ActAsAsync(fixture, $$"""{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"{{fixture.FunctionArn}}:operators"},{"Effect":"Allow","Action":["secretsmanager:*"],"Resource":"*"}""");
        string[][] commands = [["status"], ["status", ToolFixture.SecretName], ["check", ToolFixture.SecretName], ["rollback", ToolFixture.SecretName], ["revoke", ToolFixture.SecretName]];
        foreach (var command in commands)
        {
            Assert.Equal((command[0], 0), (command[0], (await fixture.RunAsync(command)).ExitCode));
        }

        // rotate-secret requires more permissions: docs/security.md.
        var denied = await AssertFailsAsync(fixture, 3, "AWS denies access: ", "rotate", ToolFixture.SecretName);
        Assert.Contains("lambda:InvokeFunction", denied.Errors, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task What_the_tool_has_the_function_do_it_has_it_do_through_the_alias()
    {
        await using var fixture = await ToolFixture.StartAsync();
        Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
        Assert.Equal(0, (await fixture.RunAsync("check", ToolFixture.SecretName)).ExitCode);
        Assert.All(
            fixture.Aws.Calls.Snapshot().Where(call => call.Call is { Operation: "Invoke", AccessKeyId: "AKIAONCALL" }),
            call => Assert.Equal(fixture.FunctionArn + ":operators", call.Call.Resource));
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_function_that_was_deployed_without_the_alias_is_invoked_itself()
    {
        await using var fixture = await ToolFixture.StartAsync();
        fixture.Aws.Lambda.DeleteAlias(ToolFixture.FunctionName, "operators");
        Assert.Equal(0, (await fixture.RunAsync("status", ToolFixture.SecretName)).ExitCode);
        Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
    }

    [Fact]
    public async Task An_interrupt_ends_the_waiting_and_not_the_rotation()
    {
        Assert.SkipWhen(Tool.IgnoresInterrupts, "What a shell starts in the background ignores SIGINT, and so does every process that the tests start then. Run them in the foreground.");
        await using var fixture = await ToolFixture.StartAsync();
        fixture.Aws.Faults = call => call is { Operation: "CreateApiKey", AccessKeyId: "AKIAFUNCTION" } ? LocalAws.Fault.Error(503, "ServiceUnavailableException", "later") : null;
        var answer = await fixture.RunAsync(["rotate", ToolFixture.SecretName, "--wait"], interruptAfter: "is being rotated");
        Assert.Equal((130, ""), (answer.ExitCode, answer.Errors));
        Assert.Contains((await fixture.LabelsAsync()).Values, labels => labels.Contains("AWSPENDING") && !labels.Contains("AWSCURRENT"));
    }

    [Theory]
    [InlineData("eu-west-1", "https://lambda.eu-west-1.amazonaws.com")]
    [InlineData("cn-north-1", "https://lambda.cn-north-1.amazonaws.com.cn")]
    public void Without_an_endpoint_of_ones_own_Lambda_is_called_where_it_is_in_the_Region(string region, string expected)
    {
        var config = (ClientConfig)Activator.CreateInstance(Assembly.LoadFrom(Tool.Path).GetType("RotationTool.LambdaConfig", throwOnError: true)!)!;
        config.IgnoreConfiguredEndpointUrls = true;
        config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        Assert.Equal(expected, config.DetermineServiceOperationEndpoint(new(new DescribeSecretRequest())).URL);
    }

    [Fact]
    public async Task Texts_from_outside_bring_no_escape_sequences_to_the_terminal()
    {
        await using var fixture = await ToolFixture.StartAsync();
        fixture.Aws.Lambda.Register(ToolFixture.FunctionName, _ => throw new InvalidOperationException("first\u001b[2Jsecond\r\nthird [red]fourth[/]"));
        var answer = await AssertFailsAsync(fixture, 1, "first [2Jsecond  third [red]fourth[/]\n", "status", ToolFixture.SecretName);
        Assert.DoesNotContain('\u001b', answer.Errors);
    }

    private static async Task<Answer> AssertFailsAsync(ToolFixture fixture, int exitCode, string error, params string[] arguments)
    {
        var answer = await fixture.RunAsync(arguments);
        Assert.Equal((exitCode, ""), (answer.ExitCode, answer.Output));
        Assert.StartsWith("Error: " + error, answer.Errors, StringComparison.Ordinal);
        return answer;
    }

    /// <summary>The tool then acts as a role with this statement alone.</summary>
    private static Task ActAsAsync(ToolFixture fixture, string statement)
    {
        fixture.Aws.Iam.CreateRole("oncall", """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}""");
        fixture.Aws.Iam.PutRolePolicy("oncall", "policy", $$"""{"Version":"2012-10-17","Statement":[{{statement}}]}""");
        var credentials = fixture.Aws.Iam.AssumeRole("oncall", "person");
        (fixture.Variables["AWS_ACCESS_KEY_ID"], fixture.Variables["AWS_SECRET_ACCESS_KEY"], fixture.Variables["AWS_SESSION_TOKEN"]) = (credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken);
        return Task.CompletedTask;
    }
}
