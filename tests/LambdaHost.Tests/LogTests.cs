using System.Text.Json;

namespace LambdaHost.Tests;

public sealed class LogTests
{
    [Fact]
    public async Task In_text_each_entry_is_a_line_of_tab_separated_columns()
    {
        var lines = await RunAsync("Text");

        Assert.Equal(3, lines.Length);
        var columns = lines[0].Split('\t');
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", columns[0]);
        Assert.Equal(["request-1", "info", "created k1 in 12 ms"], columns[1..]);
        Assert.EndsWith("\twarn\ttwo\\nlines", lines[1], StringComparison.Ordinal);
        Assert.Contains("\tfail\tit failed for k2\\nSystem.FormatException: wrong {format}", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_JSON_each_placeholder_is_a_property()
    {
        var lines = (await RunAsync("JSON")).Select(line => JsonDocument.Parse(line).RootElement).ToArray();

        Assert.Equal(3, lines.Length);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", lines[0].GetProperty("timestamp").GetString());
        Assert.Equal("Information", lines[0].GetProperty("level").GetString());
        Assert.Equal("request-1", lines[0].GetProperty("requestId").GetString());
        Assert.Equal(ScriptedRuntimeApi.TraceId, lines[0].GetProperty("traceId").GetString());
        Assert.Equal("created k1 in 12 ms", lines[0].GetProperty("message").GetString());
        Assert.Equal("k1", lines[0].GetProperty("keyId").GetString());
        Assert.Equal(12, lines[0].GetProperty("durationMs").GetInt64());
        Assert.Equal("two\nlines", lines[1].GetProperty("message").GetString());
        Assert.Equal("Error", lines[2].GetProperty("level").GetString());
        Assert.Equal("System.FormatException", lines[2].GetProperty("errorType").GetString());
        Assert.Equal("wrong {format}", lines[2].GetProperty("errorMessage").GetString());
    }

    [Fact]
    public async Task A_line_for_the_console_becomes_an_entry_and_only_standard_output_itself_is_raw()
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start("Behaviours.Prints", api.Address, ("AWS_LAMBDA_LOG_FORMAT", "JSON"));
        api.Invoke();
        await api.PostedAsync();
        await host.TerminateAsync();
        await host.ExitCodeAsync();
        Assert.Equal("a {line}", JsonDocument.Parse(host.Output.First()).RootElement.GetProperty("message").GetString());
        Assert.Equal("""{"raw":1}""", host.Output.Last());
        Assert.Equal(2, host.Output.Count);
    }

    [Fact]
    public async Task What_a_handler_throws_is_logged()
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start("Behaviours.Throws", api.Address, ("AWS_LAMBDA_LOG_FORMAT", "JSON"));
        api.Invoke();
        await api.PostedAsync();
        await host.TerminateAsync();
        await host.ExitCodeAsync();
        var line = JsonDocument.Parse(Assert.Single(host.Output)).RootElement;
        Assert.Equal("request-1", line.GetProperty("requestId").GetString());
        Assert.Equal("System.NotSupportedException", line.GetProperty("errorType").GetString());
    }

    private static async Task<string[]> RunAsync(string format)
    {
        await using var api = await ScriptedRuntimeApi.StartAsync();
        using var host = HostProcess.Start("Behaviours.Logs", api.Address, ("AWS_LAMBDA_LOG_FORMAT", format));
        api.Invoke();
        await api.PostedAsync();
        await host.TerminateAsync();
        await host.ExitCodeAsync();
        return [.. host.Output];
    }
}
