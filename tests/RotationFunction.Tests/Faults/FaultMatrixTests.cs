using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Amazon.Runtime;

namespace RotationFunction.Tests;

/// <summary>
/// Every AWS call of everything that the function does, failed in every way, and every pair of failures of rotation, provision and decommission: it is tried again and comes to its end,
/// and no key in use is refused, lost or left over on the way. The calls are those of an undisturbed run, so a new one enters by itself.
/// The tables are written to artifacts/reports.
/// </summary>
public sealed class FaultMatrixTests
{
    private const int CasesPerFixture = 40;

    /// <summary>How much of a matrix a test runs.</summary>
    public enum Faults
    {
        /// <summary>The kinds that make a difference to the function (<see cref="FaultKinds.Differing"/>), at each call that is the operation's own.</summary>
        Differing,

        /// <summary>Every kind at every call.</summary>
        Every,

        /// <summary>And a second fault at every later call.</summary>
        Pairs,
    }

    [Theory]
    [InlineData(Faults.Every)]
    [InlineData(Faults.Pairs, Traits = ["Category", "Proof"])]
    public Task Rotation(Faults faults) => RunAsync<RotationScenario>(faults);

    [Theory]
    [InlineData(Faults.Every)]
    [InlineData(Faults.Pairs, Traits = ["Category", "Proof"])]
    public Task Provision(Faults faults) => RunAsync<ProvisionScenario>(faults);

    [Theory]
    [InlineData(Faults.Differing)]
    [InlineData(Faults.Pairs, Traits = ["Category", "Proof"])]
    public Task Adoption(Faults faults) => RunAsync<AdoptionScenario>(faults);

    [Theory]
    [InlineData(Faults.Differing)]
    [InlineData(Faults.Every, Traits = ["Category", "Proof"])]
    public Task Update(Faults faults) => RunAsync<UpdateScenario>(faults);

    [Theory]
    [InlineData(Faults.Differing)]
    [InlineData(Faults.Every, Traits = ["Category", "Proof"])]
    public Task LeaveUsagePlan(Faults faults) => RunAsync<LeaveUsagePlanScenario>(faults);

    [Theory]
    [InlineData(Faults.Differing)]
    [InlineData(Faults.Every, Traits = ["Category", "Proof"])]
    public Task RotationWithoutOverlap(Faults faults) => RunAsync<RotationWithoutOverlapScenario>(faults);

    [Theory]
    [InlineData(Faults.Differing)]
    [InlineData(Faults.Every, Traits = ["Category", "Proof"])]
    public Task RotationWithHold(Faults faults) => RunAsync<RotationWithHoldScenario>(faults);

    [Theory]
    [InlineData(Faults.Differing)]
    [InlineData(Faults.Every, Traits = ["Category", "Proof"])]
    public Task EndHold(Faults faults) => RunAsync<EndHoldScenario>(faults);

    [Theory]
    [InlineData(Faults.Differing)]
    [InlineData(Faults.Every, Traits = ["Category", "Proof"])]
    public Task RevokePrevious(Faults faults) => RunAsync<RevokePreviousScenario>(faults);

    [Theory]
    [InlineData(Faults.Differing)]
    [InlineData(Faults.Every, Traits = ["Category", "Proof"])]
    public Task EndOverlap(Faults faults) => RunAsync<EndOverlapScenario>(faults);

    [Theory]
    [InlineData(Faults.Differing)]
    [InlineData(Faults.Every, Traits = ["Category", "Proof"])]
    public Task Rollback(Faults faults) => RunAsync<RollbackScenario>(faults);

    [Theory]
    [InlineData(Faults.Differing)]
    [InlineData(Faults.Pairs, Traits = ["Category", "Proof"])]
    public Task Decommission(Faults faults) => RunAsync<DecommissionScenario>(faults);

    [Theory]
    [InlineData(Faults.Differing)]
    [InlineData(Faults.Every, Traits = ["Category", "Proof"])]
    public Task RotationInTwoRegions(Faults faults) => RunAsync<RotationScenario>(faults, inTwoRegions: true);

