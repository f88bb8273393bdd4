using System.Net;
using System.Text.Json;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;
using TagResourceRequest = Amazon.SecretsManager.Model.TagResourceRequest;

namespace RotationFunction.Tests;

/// <summary>Bad input gets an error that says what is wrong and what to do, and changes nothing.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("""{"Step":"create_secret","SecretId":"ARN","ClientRequestToken":"TOKEN"}""", "Step is not valid. Valid steps: createSecret, setSecret, testSecret, finishSecret")]
    [InlineData("""{"SecretId":"ARN","ClientRequestToken":"TOKEN"}""", "has neither Step nor action")]
    [InlineData("""{"Step":"createSecret","ClientRequestToken":"TOKEN"}""", "has no SecretId")]
    [InlineData("""{"Step":"createSecret","SecretId":"ARN"}""", "has no ClientRequestToken")]
    [InlineData("""{"Step":"createSecret","SecretId":"ARN","ClientRequestToken":"short"}""", "not 32 to 64 characters")]
    [InlineData("""{"Step":"createSecret","action":"provision","SecretId":"ARN","ClientRequestToken":"TOKEN"}""", "has both Step and action")]
    [InlineData("""{"action":"decommission","secretId":"ARN"}""", "action is not valid. Valid actions: lifecycle, provision")]
    [InlineData("""{"action":"provision"}""", "has no SecretId")]
    [InlineData("null", "is null")]
    [InlineData("{}", "has neither Step nor action")]
    public async Task An_event_that_lacks_something_is_refused_in_words(string eventJson, string expected)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        var message = await fixture.FailAsync(eventJson.Replace("ARN", fixture.SecretArn, StringComparison.Ordinal).Replace("TOKEN", token, StringComparison.Ordinal));
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Step":"createSecret",""")]
    [InlineData("""not json""")]
    [InlineData("""{"Step":{"a":1}}""")]
    [InlineData("""[]""")]
    [InlineData("")]
    public async Task An_event_that_is_not_the_expected_JSON_is_refused_by_the_serializer(string eventJson)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var message = await fixture.FailAsync(eventJson);
        Assert.Contains("Error converting the Lambda event JSON payload to type RotationFunction.RotationEvent", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1]", "is not a JSON object")]
    [InlineData("just text", "is not a JSON object")]
    [InlineData("""{"apiKey":"a-key" """, "is not a JSON object")]
    [InlineData("""{"apiKey":"a-key"} {}""", "is not a JSON object")]
    [InlineData("""{"apiKey":42}""", "has an apiKey that is not a string")]
    [InlineData("""{"apiKey":null}""", "has an apiKey that is not a string")]
    [InlineData("""{"apiKey":["a"]}""", "has an apiKey that is not a string")]
    [InlineData("""{"apiKey":"a","apiKey":"b"}""", "has the field apiKey twice")]
    [InlineData("""{"apiKey":"a","\u0061piKey":"b"}""", "has the field apiKey twice")]
    [InlineData("""{"apiKey":""}""", "has an apiKey that is empty or not printable ASCII")]
    [InlineData("""{"apiKey":"schlüssel-mit-umlaut-darin"}""", "has an apiKey that is empty or not printable ASCII")]
    [InlineData("""{"apiKey":"two-lines-are-one\r\nx-other: header"}""", "has an apiKey that is empty or not printable ASCII")]
    [InlineData("""{"apiKey":"\ud800"}""", "contains an unpaired surrogate")]
    [InlineData("""{"\ud800":1}""", "contains an unpaired surrogate")]
    [InlineData("42", "is not a JSON object")]
    [InlineData("\uFEFF{}", "is not a JSON object")]
    [InlineData("{} // comment", "is not a JSON object")]
    [InlineData("{/* comment */}", "is not a JSON object")]
    [InlineData("""{"a":1,}""", "is not a JSON object")]
    public async Task A_document_that_cannot_hold_a_key_is_refused(string document, string expected)
    {
        await using var fixture = await RotationFixture.StartAsync(document);
        var token = await fixture.OpenRotationAsync();
        var message = await fixture.FailAsync(token, "createSecret");
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("of version " + (await fixture.LabelsAsync()).Single(version => version.Value.Contains("AWSCURRENT")).Key, message, StringComparison.Ordinal);
        Assert.Contains(fixture.SecretArn, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_would_be_too_large_with_a_key_is_refused()
    {
        await using var fixture = await RotationFixture.StartAsync($$"""{"notes":"{{new string('x', 65_500)}}"}""");
        var token = await fixture.OpenRotationAsync();
        Assert.Contains("would be 65564 bytes, and Secrets Manager accepts at most 65536", await fixture.FailAsync(token, "createSecret"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ValidationException", "1 validation error detected: Value 'QUOTED' at 'secretString' failed to satisfy constraint")]
    [InlineData("", "QUOTED")]
    public async Task A_text_of_AWS_that_may_quote_a_value_is_not_passed_on(string code, string text)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        fixture.Aws.Faults = call => call.Operation == "PutSecretValue" ? Fault.Error(400, code, text) : null;
        var message = await fixture.FailAsync(token, "createSecret");
        Assert.StartsWith("createSecret of secret " + fixture.SecretArn, message, StringComparison.Ordinal);
        Assert.DoesNotContain("QUOTED", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_binary_secret_is_refused()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, SecretBinary = new MemoryStream([1, 2, 3]) });
        var token = await fixture.OpenRotationAsync();
        Assert.Contains("is binary, not text", await fixture.FailAsync(token, "createSecret"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_without_a_value_is_refused()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var empty = await fixture.Secrets.CreateSecretAsync(new CreateSecretRequest
        {
            Name = "demo/empty",
            Tags = [new Tag { Key = "apikey-rotation:template", Value = fixture.TemplateId }],
        });
        await fixture.Gateway.TagResourceAsync(new Amazon.APIGateway.Model.TagResourceRequest
        {
            ResourceArn = $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys/{fixture.TemplateId}",
            Tags = new() { ["apikey-rotation:template-for"] = "demo/empty" },
        });
        fixture.OnInvoke = _ => throw new InvalidOperationException("not run");
        var token = (await fixture.Secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = empty.ARN, RotationLambdaARN = fixture.FunctionArn })).VersionId;
        await fixture.Aws.SecretsManager.SettledAsync();

        var message = await fixture.FailAsync(JsonSerializer.Serialize(new { Step = "createSecret", SecretId = empty.ARN, ClientRequestToken = token }));

        Assert.Contains("has no AWSCURRENT value to start from", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("createSecret")]
    [InlineData("setSecret")]
    [InlineData("testSecret")]
    [InlineData("finishSecret")]
    public async Task A_token_that_the_secret_does_not_know_is_refused(string step)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.OpenRotationAsync();
        Assert.Contains("no version with this id has a staging label", await fixture.FailAsync(RotationFixture.NewToken(), step), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("createSecret")]
    [InlineData("setSecret")]
    [InlineData("testSecret")]
    [InlineData("finishSecret")]
    public async Task A_version_that_is_not_pending_is_refused(string step)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var previous = (await fixture.LabelsAsync()).Single(version => version.Value.Contains("AWSPREVIOUS")).Key;
        Assert.Contains("is not AWSPENDING", await fixture.FailAsync(previous, step), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("createSecret")]
    [InlineData("setSecret")]
    [InlineData("testSecret")]
    [InlineData("finishSecret")]
    public async Task A_secret_whose_rotation_is_disabled_is_refused(string step)
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        var token = await fixture.OpenRotationAsync();
        await fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = fixture.SecretArn });
        Assert.Contains("rotation is not enabled", await fixture.FailAsync(token, step), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_does_not_exist_is_refused()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        var message = await fixture.FailAsync(JsonSerializer.Serialize(new { Step = "createSecret", SecretId = fixture.SecretArn.Replace("demo", "none", StringComparison.Ordinal), ClientRequestToken = token }));
        Assert.Contains("the secret does not exist", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_SecretId_that_is_not_the_full_ARN_of_the_secret_is_refused()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        var message = await fixture.FailAsync(JsonSerializer.Serialize(new { Step = "createSecret", SecretId = fixture.SecretArn[..^7], ClientRequestToken = token }));
        Assert.Contains("is not the full ARN", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("createSecret")]
    [InlineData("setSecret")]
    [InlineData("testSecret")]
    public async Task A_secret_without_the_template_tag_is_refused(string step)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, step);
        await fixture.Secrets.UntagResourceAsync(new Amazon.SecretsManager.Model.UntagResourceRequest { SecretId = fixture.SecretArn, TagKeys = ["apikey-rotation:template"] });
        Assert.Contains("has no tag apikey-rotation:template", await fixture.FailAsync(token, step), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("setSecret")]
    [InlineData("testSecret")]
    public async Task Tags_that_do_not_point_at_each_other_are_refused(string step)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, step);
        var others = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "of another team", Tags = new() { ["apikey-rotation:template-for"] = "another" } });
        await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = others.Id, KeyType = "API_KEY" });
        await fixture.Secrets.TagResourceAsync(new TagResourceRequest { SecretId = fixture.SecretArn, Tags = [new Tag { Key = "apikey-rotation:template", Value = others.Id }] });
        Assert.Contains($"points at key {others.Id}, but that key's tag apikey-rotation:template-for does not point back", await fixture.FailAsync(token, step), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("setSecret")]
    [InlineData("testSecret")]
    public async Task A_template_that_is_gone_is_refused(string step)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, step);
        await fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = fixture.TemplateId });
        Assert.Contains($"the template key {fixture.TemplateId}, which the secret's tag apikey-rotation:template names, does not exist", await fixture.FailAsync(token, step), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("setSecret")]
    [InlineData("testSecret")]
    public async Task A_template_that_is_enabled_is_refused(string step)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, step);
        await fixture.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = fixture.TemplateId, PatchOperations = [new PatchOperation { Op = Op.Replace, Path = "/enabled", Value = "true" }] });
        Assert.Contains($"the template key {fixture.TemplateId} is enabled", await fixture.FailAsync(token, step), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_in_no_usage_plan_is_refused_before_the_key_opens_anything_or_becomes_current()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var token = await OpenAsync(fixture, "setSecret");
        await fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = fixture.TemplateId });
        var problem = $"the template key {fixture.TemplateId} is not in any usage plan";
        var refused = await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, "setSecret"));
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
        Assert.NotEqual(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync("AWSPENDING")));
        Assert.Contains(problem, await fixture.FailAsync(token, "testSecret"), StringComparison.Ordinal);

        await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = fixture.TemplateId, KeyType = "API_KEY" });
        await fixture.RunAsync(token, "setSecret", "testSecret");
    }

    [Fact]
    public async Task A_pending_version_with_AWSCURRENTs_own_key_is_refused_with_the_command_that_clears_it()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var token = await fixture.OpenRotationAsync();
        await PutPendingAsync(fixture, token, await fixture.CurrentDocumentAsync());

        var message = await fixture.FailAsync(token, "createSecret");

        Assert.Contains("contains AWSCURRENT's own key", message, StringComparison.Ordinal);
        Assert.Contains($"--secret-id {fixture.SecretArn} --version-stage AWSPENDING --remove-from-version-id {token}", message, StringComparison.Ordinal);
        await fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = fixture.SecretArn, VersionStage = "AWSPENDING", RemoveFromVersionId = token });
        await fixture.RotateHealthyAsync();
    }

    [Theory]
    [InlineData("createSecret")]
    [InlineData("setSecret")]
    [InlineData("testSecret")]
    [InlineData("finishSecret")]
    public async Task A_pending_version_whose_document_has_no_key_is_refused(string step)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        await PutPendingAsync(fixture, token, "{}");
        Assert.Contains("has no apiKey, so createSecret did not write it", await fixture.FailAsync(token, step), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("setSecret")]
    [InlineData("testSecret")]
    [InlineData("finishSecret")]
    public async Task A_step_before_createSecret_is_refused(string step)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        Assert.Contains("createSecret must store it first", await fixture.FailAsync(token, step), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("testSecret")]
    [InlineData("finishSecret")]
    public async Task A_step_before_setSecret_is_refused(string step)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        Assert.Contains("setSecret must create it first", await fixture.FailAsync(token, step), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_permission_is_told_with_AWSs_own_text()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, "setSecret");
        fixture.Aws.Faults = call => call.Operation == "GetApiKey" ? Fault.Error(403, "AccessDeniedException", "User: role is not authorized to perform: apigateway:GET on resource: /apikeys/x") : null;
        Assert.Contains("AWS returned AccessDeniedException: User: role is not authorized to perform: apigateway:GET", await fixture.FailAsync(token, "setSecret"), StringComparison.Ordinal);
    }

    /// <summary>A rotation in which the step comes next.</summary>
    private static async Task<string> OpenAsync(RotationFixture fixture, string step)
    {
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, [.. new[] { "createSecret", "setSecret", "testSecret" }.TakeWhile(earlier => earlier != step)]);
        return token;
    }

    private static Task<PutSecretValueResponse> PutPendingAsync(RotationFixture fixture, string token, string document) => fixture.Secrets.PutSecretValueAsync(
        new PutSecretValueRequest { SecretId = fixture.SecretArn, ClientRequestToken = token, SecretString = document, VersionStages = ["AWSPENDING"] });
}
