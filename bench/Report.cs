using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using ScottPlot;

namespace Bench;

/// <summary>
/// One process of one function: the duration of its init and of its invocations, four for each rotation. The round trip is in milliseconds, the memory in MiB.
/// </summary>
internal sealed record Sample(string Function, int RoundTrip, double? CpuShare, TimeSpan Init, ImmutableArray<TimeSpan> Invocations, TimeSpan InitCpu, TimeSpan ColdCpu, double PeakMemory)
{
    public double InitMs => Init.TotalMilliseconds;

    public double FirstResponseMs => InitMs + Invocations[0].TotalMilliseconds;

    public double ColdRotationMs => Sum(0);

    public double WarmRotationMs => Sum(4);

    private double Sum(int from) => Invocations.Skip(from).Take(4).Sum(invocation => invocation.TotalMilliseconds);
}

/// <summary>The measurements. Writes docs/performance.md.</summary>
internal sealed class Report
{
    public const string Function = "this function";
    public const string Peer = "Python, boto3";
    public const string Other = "the other package";
    public const string Bare = "bare C# function";
    public const int UsualRoundTrip = 5; // ms
    public const int Megabytes = 512; // the stack's default

    public const int SecretsOfStack = 100; // the most keys of one stack
    private const int SecretsOfFleet = 2000;

    public const int OtherKeys = 10_000;
    public const int OtherPlans = 299; // with its own plan 300, the quota

    private const string Command = "dotnet run build.cs bench";
    public const int ActivationWait = 120; // seconds, the stack's default
    private const double LargestZip = 4e6; // bytes
    private const double Gigabytes = Megabytes / 1024.0;

    private readonly List<(string File, long Bytes, long Zipped)> _package = [];

    public static int[] RoundTrips { get; } = [0, UsualRoundTrip, 50];

    /// <summary>Gets the numbers of secrets that are due at once.</summary>
    public static int[] Crowds { get; } = [SecretsOfStack, 500];

    /// <summary>Gets the numbers of resources that Pulumi works on at once: four for each of 2 or 4 processors, and 32.</summary>
    public static int[] Parallel { get; } = [8, 16, 32];

    /// <summary>Gets the measured memory sizes of the function, in MB.</summary>
    public static int[] Sizes { get; } = [128, 256, Megabytes, 1024, 1769];

    public required int Runs { get; init; }

    public string? CpuSkipped { get; init; }

    public string? HostsSkipped { get; init; }

    public string? PeerSkipped { get; init; }

    /// <summary>Gets or sets the number of CPUs that other work used during the measurement.</summary>
    public double CpusOfOthers { get; set; }

    public List<Sample> Samples { get; } = [];

    /// <summary>Gets the samples of the function by memory size.</summary>
    public List<(int Megabytes, Sample Sample)> OfSize { get; } = [];

    /// <summary>Gets the durations of warm rotations in an account without other keys, in milliseconds.</summary>
    public List<double> Empty { get; } = [];

    /// <summary>Gets the durations of warm rotations in an account with many keys, in milliseconds.</summary>
    public List<double> Crowded { get; } = [];

    /// <summary>Gets the phases in the life of a stack with as many keys as it can have.</summary>
    public List<StackPhase> Stack { get; } = [];

    /// <summary>Gets the results of many secrets that were due at once.</summary>
    public List<FleetResult> Fleets { get; } = [];

    /// <summary>Gets the number of calls of each step, by function.</summary>
    public Dictionary<string, Dictionary<string, int>> Calls { get; } = [];

    // Waiting for a busy CPU increases the measured times.
    private string BusyMachine => CpusOfOthers > 0.2
        ? $"**Measured on a busy machine (other work on {CpusOfOthers:F1} of {Environment.ProcessorCount} CPUs). Only the CPU time and the calls are reliable. Run the bench again on an idle machine.**"
        : $"Other work used {CpusOfOthers:F2} of the machine's {Environment.ProcessorCount} CPUs during the measurement.";

