using System.Text.Json;
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
    [InlineData("template", true, "they have different ones")]
    [InlineData("secret", true, "they have different ones")]
    [InlineData("template", false, "only the template key has it")]
    [InlineData("secret", false, "only the secret has it")]
    [InlineData("template untagged", true, "only the secret has it")]
    [InlineData("secret untagged", true, "only the template key has it")]
    public async Task Who_may_tag_one_side_cannot_have_a_key_sent_to_their_host(string side, bool hasProbe, string sides)
    {
        var api = new ScriptedApi();
        await using var world = await World.StartAsync(api: api, probe: hasProbe ? Url : null);
        api.Answer = (key, _) => world.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        await world.RotateHealthyAsync();
        var token = await world.OpenRotationAsync();
        var steps = new[] { "createSecret", "setSecret", "testSecret" };
        foreach (var step in steps)
        {
            await TagAsync(world, side, "apikey-rotation:probe", Evil);
            api.Requests.Clear();
            var message = await world.FailAsync(token, step);
            Assert.Contains($"the secret and its template key {world.TemplateId} do not both name the URL that a key is sent to in the tag apikey-rotation:probe: {sides}.", message, StringComparison.Ordinal);
            Assert.Contains("Deploy the stack again", message, StringComparison.Ordinal);
            var check = await world.AnswerAsync(new { action = "check", secretId = world.SecretArn });
            Assert.False(check.GetProperty("Healthy").GetBoolean());
            Assert.Contains("do not both name the URL", check.GetProperty("Findings").GetRawText(), StringComparison.Ordinal);
            Assert.Contains("do not both name the URL", await world.FailAsync($$"""{"action":"provision","secretId":"{{world.SecretArn}}"}"""), StringComparison.Ordinal);
            Assert.Empty(api.Requests);

            await DeployAgainAsync(world, hasProbe ? Url : null);
            await world.RunAsync(token, step);
        }

        Assert.All(api.Requests, request => Assert.Equal("orders.example.com", request.RequestUri!.Host));
    }

    [Fact]
    public async Task A_rollback_sends_no_key_to_a_host_that_one_side_names()
    {
        var api = new ScriptedApi();
        await using var world = await World.StartAsync(api: api, probe: Url);
        api.Answer = (key, _) => world.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        await world.RotateHealthyAsync(2);
        await world.ClearPendingAsync();
        await TagAsync(world, "template", "apikey-rotation:probe", Evil);
        api.Requests.Clear();

        Assert.Contains("do not both name the URL", await world.FailAsync($$"""{"action":"rollback","secretId":"{{world.SecretArn}}"}"""), StringComparison.Ordinal);

        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task Both_sides_lead_to_the_new_probe()
    {
        var api = new ScriptedApi();
        await using var world = await World.StartAsync(api: api, probe: Url);
        api.Answer = (key, _) => world.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        await world.TagBothAsync("apikey-rotation:probe", "https://new.example.com/orders");
        await world.RotateHealthyAsync();
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
        await using var world = await World.StartAsync();
        if (!isFirst)
        {
            await world.RotateHealthyAsync();
        }

        var victim = await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "another partner's", Enabled = true });
        await world.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = world.PlanIds[0], KeyId = victim.Id, KeyType = "API_KEY" });
        await TagAsync(world, side, "apikey-rotation:adopted", victim.Id);
        using var writer = Person.Secrets(world, Person.Allow("secretsmanager:PutSecretValue", world.SecretArn));
        await writer.PutSecretValueAsync(new PutSecretValueRequest { SecretId = world.SecretArn, SecretString = "{}" });

        var message = await world.FailAsync($$"""{"action":"provision","secretId":"{{world.SecretArn}}"}""");

        Assert.Contains($"the secret and its template key {world.TemplateId} do not both name the key to adopt in the tag apikey-rotation:adopted: {sides}", message, StringComparison.Ordinal);
        Assert.Equal("{}", await world.CurrentDocumentAsync());
        Assert.Contains("do not both name the key to adopt", (await world.AnswerAsync(new { action = "check", secretId = world.SecretArn })).GetProperty("Findings").GetRawText(), StringComparison.Ordinal);
    }

    /// <summary>The secret that adopts nothing is described first; its writer then names a key, before it is described again.</summary>
    [Fact]
    public async Task The_key_to_adopt_is_the_one_that_both_named_at_the_same_time()
    {
        await using var world = await World.StartAsync();
        var victim = await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "another partner's", Enabled = true });
        await world.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = world.PlanIds[0], KeyId = victim.Id, KeyType = "API_KEY" });
        world.Aws.Faults = call =>
        {
            if (call.Operation == "DeleteApiKey") // the proof of permissions, between the two
            {
                world.Aws.Faults = null;
                Task.Run(() => world.TagSecretAsync("apikey-rotation:adopted", victim.Id)).GetAwaiter().GetResult();
            }

            return null;
        };

        await Record.ExceptionAsync(() => world.ActAsync(new { action = "provision", secretId = world.SecretArn }));

        Assert.False((await world.CurrentDocumentAsync()).Contains(victim.Value, StringComparison.Ordinal), "the stranger's value is in the secret");
        Assert.False((await world.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = victim.Id })).Tags?.ContainsKey("apikey-rotation:adopted-for") == true);
    }

    /// <summary>Somebody with exactly the permission to tag one of the two.</summary>
    private static async Task TagAsync(World world, string side, string tag, string value)
    {
        if (side.StartsWith("secret", StringComparison.Ordinal))
        {
            using var tagger = Person.Secrets(world, Person.Allow("secretsmanager:TagResource secretsmanager:UntagResource", world.SecretArn));
            await (side == "secret"
                ? tagger.TagResourceAsync(new Amazon.SecretsManager.Model.TagResourceRequest { SecretId = world.SecretArn, Tags = [new Tag { Key = tag, Value = value }] })
                : (Task)tagger.UntagResourceAsync(new Amazon.SecretsManager.Model.UntagResourceRequest { SecretId = world.SecretArn, TagKeys = [tag] }));
            return;
        }

        var arn = $"arn:aws:apigateway:{world.Aws.Region}::/apikeys/{world.TemplateId}";
        using var gateway = Person.Gateway(world, Person.Allow("apigateway:PUT apigateway:DELETE", $"arn:aws:apigateway:{world.Aws.Region}::/tags/*"),
            Person.Allow("apigateway:PATCH", $"arn:aws:apigateway:{world.Aws.Region}::/apikeys/*"));
        await Assert.ThrowsAnyAsync<AmazonAPIGatewayException>(() => gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = world.TemplateId }));
        await (side == "template"
            ? gateway.TagResourceAsync(new Amazon.APIGateway.Model.TagResourceRequest { ResourceArn = arn, Tags = new() { [tag] = value } })
            : (Task)gateway.UntagResourceAsync(new Amazon.APIGateway.Model.UntagResourceRequest { ResourceArn = arn, TagKeys = [tag] }));
    }

    private static async Task DeployAgainAsync(World world, string? probe)
    {
        if (probe is not null)
        {
            await world.TagBothAsync("apikey-rotation:probe", probe);
            return;
        }

        await world.Secrets.UntagResourceAsync(new Amazon.SecretsManager.Model.UntagResourceRequest { SecretId = world.SecretArn, TagKeys = ["apikey-rotation:probe"] });
        await world.Gateway.UntagResourceAsync(new Amazon.APIGateway.Model.UntagResourceRequest
        {
            ResourceArn = $"arn:aws:apigateway:{world.Aws.Region}::/apikeys/{world.TemplateId}",
            TagKeys = ["apikey-rotation:probe"],
        });
    }
}
