using System.Collections.Concurrent;
using Amazon.APIGateway.Model;
using CsCheck;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>Whoever may tag only the secret must not turn the function against a key that is not the secret's.</summary>
public sealed class HostileTagTests
{
    private static readonly Gen<string> Ids = Gen.OneOf(
        Gen.OneOf("", "..", ".", "../restapis", "%2F..", "%2e%2e", "?x=", "#", "a/b", "a b", "ключ", "\n[fail] forged", "\u001b[2J", "\u2028", new string('x', 256)),
        Gen.String[Gen.OneOf<char>('a', '0', '.', '/', '%', '2', 'F', '?', '&', '=', ':', '@', '\\', ' ', 'é', '\u202e', '\r', '\n'), 1, 40]);

    [Fact]
    public async Task An_id_in_a_tag_asks_for_a_key_of_that_id_or_for_nothing()
    {
        var fixture = await RotationFixture.StartAsync(); // disposed at the end only: what it throws would hide the seed
        await fixture.RotateHealthyAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        var before = await fixture.SnapshotAsync();
        var asked = new ConcurrentQueue<AwsCall>();
        fixture.Aws.Faults = call =>
        {
            asked.Enqueue(call);
            return null;
        };
        await Ids.SampleAsync(
            async id =>
            {
                await fixture.TagSecretAsync("apikey-rotation:template", id);
                await fixture.TagSecretAsync("apikey-rotation:adopted", id);
                asked.Clear();
                var failure = await Record.ExceptionAsync(() => fixture.RunAsync(token, "setSecret"));
                Assert.IsType<RotationException>(failure);
                Assert.Contains("which the secret's tag apikey-rotation:template names, does not exist", failure.Message, StringComparison.Ordinal);
                Assert.False(failure.Message.Any(character => char.IsControl(character) || character is '\u2028' or '\u202e'), "the message is not one line");
                Assert.DoesNotContain(asked, call => call.Service == "apigateway" && (call.Operation is not ("GetApiKey" or "GetUsagePlans") || !id.All(char.IsAsciiLetterOrDigit)));
            },
            iter: 300,
            threads: 1);
        fixture.Aws.Faults = null;
        await fixture.TagSecretAsync("apikey-rotation:template", fixture.TemplateId);
        await fixture.Secrets.UntagResourceAsync(new Amazon.SecretsManager.Model.UntagResourceRequest { SecretId = fixture.SecretArn, TagKeys = ["apikey-rotation:adopted"] });
        Assert.Equal(before, await fixture.SnapshotAsync());
        await fixture.DisposeAsync();
    }

