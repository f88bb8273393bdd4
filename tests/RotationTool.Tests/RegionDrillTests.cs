using System.Net;
using System.Text.Json;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationTool.Tests;

/// <summary>What the tool shows of a key in two Regions, and the drills of docs/runbook.md for a Region that is lost.</summary>
public sealed class RegionDrillTests
{
    private const string There = "us-east-1";
    private const string NewName = "shop/orders-us";

    [Fact]
    public async Task Status_shows_the_keys_of_each_Region()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var there = await fixture.AddRegionAsync(There);
        var (home, other) = (Assert.Single(await fixture.EnabledAsync()), await there.IdOfAsync(await fixture.ReadKeyAsync()));

        var one = await fixture.RunAsync("status", ToolFixture.SecretName);
        var json = await fixture.RunAsync("status", ToolFixture.SecretName, "--json");
        var all = await fixture.RunAsync("status");

        Assert.Equal((0, 0, 0), (one.ExitCode, json.ExitCode, all.ExitCode));
        Assert.Matches($"(?m)^  us-east-1 +replica InSync, template key {there.TemplateId}, usage plans {there.PlanId} *$", one.Output);
        Assert.Matches($"(?m)^ *Region +key +kind +", one.Output);
        Assert.Matches($"(?m)^ *{fixture.Aws.Region} +{home} +minted +AWSCURRENT +enabled ", one.Output);
        Assert.Matches($"(?m)^ *us-east-1 +{other} +minted +AWSCURRENT +enabled ", one.Output);
        Assert.Contains("2 of 2 keys in 2 Regions are enabled. No problems found.", one.Output, StringComparison.Ordinal);
        Assert.Contains("2 of 2 enabled in 2 Regions", all.Output, StringComparison.Ordinal);
        var keys = JsonDocument.Parse(json.Output).RootElement.GetProperty("Keys").EnumerateArray().ToList();
        Assert.Equal([(home, null), (other, There)], keys.Select(key => (key.GetProperty("KeyId").GetString(), key.TryGetProperty("Region", out var region) ? region.GetString() : null)));
        Assert.Equal("InSync", JsonDocument.Parse(json.Output).RootElement.GetProperty("Regions")[0].GetProperty("Replica").GetString());
    }

    [Theory]
    [InlineData("status")]
    [InlineData("check")]
    [InlineData("rotate")]
    [InlineData("revoke")]
    [InlineData("rollback")]
    public async Task In_the_replicas_Region_the_tool_names_the_secrets_own(string command)
    {
        await using var fixture = await ToolFixture.StartAsync();
        await fixture.AddRegionAsync(There);
        fixture.Variables["AWS_REGION"] = There;
        var replica = $"The secret {ToolFixture.SecretName} is a replica in Region {There}. The function that rotates it is in Region {fixture.Aws.Region}: "
            + $"set AWS_REGION to {fixture.Aws.Region}.\n";

        Assert.Equal(new Answer(3, "", "Error: " + replica), await fixture.RunAsync(command, ToolFixture.SecretName));
        var all = await fixture.RunAsync("status");
        Assert.Equal(1, all.ExitCode);
        Assert.EndsWith($"! {ToolFixture.SecretName}: {replica}", all.Output, StringComparison.Ordinal);
    }

    /// <summary>A Region is lost, and is left; it comes back with old keys, and is taken again.</summary>
    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_Region_that_is_lost_is_left_and_taken_again_when_it_is_back()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var there = await fixture.AddRegionAsync(There);
        var before = await fixture.ReadKeyAsync();
        there.Aws.Outage = Fault.ConnectionReset();
        there.Aws.SecretsManager.ReplicationStopped = true;

        var lost = await fixture.RunAsync("check", ToolFixture.SecretName);
        var status = await fixture.RunAsync("status", ToolFixture.SecretName);

        Assert.Equal((1, 1), (lost.ExitCode, status.ExitCode));
        Assert.Contains($"! In Region {There}: a call to AWS ended without a response", lost.Output, StringComparison.Ordinal);
        Assert.Contains($"\n  aws secretsmanager untag-resource --secret-id {fixture.SecretArn} --tag-keys apikey-rotation:template:{There}\n", lost.Output, StringComparison.Ordinal);
        Assert.Contains($"template key {there.TemplateId}, could not be read", status.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(before));
        var stuck = await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait", "--timeout", "1");
        Assert.Equal(1, stuck.ExitCode);
        Assert.Equal(before, await fixture.ReadKeyAsync());

        // Left: the rotation in progress goes on without the Region.
        await fixture.UntagSecretAsync($"apikey-rotation:template:{There}");
        await fixture.Aws.SecretsManager.SettledAsync();
        Assert.NotEqual(before, await fixture.ReadKeyAsync());
        Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(before));

        // It comes back with the key that no other Region accepts any more.
        there.Aws.Outage = null;
        there.Aws.SecretsManager.ReplicationStopped = false;
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(before, there.OrdersUrl));
        await fixture.TagSecretAsync($"apikey-rotation:template:{There}", there.TemplateId);
        await fixture.WaitForReplicaAsync(There);
        var back = await fixture.RunAsync("check", ToolFixture.SecretName);

        var old = await there.IdOfAsync(before);
        Assert.Equal(1, back.ExitCode);
        Assert.Contains($"! In Region {There}: No key of this secret has AWSCURRENT's value, so clients are refused.", back.Output, StringComparison.Ordinal);
        Assert.Contains($"! In Region {There}: key {old} is enabled, but in Region {fixture.Aws.Region} the same key, ", back.Output, StringComparison.Ordinal);
        Assert.Contains($"\n  aws apigateway update-api-key --region {There} --api-key {old} --patch-operations op=replace,path=/enabled,value=false\n", back.Output, StringComparison.Ordinal);
        await there.SetEnabledAsync(old, enabled: false);
        for (var rotation = 0; rotation < 2; rotation++)
        {
            Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
            await fixture.WaitForReplicaAsync(There);
        }

        Assert.Equal(new Answer(0, "No problems found.\n", ""), await fixture.RunAsync("check", ToolFixture.SecretName));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await there.ReadKeyAsync(), there.OrdersUrl));
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(before, there.OrdersUrl));
    }

    /// <summary>
    /// Without the home Region, clients and a disable by hand work, and rotations do not. The replica is promoted, the key in use is adopted there, and
    /// the home Region, when it is back, leaves both alone.
    /// </summary>
    [Fact]
    [Trait("Category", "Proof")]
    public async Task Without_the_home_Region_the_key_in_use_is_adopted_in_the_other_one()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var there = await fixture.AddRegionAsync(There);
        Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
        await fixture.WaitForReplicaAsync(There);
        var inUse = await there.ReadKeyAsync();
        var previous = await there.ReadKeyAsync(label: "AWSPREVIOUS");
        fixture.Aws.In(fixture.Aws.Region).Outage = Fault.ConnectionReset();

        // What works, and what does not.
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(inUse, there.OrdersUrl));
        Assert.Equal(3, (await fixture.RunAsync("status", ToolFixture.SecretName)).ExitCode);
        await Assert.ThrowsAsync<InvalidParameterException>(() => there.Secrets.PutSecretValueAsync(new() { SecretId = ToolFixture.SecretName, SecretString = "{}" }));
        await there.SetEnabledAsync(await there.IdOfAsync(previous), enabled: false);
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(previous, there.OrdersUrl));

        // Promoted: still what clients read.
        await there.Secrets.StopReplicationToReplicaAsync(new() { SecretId = ToolFixture.SecretName });
        Assert.True(inUse == await there.ReadKeyAsync(), "The replica has another key.");

        await AdoptAsync(fixture, there, inUse, NewName, keyId => there.Gateway.UntagResourceAsync(
            new Amazon.APIGateway.Model.UntagResourceRequest { ResourceArn = $"arn:aws:apigateway:{There}::/apikeys/{keyId}", TagKeys = ["apikey-rotation:minted-for"] }));
        fixture.Variables["AWS_REGION"] = There;
        var check = await fixture.RunAsync("check", NewName);
        Assert.True(check.ExitCode == 0, check.Output);
        Assert.Equal(0, (await fixture.RunAsync("rotate", NewName, "--wait")).ExitCode);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await there.ReadKeyAsync(NewName), there.OrdersUrl));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(inUse, there.OrdersUrl));

        // The home Region is back, and leaves the other one.
        fixture.Aws.In(fixture.Aws.Region).Outage = null;
        fixture.Variables["AWS_REGION"] = fixture.Aws.Region;
        check = await fixture.RunAsync("check", ToolFixture.SecretName);
        Assert.Contains($"! In Region {There}: the secret has no replica there.", check.Output, StringComparison.Ordinal);
        await fixture.UntagSecretAsync($"apikey-rotation:template:{There}");
        await fixture.ActAsync(JsonSerializer.Serialize(new
        {
            action = "lifecycle",
            secretId = fixture.SecretArn,
            usagePlanIds = new[] { fixture.PlanId },
            tf = new { action = "update", prev_input = new { action = "lifecycle", secretId = fixture.SecretArn, usagePlanIds = new[] { fixture.PlanId }, regions = new Dictionary<string, string[]> { [There] = [there.PlanId] } } },
        }));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(inUse, there.OrdersUrl));
        check = await fixture.RunAsync("check", ToolFixture.SecretName);
        Assert.True(check.ExitCode == 0, check.Output);
        Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(inUse, there.OrdersUrl));
    }

    /// <summary>What a stack deploys in the other Region, with a secret of another name that adopts the key in use.</summary>
    internal static async Task AdoptAsync(ToolFixture fixture, ToolRegion there, string inUse, string name, Func<string, Task> untag)
    {
        var keyId = await there.IdOfAsync(inUse);
        var functionArn = fixture.RegisterFunctionIn(there);
        var template = await there.CreateTemplateAsync(name, adopted: keyId);
        var secret = await there.Secrets.CreateSecretAsync(new CreateSecretRequest
        {
            Name = name,
            SecretString = "{}",
            Tags = [new Tag { Key = "apikey-rotation:template", Value = template }, new Tag { Key = "apikey-rotation:adopted", Value = keyId }],
        });
        var provision = JsonSerializer.SerializeToUtf8Bytes(new { action = "provision", secretId = secret.ARN });
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => there.Aws.Lambda.InvokeAsync(ToolFixture.FunctionName, provision));
        Assert.Contains("is already a secret's minted key or template key", refused.Message, StringComparison.Ordinal);
        await untag(keyId);
        await there.Aws.Lambda.InvokeAsync(ToolFixture.FunctionName, provision);
        await there.Secrets.RotateSecretAsync(new RotateSecretRequest
        {
            SecretId = secret.ARN,
            RotationLambdaARN = functionArn,
            RotationRules = new RotationRulesType { AutomaticallyAfterDays = 30 },
            RotateImmediately = false,
        });
        await there.Aws.SecretsManager.SettledAsync();
        Assert.True(inUse == await there.ReadKeyAsync(name), "The secret has another key.");
    }
}
