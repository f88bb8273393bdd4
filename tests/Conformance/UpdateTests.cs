using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace Conformance;

/// <summary>Changing keys.</summary>
public sealed class UpdateTests
{
    [Fact, Shows("update-1", "update-3")]
    public async Task Description_enabled_name_and_customer_are_replaced_and_the_value_stays()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();
        var name = ConformanceAccount.NewName();

        await account.ApiGateway.UpdateApiKeyAsync(new UpdateApiKeyRequest
        {
            ApiKey = key.Id,
            PatchOperations =
            [
                new() { Op = Op.Replace, Path = "/description", Value = "another" },
                new() { Op = Op.Replace, Path = "/enabled", Value = "false" },
                new() { Op = Op.Replace, Path = "/name", Value = name },
                new() { Op = Op.Replace, Path = "/customerId", Value = "customer-8" },
            ],
        });

        var read = await account.ReadKeyAsync(key.Id, value: true);
        Assert.Equal(("another", false, name, "customer-8", key.Value), (read.Description, read.Enabled, read.Name, read.CustomerId, read.Value));
    }

    [Theory, Shows("update-2", "update-3")]
    [InlineData("/id")]
    [InlineData("/value")]
    public async Task Nothing_else_is_replaced(string path)
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();
        await AssertAws.RefusesAsync(
            400,
            "BadRequestException",
            $"Invalid patch path  '{path}' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]",
            () => account.PatchAsync(key.Id, path, ConformanceAccount.NewValue()));
    }

    [Fact, Shows("update-4")]
    public async Task Enabled_takes_what_is_no_boolean_and_a_disabled_key_stays_so()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync(new CreateApiKeyRequest { Name = ConformanceAccount.NewName(), Enabled = false });
        Assert.False((await account.PatchAsync(key.Id, "/enabled", "junk")).Enabled);
    }

    [Fact, Shows("update-6")]
    public async Task The_answer_has_tags_and_no_value()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();

        var answer = await account.PatchAsync(key.Id, "/description", "another");

        Assert.Null(answer.Value);
        Assert.NotNull(answer.Tags);
        Assert.Empty(answer.Tags);
    }

    [Fact, Shows("update-7")]
    public async Task Tags_are_set_and_taken_off_by_calls_of_their_own()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var region = account.Endpoint.IsEmbedded ? account.Embedded.Region : account.ApiGateway.Config.RegionEndpoint?.SystemName ?? account.ApiGateway.Config.AuthenticationRegion;
        var key = await account.CreateKeyAsync();
        var arn = $"arn:aws:apigateway:{region}::/apikeys/{key.Id}";

        await account.ApiGateway.TagResourceAsync(new TagResourceRequest { ResourceArn = arn, Tags = new() { ["team"] = "billing", ["cost"] = "7" } });
        await account.ApiGateway.UntagResourceAsync(new UntagResourceRequest { ResourceArn = arn, TagKeys = ["cost"] });

        Assert.Equal([KeyValuePair.Create("team", "billing")], (await account.ReadKeyAsync(key.Id)).Tags);
    }
}
