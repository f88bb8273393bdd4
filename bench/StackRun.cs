using LocalAws;
using RotationFunction.Tests;
using static RotationFunction.Tests.StackUnderRates;

namespace Bench;

/// <summary>One phase in the life of a stack, and the shortest time that it can take.</summary>
/// <param name="Parallel">The number of resources that Pulumi works on at once.</param>
/// <param name="Name">The phase.</param>
/// <param name="Took">The duration.</param>
/// <param name="Bound">The shortest duration.</param>
/// <param name="BoundBy">The reason for it.</param>
/// <param name="Needed">The number of API Gateway calls that the phase needs: those that it makes in an account without rates.</param>
/// <param name="Made">The number of API Gateway calls that it made without being throttled.</param>
/// <param name="Throttled">The number of throttled calls.</param>
/// <param name="Failed">The number of invocations that failed, and of checks that found a problem.</param>
internal sealed record StackPhase(int Parallel, string Name, TimeSpan Took, TimeSpan Bound, string BoundBy, int Needed, int Made, int Throttled, int Failed);

/// <summary>Measures the whole life of a stack under API Gateway's rates, in virtual time.</summary>
internal static class StackRun
{
    private const string Up = "`up`";
    private const string Rotations = "rotations";
    private const string PlanChange = "change of the usage plan";

    /// <summary>Gets the rates of single operations. AWS developer guide, "Amazon API Gateway quotas".</summary>
    private static readonly (string Operation, double Seconds)[] Rates = [("CreateApiKey", 0.2), ("DeleteApiKey", 0.2), ("UpdateUsagePlan", 20)];

    /// <param name="keys">The number of keys.</param>
    /// <param name="parallel">The numbers of resources that Pulumi works on at once, one run for each.</param>
    public static async Task<List<StackPhase>> MeasureAsync(int keys, IEnumerable<int> parallel)
    {
        var needed = await LiveAsync(keys, parallel: 4, isLimited: false);
        var phases = new List<StackPhase>();
        foreach (var atOnce in parallel)
        {
            foreach (var ((name, phase), (_, free)) in (await LiveAsync(keys, atOnce, isLimited: true)).Zip(needed))
            {
                var (bound, boundBy) = BoundOf(name, free, keys, atOnce);
                phases.Add(new StackPhase(
                    atOnce, name, phase.Took, bound, boundBy, free.Calls.Count, phase.Calls.Count - phase.Throttled, phase.Throttled, phase.Invoked.Count(invoked => invoked.Problem is not null)));
            }

            Console.Error.Write('.');
        }

        return phases;
    }

    private static async Task<List<(string Name, Phase Phase)>> LiveAsync(int keys, int parallel, bool isLimited)
    {
        await using var stack = new StackUnderRates(keys, parallel, isLimited: isLimited);
        var phases = new List<(string, Phase)> { (Up, await stack.UpAsync()) };
        await stack.SettleAsync();
        phases.Add(("checks", await stack.CheckAllAsync()));
        // The third rotation of a key is the first that disables one key and deletes another.
        await stack.RotateAllAsync();
        await stack.RotateAllAsync();
        phases.Add((Rotations, await stack.RotateAllAsync()));
        phases.Add((PlanChange, await stack.ChangePlanAsync()));
        await stack.SettleAsync();
        phases.Add(("`destroy`", await stack.DestroyAsync()));
        return phases;
    }

    private static (TimeSpan Bound, string BoundBy) BoundOf(string phase, Phase free, int keys, int parallel)
    {
        var attaches = Count(free.Calls, "CreateUsagePlanKey") * AttachDuration;
        return phase switch
        {
            Up => Longest([.. OfRates(free.Calls), (ActivationWait * Math.Ceiling((double)keys / parallel), "activation waits")]),
            Rotations => Longest([.. OfRates(free.Calls), (attaches + ActivationWait, "attaches, then an activation wait")]),
            // Pulumi deletes after it has created and updated.
            PlanChange => InTurn(free.Calls.TakeWhile(call => !Detaches(call)), free.Calls.SkipWhile(call => !Detaches(call))),
            _ => Longest(OfRates(free.Calls)),
        };

        static bool Detaches(CallRecord record) => record.Call.Operation == "DeleteUsagePlanKey";
    }

    private static (TimeSpan Bound, string BoundBy) InTurn(params ReadOnlySpan<IEnumerable<CallRecord>> parts)
    {
        var (bound, by) = (TimeSpan.Zero, new List<string>());
        foreach (var part in parts)
        {
            var longest = Longest(OfRates([.. part]));
            bound += longest.Bound;
            by.Add(longest.By);
        }

        return (bound, string.Join(", then ", by));
    }

    private static (TimeSpan Bound, string By) Longest(IEnumerable<(TimeSpan Bound, string By)> bounds) => bounds.MaxBy(bound => bound.Bound);

    private static IEnumerable<(TimeSpan Bound, string By)> OfRates(IReadOnlyList<CallRecord> calls) =>
    [
        (TimeSpan.FromSeconds(calls.Count / Fleet.CallsPerSecond), "10 calls a second"),
        (Count(calls, "CreateUsagePlanKey") * AttachDuration, "attaches"),
        .. Rates.Select(rate => (TimeSpan.FromSeconds(Count(calls, rate.Operation) * rate.Seconds), rate.Operation)),
    ];

    private static int Count(IReadOnlyList<CallRecord> calls, string operation) => calls.Count(record => record.Call.Operation == operation);
}
