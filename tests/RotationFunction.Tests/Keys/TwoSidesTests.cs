using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace RotationFunction.Tests;

/// <summary>What takes a key somewhere is named by the secret and by its template key: who may tag only one of them, with exactly that permission, gets nowhere.</summary>
public sealed class TwoSidesTests
{
    private const string Url = "https://orders.example.com/prod/health";
    private const string Evil = "https://evil.example.net/collect";

    [Theory]
    [InlineData("template", true, "their values differ")]
    [InlineData("secret", true, "their values differ")]
    [InlineData("template", false, "only the template key has it")]
    [InlineData("secret", false, "only the secret has it")]
    [InlineData("template untagged", true, "only the secret has it")]
    [InlineData("secret untagged", true, "only the template key has it")]
    public async Task Who_may_tag_one_side_cannot_have_a_key_sent_to_their_host(string side, bool hasProbe, string sides)
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: hasProbe ? Url : null);
        api.Answer = (key, _) => fixture.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        await fixture.RotateHealthyAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        foreach (var step in new[] { "setSecret", "testSecret" })
        {
            await TagAsync(fixture, side, "apikey-rotation:probe", Evil);
            api.Requests.Clear();
            var message = await fixture.FailAsync(token, step);
            Assert.Contains($"the secret and its template key {fixture.TemplateId} do not name the same probe URL in the tag apikey-rotation:probe: {sides}.", message, StringComparison.Ordinal);
            Assert.Contains("Deploy the stack again", message, StringComparison.Ordinal);
            var check = await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn });
            Assert.False(check.GetProperty("Healthy").GetBoolean());
            Assert.Contains("do not name the same probe URL", check.GetProperty("Findings").GetRawText(), StringComparison.Ordinal);
            Assert.Contains("do not name the same probe URL", await fixture.FailAsync($$"""{"action":"provision","secretId":"{{fixture.SecretArn}}"}"""), StringComparison.Ordinal);
            Assert.Empty(api.Requests);

            await DeployAgainAsync(fixture, hasProbe ? Url : null);
            await fixture.RunAsync(token, step);
        }

        Assert.All(api.Requests, request => Assert.Equal("orders.example.com", request.RequestUri!.Host));
    }

    [Fact]
    public async Task A_rollback_sends_no_key_to_a_host_that_one_side_names()
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: Url);
        api.Answer = (key, _) => fixture.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        await fixture.RotateHealthyAsync(2);
        await fixture.ClearPendingAsync();
        await TagAsync(fixture, "template", "apikey-rotation:probe", Evil);
        api.Requests.Clear();

        Assert.Contains("do not name the same probe URL", await fixture.FailAsync($$"""{"action":"rollback","secretId":"{{fixture.SecretArn}}"}"""), StringComparison.Ordinal);

        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task Both_sides_lead_to_the_new_probe()
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: Url);
        api.Answer = (key, _) => fixture.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        await fixture.TagBothAsync("apikey-rotation:probe", "https://new.example.com/orders");
        await fixture.RotateHealthyAsync();
        Assert.NotEmpty(api.Requests);
        Assert.All(api.Requests, request => Assert.Equal("new.example.com", request.RequestUri!.Host));
    }

    /// <summary>A writer of the secret, together with an operator, or a tagger of API keys.</summary>
    [Theory]
    [InlineData("secret", "only the secret has it", true)]
    [InlineData("secret", "only the secret has it", false)]
    [InlineData("template", "only the template key has it", true)]
    [InlineData("template", "only the template key has it", false)]
    public async Task Who_may_tag_one_side_cannot_have_a_strangers_key_adopted(string side, string sides, bool isFirst)
    {
        await using var fixture = await RotationFixture.StartAsync();
        if (!isFirst)
        {
            await fixture.RotateHealthyAsync();
        }

        var victim = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "another partner's", Enabled = true });
        await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = victim.Id, KeyType = "API_KEY" });
        await TagAsync(fixture, side, "apikey-rotation:adopted", victim.Id);
        using var writer = Person.Secrets(fixture, Person.Allow("secretsmanager:PutSecretValue", fixture.SecretArn));
        await writer.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, SecretString = "{}" });

        var message = await fixture.FailAsync($$"""{"action":"provision","secretId":"{{fixture.SecretArn}}"}""");

        Assert.Contains($"the secret and its template key {fixture.TemplateId} do not name the same key to adopt in the tag apikey-rotation:adopted: {sides}", message, StringComparison.Ordinal);
        Assert.Equal("{}", await fixture.CurrentDocumentAsync());
        Assert.Contains("do not name the same key to adopt", (await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn })).GetProperty("Findings").GetRawText(), StringComparison.Ordinal);
    }

    /// <summary>The secret that adopts nothing is described first; its writer then names a key, before it is described again.</summary>
    [Fact]
    public async Task The_key_to_adopt_is_the_one_that_both_named_at_the_same_time()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var victim = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "another partner's", Enabled = true });
        await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = victim.Id, KeyType = "API_KEY" });
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "DeleteApiKey") // the proof of permissions, between the two
            {
                fixture.Aws.Faults = null;
                Task.Run(() => fixture.TagSecretAsync("apikey-rotation:adopted", victim.Id)).GetAwaiter().GetResult();
            }

            return null;
        };

        await Record.ExceptionAsync(() => fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn }));

        Assert.False((await fixture.CurrentDocumentAsync()).Contains(victim.Value, StringComparison.Ordinal), "the stranger's value is in the secret");
        Assert.False((await fixture.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = victim.Id })).Tags?.ContainsKey("apikey-rotation:adopted-for") == true);
    }

    /// <summary>Somebody with exactly the permission to tag one of the two.</summary>
    private static async Task TagAsync(RotationFixture fixture, string side, string tag, string value)
    {
        if (side.StartsWith("secret", StringComparison.Ordinal))
        {
            using var tagger = Person.Secrets(fixture, Person.Allow("secretsmanager:TagResource secretsmanager:UntagResource", fixture.SecretArn));
            await (side == "secret"
                ? tagger.TagResourceAsync(new Amazon.SecretsManager.Model.TagResourceRequest { SecretId = fixture.SecretArn, Tags = [new Tag { Key = tag, Value = value }] })
                : (Task)tagger.UntagResourceAsync(new Amazon.SecretsManager.Model.UntagResourceRequest { SecretId = fixture.SecretArn, TagKeys = [tag] }));
            return;
        }

        var arn = $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys/{fixture.TemplateId}";
        using var gateway = Person.Gateway(fixture, Person.Allow("apigateway:PUT apigateway:DELETE", $"arn:aws:apigateway:{fixture.Aws.Region}::/tags/*"),
            Person.Allow("apigateway:PATCH", $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys/*"));
        await Assert.ThrowsAnyAsync<AmazonAPIGatewayException>(() => gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = fixture.TemplateId }));
        await (side == "template"
            ? gateway.TagResourceAsync(new Amazon.APIGateway.Model.TagResourceRequest { ResourceArn = arn, Tags = new() { [tag] = value } })
            : (Task)gateway.UntagResourceAsync(new Amazon.APIGateway.Model.UntagResourceRequest { ResourceArn = arn, TagKeys = [tag] }));
    }

    private static async Task DeployAgainAsync(RotationFixture fixture, string? probe)
    {
        if (probe is not null)
        {
            await fixture.TagBothAsync("apikey-rotation:probe", probe);
            return;
        }

        await fixture.Secrets.UntagResourceAsync(new Amazon.SecretsManager.Model.UntagResourceRequest { SecretId = fixture.SecretArn, TagKeys = ["apikey-rotation:probe"] });
        await fixture.Gateway.UntagResourceAsync(new Amazon.APIGateway.Model.UntagResourceRequest
        {
            ResourceArn = $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys/{fixture.TemplateId}",
            TagKeys = ["apikey-rotation:probe"],
        });
    }
}