    private IEnumerable<(double? Share, int RoundTrip)> Places => Shares.SelectMany(share => RoundTrips.Select(roundTrip => (share, roundTrip)));

    private IEnumerable<double?> Shares => Samples.Select(sample => sample.CpuShare).Distinct();

    /// <summary>Returns the share of a CPU that Lambda allocates: one CPU for 1,769 MB.</summary>
    public static double ShareOf(int megabytes) => megabytes / 1769.0;

    public void AddPackage(string folder)
    {
        using var zip = new MemoryStream();
        ZipFile.CreateFromDirectory(folder, zip);
        using var archive = new ZipArchive(zip, ZipArchiveMode.Read);
        _package.AddRange(archive.Entries.Select(entry => (entry.Name, entry.Length, entry.CompressedLength)).OrderByDescending(entry => entry.CompressedLength));
    }

    public string Summary()
    {
        var lines = new List<string>();
        foreach (var (share, roundTrip) in Places)
        {
            var line = $"{Cpu(share)}, {roundTrip} ms of network: first response {Median(Function, share, roundTrip, sample => sample.FirstResponseMs):F0} ms";
            lines.Add(PeerSkipped is not null ? line : line
                + $"; ratios to the peer: first response {Ratio(share, roundTrip, sample => sample.FirstResponseMs)}, cold rotation {Ratio(share, roundTrip, sample => sample.ColdRotationMs)}"
                + $", with init {Ratio(share, roundTrip, sample => sample.InitMs + sample.ColdRotationMs)}, warm {Ratio(share, roundTrip, sample => sample.WarmRotationMs)}");
        }

        lines.Add($"The zip for arm64 has {_package.Sum(file => file.Zipped) / 1e6:F2} MB. Everything else is in docs/performance.md.");
        return string.Join('\n', lines);
    }

    public async Task WriteAsync(string docs)
    {
        Plot(Path.Combine(docs, "performance-first-response.png"), "Process start to first response, ms", sample => sample.FirstResponseMs, [Function, Other, Peer, Bare]);
        Plot(Path.Combine(docs, "performance-rotation.png"), "Process start to the end of a cold rotation, ms", sample => sample.InitMs + sample.ColdRotationMs, [Function, Other, Peer]);
        var introduction = $"""
            # Performance

            Written by `{Command}`, on {Environment.ProcessorCount} CPUs. Figures are medians of {Runs} runs, in which the functions took turns. Times depend on the machine and are not those of Lambda: read the ratios.
            The functions call the embedded AWS over TLS and a network with the given round trip.{(CpuSkipped is null ? "" : $" Skipped: the CPU share, because {CpuSkipped}.")}{(HostsSkipped is null ? "" : $" The functions use AWS_ENDPOINT_URL, which costs this function 60 ms, because {HostsSkipped}.")}{(PeerSkipped is null ? "" : $" Skipped: the Python function, because {PeerSkipped}.")}
            The measured package is the test package. If the feed lacks the official packages, it contains the stand-ins of [packages.md](packages.md).
            """;
        await File.WriteAllLinesAsync(Path.Combine(docs, "performance.md"), [introduction, .. CallLines(), .. TimeLines(), .. ScaleLines(), .. PackageLines(), .. StackLines(), .. CostLines()]);
    }

