using System.Net;
using System.Text.Json;
using LocalAws.Tests.Iam;

namespace LocalAws.Tests.Scheduler;

/// <summary>Schedules are created, read, changed and deleted, over HTTP as the provider and the AWS CLI do it.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task What_was_set_is_read_with_the_defaults_of_the_rest()
    {
        await using var account = await WireAccount.StartAsync();

        var created = await account.SendAsync(HttpMethod.Post, "/schedules/check-orders", WireAccount.Body());
        account.Account.Clock.Advance(TimeSpan.FromMinutes(1));
        var read = await account.SendAsync(HttpMethod.Get, "/schedules/check-orders");

        Assert.Equal((200, $$"""{"ScheduleArn":"{{WireAccount.Arn}}"}"""), created);
        Assert.Equal(200, read.Status);
        Assert.Equal(
            "{\"ActionAfterCompletion\":\"NONE\",\"Arn\":\"" + WireAccount.Arn + "\",\"CreationDate\":1735732800,\"Description\":\"Checks\","
            + "\"FlexibleTimeWindow\":{\"Mode\":\"FLEXIBLE\",\"MaximumWindowInMinutes\":60},\"GroupName\":\"default\",\"LastModificationDate\":1735732800,"
            + "\"Name\":\"check-orders\",\"ScheduleExpression\":\"cron(0 6 * * ? *)\",\"ScheduleExpressionTimezone\":\"UTC\",\"State\":\"ENABLED\","
            + "\"Target\":{\"Arn\":\"" + WireAccount.Function + "\",\"RoleArn\":\"" + WireAccount.Role + "\",\"Input\":\"{}\","
            + "\"RetryPolicy\":{\"MaximumEventAgeInSeconds\":86400,\"MaximumRetryAttempts\":185}}}",
            read.Body);
    }

    [Fact]
    public async Task A_change_replaces_everything()
    {
        await using var account = await WireAccount.StartAsync();
        await account.SendAsync(HttpMethod.Post, "/schedules/check-orders", WireAccount.Body());
        account.Account.Clock.Advance(TimeSpan.FromMinutes(1));

        var changed = await account.SendAsync(HttpMethod.Put, "/schedules/check-orders", WireAccount.Body(body =>
        {
            body.Remove("Description");
            body["State"] = "DISABLED";
            body["FlexibleTimeWindow"] = new { Mode = "OFF" };
        }));
        var read = JsonSerializer.Deserialize<JsonElement>((await account.SendAsync(HttpMethod.Get, "/schedules/check-orders?groupName=default")).Body);

        Assert.Equal((200, $$"""{"ScheduleArn":"{{WireAccount.Arn}}"}"""), changed);
        Assert.False(read.TryGetProperty("Description", out _));
        Assert.Equal("DISABLED", read.GetProperty("State").GetString());
        Assert.Equal("""{"Mode":"OFF"}""", read.GetProperty("FlexibleTimeWindow").GetRawText());
        Assert.Equal((1735732800, 1735732860), (read.GetProperty("CreationDate").GetDouble(), read.GetProperty("LastModificationDate").GetDouble()));
    }

    [Fact]
    public async Task A_name_is_taken_once_and_free_again_after_the_delete()
    {
        await using var account = await WireAccount.StartAsync();
        await account.SendAsync(HttpMethod.Post, "/schedules/check-orders", WireAccount.Body());

        Assert.Equal((409, """{"Message":"Schedule check-orders already exists."}"""), await account.SendAsync(HttpMethod.Post, "/schedules/check-orders", WireAccount.Body(body => body["ClientToken"] = "b")));
        Assert.Equal(200, (await account.SendAsync(HttpMethod.Post, "/schedules/check-orders", WireAccount.Body())).Status); // the same token: a repeat
        Assert.Equal((200, "{}"), await account.SendAsync(HttpMethod.Delete, "/schedules/check-orders"));
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete, HttpMethod.Put })
        {
            Assert.Equal(
                (404, """{"Message":"Schedule check-orders does not exist."}"""),
                await account.SendAsync(method, "/schedules/check-orders", method == HttpMethod.Put ? WireAccount.Body() : null));
        }

        Assert.Equal(200, (await account.SendAsync(HttpMethod.Post, "/schedules/check-orders", WireAccount.Body(body => body["ClientToken"] = "c"))).Status);
    }

    [Theory]
    [InlineData("GroupName", "others", 404, "Schedule group others does not exist.")]
    [InlineData("ScheduleExpression", "cron(0 1 * * * *)", 400, "Invalid Schedule Expression cron(0 1 * * * *).")]
    [InlineData("ScheduleExpression", "cron(71 8 1 * ? *)", 400, "Invalid Schedule Expression cron(71 8 1 * ? *).")]
    [InlineData("ScheduleExpression", "cron(0 24 * * ? *)", 400, "Invalid Schedule Expression cron(0 24 * * ? *).")]
    [InlineData("ScheduleExpression", "daily", 400, "Invalid Schedule Expression daily.")]
    [InlineData("ScheduleExpression", null, 400, "1 validation error detected: Value null at 'scheduleExpression' failed to satisfy constraint: Member must not be null")]
    [InlineData("State", "ON", 400, "1 validation error detected: Value 'ON' at 'state' failed to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED]")]
    [InlineData("ScheduleExpressionTimezone", "Europe/Berlin", 501, "The embedded AWS does not have scheduler schedules with the time zone Europe/Berlin.")]
    [InlineData("KmsKeyArn", "arn:aws:kms:eu-west-1:123456789012:key/1", 501, "The embedded AWS does not have scheduler schedules with KmsKeyArn.")]
    public async Task A_schedule_that_cannot_be_is_refused(string member, string? value, int status, string message)
    {
        await using var account = await WireAccount.StartAsync();

        var refused = await account.SendAsync(HttpMethod.Post, "/schedules/check-orders", WireAccount.Body(body =>
        {
            body.Remove(member);
            if (value is not null)
            {
                body[member] = value;
            }
        }));

        Assert.Equal(status, refused.Status);
        Assert.StartsWith(message, JsonSerializer.Deserialize<JsonElement>(refused.Body).GetProperty("Message").GetString(), StringComparison.Ordinal);
        Assert.Empty(account.Account.Aws.Scheduler.Schedules);
    }

    [Theory]
    [InlineData("""{"Mode":"FLEXIBLE"}""")]
    [InlineData("""{"Mode":"FLEXIBLE","MaximumWindowInMinutes":0}""")]
    [InlineData("""{"Mode":"FLEXIBLE","MaximumWindowInMinutes":1441}""")]
    [InlineData("""{"Mode":"OFF","MaximumWindowInMinutes":5}""")]
    [InlineData("""{"Mode":"SOMETIMES"}""")]
    [InlineData("{}")]
    public async Task A_window_that_cannot_be_is_refused(string window) =>
        await RefusedAsync(body => body["FlexibleTimeWindow"] = JsonSerializer.Deserialize<JsonElement>(window));

    [Theory]
    [InlineData("RetryPolicy", """{"MaximumEventAgeInSeconds":59}""", 400)]
    [InlineData("RetryPolicy", """{"MaximumEventAgeInSeconds":86401}""", 400)]
    [InlineData("RetryPolicy", """{"MaximumRetryAttempts":186}""", 400)]
    [InlineData("RetryPolicy", """{"MaximumRetryAttempts":-1}""", 400)]
    [InlineData("Input", "\"check\"", 400)]
    [InlineData("RoleArn", "\"schedules\"", 400)]
    [InlineData("RoleArn", "\"arn:aws:iam::123456789012:role/unknown\"", 400)]
    [InlineData("Arn", "\"arn:aws:sqs:eu-west-1:123456789012:queue\"", 501)]
    [InlineData("DeadLetterConfig", """{"Arn":"arn:aws:sqs:eu-west-1:123456789012:queue"}""", 501)]
    public async Task A_target_that_cannot_be_is_refused(string member, string value, int status) => await RefusedAsync(
        body => ((Dictionary<string, object>)body["Target"])[member] = JsonSerializer.Deserialize<JsonElement>(value), status);

    [Theory]
    [InlineData("a schedule")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task A_name_that_cannot_be_is_refused(string name) => await RefusedAsync(_ => { }, name: Uri.EscapeDataString(name));

    [Theory]
    [InlineData("scheduler.amazonaws.com", 200)]
    [InlineData("lambda.amazonaws.com", 403)]
    public async Task A_role_is_passed_to_Scheduler(string service, int status)
    {
        await using var account = await WireAccount.StartAsync();
        var caller = new RoleCaller(account.Account.Aws).With(RoleCaller.Document(
            """ "Effect":"Allow","Action":"scheduler:CreateSchedule","Resource":"*" """,
            $$$""" "Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"{{{service}}}"}} """));

        Assert.Equal(status, (await caller.CallAsync("scheduler", "POST", "/schedules/check-orders", WireAccount.Body())).Status);
    }

    [Fact]
    public async Task Another_operation_is_not_here()
    {
        await using var account = await WireAccount.StartAsync();

        Assert.Equal(501, (await account.SendAsync(HttpMethod.Get, "/schedules")).Status);
    }

    private static async Task RefusedAsync(Action<Dictionary<string, object>> change, int status = 400, string name = "check-orders")
    {
        await using var account = await WireAccount.StartAsync();

        var refused = await account.SendAsync(HttpMethod.Post, "/schedules/" + name, WireAccount.Body(change));

        Assert.Equal(status, refused.Status);
        Assert.Empty(account.Account.Aws.Scheduler.Schedules);
    }

    private sealed class WireAccount(LocalAwsAccount account) : IAsyncDisposable
    {
        public const string Arn = "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/check-orders";
        public const string Function = "arn:aws:lambda:eu-west-1:123456789012:function:rotate";
        public const string Role = "arn:aws:iam::123456789012:role/schedules";

        public LocalAwsAccount Account => account;

        public static async Task<WireAccount> StartAsync()
        {
            var account = await LocalAwsAccount.StartAsync(inProcess: true);
            account.Aws.Lambda.Register("rotate", invocation => Task.FromResult(invocation.Payload));
            account.Aws.Iam.CreateRole("schedules", """{"Statement":{"Effect":"Allow","Principal":{"Service":"scheduler.amazonaws.com"},"Action":"sts:AssumeRole"}}""");
            return new WireAccount(account);
        }

        public static string Body(Action<Dictionary<string, object>>? change = null)
        {
            var body = new Dictionary<string, object>
            {
                ["ClientToken"] = "a",
                ["Description"] = "Checks",
                ["ScheduleExpression"] = "cron(0 6 * * ? *)",
                ["FlexibleTimeWindow"] = new { Mode = "FLEXIBLE", MaximumWindowInMinutes = 60 },
                ["Target"] = new Dictionary<string, object> { ["Arn"] = Function, ["RoleArn"] = Role, ["Input"] = "{}" },
            };
            change?.Invoke(body);
            return JsonSerializer.Serialize(body);
        }

        public async Task<(int Status, string Body)> SendAsync(HttpMethod method, string path, string? body = null)
        {
            var (response, json) = await account.SendAsync(method, path, body, "scheduler");
            Assert.Equal(response.StatusCode is not HttpStatusCode.OK, response.Headers.Contains("x-amzn-ErrorType"));
            return ((int)response.StatusCode, json.GetRawText());
        }

        public ValueTask DisposeAsync() => account.DisposeAsync();
    }
}
