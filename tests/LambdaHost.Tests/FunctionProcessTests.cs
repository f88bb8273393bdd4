using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LocalAws;
using LocalAws.Tests;

namespace LambdaHost.Tests;

/// <summary>The embedded AWS runs functions in processes of their own, on the Runtime API that it serves them.</summary>
public sealed class FunctionProcessTests
{
    // Of this machine, not of the function.
    static FunctionProcessTests() => Environment.SetEnvironmentVariable("AWS_PROFILE", "somebody");

    [Fact]
    public async Task A_function_runs_in_one_process_that_is_started_by_its_first_invocation()
    {
        await using var aws = await EmbeddedAws.StartAsync();
        Register(aws, "Behaviours.Context");
        var first = await InvokeAsync(aws, "null");
        var second = await InvokeAsync(aws, "null");

        Assert.Equal("sample", first.GetProperty("function").GetString());
        Assert.Equal("arn:aws:lambda:eu-west-1:123456789012:function:sample", first.GetProperty("arn").GetString());
        Assert.Equal("/aws/lambda/sample", first.GetProperty("logGroup").GetString());
        Assert.Equal("512", first.GetProperty("memory").GetString());
        Assert.InRange(long.Parse(first.GetProperty("remainingMs").GetString()!, CultureInfo.InvariantCulture), 1, 120_000);
        Assert.StartsWith("Root=1-", first.GetProperty("traceId").GetString(), StringComparison.Ordinal);
        Assert.Equal(first.GetProperty("process").GetString(), second.GetProperty("process").GetString());
        Assert.NotEqual(first.GetProperty("requestId").GetString(), second.GetProperty("requestId").GetString());
    }

    [Theory]
    [InlineData("AWS_REGION", "eu-west-1")]
    [InlineData("AWS_LAMBDA_FUNCTION_NAME", "sample")]
    [InlineData("OWN", "mine")]
    [InlineData("AWS_PROFILE", "(none)")]
    public async Task A_process_has_Lambdas_variables_and_the_functions(string name, string value)
    {
        await using var aws = await EmbeddedAws.StartAsync();
        Register(aws, "Behaviours.Variable");
        Assert.Equal(value, (await InvokeAsync(aws, $"\"{name}\"")).GetString());
        Assert.Equal(aws.ServiceUrl.ToString(), (await InvokeAsync(aws, "\"AWS_ENDPOINT_URL\"")).GetString());
    }

    [Fact]
    public async Task What_the_function_throws_is_the_invocations_error()
    {
        await using var aws = await EmbeddedAws.StartAsync();
        Register(aws, "Behaviours.Throws");
        AssertError("NotSupportedException", "thrown", await InvokeAsync(aws, "null"));
    }

    [Fact]
    public async Task What_keeps_the_function_from_starting_is_each_invocations_error()
    {
        await using var aws = await EmbeddedAws.StartAsync();
        Register(aws, "FailingConstructor.Handle");
        AssertError("TargetInvocationException", "target of an invocation", await InvokeAsync(aws, "null"));
        AssertError("TargetInvocationException", "target of an invocation", await InvokeAsync(aws, "null"));
    }

    [Fact]
    public async Task A_command_that_does_not_exist_is_the_invocations_error()
    {
        await using var aws = await EmbeddedAws.StartAsync();
        aws.Lambda.RegisterProcess("sample", new FunctionProcess("no-such-command"));
        AssertError("Runtime.InvalidEntrypoint", "no-such-command", await InvokeAsync(aws, "null"));
    }