    private IEnumerable<string> CallLines()
    {
        yield return $"""

            ## AWS calls
            {Bench.Calls.Needed.Count} calls with one usage plan, and one more for each further plan, whatever else the account contains. `tests/RotationFunction.Tests/Rotation/CallCountTests.cs` asserts it.
            The first rotations of a key make fewer calls, because they have nothing to retire. A new process calls GetRandomPassword while it starts, and opens two connections to API Gateway with unsigned requests, which no account's rate counts.

            The *template key* is the disabled key that Pulumi manages; each new key copies its settings. The *guard* is the check that each step begins with. A *probe* is a call of your API with the new key; without one, testSecret waits for the *activation wait*.

            | step | call | why it is needed |
            |---|---|---|
            """;
        foreach (var (step, operation, reason) in Bench.Calls.Needed)
        {
            yield return $"| {step} | {operation} | {reason} |";
        }

        yield return """

            With a setting, finishSecret makes these calls in addition:

            | setting | in | call | why it is needed |
            |---|---|---|---|
            """;
        foreach (var (setting, operation, reason) in Bench.Calls.NeededWith)
        {
            yield return $"| `{setting}` | finishSecret | {operation} | {reason} |";
        }

        yield return """

            `status` and `check` read what a rotation reads, and the state of each key. In each further Region they make the calls of API Gateway again, at the same time:

            | action | Regions | calls of Secrets Manager | calls of API Gateway |
            |---|---|---|---|
            """;
        foreach (var (action, regions, secretsManager, apiGateway) in Bench.Calls.NeededByOperators)
        {
            yield return $"| `{action}` | {regions} | {secretsManager} | {apiGateway} |";
        }

        if (Calls.TryGetValue(Peer, out var peer))
        {
            yield return $"""

                The Python function makes {peer.Values.Sum()} ({string.Join(", ", peer.Select(step => $"{step.Key} {step.Value}"))}). It does not check whether the template key points back, whether an owner edited the document,
                whether the secret owns a key that is to be retired, or whether that key was disabled one period ago.
                """;
        }
    }

    private IEnumerable<string> TimeLines()
    {
        yield return $"""

            ## Cold start and a whole rotation
            The bench compares three functions: **{Function}** (its package, ReadyToRun, in `local/LambdaHost`), **{Peer}** (`bench/python_peer`, written like AWS's rotation template), **{Bare}** (the same host with an empty function, which shows the runtime's limit).
            - "Init" is the time from the start of the process to its first request for an invocation. "First response" is init and the first invocation.
            - A "cold rotation" is the sum of the four steps in a new process, and a "warm rotation" the sum of the next four steps, both without the activation wait.
            - As on Lambda, init runs on a whole CPU, and the rest on the share in the heading (CFS quota, 20 ms). Ratios are relative to {Peer}; a ratio below 1 is faster.
            - CPU time is the time that the process used, on any share. Memory is the peak of the resident set.
            - The stand-ins serialize JSON with reflection, which the official packages do not. The figures include that cost.
            - No single ratio is exact: of two runs of the bench on one machine, one gave 0.83 and the other 1.00 for the same ratio.

            {BusyMachine}
            """;
        foreach (var share in Shares)
        {
            yield return $"""

                ### {Cpu(share)}
                | network | function | init ms | first response ms | ratio | cold rotation ms | ratio | init and cold rotation, ratio | warm rotation ms | ratio | CPU ms: init, cold rotation | memory MiB |
                |---|---|---|---|---|---|---|---|---|---|---|---|
                """;
            foreach (var roundTrip in RoundTrips)
            {
                foreach (var function in Samples.Select(sample => sample.Function).Distinct())
                {
                    yield return Row(function, share, roundTrip);
                }
            }
        }

        yield return $"""

            ![first response](performance-first-response.png)
            ![init and cold rotation](performance-rotation.png)

            With a round trip of 50 ms, the calls take most of the time. The Python function makes its calls one after the other. This function reads the value, the template key and its plans at the same time in three steps.

            The following variants were measured and rejected, each in its own runs. To repeat a measurement, change those lines, build the package in another folder, and compare it with the current function: `{Command} --against FOLDER`.
            With 5 ms of network, medians of 7 runs:
            - Without the calls during the start, the first response takes 1.97 times as long at 0.29 CPU (0.97 on a whole CPU, because init is shorter), and a cold rotation 2.74 times (1.96).
            - Without `--opt-cross-module` and `--non-local-generics-module` (`RotationFunction.csproj`), a cold rotation takes 1.29 times as long at 0.29 CPU (1.05 on a whole CPU), and 1.25 times the CPU time. The zip is smaller, 1.6 MB.

            With 50 ms, the ratio of a warm rotation to the Python function's is:
            - 1.08 (1.10 at 0.29 CPU) if the function reads the value, the template key and its plans one after the other.
            - 0.96 (1.00) if it reads only the value at the same time as the others.
            """;
    }

