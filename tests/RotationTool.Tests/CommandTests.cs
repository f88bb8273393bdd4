using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace RotationTool.Tests;

/// <summary>What each command does and returns when all is well, or when the function finds a problem.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task Status_shows_a_secret_with_its_keys()
    {
        await using var fixture = await ToolFixture.StartAsync();
        await fixture.RotateAsync();

        var answer = await fixture.RunAsync("status", ToolFixture.SecretName);

        Assert.Equal((0, ""), (answer.ExitCode, answer.Errors));
        Assert.StartsWith("shop/orders, rotated by rotation\n", answer.Output, StringComparison.Ordinal);
        Assert.Contains("every 30 days", answer.Output, StringComparison.Ordinal);
        Assert.EndsWith("2 of 2 keys are enabled. No problems found.\n", answer.Output, StringComparison.Ordinal);
        var rows = answer.Output.Split('\n');
        Assert.Contains(rows, row => row.Contains("AWSCURRENT", StringComparison.Ordinal) && row.Contains("enabled", StringComparison.Ordinal) && row.Contains(fixture.PlanId, StringComparison.Ordinal));
        Assert.Contains(rows, row => row.Contains("AWSPREVIOUS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Status_takes_an_ARN_and_prints_JSON()
    {
        await using var fixture = await ToolFixture.StartAsync();

        var answer = await fixture.RunAsync("status", fixture.SecretArn, "--json");

        Assert.Equal(0, answer.ExitCode);
        var status = JsonSerializer.Deserialize<JsonElement>(answer.Output);
        Assert.True(status.GetProperty("Healthy").GetBoolean());
        Assert.Equal(fixture.SecretArn, status.GetProperty("SecretId").GetString());
        Assert.Equal("AWSCURRENT", status.GetProperty("Keys")[0].GetProperty("Labels")[0].GetString());
        Assert.Equal("every 30 days", status.GetProperty("Rotation").GetProperty("Schedule").GetString());
    }

    [Fact]
    public async Task Status_lists_all_secrets_and_what_is_wrong_with_one()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var (_, template) = await fixture.AddSecretAsync("partners/acme");
        await fixture.Secrets.CreateSecretAsync(new CreateSecretRequest { Name = "database", SecretString = "{}" });
        var fine = await fixture.RunAsync("status");
        await fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = template });

        var wrong = await fixture.RunAsync("status");

        Assert.Equal(0, fine.ExitCode);
        Assert.DoesNotContain("database", fine.Output, StringComparison.Ordinal);
        Assert.Equal((1, ""), (wrong.ExitCode, wrong.Errors));
        var rows = wrong.Output.Split('\n');
        Assert.Contains(rows, row => row.Contains("partners/acme", StringComparison.Ordinal) && row.Contains("1 of 1 enabled", StringComparison.Ordinal) && row.Contains("problem", StringComparison.Ordinal));
        Assert.Contains(rows, row => row.Contains("shop/orders", StringComparison.Ordinal) && row.Contains("OK", StringComparison.Ordinal));
        Assert.Contains(rows, row => row.StartsWith($"! partners/acme: the template key {template}, which the secret's tag apikey-rotation:template names, does not exist.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Status_of_all_as_JSON_is_a_list_of_one_functions_secrets()
    {
        await using var fixture = await ToolFixture.StartAsync();
        await fixture.AddSecretAsync("partners/acme");

        var all = await fixture.RunAsync("status", "--json", "--function", ToolFixture.FunctionName);
        var none = await fixture.RunAsync("status", "--json", "--function", "another");

        Assert.Equal(0, all.ExitCode);
        Assert.Equal(["partners/acme", "shop/orders"], JsonSerializer.Deserialize<JsonElement>(all.Output).EnumerateArray().Select(status => status.GetProperty("SecretId").GetString()!.Split(':')[^1][..^7]));
        Assert.Equal((0, "[]\n"), (none.ExitCode, none.Output));
    }

    [Fact]
    public async Task Status_of_all_reads_every_page()
    {
        await using var fixture = await ToolFixture.StartAsync();
        // A page has 100 secrets unless asked for another number; secrets that no function rotates are listed too.
        for (var number = 0; number < 101; number++)
        {
            await fixture.Secrets.CreateSecretAsync(new CreateSecretRequest
            {
                Name = $"bare/{number:D3}",
                SecretString = "{}",
                Tags = [new Amazon.SecretsManager.Model.Tag { Key = "apikey-rotation:template", Value = fixture.TemplateId }],
            });
        }

        var answer = await fixture.RunAsync("status");

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("! bare/100: No function rotates the secret bare/100.", answer.Output, StringComparison.Ordinal);
        Assert.Contains("! bare/000: ", answer.Output, StringComparison.Ordinal);
        Assert.Equal(102, answer.Output.Split('\n').Count(row => row.StartsWith("  ", StringComparison.Ordinal) && (row.Contains("problem", StringComparison.Ordinal) || row.Contains("OK", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Check_reports_that_all_is_well_or_what_is_not()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var fine = await fixture.RunAsync("check", ToolFixture.SecretName);
        await fixture.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = fixture.TemplateId, PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = "true" }] });

        var wrong = await fixture.RunAsync("check", ToolFixture.SecretName);

        Assert.Equal(new Answer(0, "No problems found.\n", ""), fine);
        Assert.Equal(1, wrong.ExitCode);
        Assert.StartsWith($"1 problem found.\n! the template key {fixture.TemplateId} is enabled", wrong.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_disables_the_previous_key()
    {
        await using var fixture = await ToolFixture.StartAsync();
        await fixture.RotateAsync();
        var enabled = await fixture.EnabledAsync();

        var answer = await fixture.RunAsync("revoke", ToolFixture.SecretName);

        Assert.Equal((0, ""), (answer.ExitCode, answer.Errors));
        var left = Assert.Single(await fixture.EnabledAsync());
        Assert.Contains(Assert.Single(enabled.Except([left])), answer.Output, StringComparison.Ordinal);
        // AWSCURRENT's key is the one that is left.
        Assert.Equal(0, (await fixture.RunAsync("check", ToolFixture.SecretName)).ExitCode);
    }

    [Fact]
    public async Task Rollback_goes_back_and_refuses_where_there_is_nothing_to_go_back_to()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var first = (await fixture.LabelsAsync()).Single(version => version.Value.Contains("AWSCURRENT")).Key;
        await fixture.RotateAsync();

        var answer = await fixture.RunAsync("rollback", ToolFixture.SecretName);

        Assert.Equal((0, ""), (answer.ExitCode, answer.Errors));
        Assert.Contains("AWSCURRENT", (await fixture.LabelsAsync())[first]);
        await fixture.AddSecretAsync("partners/acme");
        var refused = await fixture.RunAsync("rollback", "partners/acme");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("AWSPREVIOUS contains no key", refused.Errors, StringComparison.Ordinal);
    }
}
