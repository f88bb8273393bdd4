using System.Net;
using System.Text.Json;
using Amazon.APIGateway.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>A new key starts with what the current one has left of its quota. Nothing that goes wrong gives a client less, or an error.</summary>
public sealed class QuotaTests
{
    private const int Limit = 100;

    [Fact]
    public async Task A_client_gets_one_quota_and_what_its_old_key_had_left()
    {
        await using var fixture = await StartAsync();
        var old = await fixture.ReadKeyAsync();
        await UseAsync(fixture, old, 30);

        await fixture.RotateHealthyAsync();

        // To the request: 30, then 70 with each of the two keys, which is 100 and what the old key had left.
        var current = await fixture.ReadKeyAsync();
        Assert.Equal((70, HttpStatusCode.TooManyRequests), await ExhaustAsync(fixture, current));
        Assert.Equal((70, HttpStatusCode.TooManyRequests), await ExhaustAsync(fixture, old));
        // The next month both have a whole one.
        fixture.Time.Advance(TimeSpan.FromDays(31));
        Assert.Equal((Limit, HttpStatusCode.TooManyRequests), await ExhaustAsync(fixture, current));
        Assert.Equal((Limit, HttpStatusCode.TooManyRequests), await ExhaustAsync(fixture, old));
    }

    [Fact]
    public async Task Without_the_tag_a_new_key_has_a_full_quota()
    {
        await using var fixture = await RotationFixture.StartAsync(quota: Limit);
        await fixture.RotateHealthyAsync();
        await UseAsync(fixture, await fixture.ReadKeyAsync(), 30);
        await fixture.RotateHealthyAsync();
        Assert.Equal((Limit, HttpStatusCode.TooManyRequests), await ExhaustAsync(fixture, await fixture.ReadKeyAsync()));
    }

