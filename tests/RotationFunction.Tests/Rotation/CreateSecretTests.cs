using System.Text.Json;
using Amazon.APIGateway.Model;

namespace RotationFunction.Tests;

/// <summary>What createSecret sends to Secrets Manager, and what it refuses.</summary>
public sealed class CreateSecretTests
{
    [Theory]
    [InlineData("f6c2b0a4-6a55-4f0e-9a0c-0f2b7f6f0d55")]
    [InlineData(null)]
    public async Task The_RotationToken_is_optional_and_passed_on(string? rotationToken)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();

        await fixture.InvokeAsync(JsonSerializer.Serialize(new { Step = "createSecret", SecretId = fixture.SecretArn, ClientRequestToken = token, RotationToken = rotationToken }));

        var sent = Assert.Single(fixture.FunctionTap.BodiesOf("PutSecretValue"));
        Assert.Equal(token, sent.GetProperty("ClientRequestToken").GetString());
        Assert.Equal(["AWSPENDING"], sent.GetProperty("VersionStages").EnumerateArray().Select(label => label.GetString()));
        Assert.True(rotationToken is null ? !sent.TryGetProperty("RotationToken", out _) : sent.GetProperty("RotationToken").GetString() == rotationToken);
    }

    [Theory]
    [InlineData("setSecret")]
    [InlineData("testSecret")]
    public async Task A_key_that_would_open_nothing_is_refused_before_it_becomes_current(string step)
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2);
        await fixture.RotateHealthyAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, [.. new[] { "createSecret", "setSecret" }.TakeWhile(earlier => earlier != step)]);
        foreach (var plan in fixture.PlanIds)
        {
            var stage = (await fixture.Gateway.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = plan })).ApiStages[0];
            fixture.Aws.ApiGateway.DeleteStage(stage.ApiId, stage.Stage);
        }

        var message = (await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, step))).Message;

        Assert.Contains($"no usage plan of the template key {fixture.TemplateId} has an API stage", message, StringComparison.Ordinal);
        Assert.Contains("aws apigateway update-usage-plan --usage-plan-id ", message, StringComparison.Ordinal);
    }
}