    [Fact]
    public async Task A_rotation_with_any_id_in_the_adopted_tag_is_one_without_an_adopted_key()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        foreach (var id in new[] { "", "..", "../restapis", "/a b@", "nosuchkey1", fixture.TemplateId, (await fixture.MintedAsync())[^1].Id, (await fixture.MintedAsync())[^2].Id })
        {
            await fixture.TagBothAsync("apikey-rotation:adopted", id);
            await fixture.RotateHealthyAsync();
            Assert.Equal([false, true, true], (await fixture.MintedAsync()).Select(key => key.Enabled));
        }
    }

    [Theory]
    [InlineData("another secret's template")]
    [InlineData("another secret's minted key")]
    [InlineData("our own minted key")]
    [InlineData("an adopted key")]
    public async Task A_template_tag_that_points_at_a_key_of_another_kind_is_refused_by_every_step_that_uses_it(string kind)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var (id, token) = (await AddAsync(fixture, kind), await fixture.OpenRotationAsync());
        await fixture.RunAsync(token, "createSecret");
        foreach (var step in new[] { "setSecret", "testSecret" })
        {
            await fixture.TagSecretAsync("apikey-rotation:template", id);
            Assert.Contains($"points at key {id}, but that key's tag apikey-rotation:template-for does not point back at {fixture.SecretName}", await fixture.FailAsync(token, step), StringComparison.Ordinal);
            await fixture.TagSecretAsync("apikey-rotation:template", fixture.TemplateId);
            await fixture.RunAsync(token, step);
        }
    }

    [Theory]
    [InlineData("another secret's template", "is already a secret's minted key or template key")]
    [InlineData("another secret's minted key", "is already a secret's minted key or template key")]
    [InlineData("our own minted key", "is already a secret's minted key or template key")]
    [InlineData("an adopted key", "was already adopted for the secret another/secret")]
    [InlineData("..", "does not exist")]
    [InlineData("../apikeys", "does not exist")]
    public async Task A_key_of_another_secret_is_not_adopted(string kind, string problem)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var id = kind.Contains(' ', StringComparison.Ordinal) ? await AddAsync(fixture, kind) : kind;
        await fixture.TagBothAsync("apikey-rotation:adopted", id);

        var message = await fixture.FailAsync($$"""{"action":"provision","secretId":"{{fixture.SecretArn}}"}""");

        Assert.Contains(problem, message, StringComparison.Ordinal);
        Assert.False((await fixture.CurrentDocumentAsync()).Contains("apiKey", StringComparison.Ordinal), "a key was stored");
    }

    [Theory]
    [InlineData("key-with-ümlaut-in-its-value", "has a value that no x-api-key header can carry")]
    [InlineData("key with spaces in its value", "has a value that no x-api-key header can carry")]
    public async Task A_key_whose_value_no_client_can_send_is_not_adopted(string value, string problem)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var key = fixture.Aws.ApiGateway.CreateApiKey(new LocalAws.ApiGateway.CreateApiKeyRequest { Name = "odd", Value = value, Enabled = true });
        await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });
        await fixture.TagBothAsync("apikey-rotation:adopted", key.Id);
        Assert.Contains(problem, await fixture.FailAsync($$"""{"action":"provision","secretId":"{{fixture.SecretArn}}"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_JSON_must_escape_is_adopted_as_it_is_and_adds_no_field()
    {
        const string Value = """quote","apiKey":"injected\and-so-on""";
        await using var fixture = await RotationFixture.StartAsync("""{"owner":1}""");
        var key = fixture.Aws.ApiGateway.CreateApiKey(new LocalAws.ApiGateway.CreateApiKeyRequest { Name = "odd", Value = Value, Enabled = true });
        await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });
        await fixture.TagBothAsync("apikey-rotation:adopted", key.Id);

        await fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn });

        Assert.True(await fixture.ReadKeyAsync() == Value);
        await fixture.RotateHealthyAsync(2);
    }

    [Fact]
    public async Task An_adopted_key_that_would_make_the_document_too_large_is_not_tagged()
    {
        await using var fixture = await RotationFixture.StartAsync($$"""{"notes":"{{new string('x', 65_500)}}"}""");
        var key = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use", Enabled = true });
        await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });
        await fixture.TagBothAsync("apikey-rotation:adopted", key.Id);
        Assert.Contains("Secrets Manager accepts at most 65536", await fixture.FailAsync($$"""{"action":"provision","secretId":"{{fixture.SecretArn}}"}"""), StringComparison.Ordinal);
    }

    /// <summary>A key that is in the template's plan and whose tags tell what it is.</summary>
    private static async Task<string> AddAsync(RotationFixture fixture, string kind)
    {
        var tags = kind switch
        {
            "another secret's template" => new Dictionary<string, string> { ["apikey-rotation:template-for"] = "another/secret" },
            "another secret's minted key" => new() { ["apikey-rotation:minted-for"] = fixture.SecretArn.Replace("demo", "another", StringComparison.Ordinal) },
            "our own minted key" => new() { ["apikey-rotation:minted-for"] = fixture.SecretArn },
            _ => new() { ["apikey-rotation:adopted-for"] = "another/secret" },
        };
        var key = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = kind, Enabled = true, Tags = tags });
        await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });
        return key.Id;
    }
}