    private IEnumerable<string> ScaleLines()
    {
        yield return $"""

            ## Scale
            In an account with {OtherKeys:N0} keys and {OtherPlans} usage plans of other owners, a rotation makes the same calls and takes {Median(Crowded) / Median(Empty):F2} times as long as in an empty one
            ({Median(Crowded):F0} and {Median(Empty):F0} ms, medians of {Crowded.Count} warm rotations each, {UsualRoundTrip} ms of network).

            The following runs are in virtual time, without a probe. API Gateway accepts 10 calls a second for the whole account and Region, of which at most 5 are CreateApiKey and 5 DeleteApiKey.
            An attach takes a second, in which API Gateway rejects other attaches in the account. Lambda runs all invocations at once: its own quota, 1,000 concurrent executions by default, is not part of these figures.

            ### A stack with {SecretsOfStack} keys
            `local/Deployer` deploys the stack, as many resources at once as Pulumi does (`--parallel`, by default four for each processor), and retries like Pulumi's AWS provider. API Gateway's reads miss the writes of the last second.
            - "Needed" is the number of API Gateway calls of the provider and the function, its proof of permissions included, in an account without rates. "At least" is the longest of the times that these calls, the attaches and the activation waits require.
            - "Made" is the number of calls that were not throttled. Rejected attaches, and the reads after them, are among them.
            - The checks and the rotations of all keys are due at the same moment. In the stack they are not: its schedules spread the checks over the day.

            | resources at once | phase | minutes | at least | because of | ratio | calls needed | made | throttled | failed invocations |
            |---|---|---|---|---|---|---|---|---|---|
            """;
        foreach (var phase in Stack)
        {
            yield return $"| {phase.Parallel} | {phase.Name} | {phase.Took.TotalMinutes:F1} | {phase.Bound.TotalMinutes:F1} | {phase.BoundBy} | {phase.Took / phase.Bound:F2} "
                + $"| {phase.Needed:N0} | {phase.Made:N0} | {phase.Throttled:N0} | {phase.Failed} |";
        }

        yield return $"""

            ### A crowd of rotations
            All secrets of an account are due at once. A rotation makes {CallsOfRotation} API Gateway calls, one of them an attach, and each step has at most 15 minutes.
            - "Repeated" counts the attempts that failed, for instance because their time ended while they waited. Secrets Manager then retries the rotation: here a minute later, and at most {Fleet.Attempts} attempts in all.
            - "Lost" counts the secrets of which AWSCURRENT's or AWSPREVIOUS's key is not enabled and attached.
            - "At least" is the longer of two times: all calls at ten a second, or all attaches and then one activation wait, for which {Peer} does not wait.
            - The SDK retries a throttled call. If its retries fail, this function waits about twice as long as its calls have waited on average, and calls again (`Throttling.cs`). {Peer} fails, and a retry then finds that its key exists.

            | secrets | function | succeeded | lost | repeated | minutes | at least | ratio | minutes to the last attach | longest step, minutes | GB-seconds each | throttled calls |
            |---|---|---|---|---|---|---|---|---|---|---|---|
            """;
        foreach (var fleet in Fleets)
        {
            yield return $"| {fleet.Secrets:N0} | {fleet.Function} | {fleet.Rotated:N0} | {fleet.Lost:N0} | {fleet.Repeated:N0} | {fleet.Took.TotalMinutes:F1} | {fleet.Bound.TotalMinutes:F1} "
                + $"| {(fleet.Rotated == fleet.Secrets ? (fleet.Took / fleet.Bound).ToString("F2", CultureInfo.InvariantCulture) : "")} | {fleet.LastAttach.TotalMinutes:F1} | {fleet.LongestStep.TotalMinutes:F1} | {fleet.Billed.TotalSeconds * Gigabytes / fleet.Secrets:F0} | {fleet.Throttled:N0} |";
        }

        var largest = Fleets.Last(fleet => fleet.Function == Function);
        yield return $"""

            What limits a crowd is the one attach at a time. The {largest.Secrets} attaches alone take {largest.Secrets * Fleet.AttachDuration.TotalMinutes:F1} minutes, and {largest.LastAttach.TotalMinutes:F1} beside the {largest.Secrets * CallsOfRotation:N0} calls and the attaches that API Gateway rejects.
            An invocation ends after 15 minutes. At this pace, it has time for {Math.Floor(largest.Secrets * (LongestWait / largest.LastAttach) / 10) * 10:F0} keys that are due at once; of more, Secrets Manager repeats the rotations of the rest.

            ### A fleet of {SecretsOfFleet:N0}
            By calculation, not measured. {SecretsOfFleet:N0} rotations need {SecretsOfFleet * CallsOfRotation:N0} API Gateway calls, which take {SecretsOfFleet * CallsOfRotation / Fleet.CallsPerSecond / 60:F0} minutes at ten a second, and {SecretsOfFleet:N0} attaches, which take {SecretsOfFleet * Fleet.AttachDuration.TotalMinutes:F0} minutes.
            An invocation ends after 15 minutes, so fewer than half of the keys can be attached in the first attempt. Secrets Manager retries the others, and those retries make further calls.
            Give the keys different schedules instead: in {Math.Ceiling((double)SecretsOfFleet / largest.Secrets):F0} windows of {largest.Secrets} keys, an hour or more apart, each takes as long as the crowd of {largest.Secrets} above.

            The following variants were measured and rejected, each in its own runs:
            - More retries by the SDK (10, 20, 60) instead of the step's own wait: of 2,000 rotations, 100 at once, 44, 11 and 220 failed. The SDK has its own budget for retries.
            - Waits that double with each retry of an invocation, up to two thirds of the remaining time (in a simulation of the rates, with an attach of a second): 100 checks took 2.3 times what the rates require, 100 deletes 3.4 times, and 100 rotations 2.4 times, because the waits did not follow the number of callers.
            - Template keys that Pulumi attaches in any order, with 32 resources at once: `up` took 13 minutes, because the provider's waits for another attach grew to minutes. Now each waits for the one before it.
            - Usage plans of 100 keys that Pulumi deletes in any order, with 32 resources at once: `destroy` took 83 minutes, and takes 45 where each waits for the one before it.
            """;
    }

