using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>A failure that no retry heals says what a person has to do: which secret or key, and the command to run.</summary>
public sealed class RemedyTests
{
    [Fact]
    public async Task A_quota_of_keys_that_is_reached_is_told_and_freeing_one_heals_it()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, "setSecret");
        fixture.Aws.ApiGateway.MaximumApiKeys = 1; // the template

        var message = await fixture.FailAsync(token, "setSecret");

        Assert.StartsWith($"setSecret of secret {fixture.SecretArn}, version {token}: AWS returned LimitExceededException: API Key quota exceeded. No key was created.", message, StringComparison.Ordinal);
        Assert.Contains("aws apigateway get-api-keys --query 'length(items)'", message, StringComparison.Ordinal);
        fixture.Aws.ApiGateway.MaximumApiKeys = 2;
        await fixture.RunAsync(token, "setSecret", "testSecret", "finishSecret");
    }

    [Theory]
    [InlineData(400, "BadRequestException")]
    [InlineData(429, "TooManyRequestsException")]
    [InlineData(429, "LimitExceededException")]
    public async Task A_key_that_AWS_does_not_create_is_told_whatever_the_code_and_without_its_value(int status, string code)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, "setSecret");
        var value = await fixture.ReadKeyAsync("AWSPENDING");
        fixture.Aws.Faults = call =>
        {
            if (call.Operation != "CreateApiKey")
            {
                return null;
            }

            fixture.Time.Advance(TimeSpan.FromMinutes(5)); // what is refused for its rate is tried again while there is time
            return Fault.Error(status, code, $"some text that quotes {value}");
        };
        Assert.Contains($"AWS returned {code}: some text that quotes (hidden). No key was created. If this is a quota", await fixture.FailAsync(token, "setSecret"), StringComparison.Ordinal);
    }

    /// <summary>Neither is a quota of keys, which AWS's refusal of the new key would be taken for.</summary>
    [Theory]
    [InlineData(196, null)]
    [InlineData(197, "the secret's ARN is 257 characters long")]
    [InlineData(250, "the secret's ARN is 310 characters long")]
    public async Task A_secret_whose_ARN_fits_into_no_tag_is_told_before_a_key_is_made(int length, string? refusal)
    {
        await using var fixture = await RotationFixture.StartAsync(secretName: new string('n', length));
        var token = await fixture.OpenRotationAsync();
        if (refusal is null)
        {
            await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret", "finishSecret");
        }
        else
        {
            Assert.Contains(refusal, await fixture.FailAsync(token, "createSecret"), StringComparison.Ordinal);
            Assert.Contains(refusal, await fixture.FailAsync(JsonSerializer.Serialize(new { action = "lifecycle", secretId = fixture.SecretArn, tf = new { action = "create" } })), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_template_that_was_deleted_is_told_with_the_command_that_names_another()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, "setSecret");
        await fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = fixture.TemplateId });
        Assert.EndsWith(
            $"set the tag to a template key that exists with: aws secretsmanager tag-resource --secret-id {fixture.SecretArn} --tags Key=apikey-rotation:template,Value=<id of the template key>",
            await fixture.FailAsync(token, "setSecret"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_that_was_deleted_is_told_whatever_AWS_answers_for_its_plans()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, "testSecret");
        await fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = fixture.TemplateId });
        fixture.Aws.Faults = call => call.Operation == "GetUsagePlans" ? Fault.Error(400, "BadRequestException", "Invalid API Key identifier specified") : null;
        Assert.Contains($"the template key {fixture.TemplateId}, which the secret's tag apikey-rotation:template names, does not exist", await fixture.FailAsync(token, "testSecret"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("createSecret", "GetSecretValue", 400)]
    [InlineData("createSecret", "PutSecretValue", 400)]
    [InlineData("setSecret", "CreateApiKey", 403)]
    [InlineData("setSecret", "CreateUsagePlanKey", 403)]
    [InlineData("finishSecret", "UpdateSecretVersionStage", 400)]
    public async Task A_missing_permission_is_told_with_what_AWS_names_and_where_the_policy_is(string step, string operation, int status)
    {
        const string Text = "User: arn:aws:sts::123456789012:assumed-role/r/f is not authorized to perform: the:Action on resource: arn:of:it";
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, step);
        fixture.Aws.Faults = call => call.Operation == operation && call.AccessKeyId == RotationFixture.FunctionAccessKey ? Fault.Error(status, "AccessDeniedException", Text) : null;

        var message = operation == "CreateUsagePlanKey"
            ? (await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, step))).Message // the key is there by then, and the retry finds it
            : await fixture.FailAsync(token, step);

        Assert.StartsWith($"{step} of secret {fixture.SecretArn}, version {token}: AWS returned AccessDeniedException: {Text}. Allow the named action", message, StringComparison.Ordinal);
        Assert.Contains($"policy of the function's role: aws lambda get-function-configuration --query Role --function-name {fixture.FunctionArn}.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rotation_that_is_stuck_on_another_version_is_told_with_the_command_that_clears_it()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var previous = (await fixture.LabelsAsync()).Single(version => version.Value.Contains("AWSPREVIOUS")).Key;
        var stuck = await fixture.OpenRotationAsync();

        // What the user sees of rotate-secret is AWS's.
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => fixture.RotateAsync());
        Assert.Equal("A previous rotation isn't complete. That rotation will be reattempted.", refused.Message);

        foreach (var version in new[] { previous, RotationFixture.NewToken() })
        {
            var message = await fixture.FailAsync(version, "setSecret");
            Assert.StartsWith($"setSecret of secret {fixture.SecretArn}, version {version}: ", message, StringComparison.Ordinal);
            Assert.Contains($"Version {stuck} is AWSPENDING now, and Secrets Manager retries its rotation. Until that is complete, Secrets Manager rejects rotate-secret.", message, StringComparison.Ordinal);
            Assert.EndsWith($"aws secretsmanager update-secret-version-stage --secret-id {fixture.SecretArn} --version-stage AWSPENDING --remove-from-version-id {stuck}", message, StringComparison.Ordinal);
        }

        await fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = fixture.SecretArn, VersionStage = "AWSPENDING", RemoveFromVersionId = stuck });
        Assert.EndsWith($"Start a new rotation with: aws secretsmanager rotate-secret --secret-id {fixture.SecretArn}", await fixture.FailAsync(stuck, "setSecret"), StringComparison.Ordinal);
        await fixture.RotateHealthyAsync();
    }

    [Theory]
    [InlineData("GetSecretValue", "DecryptionFailure", "Secrets Manager can't decrypt the protected secret text using the provided KMS key.")]
    [InlineData("PutSecretValue", "EncryptionFailure", "Secrets Manager can't encrypt the protected secret text using the provided KMS key.")]
    public async Task A_KMS_key_that_is_disabled_is_told_with_the_commands_that_find_and_enable_it(string operation, string code, string text)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        fixture.Aws.Faults = call => call.Operation == operation && call.AccessKeyId == RotationFixture.FunctionAccessKey ? Fault.Error(400, code, text) : null;
        var message = await fixture.FailAsync(token, "createSecret");
        Assert.Contains($"AWS returned {code}: {text} Check that the secret's KMS key is enabled:", message, StringComparison.Ordinal);
        Assert.EndsWith($"aws secretsmanager describe-secret --query KmsKeyId --secret-id {fixture.SecretArn}, then aws kms enable-key --key-id <that key>.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_is_marked_for_deletion_is_told_with_the_command_that_brings_it_back()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, "setSecret");
        var before = await fixture.SnapshotAsync();
        await fixture.Secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = fixture.SecretArn });
        foreach (var text in new[] { $$"""{"Step":"setSecret","SecretId":"{{fixture.SecretArn}}","ClientRequestToken":"{{token}}"}""", $$"""{"action":"provision","secretId":"{{fixture.SecretArn}}"}""" })
        {
            var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.InvokeAsync(text));
            Assert.EndsWith($"the secret is marked for deletion. Restore it with: aws secretsmanager restore-secret --secret-id {fixture.SecretArn}", failure.Message, StringComparison.Ordinal);
        }

        await fixture.Secrets.RestoreSecretAsync(new RestoreSecretRequest { SecretId = fixture.SecretArn });
        Assert.Equal(before, await fixture.SnapshotAsync());
        await fixture.RunAsync(token, "setSecret", "testSecret", "finishSecret");
    }

    [Fact]
    public async Task A_replica_is_told_from_the_primary_secret_and_the_command_names_the_primarys_Region()
    {
        await using var fixture = await RotationFixture.StartAsync();
        fixture.FunctionTap.Rewrite = answer => answer.Replace("\"ARN\":", "\"PrimaryRegion\":\"us-east-1\",\"ARN\":", StringComparison.Ordinal);
        var token = await fixture.OpenRotationAsync();
        Assert.EndsWith(
            $"the secret is a replica, which is read-only. Rotate the primary secret, with a function in its Region: aws secretsmanager rotate-secret --region us-east-1 --secret-id {fixture.SecretName}",
            await fixture.FailAsync(token, "createSecret"),
            StringComparison.Ordinal);

        fixture.FunctionTap.Rewrite = answer => answer.Replace("\"ARN\":", "\"PrimaryRegion\":\"eu-west-1\",\"ARN\":", StringComparison.Ordinal);
        await fixture.RunAsync(token, "createSecret");
    }

    [Fact]
    public async Task A_pending_document_that_cannot_be_read_is_told_with_the_command_that_clears_it()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, ClientRequestToken = token, SecretString = "[]", VersionStages = ["AWSPENDING"] });
        Assert.EndsWith(
            $"the document of version {token} is not a JSON object. Nothing was changed. Remove AWSPENDING from it with: aws secretsmanager update-secret-version-stage --secret-id {fixture.SecretArn} --version-stage AWSPENDING --remove-from-version-id {token}, then rotate again.",
            await fixture.FailAsync(token, "setSecret"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("createSecret", "DescribeSecret")]
    [InlineData("setSecret", "GetApiKey")]
    public async Task A_service_that_cannot_be_reached_is_told_without_the_SDKs_internals(string step, string operation)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, step);
        fixture.Aws.Faults = call => call.Operation == operation && call.AccessKeyId == RotationFixture.FunctionAccessKey ? Fault.ConnectionReset() : null;
        var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, step));
        Assert.StartsWith($"{step} of secret {fixture.SecretArn}, version {token}: a call to AWS ended without a response (", failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.InnerException);
    }

    [Fact]
    public async Task Texts_from_outside_cannot_forge_a_line_of_the_log_or_of_an_error()
    {
        const string Forging = "denied\r\n2026-03-01T00:00:00Z [fail] forged \u001b[31m\u2028\u202e {step}";
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, "setSecret");
        fixture.Aws.Faults = call => call.Operation == "CreateApiKey" ? Fault.Error(403, "AccessDeniedException", Forging) : null;
        var message = await fixture.FailAsync(token, "setSecret");
        Assert.Contains("denied  2026-03-01T00:00:00Z [fail] forged  [31m   {step}", message, StringComparison.Ordinal);

        // An id that no AWS would draw, in what the function logs.
        fixture.Aws.Faults = null;
        var lines = new List<string>();
        new Log(new LambdaHost.TemplateLogger(entry => lines.Add(entry.Message + entry.Fields["keyId"])), "step", fixture.SecretArn, token, text => text).KeyCreated("k1\n[fail] {versionId}\u001b[2J");
        Assert.Equal($"step of {fixture.SecretArn} version {token}: created key k1 [fail] {{versionId}} [2Jk1 [fail] {{versionId}} [2J", Assert.Single(lines));
    }

    [Fact]
    public async Task An_endless_text_of_AWS_is_cut()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await OpenAsync(fixture, "setSecret");
        fixture.Aws.Faults = call => call.Operation == "GetApiKey" ? Fault.Error(400, "BadRequestException", new string('x', 1_000_000)) : null;
        var message = await fixture.FailAsync(token, "setSecret");
        Assert.InRange(message.Length, 2000, 2010);
        Assert.EndsWith("xxx (cut)", message, StringComparison.Ordinal);
    }

    /// <summary>A rotation in which the step comes next.</summary>
    private static async Task<string> OpenAsync(RotationFixture fixture, string step)
    {
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, [.. new[] { "createSecret", "setSecret", "testSecret", "finishSecret" }.TakeWhile(earlier => earlier != step)]);
        return token;
    }
}