    /// <summary>The probe has used the new key, a run stopped before the move, and the client went on: the last run counts.</summary>
    [Fact]
    public async Task Each_run_sets_it_again()
    {
        await using var fixture = await StartAsync();
        var old = await fixture.ReadKeyAsync();
        await UseAsync(fixture, old, 30);
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        await UseAsync(fixture, await fixture.ReadKeyAsync("AWSPENDING"), 5);
        fixture.Aws.Faults = call => call.Operation == "UpdateSecretVersionStage" ? Fault.Error(400, "InternalServiceError", "stopped") : null;
        await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, "finishSecret"));
        fixture.Aws.Faults = null;
        await UseAsync(fixture, old, 10);

        await fixture.RunAsync(token, "finishSecret");
        await fixture.RunAsync(token, "finishSecret");

        Assert.Equal((60, HttpStatusCode.TooManyRequests), await ExhaustAsync(fixture, await fixture.ReadKeyAsync()));
    }

    [Fact]
    public async Task Each_plan_with_a_quota_is_carried_and_one_without_is_left_alone()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2, quota: Limit);
        await fixture.Gateway.UpdateUsagePlanAsync(new UpdateUsagePlanRequest { UsagePlanId = fixture.PlanIds[1], PatchOperations = [new PatchOperation { Op = "remove", Path = "/quota" }] });
        await fixture.TagSecretAsync("apikey-rotation:quota", "carry");
        await fixture.RotateHealthyAsync();
        await UseAsync(fixture, await fixture.ReadKeyAsync(), 30);
        var updated = new List<string>();
        fixture.Aws.Faults = call =>
        {
            updated.AddRange(call.Operation == "UpdateUsage" ? [call.Resource] : Array.Empty<string>());
            return null;
        };

        await fixture.RotateHealthyAsync();

        Assert.Contains(fixture.PlanIds[0], Assert.Single(updated), StringComparison.Ordinal);
        Assert.Equal(70, (await ExhaustAsync(fixture, await fixture.ReadKeyAsync())).Served);
    }

    [Theory]
    [InlineData("GetUsage", 403)]
    [InlineData("GetUsage", 0)]
    [InlineData("UpdateUsage", 403)]
    [InlineData("UpdateUsage", 0)]
    [InlineData("shows nothing", 0)]
    public async Task What_is_not_known_or_not_permitted_leaves_a_full_quota_and_is_logged(string operation, int status)
    {
        await using var fixture = await StartAsync(new UnknownBehaviours { UnusedKeysAreAbsent = operation == "shows nothing" });
        if (operation != "shows nothing")
        {
            await UseAsync(fixture, await fixture.ReadKeyAsync(), 30);
        }

        fixture.Aws.Faults = call => call.Operation != operation ? null : status == 0 ? Fault.ConnectionReset() : Fault.Error(status, "AccessDeniedException", "no");

        await fixture.RotateHealthyAsync();

        Assert.Contains(fixture.Log, entry => entry.Level == "Warning" && entry.Message.Contains(" stays as it is: ", StringComparison.Ordinal));
        Assert.Equal((Limit, HttpStatusCode.TooManyRequests), await ExhaustAsync(fixture, await fixture.ReadKeyAsync()));
    }

    /// <summary>The month turns between the read and the change, which then counts for the new one.</summary>
    [Theory]
    [InlineData("finishSecret")]
    [InlineData("rollback")]
    public async Task If_the_period_turns_meanwhile_the_key_has_a_whole_quota(string action)
    {
        await using var fixture = await StartAsync();
        await UseAsync(fixture, await fixture.ReadKeyAsync(), 30);
        if (action == "rollback")
        {
            await fixture.RotateHealthyAsync();
            await UseAsync(fixture, await fixture.ReadKeyAsync(), 30);
        }

        var token = action == "rollback" ? "" : await fixture.OpenRotationAsync();
        var isTurned = false;
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "UpdateUsage" && !isTurned)
            {
                isTurned = true;
                var now = fixture.Time.GetUtcNow();
                fixture.Time.Advance(new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 1, TimeSpan.Zero).AddMonths(1) - now);
            }

            return null;
        };
        if (action == "rollback")
        {
            await fixture.ActAsync(new { action, secretId = fixture.SecretArn });
        }
        else
        {
            await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
            // The clock jumps over weeks, and an invocation must not end for it.
            await fixture.InvokeAsync(JsonSerializer.Serialize(new { Step = action, SecretId = fixture.SecretArn, ClientRequestToken = token }), TimeSpan.FromDays(60));
        }

        Assert.True(isTurned);
        Assert.Equal((Limit, HttpStatusCode.TooManyRequests), await ExhaustAsync(fixture, await fixture.ReadKeyAsync()));
    }

    [Theory]
    [InlineData(20, 50)] // 70 of both, then 20 with the current key
    [InlineData(0, 40)] // 30 with the previous key: it has less already
    public async Task A_rollback_lowers_the_previous_key_to_what_the_current_one_has_left(int used, int left)
    {
        await using var fixture = await StartAsync();
        await UseAsync(fixture, await fixture.ReadKeyAsync(), 30);
        await fixture.RotateHealthyAsync();
        await UseAsync(fixture, await fixture.ReadKeyAsync(used > 0 ? "AWSCURRENT" : "AWSPREVIOUS"), used > 0 ? used : 30);

        await fixture.ActAsync(new { action = "rollback", secretId = fixture.SecretArn });

        Assert.Equal((left, HttpStatusCode.TooManyRequests), await ExhaustAsync(fixture, await fixture.ReadKeyAsync()));
    }

    /// <summary>A rotation would only log it.</summary>
    [Fact]
    public async Task A_deployment_fails_if_the_role_may_not_set_usage()
    {
        await using var fixture = await StartAsync();
        fixture.Aws.Faults = call => call.Operation == "UpdateUsage" ? Fault.Error(403, "AccessDeniedException", "no") : null;
        var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn }));
        Assert.Contains($"apigateway:PATCH on arn:aws:apigateway:{fixture.Aws.Region}::/usageplans/{fixture.PlanIds[0]}/keys/", failure.Message, StringComparison.Ordinal);
        fixture.Aws.Faults = call => call.Operation == "UpdateUsage" ? Fault.Error(400, "BadRequestException", "no") : null;
        Assert.StartsWith("The secret already has a key.", await fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_value_of_the_tag_is_refused_before_anything_changes()
    {
        await using var fixture = await StartAsync();
        await fixture.TagSecretAsync("apikey-rotation:quota", "keep");
        Assert.Contains("the secret's tag apikey-rotation:quota is 'keep'", await fixture.FailAsync(await fixture.OpenRotationAsync(), "createSecret"), StringComparison.Ordinal);
    }

    private static async Task<RotationFixture> StartAsync(UnknownBehaviours? unknowns = null)
    {
        var fixture = await RotationFixture.StartAsync(quota: Limit, unknowns: unknowns);
        await fixture.RotateHealthyAsync();
        await fixture.TagSecretAsync("apikey-rotation:quota", "carry");
        return fixture;
    }

    /// <summary>Requests that API Gateway shows.</summary>
    private static async Task UseAsync(RotationFixture fixture, string key, int times)
    {
        for (var request = 0; request < times; request++)
        {
            Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(key));
        }

        fixture.Time.Advance(TimeSpan.FromMinutes(41));
    }

    /// <summary>Requests until one is not served: how many were, and what the last one got.</summary>
    private static async Task<(int Served, HttpStatusCode Last)> ExhaustAsync(RotationFixture fixture, string key)
    {
        for (var served = 0; ; served++)
        {
            if (await fixture.CallApiAsync(key) is not HttpStatusCode.OK and var last)
            {
                return (served, last);
            }
        }
    }
}
