using System.Net;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace Conformance;

/// <summary>Usage plans and their keys.</summary>
public sealed class UsagePlanTests
{
    [Fact, Shows("plan-1", "plan-13", "plan-14")]
    public async Task A_key_can_be_in_many_plans_and_a_plan_can_have_many_keys()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var (one, two) = (await account.CreateKeyAsync(), await account.CreateKeyAsync());
        var (gold, silver) = (await account.CreatePlanAsync(), await account.CreatePlanAsync());
        await account.AttachAsync(gold, one.Id);
        await account.AttachAsync(silver, one.Id);
        await account.AttachAsync(gold, two.Id);

        Assert.Equal(new[] { gold, silver }.Order(StringComparer.Ordinal), (await account.PlansOfAsync(one.Id)).Order(StringComparer.Ordinal));
        Assert.Equal([gold], await account.PlansOfAsync(two.Id));
        Assert.Equal(new[] { one.Id, two.Id }.Order(StringComparer.Ordinal), (await account.KeysOfAsync(gold)).Order(StringComparer.Ordinal));
    }

    [Fact, Shows("plan-2")]
    public async Task A_page_has_25_plans_and_the_position_of_the_next()
    {
        await using var account = await ConformanceAccount.StartAsync();
        Assert.SkipUnless(account.Endpoint.IsEmbedded, "30 plans take too long elsewhere.");
        for (var plan = 0; plan < 30; plan++)
        {
            await account.CreatePlanAsync();
        }

        var first = await account.ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest());
        var second = await account.ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest { Position = first.Position });
        var whole = await account.ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest { Limit = 500 });

        Assert.Equal((25, 5, 30), (first.Items.Count, second.Items.Count, whole.Items.Count));
        Assert.Null(second.Position);
    }

    [Fact, Shows("plan-3")]
    public async Task Tags_are_shown_of_one_plan_and_not_in_a_list()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();
        var plan = await account.CreatePlanAsync();
        await account.AttachAsync(plan, key.Id);

        Assert.Equal("conformance", (await account.ApiGateway.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = plan })).Tags["made-by"]);
        Assert.Empty(Assert.Single((await account.ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = key.Id })).Items).Tags ?? []);
    }

    [Fact, Shows("plan-6")]
    public async Task An_attach_answers_with_the_key()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();

        var answer = await account.AttachAsync(await account.CreatePlanAsync(), key.Id);

        Assert.Equal(HttpStatusCode.Created, answer.HttpStatusCode);
        Assert.Equal((key.Id, "API_KEY", key.Value, key.Name), (answer.Id, answer.Type, answer.Value, answer.Name));
    }

    [Fact, Shows("plan-7")]
    public async Task An_unknown_key_is_not_attached()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var plan = await account.CreatePlanAsync();
        await AssertAws.RefusesAsync(404, "NotFoundException", "Invalid API Key identifier specified", () => account.AttachAsync(plan, "nosuchkey1"));
    }

    [Fact, Shows("plan-8")]
    public async Task An_unknown_plan_is_not_changed()
    {
        await using var account = await ConformanceAccount.StartAsync();
        await AssertAws.RefusesAsync(404, "NotFoundException", "Invalid Usage Plan ID specified", () => account.ApiGateway.UpdateUsagePlanAsync(
            new UpdateUsagePlanRequest { UsagePlanId = "nosuch", PatchOperations = [new() { Op = Op.Replace, Path = "/name", Value = "gold" }] }));
    }

    [Fact, Shows("plan-9")]
    public async Task An_unknown_plan_gets_no_key()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();
        await AssertAws.RefusesAsync(404, "NotFoundException", "Invalid Usage Plan ID specified", () => account.AttachAsync("nosuch", key.Id));
    }

    [Fact, Shows("plan-10")]
    public async Task A_key_is_attached_to_a_plan_once()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();
        var plan = await account.CreatePlanAsync();
        await account.AttachAsync(plan, key.Id);

        await AssertAws.RefusesAsync(409, "ConflictException", null, () => account.AttachAsync(plan, key.Id));

        Assert.Equal([key.Id], await account.KeysOfAsync(plan));
    }

    [Fact, Shows("plan-12")]
    public async Task A_key_is_never_in_two_plans_of_a_stage()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var stage = await account.StageAsync();
        var key = await account.CreateKeyAsync();
        var (gold, silver) = (await account.CreatePlanAsync(stage), await account.CreatePlanAsync(stage));
        await account.AttachAsync(gold, key.Id);

        var refusal = await Assert.ThrowsAnyAsync<AmazonAPIGatewayException>(() => account.AttachAsync(silver, key.Id));
        Assert.InRange((int)refusal.StatusCode, 400, 409);

        await account.ApiGateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = gold, KeyId = key.Id });
        await account.AttachAsync(silver, key.Id);
        Assert.Equal([silver], await account.PlansOfAsync(key.Id));
    }

    [Fact, Shows("plan-15")]
    public async Task A_detached_key_stays_a_key()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();
        var plan = await account.CreatePlanAsync();
        await account.AttachAsync(plan, key.Id);

        var answer = await account.ApiGateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = plan, KeyId = key.Id });

        Assert.Equal(HttpStatusCode.Accepted, answer.HttpStatusCode);
        Assert.Empty(await account.KeysOfAsync(plan));
        Assert.True((await account.ReadKeyAsync(key.Id)).Enabled);
    }
}
