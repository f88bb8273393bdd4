using System.Text;

namespace LocalAws.Tests.Lambda;

public sealed class LambdaTests
{
    [Theory]
    [InlineData("echo")]
    [InlineData("arn:aws:lambda:eu-west-1:123456789012:function:echo")]
    public async Task A_function_is_invoked_by_its_name_or_its_arn(string function)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var arn = account.Aws.Lambda.Register("echo", invocation => Task.FromResult(invocation.Payload));

        var (response, body) = await account.SendAsync(
            HttpMethod.Post, $"/2015-03-31/functions/{Uri.EscapeDataString(function)}/invocations", """{"a":1}""", "lambda");

        Assert.Equal("arn:aws:lambda:eu-west-1:123456789012:function:echo", arn);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(1, body.GetProperty("a").GetInt32());
        Assert.False(response.Headers.Contains("X-Amz-Function-Error"));
    }

    [Fact]
    public async Task A_functions_exception_is_an_answer_with_its_type_and_message()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        account.Aws.Lambda.Register("throws", _ => throw new InvalidOperationException("no"));
        account.Aws.Lambda.Register("reports", _ => throw new FunctionErrorException("RotationFailed", "why"));

        var (thrown, thrownBody) = await account.SendAsync(HttpMethod.Post, "/2015-03-31/functions/throws/invocations", "{}", "lambda");
        var (_, reportedBody) = await account.SendAsync(HttpMethod.Post, "/2015-03-31/functions/reports/invocations", "{}", "lambda");

        Assert.Equal(200, (int)thrown.StatusCode);
        Assert.Equal("Unhandled", thrown.Headers.GetValues("X-Amz-Function-Error").Single());
        Assert.Equal(("InvalidOperationException", "no"), (thrownBody.GetProperty("errorType").GetString(), thrownBody.GetProperty("errorMessage").GetString()));
        Assert.Equal(("RotationFailed", "why"), (reportedBody.GetProperty("errorType").GetString(), reportedBody.GetProperty("errorMessage").GetString()));
    }

    [Fact]
    public async Task A_function_that_ran_past_its_deadline_has_timed_out()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var took = TimeSpan.FromSeconds(30);
        account.Aws.Lambda.Register(
            "slow",
            invocation =>
            {
                Assert.Equal(account.Clock.GetUtcNow().AddSeconds(30), invocation.Deadline);
                account.Clock.Advance(took);
                return Task.FromResult(invocation.Payload);
            },
            new FunctionOptions { Timeout = TimeSpan.FromSeconds(30) });

        var (inTime, _) = await account.SendAsync(HttpMethod.Post, "/2015-03-31/functions/slow/invocations", "{}", "lambda");
        took = TimeSpan.FromSeconds(31);
        var (_, late) = await account.SendAsync(HttpMethod.Post, "/2015-03-31/functions/slow/invocations", "{}", "lambda");

        Assert.False(inTime.Headers.Contains("X-Amz-Function-Error"));
        Assert.EndsWith("Error: Task timed out after 30.00 seconds", late.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_hangs_is_given_up_in_real_time()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var never = new TaskCompletionSource<ReadOnlyMemory<byte>>();
        account.Aws.Lambda.Register("hangs", _ => never.Task, new FunctionOptions { Timeout = TimeSpan.FromMilliseconds(10) });

        var (_, body) = await account.SendAsync(HttpMethod.Post, "/2015-03-31/functions/hangs/invocations", "{}", "lambda");

        Assert.Equal("Sandbox.Timedout", body.GetProperty("errorType").GetString());
    }

    [Fact]
    public async Task An_unknown_function_is_not_found()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var (response, body) = await account.SendAsync(HttpMethod.Post, "/2015-03-31/functions/nothing/invocations", "{}", "lambda");

        Assert.Equal(404, (int)response.StatusCode);
        Assert.Equal("ResourceNotFoundException", response.Headers.GetValues("x-amzn-ErrorType").Single());
        Assert.Equal("Function not found: arn:aws:lambda:eu-west-1:123456789012:function:nothing", body.GetProperty("Message").GetString());
    }

    [Fact]
    public void An_invocation_is_printed_without_its_payload()
    {
        var invocation = new FunctionInvocation("id", "arn", Encoding.UTF8.GetBytes("hidden"), DateTimeOffset.UnixEpoch);

        Assert.DoesNotContain("hidden", invocation.ToString(), StringComparison.Ordinal);
        Assert.Contains("6 bytes", invocation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_reserved_concurrency_has_no_place_for_is_throttled()
    {
        const string Path = "/2015-03-31/functions/busy/invocations";
        await using var account = await LocalAwsAccount.StartAsync();
        var (started, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        account.Aws.Lambda.Register(
            "busy",
            async invocation =>
            {
                started.TrySetResult();
                await end.Task;
                return invocation.Payload;
            },
            new FunctionOptions { ReservedConcurrency = 1 });

        var first = account.SendAsync(HttpMethod.Post, Path, "{}", "lambda");
        await started.Task;
        var (throttled, body) = await account.SendAsync(HttpMethod.Post, Path, "{}", "lambda");
        end.SetResult();
        await first;
        var (after, _) = await account.SendAsync(HttpMethod.Post, Path, "{}", "lambda");

        Assert.Equal(429, (int)throttled.StatusCode);
        Assert.Equal("TooManyRequestsException", throttled.Headers.GetValues("x-amzn-ErrorType").Single());
        Assert.Equal("ReservedFunctionConcurrentInvocationLimitExceeded", body.GetProperty("Reason").GetString());
        Assert.Equal(200, (int)after.StatusCode);
        Assert.Equal(1, account.Aws.Lambda.ThrottlesOf("busy"));
    }
}
