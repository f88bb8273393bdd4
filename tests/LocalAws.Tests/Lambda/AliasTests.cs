using System.Text;
using LocalAws.Tests.Iam;

namespace LocalAws.Tests.Lambda;

public sealed class AliasTests
{
    private const string Function = "arn:aws:lambda:eu-west-1:123456789012:function:echo";
    private const string Functions = "/2015-03-31/functions/";

    [Theory]
    [InlineData("echo/invocations", "")]
    [InlineData("echo/invocations?Qualifier=people", ":people")]
    [InlineData("echo:people/invocations", ":people")]
    [InlineData("echo:people/invocations?Qualifier=people", ":people")]
    [InlineData("echo/invocations?Qualifier=%24LATEST", ":$LATEST")]
    [InlineData("arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aecho%3Apeople/invocations", ":people")]
    public async Task The_function_gets_the_ARN_that_was_invoked(string path, string qualifier)
    {
        await using var account = await StartAsync();
        var (response, body) = await account.SendAsync(HttpMethod.Post, Functions + path, "{}", "lambda");
        Assert.Equal((200, Function + qualifier), ((int)response.StatusCode, body.GetString()));
    }

    [Fact]
    public async Task Another_qualifier_names_nothing()
    {
        await using var account = await StartAsync();
        foreach (var path in new[] { "echo:nobody/invocations", "echo/invocations?Qualifier=nobody", "echo/invocations?Qualifier=1" })
        {
            var (response, _) = await account.SendAsync(HttpMethod.Post, Functions + path, "{}", "lambda");
            Assert.Equal((404, "ResourceNotFoundException"), ((int)response.StatusCode, response.Headers.GetValues("x-amzn-ErrorType").Single()));
        }
    }

    /// <summary>The function's policy is not the alias's, nor the other way round; the same holds for what a role's own policy names.</summary>
    [Theory]
    [InlineData(null, false)]
    [InlineData("people", false)]
    [InlineData(null, true)]
    [InlineData("people", true)]
    public async Task Each_has_a_policy_of_its_own(string? allowed, bool byIdentityPolicy)
    {
        await using var account = await StartAsync();
        var caller = new RoleCaller(account.Aws);
        var arn = allowed is null ? Function : $"{Function}:{allowed}";
        if (byIdentityPolicy)
        {
            caller.With(RoleCaller.Allow("lambda:InvokeFunction", arn));
        }
        else
        {
            account.Aws.Lambda.AddPermission(new()
            {
                FunctionName = "echo",
                Qualifier = allowed,
                StatementId = "caller",
                Action = "lambda:InvokeFunction",
                Principal = "arn:aws:iam::123456789012:role/caller",
            });
        }

        foreach (var (path, qualifier) in new[] { ("echo/invocations", null), ("echo:people/invocations", "people"), ("echo/invocations?Qualifier=people", "people"), ("echo/invocations?Qualifier=%24LATEST", "$LATEST") })
        {
            var answer = await caller.CallAsync("lambda", "POST", Functions + path, "{}");
            Assert.Equal((path, qualifier == allowed ? 200 : 403), (path, answer.Status));
        }
    }

    [Fact]
    public async Task A_policy_is_written_and_read_by_qualifier()
    {
        await using var account = await StartAsync();
        const string statement = """{"StatementId":"s","Action":"lambda:InvokeFunction","Principal":"123456789012"}""";

        var (added, addedBody) = await account.SendAsync(HttpMethod.Post, Functions + "echo/policy?Qualifier=people", statement, "lambda");
        var (latest, latestBody) = await account.SendAsync(HttpMethod.Post, Functions + "echo/policy?Qualifier=%24LATEST", statement, "lambda");
        var (unqualified, _) = await account.SendAsync(HttpMethod.Get, Functions + "echo/policy", body: null, "lambda");
        var (read, _) = await account.SendAsync(HttpMethod.Get, Functions + "echo/policy?Qualifier=people", body: null, "lambda");
        var (missed, _) = await account.SendAsync(HttpMethod.Delete, Functions + "echo/policy/s", body: null, "lambda");
        var (removed, _) = await account.SendAsync(HttpMethod.Delete, Functions + "echo/policy/s?Qualifier=people", body: null, "lambda");

        Assert.Equal((201, 400, 404, 200, 404, 204), ((int)added.StatusCode, (int)latest.StatusCode, (int)unqualified.StatusCode, (int)read.StatusCode, (int)missed.StatusCode, (int)removed.StatusCode));
        Assert.Contains($"\"Resource\":\"{Function}:people\"", addedBody.GetProperty("Statement").GetString(), StringComparison.Ordinal);
        Assert.Equal("We currently do not support adding policies for $LATEST.", latestBody.GetProperty("message").GetString());
    }

    [Fact]
    public async Task An_alias_outlives_an_update_of_the_function_and_goes_with_its_policy()
    {
        await using var account = await StartAsync();
        var lambda = account.Aws.Lambda;
        lambda.AddPermission(new() { FunctionName = "echo", Qualifier = "people", StatementId = "s", Action = "lambda:InvokeFunction", Principal = "123456789012" });
        Register(account);
        Assert.NotEmpty(lambda.GetPolicy("echo", "people").Policy);

        Assert.Equal("ResourceConflictException", Assert.Throws<AwsException>(() => lambda.CreateAlias("echo", "people", "$LATEST")).Code);
        lambda.DeleteAlias("echo", "people");
        Assert.Throws<AwsException>(() => lambda.DeleteAlias("echo", "people"));
        Assert.Equal(Function + ":people", lambda.CreateAlias("echo", "people", "$LATEST"));
        Assert.Throws<AwsException>(() => lambda.GetPolicy("echo", "people"));
        lambda.Delete("echo");
        Register(account);
        Assert.False(lambda.HasAlias("echo", "people"));
    }

    [Theory]
    [InlineData("42", "$LATEST")]
    [InlineData("a b", "$LATEST")]
    [InlineData("other", "1")] // no version is published
    public async Task What_cannot_be_an_alias_is_refused(string name, string version)
    {
        await using var account = await StartAsync();
        Assert.Throws<AwsException>(() => account.Aws.Lambda.CreateAlias("echo", name, version));
    }

    private static async Task<LocalAwsAccount> StartAsync()
    {
        var account = await LocalAwsAccount.StartAsync();
        Register(account);
        account.Aws.Lambda.CreateAlias("echo", "people", "$LATEST");
        return account;
    }

    private static void Register(LocalAwsAccount account) =>
        account.Aws.Lambda.Register("echo", invocation => Task.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes($"\"{invocation.FunctionArn}\"")));
}