    // An invocation keeps 15 seconds to report that its turn did not come.
    private static TimeSpan LongestWait { get; } = TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(15);

    private static int CallsOfRotation => Bench.Calls.Needed.Count - Bench.Calls.NeededOfSecretsManager;

    private IEnumerable<string> PackageLines()
    {
        yield return """

            ## Package
            The table lists the files of the zip for arm64. If the feed lacks the official packages, the AWSSDK service assemblies are the stand-ins, which are smaller. The zip with the official packages has not been measured.
            The function refers to every assembly in the zip, directly or not, and a rotation loads all but two; `tests/Packaging.Tests` asserts both. AWSSDK.Core refers to System.IO.Hashing and AWSSDK.Extensions.Numerics for checksums and arithmetic that no call of a rotation needs.

            | file | bytes | zipped | share |
            |---|---|---|---|
            """;
        var zipped = _package.Sum(file => file.Zipped);
        foreach (var (file, bytes, compressed) in _package)
        {
            yield return $"| {file} | {bytes:N0} | {compressed:N0} | {100.0 * compressed / zipped:F0} % |";
        }

        yield return $"| all | {_package.Sum(file => file.Bytes):N0} | {zipped:N0} | {100.0 * zipped / LargestZip:F0} % of the limit of 4 MB |";
    }