    [Fact]
    [Trait("Category", "Proof")]
    public Task ProvisionInTwoRegions() => RunAsync<ProvisionScenario>(Faults.Every, inTwoRegions: true);

    [Fact]
    [Trait("Category", "Proof")]
    public Task AdoptionInTwoRegions() => RunAsync<AdoptionScenario>(Faults.Every, inTwoRegions: true);

    [Fact]
    [Trait("Category", "Proof")]
    public Task AdoptionThere() => RunAsync<AdoptionThereScenario>(Faults.Every, inTwoRegions: true);

    [Fact]
    [Trait("Category", "Proof")]
    public Task RotationWithoutOverlapInTwoRegions() => RunAsync<RotationWithoutOverlapScenario>(Faults.Every, inTwoRegions: true);

    [Fact]
    [Trait("Category", "Proof")]
    public Task RotationWithHoldInTwoRegions() => RunAsync<RotationWithHoldScenario>(Faults.Every, inTwoRegions: true);

    [Fact]
    [Trait("Category", "Proof")]
    public Task EndHoldInTwoRegions() => RunAsync<EndHoldScenario>(Faults.Every, inTwoRegions: true);

    [Fact]
    [Trait("Category", "Proof")]
    public Task RevokePreviousInTwoRegions() => RunAsync<RevokePreviousScenario>(Faults.Every, inTwoRegions: true);

    [Fact]
    [Trait("Category", "Proof")]
    public Task EndOverlapInTwoRegions() => RunAsync<EndOverlapScenario>(Faults.Every, inTwoRegions: true);

    [Fact]
    [Trait("Category", "Proof")]
    public Task RollbackInTwoRegions() => RunAsync<RollbackScenario>(Faults.Every, inTwoRegions: true);

    [Fact]
    [Trait("Category", "Proof")]
    public Task DecommissionInTwoRegions() => RunAsync<DecommissionScenario>(Faults.Every, inTwoRegions: true);

    [Fact]
    [Trait("Category", "Proof")]
    public Task AddRegion() => RunAsync<AddRegionScenario>(Faults.Every, inTwoRegions: true);

    [Fact]
    [Trait("Category", "Proof")]
    public Task RemoveRegion() => RunAsync<RemoveRegionScenario>(Faults.Every, inTwoRegions: true);

    private static async Task RunAsync<T>(Faults faults, bool inTwoRegions = false)
        where T : Scenario, new()
    {
        var name = typeof(T).Name.Replace(nameof(Scenario), "", StringComparison.Ordinal) + (inTwoRegions ? "InTwoRegions" : "");
        var (undisturbed, hasPast, ownStep) = await RecordAsync<T>(inTwoRegions);
        // The steps before it make the same calls as a plain rotation.
        var common = faults == Faults.Differing ? undisturbed.TakeWhile((_, call) => undisturbed.Take(call).Count(made => made.IsLast) < ownStep).Count() : 0;

        var singles = await RunAllAsync<T>(
            inTwoRegions,
        [
            .. from call in Enumerable.Range(common + 1, undisturbed.Count - common)
               from kind in faults == Faults.Differing ? FaultKinds.Differing(undisturbed[call - 1], hasPast) : FaultKinds.Possible(undisturbed[call - 1], hasPast)
               select new Case([new(call, kind)]),
        ]);
        // A second fault at each later call of the run that the first one has made.
        var twoFaults = await RunAllAsync<T>(
            inTwoRegions,
        [
            .. from single in singles
               where faults == Faults.Pairs && FaultKinds.Distinct(undisturbed[single.Case.Faults[0].Call - 1], hasPast).Contains(single.Case.Faults[0].Kind)
               from call in Enumerable.Range(1, single.Calls.Count)
               where call > single.Case.Faults[0].Call
               from kind in FaultKinds.Distinct(single.Calls[call - 1], hasPast)
               select new Case([single.Case.Faults[0], new(call, kind)]),
        ]);

        Report(name, undisturbed, singles, twoFaults);
        var failed = singles.Concat(twoFaults).Where(done => done.Violations.Count > 0).ToList();
        Assert.True(failed.Count == 0, $"{name}: {failed.Count} of {singles.Count + twoFaults.Count} cases failed, the first are\n" + string.Join('\n', failed.OrderBy(done => done.Case.Faults.Length).Take(10)));
    }