    [Theory]
    [InlineData(3, "Runtime exited with error: exit status 3")]
    [InlineData(0, "Runtime exited without providing a reason")]
    public async Task A_process_that_dies_fails_its_invocation_and_the_next_one_has_a_new_process(int status, string reason)
    {
        await using var aws = await EmbeddedAws.StartAsync();
        Register(aws, "Behaviours.Exits");
        AssertError("Runtime.ExitError", reason, await InvokeAsync(aws, $"{status}"));
        AssertError("Runtime.ExitError", "exit status 7", await InvokeAsync(aws, "7"));
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_function_that_hangs_is_killed_when_its_timeout_runs_out()
    {
        await using var aws = await EmbeddedAws.StartAsync();
        var log = Register(aws, "Behaviours.Blocks", TimeSpan.FromSeconds(20));
        AssertError("Sandbox.Timedout", "Error: Task timed out after 20.00 seconds", await InvokeAsync(aws, "null"));
        Assert.Contains("blocking", log);
        await AssertEndedAsync(log.First());
    }

    [Fact]
    public async Task A_process_that_is_killed_fails_its_invocation_at_once_and_the_next_one_has_a_new_process()
    {
        await using var aws = await EmbeddedAws.StartAsync();
        var log = Register(aws, "Behaviours.Blocks");
        var invocation = InvokeAsync(aws, "null");
        await AwaitBlockingAsync(log, processes: 1);

        await aws.Lambda.KillProcessesAsync("sample");

        AssertError("Runtime.ExitError", "signal: killed", await invocation.WaitAsync(TimeSpan.FromSeconds(30)));
        await AssertEndedAsync(log.First());
        invocation = InvokeAsync(aws, "null");
        await AwaitBlockingAsync(log, processes: 2);
        await aws.Lambda.KillProcessesAsync("arn:aws:lambda:eu-west-1:123456789012:function:sample");
        AssertError("Runtime.ExitError", "signal: killed", await invocation.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(2, log.Where(line => line is not "blocking").Distinct().Count());
    }

    [Fact]
    public async Task Only_the_named_functions_processes_are_killed()
    {
        await using var aws = await EmbeddedAws.StartAsync();
        Register(aws, "Behaviours.Context");
        aws.Lambda.RegisterProcess("another", new FunctionProcess("dotnet", BuildOutput.Host));
        var process = (await InvokeAsync(aws, "null")).GetProperty("process").GetString()!;

        await aws.Lambda.KillProcessesAsync("another");
        Assert.Equal(process, (await InvokeAsync(aws, "null")).GetProperty("process").GetString());
        await aws.Lambda.KillProcessesAsync("sample");
        await AssertEndedAsync(process);
        Assert.NotEqual(process, (await InvokeAsync(aws, "null")).GetProperty("process").GetString());
        await Assert.ThrowsAsync<AwsException>(() => aws.Lambda.KillProcessesAsync("nothing"));
    }

    [Fact]
    public async Task A_process_is_asked_to_end_before_it_is_killed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM: there a process is killed at once.");
        var aws = await EmbeddedAws.StartAsync();
        var log = new ConcurrentQueue<string>();
        const string script = "trap 'echo terminated; kill $!; exit 0' TERM; sleep 60 & echo ready; wait";
        aws.Lambda.RegisterProcess("sample", new FunctionProcess("sh", "-c", script) { LogLine = log.Enqueue });
        var invocation = InvokeAsync(aws, "null");
        for (var tries = 0; log.IsEmpty && tries < 1000; tries++)
        {
            await Task.Delay(20);
        }

        await aws.DisposeAsync();
        Assert.Equal(["ready", "terminated"], log);
        await Task.WhenAny(invocation);
    }

    [Fact]
    public async Task A_process_that_leaves_another_one_behind_has_ended_all_the_same()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The process is a script for sh.");
        await using var aws = await EmbeddedAws.StartAsync();
        aws.Lambda.RegisterProcess("sample", new FunctionProcess("sh", "-c", "sleep 60 & exit 5"));
        AssertError("Runtime.ExitError", "exit status 5", await InvokeAsync(aws, "null").WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Invocations_at_the_same_time_run_in_processes_of_their_own()
    {
        await using var aws = await EmbeddedAws.StartAsync();
        Register(aws, "Behaviours.Slow");
        var processes = await Task.WhenAll(InvokeAsync(aws, "null"), InvokeAsync(aws, "null"));
        Assert.NotEqual(processes[0].GetString(), processes[1].GetString());
    }

    [Fact]
    public async Task A_response_above_6_MB_is_refused_and_the_function_lives_on()
    {
        await using var aws = await EmbeddedAws.StartAsync();
        Register(aws, "Behaviours.Large");
        AssertError("Function.ResponseSizeTooLarge", "6291556 bytes", await InvokeAsync(aws, "7000000"));
        Assert.Equal("xxx", (await InvokeAsync(aws, "3")).GetString());
    }

    [Fact]
    public async Task What_a_process_prints_is_passed_on_line_by_line()
    {
        var aws = await EmbeddedAws.StartAsync();
        var log = Register(aws, "Behaviours.Logs");
        await InvokeAsync(aws, "null");
        await aws.DisposeAsync();
        Assert.Equal(3, log.Count);
        Assert.Contains(log, line => line.EndsWith("\tinfo\tcreated k1 in 12 ms", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_end_of_the_embedded_AWS_is_the_end_of_its_processes()
    {
        var aws = await EmbeddedAws.StartAsync();
        Register(aws, "Behaviours.Context");
        var process = (await InvokeAsync(aws, "null")).GetProperty("process").GetString()!;
        await aws.DisposeAsync();
        await AssertEndedAsync(process);
    }

    private static ConcurrentQueue<string> Register(EmbeddedAws aws, string handler, TimeSpan? timeout = null)
    {
        var log = new ConcurrentQueue<string>();
        var process = new FunctionProcess("dotnet", BuildOutput.Host)
        {
            Handler = BuildOutput.Handler(handler),
            LogLine = log.Enqueue,
        };
        aws.Lambda.RegisterProcess("sample", process, new FunctionOptions
        {
            Environment = new Dictionary<string, string> { ["LAMBDA_TASK_ROOT"] = BuildOutput.HandlersFolder, ["OWN"] = "mine" },
            Timeout = timeout ?? TimeSpan.FromMinutes(2),
        });
        return log;
    }

    private static async Task AwaitBlockingAsync(ConcurrentQueue<string> log, int processes)
    {
        for (var tries = 0; log.Count(line => line is "blocking") < processes; tries++)
        {
            Assert.True(tries < 1500, "The function does not run.");
            await Task.Delay(20);
        }
    }

    private static async Task<JsonElement> InvokeAsync(EmbeddedAws aws, string payload)
    {
        using var http = new HttpClient(new SigningHandler("AKIAOWNER", "lambda"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(aws.ServiceUrl, "2015-03-31/functions/sample/invocations"))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(payload)),
        };
        using var response = await http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return body.Length == 0 ? default : JsonDocument.Parse(body).RootElement;
    }

    private static async Task AssertEndedAsync(string processId)
    {
        for (var tries = 0; IsRunning(int.Parse(processId, CultureInfo.InvariantCulture)); tries++)
        {
            Assert.True(tries < 100, $"The process {processId} is still there.");
            await Task.Delay(100);
        }
    }

    private static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void AssertError(string errorType, string message, JsonElement answer)
    {
        Assert.Equal(errorType, answer.GetProperty("errorType").GetString());
        Assert.Contains(message, answer.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
    }
}