    private IEnumerable<string> StackLines()
    {
        var own = Fleets.Where(fleet => fleet.Function == Function).ToList();
        var (stack, crowd) = (own[0], own[^1]);
        yield return $"""

            ## What the stack sets
            - **Memory: {Megabytes} MB**{MemoryReason()}
              Without a probe, nearly all of the cost is the activation wait, and speed does not matter: `memorySize` 256 halves the cost.
            - **Timeout: 900 s**, Lambda's maximum. The longest step above took {own.Max(fleet => fleet.LongestStep).TotalMinutes:F1} minutes, nearly all of them spent waiting.
            - **Window: Secrets Manager's default**, which lasts until the end of the UTC day for a schedule in days, and an hour for one in hours. All {SecretsOfStack} keys that a stack can have, if due at the same moment, are rotated after {stack.Took.TotalMinutes:F0} minutes,
              and {crowd.Secrets:N0} of an account and Region after {crowd.Took.TotalMinutes:F0}. The shortest of these windows has an hour. Lambda bills the waiting, so give many keys different schedules.
            - **No reserved concurrency**: AWS does not document what Secrets Manager does when Lambda throttles an invocation, and the waits do not need it.
            """;
        if (OfSize.Count == 0)
        {
            yield break;
        }

        yield return $"""

            | memory MB | CPU | init ms | first response ms | cold rotation ms | GB-seconds of work | with {ActivationWait} s of activation wait |
            |---|---|---|---|---|---|---|
            """;
        foreach (var megabytes in OfSize.Select(measured => measured.Megabytes).Distinct())
        {
            yield return $"| {megabytes:N0} | {ShareOf(megabytes):F2} | {MedianOfSize(megabytes, sample => sample.InitMs):F0} | {MedianOfSize(megabytes, sample => sample.FirstResponseMs):F0} | {MedianOfSize(megabytes, sample => sample.ColdRotationMs):F0} "
                + $"| {GigabyteSeconds(megabytes):F2} | {GigabyteSeconds(megabytes, ActivationWait):F1} |";
        }
    }

    private string MemoryReason()
    {
        if (OfSize.Count == 0)
        {
            return ".";
        }

        var (less, more) = (Sizes[Array.IndexOf(Sizes, Megabytes) - 1], Sizes[Array.IndexOf(Sizes, Megabytes) + 1]);
        return $", from the table below. A cold rotation takes {Cold(Megabytes) / Cold(less):F2} times as long as with {less} MB, for {GigabyteSeconds(Megabytes) - GigabyteSeconds(less):F2} GB-seconds more of work. "
            + $"With {more:N0} MB it would take {Cold(more) / Cold(Megabytes):F2} times as long as with {Megabytes}, for {GigabyteSeconds(more) - GigabyteSeconds(Megabytes):F2} more.";

        double Cold(int megabytes) => MedianOfSize(megabytes, sample => sample.ColdRotationMs);
    }

    private double MedianOfSize(int megabytes, Func<Sample, double> figure) => Median([.. OfSize.Where(measured => measured.Megabytes == megabytes).Select(measured => figure(measured.Sample))]);

    /// <summary>Returns the GB-seconds of init, a cold rotation and a wait in seconds.</summary>
    private double GigabyteSeconds(int megabytes, int wait = 0) => ((MedianOfSize(megabytes, sample => sample.InitMs + sample.ColdRotationMs) / 1000) + wait) * megabytes / 1024;