    private static async Task<(List<MadeCall> Calls, bool HasPast, int OwnStep)> RecordAsync<T>(bool inTwoRegions)
        where T : Scenario, new()
    {
        await using var scenario = await Scenario.StartAsync<T>(inTwoRegions);
        scenario.Faults.Plan();
        Assert.Equal(1, await scenario.RunAsync());
        List<MadeCall> calls = [.. scenario.Faults.Calls];
        await scenario.ConvergeAsync(toTheEnd: true);
        Assert.Empty(scenario.Invariants.Violations);
        return (calls, scenario.HasPast, scenario.OwnStep);
    }

    private static async Task<List<DoneCase>> RunAllAsync<T>(bool inTwoRegions, IReadOnlyList<Case> cases)
        where T : Scenario, new()
    {
        var done = new ConcurrentBag<DoneCase>();
        await Parallel.ForEachAsync(cases.Chunk(CasesPerFixture), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (chunk, _) =>
        {
            var rest = new Queue<Case>(chunk);
            while (rest.Count > 0)
            {
                await using var scenario = await Scenario.StartAsync<T>(inTwoRegions);
                DoneCase last;
                do
                {
                    last = await RunAsync(scenario, rest.Dequeue(), isLast: rest.Count == 0);
                    done.Add(last);
                }
                while (rest.Count > 0 && scenario.IsReusable && last.Violations.Count == 0);
            }
        });
        return [.. done];
    }

    private static async Task<DoneCase> RunAsync(Scenario scenario, Case planned, bool isLast)
    {
        scenario.Faults.Plan(planned.Faults);
        var tries = await scenario.RunAsync();
        List<MadeCall> calls = [.. scenario.Faults.Calls];
        scenario.Faults.Plan();
        if (tries is null)
        {
            scenario.Invariants.Violations.Add("it never came to its end");
        }
        else
        {
            try
            {
                await scenario.ConvergeAsync(toTheEnd: isLast || planned.Faults.Length == 1);
            }
            catch (AmazonServiceException refused)
            {
                scenario.Invariants.Violations.Add(refused.Message);
            }
        }

        return new DoneCase(planned, calls, tries, [.. scenario.Invariants.Violations]);
    }

    private static void Report(string name, List<MadeCall> calls, List<DoneCase> singles, List<DoneCase> pairs)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {name}: {calls.Count} calls, {singles.Count} single faults, {pairs.Count} pairs, {singles.Concat(pairs).Count(done => done.Violations.Count > 0)} failed").AppendLine();
        text.AppendLine("How many tries it took with one fault at each call:").AppendLine();
        text.AppendLine("| call | " + string.Join(" | ", FaultKinds.All) + " |");
        text.AppendLine("|---|" + string.Concat(FaultKinds.All.Select(_ => "---|")));
        var outcomes = singles.ToDictionary(done => done.Case.Faults[0], done => done.Violations.Count > 0 ? "failed" : $"{done.Tries}");
        for (var call = 1; call <= calls.Count; call++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {call} {calls[call - 1].Operation} | {string.Join(" | ", FaultKinds.All.Select(kind => outcomes.GetValueOrDefault(new(call, kind), "")))} |");
        }

        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "reports"));
        File.WriteAllText(Path.Combine(folder.FullName, $"faults-{name}.md"), text.ToString());
    }

    private sealed record Case(PlannedFault[] Faults);

    private sealed record DoneCase(Case Case, List<MadeCall> Calls, int? Tries, List<string> Violations)
    {
        public override string ToString() => $"{string.Join(", then ", Case.Faults)}: {string.Join("; ", Violations.Take(3))}";
    }
}
