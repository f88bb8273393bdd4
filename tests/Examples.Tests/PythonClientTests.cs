using System.Text.Json;
using LocalAws;

namespace Examples.Tests;

/// <summary>examples/python, on an API whose key is replaced under it.</summary>
public sealed class PythonClientTests : IAsyncLifetime
{
    private ClientFixture _world = null!;
    private ClientProcess _client = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(await ClientProcess.SucceedsAsync("python3", "-c", "import boto3"), "python3 with boto3 is not installed.");
        _world = await ClientFixture.StartAsync();
        _client = _world.Start("python3", ["-u", "conversation.py", ClientFixture.SecretName]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_world is not null)
        {
            await _client.DisposeAsync();
            await _world.DisposeAsync();
        }
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task It_reads_once_and_again_when_the_key_is_old()
    {
        Assert.Equal(["200"], await AskAsync($"times 2 {_world.Orders}"));
        Assert.Equal(1, _world.Reads);
        await AskAsync("advance 300");
        Assert.Equal(["200"], await AskAsync($"times 2 {_world.Orders}"));
        Assert.Equal(2, _world.Reads);
    }

    [Theory, InlineData("urllib"), InlineData("requests")]
    public async Task It_goes_on_through_a_rotation_and_a_revoke(string library)
    {
        await UseAsync(library);
        Assert.Equal(["200", """{"ok":true}"""], await AskAsync($"call {_world.Orders}"));
        await _world.RotateAsync();
        Assert.Equal(["200", """{"ok":true}"""], await AskAsync($"call {_world.Orders}"));
        Assert.Equal(1, _world.Reads);
        await _world.RevokePreviousAsync();
        Assert.Equal(["200", """{"ok":true}"""], await AskAsync($"call {_world.Orders}"));
        Assert.Equal(2, _world.Reads);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task After_a_refusal_the_same_body_is_sent_again()
    {
        await using var api = await LoopbackApi.StartAsync();
        await AskAsync($"call {api.Url} order");
        Assert.True(api.Keys.TryPeek(out var first));
        api.RefusedKey = first;
        await _world.RotateAsync();
        Assert.Equal(["200", "status 200"], await AskAsync($"call {api.Url} order"));
        Assert.Equal(["order", "order", "order"], api.Bodies);
        Assert.Equal(2, api.Keys.Distinct().Count());
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task Fifty_callers_at_once_make_one_read()
    {
        _world.FailReads(Fault.Delayed(TimeSpan.FromMilliseconds(500)));
        Assert.Equal(["200"], await AskAsync($"together 50 {_world.Orders}"));
        Assert.Equal(1, _world.Reads);

        await AskAsync("advance 300");
        Assert.Equal(["200"], await AskAsync($"together 50 {_world.Orders}"));
        Assert.Equal(2, _world.Reads);

        await _world.RotateAsync();
        await _world.RevokePreviousAsync();
        Assert.Equal(["200"], await AskAsync($"together 50 {_world.Orders}"));
        Assert.Equal(3, _world.Reads);

        _world.RefuseEveryKey();
        Assert.Equal(["403"], await AskAsync($"together 50 {_world.Orders}"));
        Assert.Equal(4, _world.Reads);
    }

    [Theory]
    [Trait("Category", "Proof")]
    [InlineData(500, "InternalServiceError")]
    [InlineData(400, "ThrottlingException")]
    [InlineData(400, "AccessDeniedException")]
    [InlineData(0, "no answer at all")]
    public async Task An_outage_of_Secrets_Manager_does_not_stop_a_client_that_has_a_key(int status, string code)
    {
        await AskAsync($"call {_world.Orders}");
        await AskAsync("advance 360");
        _world.FailReads(status == 0 ? Fault.ConnectionReset() : Fault.Error(status, code, "Injected."));
        Assert.Equal(["200"], await AskAsync($"times 20 {_world.Orders}"));
        Assert.Equal(2, _world.Reads);

        _world.FailReads(null);
        await AskAsync("advance 10");
        Assert.Equal(["200"], await AskAsync($"times 20 {_world.Orders}"));
        Assert.Equal(3, _world.Reads);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_read_without_an_answer_holds_a_client_that_has_a_key_up_for_seconds_only()
    {
        await AskAsync($"call {_world.Orders}");
        await AskAsync("advance 360");
        _world.FailReads(Fault.TimeOut());
        var started = TimeProvider.System.GetTimestamp();
        Assert.Equal(["200"], await AskAsync($"times 20 {_world.Orders}"));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 4, 25); // the client of this test waits 30 seconds for an answer
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task Without_a_key_the_failure_of_the_read_reaches_all_callers_and_nothing_is_sent()
    {
        await using var api = await LoopbackApi.StartAsync();
        _world.FailReads(Fault.Error(400, "AccessDeniedException", "Injected."));
        Assert.Equal(["ClientError"], await AskAsync($"together 50 {api.Url}"));
        Assert.InRange(_world.Reads, 1, 10); // they share it as long as it lasts
        Assert.True(api.Keys.IsEmpty, "something was sent");

        _world.FailReads(null);
        Assert.Equal(["200"], await AskAsync($"times 1 {api.Url}"));
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_caller_whose_key_was_refused_gets_the_403_whatever_becomes_of_the_read()
    {
        await AskAsync($"call {_world.Orders}");
        _world.RefuseEveryKey();
        _world.FailReads(Fault.Error(500, "InternalServiceError", "Injected."));
        Assert.Equal(["403", """{"message":"Forbidden"}"""], await AskAsync($"call {_world.Orders}"));
        Assert.Equal(2, _world.Reads);
    }

    [Theory]
    [Trait("Category", "Proof")]
    [InlineData("the plan has lost the stage")]
    [InlineData("there is no such route")]
    [InlineData("a firewall answers")]
    public async Task A_lasting_refusal_makes_a_handful_of_reads(string reason)
    {
        await using var firewall = await LoopbackApi.StartAsync();
        firewall.Status = 403;
        var url = reason switch
        {
            "there is no such route" => new Uri(_world.Orders, "../dev/orders"),
            "a firewall answers" => firewall.Url,
            _ => _world.Orders,
        };
        _world.RefuseEveryKey();
        Assert.Equal(["403"], await AskAsync($"times 200 {url}"));
        Assert.Equal(2, _world.Reads);
        await AskAsync("advance 10");
        Assert.Equal(["403"], await AskAsync($"times 20 {url}"));
        Assert.Equal(3, _world.Reads);
    }

    [Theory]
    [Trait("Category", "Proof")]
    [InlineData("urllib", 301)]
    [InlineData("urllib", 302)]
    [InlineData("urllib", 308)]
    [InlineData("requests", 302)]
    [InlineData("requests", 307)]
    public async Task A_redirect_takes_the_key_nowhere(string library, int status)
    {
        await UseAsync(library);
        await using var api = await LoopbackApi.StartAsync();
        await using var other = await LoopbackApi.StartAsync();
        (api.Status, api.Location) = (status, other.Url.ToString());
        Assert.Equal([$"{status}", $"status {status}"], await AskAsync($"call {api.Url}"));
        Assert.Equal((1, 0), (api.Keys.Count, other.Keys.Count));
    }

    [Theory, InlineData("requests that follow"), InlineData("urllib that follows")]
    [Trait("Category", "Proof")]
    public async Task A_redirect_that_was_followed_is_an_error_with_its_remedy(string library)
    {
        await UseAsync(library);
        await using var api = await LoopbackApi.StartAsync();
        await using var other = await LoopbackApi.StartAsync();
        (api.Status, api.Location) = (302, other.Url.ToString());
        var answer = await AskAsync($"call {api.Url}");
        Assert.Equal("RuntimeError", answer[0]);
        var taken = $"A redirect sent the key of secret {ClientFixture.SecretName} to {other.Url.ToString().TrimEnd('/')}.";
        Assert.StartsWith(taken, answer[1], StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task The_key_goes_to_the_origin_of_the_first_request_only()
    {
        await using var api = await LoopbackApi.StartAsync();
        await using var other = await LoopbackApi.StartAsync();
        await AskAsync($"call {api.Url}");
        string[] others =
        [
            $"{other.Url}",
            $"http://127.0.0.1:{api.Url.Port}@127.0.0.1:{other.Url.Port}/",
            $"http://localhost:{api.Url.Port}/",
            $"https://127.0.0.1:{api.Url.Port}/",
        ];
        foreach (var url in others)
        {
            var answer = await AskAsync($"call {url}");
            Assert.Equal("ValueError", answer[0]);
            Assert.Contains($"is for {api.Url.ToString().TrimEnd('/')}, not for", answer[1], StringComparison.Ordinal);
        }

        Assert.Equal(["200"], await AskAsync($"times 1 {api.Url}customers?page=2"));
        Assert.Equal((2, 0), (api.Keys.Count, other.Keys.Count));
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task It_sends_the_key_of_any_document_that_has_one()
    {
        await using var api = await LoopbackApi.StartAsync();
        foreach (var document in Documents.WithKey)
        {
            _world.Store(document.Data);
            await AskAsync("advance 300");
            Assert.Equal(["200"], await AskAsync($"times 1 {api.Url}"));
        }

        Assert.Equal([Documents.Key], api.Keys.Distinct());
        Assert.Equal(Documents.WithKey.Count, api.Keys.Count);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task It_sends_nothing_where_the_document_has_no_key_and_does_not_quote_it()
    {
        await using var api = await LoopbackApi.StartAsync();
        foreach (var document in Documents.WithoutKey)
        {
            _world.Store(document.Data);
            Assert.Equal(
                [
                    "ValueError",
                    $"Secret {ClientFixture.SecretName} holds no key: its text is not a JSON object with a printable \"apiKey\". Rotate the secret or store a key.",
                ],
                await AskAsync($"call {api.Url}"));
        }

        Assert.True(api.Keys.IsEmpty, "something was sent");
    }

    [Fact]
    public async Task It_does_not_print_its_key()
    {
        await AskAsync($"call {_world.Orders}");
        Assert.Equal(["RotatedApiKey('partner/api')", "RotatedApiKey('partner/api')"], await AskAsync("print"));
    }

    private async Task UseAsync(string library)
    {
        var module = library.Split(' ')[0];
        Assert.SkipUnless(
            module == "urllib" || await ClientProcess.SucceedsAsync("python3", "-c", $"import {module}"), $"python3 with {module} is not installed.");
        await AskAsync($"use {library}");
    }

    private async Task<string[]> AskAsync(string line)
    {
        using var answer = JsonDocument.Parse(await _client.AskAsync(line));
        return answer.RootElement.ValueKind == JsonValueKind.Array ? [.. answer.RootElement.EnumerateArray().Select(part => part.ToString())] : [];
    }
}