    private IEnumerable<string> CostLines()
    {
        var share = Shares.Last();
        var busy = Median(Function, share, UsualRoundTrip, sample => sample.InitMs + sample.ColdRotationMs) / 1000;
        var charged = Bench.Calls.NeededOfSecretsManager;
        yield return $"""

            ## Cost
            A rotation is 4 invocations and, in a new process, {Bench.Calls.Needed.Count} AWS calls and one more during its start. {charged} and that one go to Secrets Manager, which charges for calls. API Gateway does not charge for management calls.
            At {Megabytes} MB ({Cpu(share)}, {UsualRoundTrip} ms of network, a new process): {busy:F1} s of work, {busy * Gigabytes:F2} GB-seconds. Without a probe URL, the activation wait of {ActivationWait} s adds {ActivationWait * Gigabytes:F0} GB-seconds;
            a probe ends as soon as the key is active. A key that rotates once a month without a probe therefore costs {(busy + ActivationWait) * Gigabytes:F1} GB-seconds, 4 requests and {charged + 1} charged calls a month.
            """;
    }

    private string Row(string function, double? share, int roundTrip)
    {
        string Of(Func<Sample, double> figure) => Median(function, share, roundTrip, figure).ToString("F0", CultureInfo.InvariantCulture);
        string OfPeer(Func<Sample, double> figure) => function == Peer ? "" : Ratio(share, roundTrip, figure, function);
        var start = $"| {roundTrip} ms | {function} | {Of(sample => sample.InitMs)} | {Of(sample => sample.FirstResponseMs)} | {OfPeer(sample => sample.FirstResponseMs)} | ";
        var rotation = function == Bare ? "| | | | | " : $"{Of(sample => sample.ColdRotationMs)} | {OfPeer(sample => sample.ColdRotationMs)} | {OfPeer(sample => sample.InitMs + sample.ColdRotationMs)} | "
            + $"{Of(sample => sample.WarmRotationMs)} | {OfPeer(sample => sample.WarmRotationMs)} | ";
        var cpu = Of(sample => sample.InitCpu.TotalMilliseconds) + (function == Bare ? "" : ", " + Of(sample => sample.ColdCpu.TotalMilliseconds));
        return $"{start}{rotation}{cpu} | {Of(sample => sample.PeakMemory)} |";
    }

    private void Plot(string path, string title, Func<Sample, double> figure, string[] functions)
    {
        using var plot = new Plot();
        var palette = new ScottPlot.Palettes.ColorblindFriendly();
        var places = Places.ToList();
        functions = [.. functions.Intersect(Samples.Select(sample => sample.Function))];
        foreach (var (function, index) in functions.Select((function, index) => (function, index)))
        {
            var bars = plot.Add.Bars(places.Select((place, at) => new Bar
            {
                Position = (at * (functions.Length + 1)) + index,
                Value = Median(function, place.Share, place.RoundTrip, figure),
                FillColor = palette.GetColor(index),
            }).ToArray());
            bars.LegendText = function;
        }

        plot.Axes.Bottom.SetTicks(
            [.. places.Select((_, at) => (at * (functions.Length + 1)) + ((functions.Length - 1) / 2.0))],
            [.. places.Select(place => $"{Cpu(place.Share)}\n{place.RoundTrip} ms")]);
        plot.Axes.Margins(bottom: 0, top: 0.25);
        plot.Title(title);
        plot.ShowLegend(Alignment.UpperLeft);
        plot.SavePng(path, width: 900, height: 420);
    }

    private static string Cpu(double? share) => share switch
    {
        null => "the machine's CPUs",
        1 => "a whole CPU",
        _ => $"{share:F2} CPU",
    };

    private string Ratio(double? share, int roundTrip, Func<Sample, double> figure, string function = Function) =>
        PeerSkipped is null ? (Median(function, share, roundTrip, figure) / Median(Peer, share, roundTrip, figure)).ToString("F2", CultureInfo.InvariantCulture) : "";

    private double Median(string function, double? share, int roundTrip, Func<Sample, double> figure) =>
        Median([.. Samples.Where(sample => sample.Function == function && sample.CpuShare == share && sample.RoundTrip == roundTrip).Select(figure)]);

    private static double Median(List<double> figures)
    {
        figures = [.. figures.Order()];
        return (figures[(figures.Count - 1) / 2] + figures[figures.Count / 2]) / 2;
    }
}
