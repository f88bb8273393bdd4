using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>What status and check return for a secret with keys in two Regions.</summary>
public sealed class RegionStatusTests
{
    private const string There = OtherRegion.Virginia;

    [Fact]
    public async Task Status_shows_the_keys_the_template_and_the_replica_of_each_Region()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(3);
        fixture.Time.Advance(TimeSpan.FromHours(2));

        var status = await AnswerAsync(fixture, "status");

        Assert.Equal("4 of 6 keys in 2 Regions are enabled. No problems found.", status.GetProperty("Message").GetString());
        Assert.True(status.GetProperty("Healthy").GetBoolean());
        var keys = status.GetProperty("Keys").EnumerateArray().ToList();
        Assert.Equal(
            [.. (await fixture.MintedAsync()).Select(key => key.Id).Reverse(), .. (await other.MintedAsync()).Select(key => key.Id).Reverse()],
            keys.Select(key => key.GetProperty("KeyId").GetString()));
        Assert.All(keys[..3], key => Assert.False(key.TryGetProperty("Region", out _)));
        Assert.All(keys[3..], key => Assert.Equal(There, key.GetProperty("Region").GetString()));
        Assert.Equal(["AWSCURRENT", "AWSPREVIOUS", ""], keys[3..].Select(key => string.Join(',', key.GetProperty("Labels").EnumerateArray().Select(label => label.GetString()))));
        Assert.All(keys[3..], key => Assert.Equal(other.PlanIds, key.GetProperty("UsagePlanIds").EnumerateArray().Select(plan => plan.GetString())));
        Assert.Equal(
            $$"""[{"Region":"{{There}}","Replica":"InSync","TemplateKeyId":"{{other.TemplateId}}","UsagePlanIds":["{{other.PlanIds[0]}}"]}]""",
            status.GetProperty("Regions").GetRawText());
        Assert.Equal(["No problems found."], await CheckAsync(fixture));
    }

    [Fact]
    public async Task A_secret_of_one_Region_has_no_field_of_Regions()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        await fixture.Secrets.ReplicateSecretToRegionsAsync(new ReplicateSecretToRegionsRequest { SecretId = fixture.SecretArn, AddReplicaRegions = [new ReplicaRegionType { Region = There }] });

        Assert.DoesNotContain("Region", (await AnswerAsync(fixture, "status")).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(["No problems found."], await CheckAsync(fixture));
    }

    /// <summary>As docs/performance.md says. A Region beside the first one costs calls of its API Gateway only.</summary>
    [Theory]
    [InlineData("status", false)]
    [InlineData("status", true)]
    [InlineData("check", false)]
    [InlineData("check", true)]
    public async Task Its_calls_are_those_that_the_documentation_lists(string action, bool hasTwo)
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        if (hasTwo)
        {
            await fixture.AddRegionAsync();
        }

        await fixture.RotateHealthyAsync(5);
        fixture.Time.Advance(TimeSpan.FromDays(2));
        var before = fixture.Aws.Calls.Snapshot().Count;

        await AnswerAsync(fixture, action);

        var calls = fixture.Aws.Calls.Snapshot().Skip(before).Select(call => call.Call).Where(call => call.AccessKeyId == RotationFixture.FunctionAccessKey).ToList();
        var row = (await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "performance.md"))).Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Single(row => row.Length == 6 && row[1] == $"`{action}`" && row[2] == (hasTwo ? "2" : "1"));
        Assert.Equal(
            (row[3], row[4]),
            ($"{calls.Count(call => call.Service == "secretsmanager")}", $"{calls.Count(call => call.Service == "apigateway")}"));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("check")]
    public async Task A_Region_that_cannot_be_reached_is_named_and_the_rest_is_shown(string action)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        await fixture.DisableAsync((await fixture.MintedAsync())[^1].Id);
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        other.Aws.Outage = Fault.ConnectionReset();

        var answer = await AnswerAsync(fixture, action);

        Assert.False(answer.GetProperty("Healthy").GetBoolean());
        var findings = Findings(answer);
        Assert.Equal(2, findings.Count);
        Assert.StartsWith("AWSCURRENT's key ", findings[0].Problem, StringComparison.Ordinal);
        Assert.StartsWith($"In Region {There}: a call to AWS ended without a response (", findings[1].Problem, StringComparison.Ordinal);
        Assert.Contains(
            "While the Region is lost, no rotation moves AWSCURRENT, and rollback is refused. Clients of all Regions keep working with AWSCURRENT's key. "
            + "Wait: the next rotation after the Region is back continues.", findings[1].Problem, StringComparison.Ordinal);
        Assert.Equal($"aws secretsmanager untag-resource --secret-id {fixture.SecretArn} --tag-keys apikey-rotation:template:{There}", findings[1].Command);
        if (action == "status")
        {
            Assert.Equal(2, answer.GetProperty("Keys").GetArrayLength());
            Assert.Equal(
                $$"""[{"Region":"{{There}}","Replica":"InSync","TemplateKeyId":"{{other.TemplateId}}"}]""", answer.GetProperty("Regions").GetRawText());
        }
    }

    /// <summary>A refusal is no loss: the Region answers.</summary>
    [Theory]
    [InlineData(403, "AccessDeniedException", false)]
    [InlineData(503, "ServiceUnavailableException", true)]
    public async Task Only_a_Region_that_does_not_answer_is_lost(int status, string code, bool isLost)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync();
        fixture.Aws.Faults = call => call.Service == "apigateway" && call.Region == There ? Fault.Error(status, code, "some text") : null;

        var finding = Assert.Single(Findings(await AnswerAsync(fixture, "check")));

        Assert.StartsWith($"In Region {There}: AWS returned {code}: some text", finding.Problem, StringComparison.Ordinal);
        Assert.Equal((isLost, isLost), (finding.Problem.Contains("the Region is lost", StringComparison.Ordinal), finding.Command is not null));
    }

    /// <summary>What revokePrevious could not disable, and what a rotation could not retire.</summary>
    [Fact]
    public async Task A_Region_that_comes_back_with_old_keys_is_found_with_the_command_that_disables_each()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        other.Aws.Outage = Fault.ConnectionReset();
        await Assert.ThrowsAnyAsync<Exception>(() => fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn }));
        other.Aws.Outage = null;
        var (home, there) = ((await fixture.MintedAsync())[0].Id, (await other.MintedAsync())[0].Id);

        var finding = Assert.Single(Findings(await AnswerAsync(fixture, "check")));

        Assert.StartsWith($"In Region {There}: AWSPREVIOUS's key {there} is enabled, but in Region {fixture.Aws.Region} the same key, {home}, is disabled: ", finding.Problem, StringComparison.Ordinal);
        Assert.Equal($"aws apigateway update-api-key --region {There} --api-key {there} --patch-operations op=replace,path=/enabled,value=false", finding.Command);
        await DisableThereAsync(other, there);
        Assert.Equal(["No problems found."], await CheckAsync(fixture));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_without_a_label_that_only_one_Region_still_accepts_is_found(bool isDeletedAtHome)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(3);
        var (home, there) = ((await fixture.MintedAsync())[0].Id, (await other.MintedAsync())[0].Id);
        await other.Gateway.UpdateApiKeyAsync(new() { ApiKey = there, PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = "true" }] });
        if (isDeletedAtHome)
        {
            await fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = home });
        }

        var finding = Assert.Single(Findings(await AnswerAsync(fixture, "check")));

        var why = isDeletedAtHome ? "it does not exist any more" : $"the same key, {home}, is disabled";
        Assert.StartsWith($"In Region {There}: key {there} is enabled, but in Region {fixture.Aws.Region} {why}: ", finding.Problem, StringComparison.Ordinal);
        Assert.Equal(1, fixture.Metrics[^1].GetProperty("Strays").GetInt32());
    }

    [Fact]
    public async Task A_key_that_a_rotation_has_just_created_is_no_old_key()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        var token = await fixture.OpenRotationAsync();
        var isIn = false;
        fixture.Aws.Faults = call =>
        {
            // Between the lists of the two Regions, the rotation creates its key.
            if (call is { Operation: "GetApiKeys", Region: There } && !isIn)
            {
                isIn = true;
                fixture.RunAsync(token, "createSecret", "setSecret").GetAwaiter().GetResult();
            }

            return null;
        };

        Assert.Equal(["No problems found."], await CheckAsync(fixture));
        Assert.True(isIn);
        Assert.Equal("-+++"[1..], await other.RingAsync());
    }

    [Theory]
    [InlineData("missing", "No key of this secret has AWSCURRENT's value, so clients are refused.")]
    [InlineData("disabled", "AWSCURRENT's key KEY is disabled, so clients are refused.")]
    [InlineData("detached", "AWSCURRENT's key KEY is not in usage plan PLAN, but the template key is.")]
    [InlineData("stage", "Usage plan PLAN of the template key has no API stage: it gives access to no API, so clients are refused.")]
    [InlineData("template", "the template key TEMPLATE, which the secret's tag apikey-rotation:template:us-east-1 names, does not exist.")]
    [InlineData("wiring", "the secret's tag apikey-rotation:template:us-east-1 points at key TEMPLATE, but that key's tag apikey-rotation:template-for does not point back at demo/partner-api.")]
    [InlineData("enabled", "the template key TEMPLATE is enabled. It must be disabled, because it only declares settings and no client may use it. Disable it with: aws apigateway update-api-key --region us-east-1 --api-key TEMPLATE --patch")]
    [InlineData("untagged", "Key KEY, which has AWSCURRENT's value, is enabled without the tag that shows its owner")]
    public async Task What_is_wrong_in_a_Region_is_found_there(string what, string expected)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        var key = (await other.MintedAsync())[^1].Id;
        switch (what)
        {
            case "missing":
                await other.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = key });
                break;
            case "disabled":
                await DisableThereAsync(other, key);
                break;
            case "detached":
                await other.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = other.PlanIds[0], KeyId = key });
                break;
            case "stage":
                var stage = Assert.Single((await other.Gateway.GetUsagePlanAsync(new() { UsagePlanId = other.PlanIds[0] })).ApiStages);
                await other.Gateway.UpdateUsagePlanAsync(new()
                {
                    UsagePlanId = other.PlanIds[0],
                    PatchOperations = [new PatchOperation { Op = "remove", Path = "/apiStages", Value = $"{stage.ApiId}:{stage.Stage}" }],
                });
                break;
            case "template":
                await other.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = other.TemplateId });
                break;
            case "wiring":
                await other.TagKeyAsync(other.TemplateId, "apikey-rotation:template-for", "another");
                break;
            case "enabled":
                await other.Gateway.UpdateApiKeyAsync(new() { ApiKey = other.TemplateId, PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = "true" }] });
                break;
            default:
                await other.Gateway.UntagResourceAsync(new() { ResourceArn = $"arn:aws:apigateway:{There}::/apikeys/{key}", TagKeys = ["apikey-rotation:minted-for"] });
                break;
        }

        var finding = Findings(await AnswerAsync(fixture, "check"))[0];

        expected = expected.Replace("KEY", key, StringComparison.Ordinal).Replace("PLAN", other.PlanIds[0], StringComparison.Ordinal)
            .Replace("TEMPLATE", other.TemplateId, StringComparison.Ordinal);
        Assert.StartsWith($"In Region {There}: {expected}", finding.Problem, StringComparison.Ordinal);
        if (finding.Command?.StartsWith("aws apigateway", StringComparison.Ordinal) == true)
        {
            Assert.Contains($" --region {There} ", finding.Command, StringComparison.Ordinal);
            Assert.DoesNotContain("--region", finding.Command[(finding.Command.IndexOf("--region", StringComparison.Ordinal) + 8)..], StringComparison.Ordinal);
        }

        Assert.Equal(finding, Commands.Vetted(finding, fixture.SecretArn, takesIds: true)); // the tool shows the command
    }

    [Fact]
    public async Task The_probe_of_each_Region_is_called()
    {
        var api = new ScriptedApi { Answer = (_, _) => ScriptedApi.Ok() };
        await using var fixture = await RotationFixture.StartAsync(api: api);
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync();
        await other.TagBothAsync("apikey-rotation:probe", "https://there.example.com/orders");

        var finding = Assert.Single(Findings(await AnswerAsync(fixture, "check")));

        Assert.StartsWith($"In Region {There}: The probe of https://there.example.com/orders is inconclusive: with a made-up key", finding.Problem, StringComparison.Ordinal);
        Assert.False((await AnswerAsync(fixture, "check")).GetProperty("Healthy").GetBoolean());
    }

    [Fact]
    public async Task A_replica_that_stays_behind_is_found()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync();
        other.Aws.SecretsManager.ReplicationStopped = true;
        await fixture.EditAsync();

        var first = await AnswerAsync(fixture, "check");
        fixture.Time.Advance(TimeSpan.FromMinutes(16));
        var later = await AnswerAsync(fixture, "check");

        var finding = Assert.Single(Findings(later));
        Assert.Matches($"^In Region {There}: the replica is InProgress(: [^.]+)?[.] Clients there may not be able to read AWSCURRENT's key, and no rotation starts[.] The secret last changed 2", finding.Problem);
        Assert.Equal($"aws secretsmanager describe-secret --query ReplicationStatus --secret-id {fixture.SecretArn}", finding.Command);
        Assert.Empty(Findings(first));
        Assert.Equal((true, false), (first.GetProperty("Healthy").GetBoolean(), later.GetProperty("Healthy").GetBoolean()));
        Assert.Equal("InProgress", (await AnswerAsync(fixture, "status")).GetProperty("Regions")[0].GetProperty("Replica").GetString());
    }

    [Fact]
    public async Task A_replica_that_failed_is_found_with_what_AWS_says()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await new InProcessClients(fixture.Aws).SecretsManager(RotationFixture.OwnerAccessKey, There).CreateSecretAsync(new CreateSecretRequest { Name = fixture.SecretName, SecretString = "{}" });
        await fixture.AddRegionAsync();
        fixture.Time.Advance(TimeSpan.FromMinutes(1));

        var status = await AnswerAsync(fixture, "status");

        var region = status.GetProperty("Regions")[0];
        Assert.Equal("Failed", region.GetProperty("Replica").GetString());
        var finding = Findings(status).Single(finding => finding.Problem.Contains("the replica is", StringComparison.Ordinal));
        Assert.StartsWith($"In Region {There}: the replica is Failed: {region.GetProperty("ReplicaMessage").GetString()!.TrimEnd('.')}. Clients there", finding.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_without_a_replica_is_found_with_the_command_that_creates_it()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.AddRegionAsync(replicates: false);

        var finding = Findings(await AnswerAsync(fixture, "check")).Single(finding => finding.Problem.Contains("replica", StringComparison.Ordinal));

        Assert.StartsWith($"In Region {There}: the secret has no replica there. ", finding.Problem, StringComparison.Ordinal);
        Assert.Equal($"aws secretsmanager replicate-secret-to-regions --secret-id {fixture.SecretArn} --add-replica-regions Region={There}", finding.Command);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_replica_without_a_tag_is_found_but_is_no_problem_of_clients_elsewhere(bool hasAnother)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync(tags: false);
        if (hasAnother)
        {
            await fixture.AddRegionAsync("ap-south-1");
        }
        else
        {
            await other.TagBothAsync("apikey-rotation:probe", "https://there.example.com/orders");
        }

        await fixture.RotateHealthyAsync();

        var answer = await AnswerAsync(fixture, "check");

        var finding = Assert.Single(Findings(answer));
        Assert.StartsWith($"In Region {There}: the secret has a replica there, but no tag apikey-rotation:template:{There}: ", finding.Problem, StringComparison.Ordinal);
        Assert.Equal($"aws secretsmanager tag-resource --secret-id {fixture.SecretArn} --tags Key=apikey-rotation:template:{There},Value=<id of the template key>", finding.Command);
        Assert.True(answer.GetProperty("Healthy").GetBoolean());
    }

    [Fact]
    public async Task A_step_has_passed_when_it_has_in_each_Region()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        other.Aws.Outage = Fault.ConnectionReset();
        await Assert.ThrowsAnyAsync<Exception>(() => fixture.RunAsync(token, "setSecret"));
        other.Aws.Outage = null;

        Assert.Equal("setSecret", await PendingStepAsync());
        await fixture.RunAsync(token, "setSecret");
        Assert.Equal("testSecret", await PendingStepAsync());

        async Task<string?> PendingStepAsync() => (await AnswerAsync(fixture, "status")).GetProperty("Rotation").GetProperty("PendingStep").GetString();
    }

    /// <summary>Each Region has metrics of its own, and those of the first are as without another.</summary>
    [Fact]
    public async Task A_check_writes_the_metrics_of_each_Region_that_it_could_read()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours(), quota: 1000);
        var other = await fixture.AddRegionAsync(quota: 1000);
        await fixture.RotateHealthyAsync(3);
        var old = await fixture.ReadKeyAsync("AWSPREVIOUS");
        fixture.Time.Advance(TimeSpan.FromDays(2));
        await other.AcceptsAsync(old);
        fixture.Time.Advance(TimeSpan.FromHours(2));

        var answer = await AnswerAsync(fixture, "check");

        Assert.Contains(Findings(answer), finding => finding.Problem.StartsWith($"In Region {There}: Clients have not re-read the secret since ", StringComparison.Ordinal));
        var (home, there) = (fixture.Metrics[^2], fixture.Metrics[^1]);
        Assert.False(home.TryGetProperty("Region", out _));
        Assert.Equal((3, 0, 0), Values(home));
        Assert.Equal(There, there.GetProperty("Region").GetString());
        Assert.Equal((3, 0, 1), Values(there));
        Assert.All(
            there.GetProperty("_aws").GetProperty("CloudWatchMetrics").EnumerateArray(),
            directive => Assert.Equal("""[["SecretName","Region"]]""", directive.GetProperty("Dimensions").GetRawText()));
        var lines = fixture.Metrics.Count;
        other.Aws.Outage = Fault.ConnectionReset();
        await AnswerAsync(fixture, "check");
        Assert.Equal(lines + 1, fixture.Metrics.Count);

        static (int, int, int) Values(JsonElement line) =>
            (line.GetProperty("KeysInRing").GetInt32(), line.GetProperty("Strays").GetInt32(), line.GetProperty("OldKeyRequests").GetInt32());
    }

    private static Task<UpdateApiKeyResponse> DisableThereAsync(OtherRegion other, string keyId) =>
        other.Gateway.UpdateApiKeyAsync(new() { ApiKey = keyId, PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = "false" }] });

    /// <summary>Runs an action that changes nothing in either Region.</summary>
    private static Task<JsonElement> AnswerAsync(RotationFixture fixture, string action) => fixture.AnswerAsync(new { action, secretId = fixture.SecretArn });

    private static async Task<List<string>> CheckAsync(RotationFixture fixture)
    {
        var answer = await AnswerAsync(fixture, "check");
        return [answer.GetProperty("Message").GetString()!, .. Findings(answer).Select(finding => finding.Problem)];
    }

    private static List<Finding> Findings(JsonElement answer) =>
        [.. answer.GetProperty("Findings").EnumerateArray().Select(finding => new Finding(
            finding.GetProperty("Problem").GetString()!, finding.TryGetProperty("Command", out var command) ? command.GetString() : null))];
}
