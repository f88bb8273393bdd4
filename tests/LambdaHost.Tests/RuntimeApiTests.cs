using System.Net;
using System.Net.Sockets;

namespace LambdaHost.Tests;

/// <summary>How the host exits, and how it handles a Runtime API that misbehaves.</summary>
public sealed class RuntimeApiTests
{
    [Fact]
    public async Task SIGTERM_between_invocations_ends_it_cleanly()
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start("Signatures.Nothing", api.Address);
        api.Invoke();
        await api.PostedAsync();
        await host.TerminateAsync();
        Assert.Equal(0, await host.ExitCodeAsync());
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task SIGTERM_during_an_invocation_ends_it_cleanly_even_when_the_handler_blocks()
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start("Behaviours.Blocks", api.Address);
        api.Invoke();
        await host.WaitForOutputAsync("blocking");
        await host.TerminateAsync();
        Assert.Equal(0, await host.ExitCodeAsync());
        Assert.Equal(["invocation/next"], api.Requests);
    }

    [Fact]
    public async Task A_Runtime_API_that_has_nothing_yet_is_waited_for_in_one_request()
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start("Signatures.Nothing", api.Address);
        await Task.Delay(TimeSpan.FromSeconds(3));
        api.Invoke();
        Assert.Equal("invocation/request-1/response", (await api.PostedAsync()).Path);
        Assert.Equal(["invocation/next", "invocation/request-1/response"], api.Requests.Take(2));
    }

    [Fact]
    public async Task A_Runtime_API_that_recovers_from_5xx_is_asked_again()
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        api.Status = (path, count) => path == "next" && count <= 2 ? 503 : 0;
        using var host = HostProcess.Start("Signatures.Nothing", api.Address);
        api.Invoke();
        Assert.Equal("invocation/request-1/response", (await api.PostedAsync()).Path);
    }

    [Fact]
    public async Task A_Runtime_API_that_answers_5xx_on_and_on_ends_the_host_after_five_tries()
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        api.Status = (_, _) => 500;
        using var host = HostProcess.Start("Signatures.Nothing", api.Address);
        Assert.Equal(1, await host.ExitCodeAsync());
        Assert.Contains("answered 500 to GET", Assert.Single(host.Errors), StringComparison.Ordinal);
        Assert.Equal(5, api.Requests.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task A_Runtime_API_that_refuses_the_host_ends_it_at_once(int status)
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        api.Status = (_, _) => status;
        using var host = HostProcess.Start("Signatures.Nothing", api.Address);
        Assert.Equal(1, await host.ExitCodeAsync());
        Assert.Contains($"answered {status} to GET", Assert.Single(host.Errors), StringComparison.Ordinal);
        Assert.Single(api.Requests);
    }

    [Fact]
    public async Task A_Runtime_API_that_is_not_there_ends_the_host()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = listener.LocalEndpoint.ToString()!;
        listener.Stop();
        using var host = HostProcess.Start("Signatures.Nothing", address);
        Assert.Equal(1, await host.ExitCodeAsync());
        Assert.Contains($"The Runtime API at {address} cannot be reached", Assert.Single(host.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Runtime_API_that_goes_away_ends_the_host()
    {
        var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start("Signatures.Nothing", api.Address);
        api.Invoke();
        await api.PostedAsync();
        await api.DisposeAsync();
        Assert.Equal(1, await host.ExitCodeAsync());
        Assert.Contains("cannot be reached", Assert.Single(host.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a host")]
    public async Task Without_an_address_of_a_Runtime_API_it_says_what_to_set(string address)
    {
        using var host = HostProcess.Start("Signatures.Nothing", address);
        Assert.Equal(1, await host.ExitCodeAsync());
        Assert.Contains("AWS_LAMBDA_RUNTIME_API", Assert.Single(host.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(413)]
    [InlineData(400)]
    public async Task A_response_that_is_not_taken_is_logged_and_the_next_invocation_runs(int status)
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        api.Status = (path, count) => path == "response" && count <= 2 ? status : 0;
        using var host = HostProcess.Start("Signatures.Count", api.Address);
        api.Invoke();
        await api.PostedAsync();
        api.Invoke();
        Assert.Equal(new Posted("invocation/request-2/response", "2", ErrorType: null), await api.PostedAsync());
        Assert.Contains("too large or too late", Assert.Single(host.Output), StringComparison.Ordinal);
    }
}
