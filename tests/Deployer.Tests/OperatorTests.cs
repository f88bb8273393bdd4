using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.SecretsManager.Model;
using LocalAws.Tests;

namespace Deployer.Tests;

/// <summary>The actions, invoked as Lambda is invoked, by somebody whom the stack names as an operator; the function does them with its own role.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class OperatorTests
{
    private const string Other = "shop/refunds";

    [Fact]
    public async Task An_operator_invokes_each_action()
    {
        await using var account = await DeployerAccount.ListenAsync();
        var onCall = account.MakeRole("on-call");
        await account.UpAsync(Configuration(account, onCall));

        foreach (var action in new[] { "status", "check" })
        {
            var answer = await AskAsync(account, onCall, action, DeployerAccount.SecretName);
            Assert.True(answer.GetProperty("Healthy").GetBoolean(), $"{action}: {answer.GetProperty("Findings").GetRawText()}");
        }

        var first = await account.ReadKeyAsync("AWSCURRENT");
        await account.RotateAsync();
        await AskAsync(account, onCall, "rollback", DeployerAccount.SecretName);
        Assert.True(first == await account.ReadKeyAsync("AWSCURRENT"), "AWSCURRENT was not moved back");
        await account.AssertOpenAsync(account.Apis[0]);

        account.Time.Advance(TimeSpan.FromMinutes(20)); // before the schedule's hour
        await AskAsync(account, onCall, "endOverlap", DeployerAccount.SecretName);
        Assert.Equal(HttpStatusCode.Forbidden, await account.CallAsync(account.Apis[0], await account.ReadKeyAsync("AWSPREVIOUS")));

        await account.RotateAsync(Other);
        await account.AssertOpenAsync(account.Apis[0], Other);
        await AskAsync(account, onCall, "revokePrevious", Other);
        Assert.Equal(HttpStatusCode.Forbidden, await account.CallAsync(account.Apis[0], await account.ReadKeyAsync("AWSPREVIOUS", Other)));
        Assert.Equal(HttpStatusCode.OK, await account.CallAsync(account.Apis[0], await account.ReadKeyAsync("AWSCURRENT", Other)));
    }

    [Fact]
    public async Task A_stranger_invokes_nothing_and_an_operator_does_nothing_else()
    {
        await using var account = await DeployerAccount.ListenAsync();
        var (onCall, stranger) = (account.MakeRole("on-call"), account.MakeRole("stranger"));
        await account.UpAsync(Configuration(account, onCall));

        var status = new { action = "status", secretId = DeployerAccount.SecretName };
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDeniedException"), await InvokeAsync(account, stranger, status));
        Assert.Equal((HttpStatusCode.OK, null), await InvokeAsync(account, onCall, status));
        // Not the function itself, under whatever name.
        foreach (var qualifier in new[] { "", ":$LATEST", ":1" })
        {
            Assert.Equal((HttpStatusCode.Forbidden, "AccessDeniedException"), await InvokeAsync(account, onCall, status, qualifier));
        }

        foreach (var path in new[] { "", "/policy", ":operators", ":operators/policy" })
        {
            using var refused = await SendAsync(account, onCall, HttpMethod.Get, path, content: null);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        var secrets = account.SecretsManager(account.CredentialsOf(onCall));
        var denied = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = DeployerAccount.SecretName }));
        Assert.Equal("AccessDeniedException", denied.ErrorCode);

        await account.UpAsync(Configuration(account));
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDeniedException"), await InvokeAsync(account, onCall, status));
    }

    [Fact]
    public async Task Through_the_alias_an_operator_sends_no_step_and_nothing_that_is_the_stacks()
    {
        await using var account = await DeployerAccount.ListenAsync();
        var onCall = account.MakeRole("on-call");
        await account.UpAsync(Configuration(account, onCall));
        await account.RotateAsync(Other);
        var secret = await account.Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = Other });
        var version = secret.VersionIdsToStages.Single(held => held.Value.Contains("AWSCURRENT")).Key;
        // Paused, as while lifecycle would delete keys.
        await account.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = Other });
        var keys = account.Minted(Other).Select(key => (key.Id, key.Enabled)).ToList();

        foreach (var sent in new object[]
        {
            new { action = "lifecycle", secretId = secret.ARN, tf = new { action = "delete" } },
            new { action = "lifecycle", secretId = secret.ARN, usagePlanIds = account.Plans, tf = new { action = "update" } },
            new { action = "leaveUsagePlan", secretId = secret.ARN, usagePlanId = account.Plans[0], tf = new { action = "delete" } },
            new { action = "provision", secretId = secret.ARN },
            new { Step = "createSecret", SecretId = secret.ARN, ClientRequestToken = version },
            new { Step = "setSecret", SecretId = secret.ARN, ClientRequestToken = version },
            new { Step = "testSecret", SecretId = secret.ARN, ClientRequestToken = version },
            new { Step = "finishSecret", SecretId = secret.ARN, ClientRequestToken = version },
        })
        {
            using var refused = await SendAsync(account, onCall, HttpMethod.Post, ":operators/invocations", JsonSerializer.Serialize(sent));
            Assert.Equal("Unhandled", refused.Headers.GetValues("X-Amz-Function-Error").Single());
            Assert.StartsWith(
                "The alias operators permits only status, check, revokePrevious, rollback and endOverlap.",
                JsonSerializer.Deserialize<JsonElement>(await refused.Content.ReadAsStringAsync()).GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
            Assert.Equal((HttpStatusCode.Forbidden, "AccessDeniedException"), await InvokeAsync(account, onCall, sent, qualifier: ""));
        }

        Assert.Equal(2, keys.Count);
        Assert.Equal(keys, account.Minted(Other).Select(key => (key.Id, key.Enabled)));
        await account.AssertOpenAsync(account.Apis[0], Other);
    }

    private static object Configuration(DeployerAccount account, params string[] operators) => new
    {
        recoveryWindowDays = 0,
        activationWait = 0, // nobody who waits moves the clock for others
        operators,
        keys = new[]
        {
            new { name = DeployerAccount.SecretName, usagePlanIds = new[] { account.Plans[0] }, schedule = "rate(30 days)", overlap = (string?)"0" },
            new { name = Other, usagePlanIds = new[] { account.Plans[0] }, schedule = "rate(30 days)", overlap = (string?)null },
        },
    };

    /// <summary>The answer of an action that must succeed.</summary>
    private static async Task<JsonElement> AskAsync(DeployerAccount account, string roleArn, string action, string secretName)
    {
        using var response = await SendAsync(account, roleArn, HttpMethod.Post, ":operators/invocations", JsonSerializer.Serialize(new { action, secretId = secretName }));
        var answer = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        Assert.True(response.StatusCode == HttpStatusCode.OK && !response.Headers.Contains("X-Amz-Function-Error"), $"{action} failed.");
        Assert.Equal((action, secretName), (answer.GetProperty("Action").GetString(), answer.GetProperty("SecretId").GetString()));
        return answer;
    }

    private static async Task<(HttpStatusCode Status, string? Error)> InvokeAsync(DeployerAccount account, string roleArn, object sent, string qualifier = ":operators")
    {
        using var response = await SendAsync(account, roleArn, HttpMethod.Post, qualifier + "/invocations", JsonSerializer.Serialize(sent));
        return (response.StatusCode, response.Headers.TryGetValues("x-amzn-ErrorType", out var errors) ? errors.Single() : null);
    }

    private static async Task<HttpResponseMessage> SendAsync(DeployerAccount account, string roleArn, HttpMethod method, string path, string? content)
    {
        var credentials = account.Aws.Iam.AssumeRole(roleArn.Split('/')[^1], "me");
        using var client = new HttpClient(new SigningHandler(credentials.AccessKeyId, "lambda", account.Aws.Region, credentials.SecretAccessKey));
        using var request = new HttpRequestMessage(method, new Uri(account.Aws.ServiceUrl, $"2015-03-31/functions/{account.Stack.FunctionName}{path}"))
        {
            Headers = { { "X-Amz-Security-Token", credentials.SessionToken } },
            Content = content is null ? null : new StringContent(content),
        };
        return await client.SendAsync(request);
    }
}
