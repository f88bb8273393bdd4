using Amazon.APIGateway.Model;

namespace RotationFunction.Tests;

/// <summary>A stack adds a usage plan between any two calls of a rotation.</summary>
public sealed class AddedPlanTests
{
    private const int Calls = 30; // more than a rotation makes

    [Fact]
    public async Task No_key_misses_a_plan_that_is_added_between_any_two_calls()
    {
        var missed = new List<int>();
        var interrupted = 0;
        for (var call = 1; call <= Calls; call++)
        {
            await using var life = await Scenario.StartAsync<LifeScenario>();
            var fixture = life.Fixture;
            await life.DoAsync(new ChangePlans()); // the template leaves the plan
            await life.DoAsync(new Rotate([], [new Interruption(call, new AddPlan())], WithOther: false));

            Assert.Empty(life.Invariants.Violations);
            var plan = fixture.PlanIds[1];
            if ((await PlansOfAsync(fixture, fixture.TemplateId)).Contains(plan))
            {
                interrupted++;
                var value = await fixture.ReadKeyAsync();
                var current = (await fixture.MintedAsync()).Single(key => key.Value == value);
                missed.AddRange((await PlansOfAsync(fixture, current.Id)).Contains(plan) ? [] : [call]);
            }
        }

        Assert.InRange(interrupted, 20, Calls);
        Assert.Empty(missed);
    }

    private static async Task<List<string>> PlansOfAsync(RotationFixture fixture, string keyId) =>
        (await fixture.Gateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = keyId })).Items?.ConvertAll(plan => plan.Id) ?? [];
}
