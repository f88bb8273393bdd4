using System.Globalization;

namespace LambdaHost.Tests;

public sealed class HandlerTests
{
    private const string Order = """{"Item":"key","Count":2}""";

    [Theory]
    [InlineData("Signatures.Nothing", "null", "")]
    [InlineData("Signatures.Static", "null", "\"static\"")]
    [InlineData("Signatures.TakesOrder", Order, "")]
    [InlineData("Signatures.OfOrder", Order, "\"2 key\"")]
    [InlineData("Signatures.OfOrderAndContext", Order, "\"2 key request-1\"")]
    [InlineData("Signatures.OfContext", "null", "\"request-1\"")]
    [InlineData("Signatures.OfStream", "\"text\"", "\"TEXT\"")]
    [InlineData("Signatures.OfStreamAndContext", "\"text\"", "\"TEXT\"")]
    [InlineData("Signatures.TaskOfOrder", Order, "")]
    [InlineData("Signatures.TaskOnly", "null", "")]
    [InlineData("Signatures.TaskOfOrderResult", Order, "\"2 key\"")]
    [InlineData("Signatures.TaskOfStream", "\"text\"", "\"TEXT\"")]
    [InlineData("Signatures.MadeOrder", "3", """{"Item":"made","Count":3}""")]
    public async Task A_handler_of_each_signature_is_run(string handler, string payload, string response)
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start(handler, api.Address);
        api.Invoke(payload);
        Assert.Equal(new Posted("invocation/request-1/response", response, ErrorType: null), await api.PostedAsync());
    }

    [Fact]
    public async Task One_instance_serves_one_invocation_after_the_other()
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start("Signatures.Count", api.Address);
        for (var invocation = 1; invocation <= 3; invocation++)
        {
            api.Invoke();
            Assert.Equal(new Posted($"invocation/request-{invocation}/response", $"{invocation}", ErrorType: null), await api.PostedAsync());
        }
    }

    [Fact]
    public async Task The_context_says_what_the_Runtime_API_and_the_environment_say()
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start(
            "Behaviours.Context", api.Address, ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"), ("AWS_LAMBDA_LOG_GROUP_NAME", "/group"), ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"));
        api.Invoke(timeLeft: TimeSpan.FromSeconds(100));
        var context = (await api.PostedAsync()).Json;

        Assert.Equal("request-1", context.GetProperty("requestId").GetString());
        Assert.Equal(ScriptedRuntimeApi.Arn, context.GetProperty("arn").GetString());
        Assert.Equal("sample", context.GetProperty("function").GetString());
        Assert.Equal("$LATEST", context.GetProperty("version").GetString());
        Assert.Equal("256", context.GetProperty("memory").GetString());
        Assert.Equal("/group", context.GetProperty("logGroup").GetString());
        Assert.Equal("stream", context.GetProperty("logStream").GetString());
        Assert.Equal(ScriptedRuntimeApi.TraceId, context.GetProperty("traceId").GetString());
        Assert.Equal(ScriptedRuntimeApi.TraceId, context.GetProperty("traceVariable").GetString());
        Assert.InRange(long.Parse(context.GetProperty("remainingMs").GetString()!, CultureInfo.InvariantCulture), 1, 100_000);
    }

    [Fact]
    public async Task The_environment_reaches_the_function()
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start("Behaviours.Variable", api.Address, ("AWS_ENDPOINT_URL", "http://127.0.0.1:1/"));
        api.Invoke("\"AWS_ENDPOINT_URL\"");
        Assert.Equal("\"http://127.0.0.1:1/\"", (await api.PostedAsync()).Body);
    }

    [Fact]
    public async Task What_a_handler_throws_is_reported_with_its_type_and_cause()
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start("Behaviours.Throws", api.Address);
        api.Invoke();
        var error = await api.PostedAsync();

        Assert.Equal("invocation/request-1/error", error.Path);
        Assert.Equal("NotSupportedException", error.ErrorType);
        Assert.Equal("NotSupportedException", error.Json.GetProperty("errorType").GetString());
        Assert.Equal("thrown", error.Json.GetProperty("errorMessage").GetString());
        Assert.Contains("Behaviours.Throws", error.Json.GetProperty("stackTrace")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal("FormatException", error.Json.GetProperty("cause").GetProperty("errorType").GetString());
        Assert.Equal("its cause", error.Json.GetProperty("cause").GetProperty("errorMessage").GetString());
    }

    [Fact]
    public async Task What_a_handler_throws_after_its_first_await_is_reported_and_the_next_invocation_runs()
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start("Behaviours.ThrowsLater", api.Address);
        for (var invocation = 1; invocation <= 2; invocation++)
        {
            api.Invoke();
            var error = await api.PostedAsync();
            Assert.Equal($"invocation/request-{invocation}/error", error.Path);
            Assert.Equal("TimeoutException", error.ErrorType);
        }
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_is_the_invocations_error()
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start("Signatures.OfOrder", api.Address);
        api.Invoke("not json");
        var error = await api.PostedAsync();
        Assert.Equal("invocation/request-1/error", error.Path);
        Assert.Equal("JsonSerializerException", error.ErrorType);
    }

    [Theory]
    [InlineData("FailingConstructor.Handle", "TargetInvocationException", "target of an invocation", "InvalidOperationException: the constructor failed")]
    [InlineData("FailingStaticConstructor.Handle", "TypeInitializationException", "type initializer", "InvalidOperationException: the static constructor failed")]
    [InlineData("NoDefaultConstructor.Handle", "MissingMethodException", "constructor")]
    [InlineData("Unsupported.Params", "LambdaValidationException", "params")]
    [InlineData("Unsupported.AsyncVoid", "LambdaValidationException", "async void")]
    [InlineData("Unsupported.ThreeParameters", "LambdaValidationException", "more than two parameters")]
    [InlineData("Unsupported.SecondNotContext", "LambdaValidationException", "second parameter that is not ILambdaContext")]
    [InlineData("Unsupported.Overloaded", "LambdaValidationException", "2 methods Overloaded")]
    [InlineData("Unsupported.Generic", "LambdaValidationException", "is generic")]
    [InlineData("Unsupported.Missing", "LambdaValidationException", "no public method Missing")]
    [InlineData("Missing.Handle", "LambdaValidationException", "no type LambdaHost.Tests.Handlers.Missing")]
    [InlineData("Missing::Type::Method", "LambdaValidationException", "Missing.dll does not exist")]
    [InlineData("bootstrap", "LambdaValidationException", "not of the form Assembly::Type::Method")]
    public async Task What_keeps_the_function_from_starting_is_reported_and_ends_the_host(string handler, string errorType, string message, string? cause = null)
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start(handler, api.Address);
        var error = await api.PostedAsync();

        Assert.Equal("init/error", error.Path);
        Assert.Null(error.ErrorType);
        Assert.Equal(errorType, error.Json.GetProperty("errorType").GetString());
        Assert.Contains(message, error.Json.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        Assert.Equal(cause, error.Json.TryGetProperty("cause", out var inner) ? $"{inner.GetProperty("errorType")}: {inner.GetProperty("errorMessage")}" : null);
        Assert.Equal(1, await host.ExitCodeAsync());
        Assert.Equal(["init/error"], api.Requests);
        Assert.Contains(host.Output, line => line.Contains(cause ?? message, StringComparison.Ordinal));
    }
}
