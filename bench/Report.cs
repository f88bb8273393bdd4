using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using ScottPlot;

namespace Bench;

/// <summary>One process of one function: how long it took to get ready, and its invocations, four a rotation. The round trip is in milliseconds, the memory in MiB.</summary>
internal sealed record Sample(string Function, int RoundTrip, double? CpuShare, TimeSpan Init, ImmutableArray<TimeSpan> Invocations, TimeSpan InitCpu, TimeSpan ColdCpu, double PeakMemory)
{
    public double InitMs => Init.TotalMilliseconds;

    public double FirstResponseMs => InitMs + Invocations[0].TotalMilliseconds;

    public double ColdRotationMs => Sum(0);

    public double WarmRotationMs => Sum(4);

    private double Sum(int from) => Invocations.Skip(from).Take(4).Sum(invocation => invocation.TotalMilliseconds);
}

/// <summary>What was measured, as docs/performance.md.</summary>
internal sealed class Report
{
    public const string Function = "this function";
    public const string Peer = "Python, boto3";
    public const string Other = "the other package";
    public const string Bare = "bare C# function";
    public const int UsualRoundTrip = 5; // ms
    public const int Megabytes = 512; // the stack's default

    public const int Secrets = 2000;
    public const int SecretsOfStack = 100; // the most that one takes

    public const int OtherKeys = 10_000;
    public const int OtherPlans = 299; // and its own makes 300, the quota

    private const string Command = "dotnet run build.cs bench";
    public const int ActivationWait = 120; // seconds, the stack's default
    private const double LargestZip = 4e6; // bytes
    private const double Gigabytes = Megabytes / 1024.0;

    private readonly List<(string File, long Bytes, long Zipped)> _package = [];

    public static int[] RoundTrips { get; } = [0, UsualRoundTrip, 50];

    /// <summary>Sizes of the function, in MB.</summary>
    public static int[] Sizes { get; } = [128, 256, Megabytes, 1024, 1769];

    public required int Runs { get; init; }

    public string? CpuSkipped { get; init; }

    public string? HostsSkipped { get; init; }

    public string? PeerSkipped { get; init; }

    /// <summary>How many CPUs were busy with something else while the functions were measured.</summary>
    public double CpusOfOthers { get; set; }

    public List<Sample> Samples { get; } = [];

    /// <summary>The function's, by size.</summary>
    public List<(int Megabytes, Sample Sample)> OfSize { get; } = [];

    /// <summary>Warm rotations in an account without other keys, in milliseconds.</summary>
    public List<double> Empty { get; } = [];

    /// <summary>The same in an account with many.</summary>
    public List<double> Crowded { get; } = [];

    /// <summary>What became of many secrets that were due at once.</summary>
    public List<FleetResult> Fleets { get; } = [];

    /// <summary>Calls of each step, by function.</summary>
    public Dictionary<string, Dictionary<string, int>> Calls { get; } = [];

    // Waiting for a CPU that others use looks like slowness.
    private string BusyMachine => CpusOfOthers > 0.2
        ? $"**Measured on a machine that others kept busy ({CpusOfOthers:F1} of {Environment.ProcessorCount} CPUs): of these figures only the CPU time and the calls mean much. Run it again on an idle one.**"
        : $"Other work on the machine took {CpusOfOthers:F2} of its {Environment.ProcessorCount} CPUs meanwhile.";

    private IEnumerable<(double? Share, int RoundTrip)> Places => Shares.SelectMany(share => RoundTrips.Select(roundTrip => (share, roundTrip)));

    private IEnumerable<double?> Shares => Samples.Select(sample => sample.CpuShare).Distinct();

    /// <summary>The share of a CPU that Lambda gives: a whole one for 1,769 MB.</summary>
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

            Written by `{Command}`, on {Environment.ProcessorCount} CPUs; medians of {Runs} runs, in which the functions took turns. Times depend on the machine and are not Lambda's: read the ratios.
            The AWS behind it is the embedded one, behind TLS and a network of a given round trip.{(CpuSkipped is null ? "" : $" Skipped: the CPU share, as {CpuSkipped}.")}{(HostsSkipped is null ? "" : $" The functions have AWS_ENDPOINT_URL, which costs this one 60 ms, as {HostsSkipped}.")}{(PeerSkipped is null ? "" : $" Skipped: the Python function, as {PeerSkipped}.")}
            The package is the test package: where the feed lacks the official packages, it holds the stand-ins of [packages.md](packages.md).
            """;
        await File.WriteAllLinesAsync(Path.Combine(docs, "performance.md"), [introduction, .. CallLines(), .. TimeLines(), .. ScaleLines(), .. PackageLines(), .. StackLines(), .. CostLines()]);
    }

    private IEnumerable<string> CallLines()
    {
        yield return $"""

            ## AWS calls
            {Bench.Calls.Needed.Count} calls with one usage plan, and one more for each further plan, however many keys and plans others have in the account; `tests/RotationFunction.Tests/Rotation/CallCountTests.cs` asserts it. That is a key in the middle of its life: the first rotations have nothing to retire.
            A new process makes three more while it starts, so that its first step need not wait for connections: GetApiKeys and GetUsagePlans, a page of one each, and GetRandomPassword.

            | step | call | why it is needed |
            |---|---|---|
            """;
        foreach (var (step, operation, reason) in Bench.Calls.Needed)
        {
            yield return $"| {step} | {operation} | {reason} |";
        }

        if (Calls.TryGetValue(Peer, out var peer))
        {
            yield return $"""

                The Python function makes {peer.Values.Sum()} ({string.Join(", ", peer.Select(step => $"{step.Key} {step.Value}"))}): it does not look whether the template points back, whether an owner edited the document,
                whether a key to retire is the secret's, or whether it was disabled a whole period ago.
                """;
        }
    }

    private IEnumerable<string> TimeLines()
    {
        yield return $"""

            ## Cold start and a whole rotation
            Three functions: **{Function}** (its package, ReadyToRun, in `local/LambdaHost`), **{Peer}** (`bench/python_peer`, in the manner of AWS's rotation template), **{Bare}** (the same host, does nothing: the runtime's limit).
            From the process's start to the first request for an invocation ("init"), to the first response (init and the first invocation), and the sum of the four steps in a new process ("cold") and again ("warm"), without the activation wait. Memory is the peak of the resident set.
            Where the package holds the stand-ins, their JSON goes through reflection, which the official packages do without; what that costs is in the figures.
            As on Lambda, init runs on a whole CPU; the rest on the share in the heading (CFS quota, 20 ms). The ratios are to {Peer}; below 1 is faster. CPU time is what the process used, at any speed.
            Of two runs of the bench on one machine one gave 0.83 and the other 1.00 for the same ratio: no single one is exact.
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

            With a round trip of 50 ms the calls are what takes the time. The Python function makes its calls one after the other; in three steps of ours the value, the template and its plans are read at the same time.

            Tried and lost, each in runs of its own. To see it again, change those lines, build the package elsewhere and have it measured in turn with the function as it is: `{Command} --against FOLDER`.
            With 5 ms of network, medians of 7 runs:
            - Without the calls that are made while the function starts, the first response takes 1.97 times as long at 0.29 CPU (0.97 on a whole CPU, as init is shorter) and a cold rotation 2.74 times (1.96).
            - Without `--opt-cross-module` and `--non-local-generics-module` (`RotationFunction.csproj`), a cold rotation takes 1.29 times as long at 0.29 CPU (1.05 on a whole CPU), and 1.25 times the CPU time. The zip is smaller, 1.6 MB.

            With 50 ms, ratio of a warm rotation to the Python function's:
            - 1.08 (1.10 at 0.29 CPU) with the value, the template and its plans read one after the other, 0.96 (1.00) with only the value beside them.
            """;
    }

    private IEnumerable<string> ScaleLines()
    {
        yield return $"""

            ## Scale
            In an account with {OtherKeys:N0} keys and {OtherPlans} usage plans of others a rotation makes the same calls and takes {Median(Crowded) / Median(Empty):F2} times as long as in an empty one
            ({Median(Crowded):F0} and {Median(Empty):F0} ms, medians of {Crowded.Count} warm rotations each, {UsualRoundTrip} ms of network).

            {Secrets:N0} secrets that are due at once, in virtual time, under API Gateway's rates (10 calls a second for the whole account and Region, at most 5 of these CreateApiKey and 5 DeleteApiKey), without a probe, each step at most 15 minutes.
            An attach takes a second, in which the account takes no other one; Lambda runs all at once: its own quota, 1,000 at once unless raised, is not in these figures.
            "At least" is the larger of what the rates and the activation waits allow; in a small crowd one comes after the other. A call that is refused for its rate is tried again by the SDK; then the step waits and makes it again (`Throttling.cs`).
            "Repeated" is how often a step's time was over before its turn had come, so that Secrets Manager had to try the rotation again, a minute later.

            | secrets | rotations at once | succeeded | failed | repeated | hours | at least | ratio | longest step, minutes | GB-seconds each | calls refused for their rate |
            |---|---|---|---|---|---|---|---|---|---|---|
            """;
        foreach (var fleet in Fleets)
        {
            yield return $"| {fleet.Secrets:N0} | {fleet.Concurrency?.ToString(CultureInfo.InvariantCulture) ?? "all"} | {fleet.Rotated:N0} | {fleet.Failed:N0} | {fleet.Repeated:N0} | {fleet.Took.TotalHours:F2} | {fleet.Bound.TotalHours:F2} "
                + $"| {(fleet.Failed == 0 ? (fleet.Took / fleet.Bound).ToString("F2", CultureInfo.InvariantCulture) : "")} | {fleet.LongestStep.TotalMinutes:F1} | {fleet.Billed.TotalSeconds * Gigabytes / fleet.Secrets:F0} | {fleet.Throttled:N0} |";
        }

        yield return """

            Tried and lost, each in runs of its own, in which CreateApiKey and DeleteApiKey did not count as part of the ten calls:
            - More tries by the SDK (10, 20, 60) in place of the step's own wait: of 2,000 rotations, 100 at once, 44, 11 and 220 failed. The SDK has a budget of its own for retries.
            - Waits of up to 5 s in steps of rotations that have begun and of up to a minute in createSecret: of 2,000 at once 1,457 were repeated, most in createSecret, and 831,537 calls refused.
            - With a shortest wait of half a second in place of a tenth, in a run of the present rates, 9 of 2,000 at once were repeated: the last seconds of a step held too few tries.
            """;
    }

    private IEnumerable<string> PackageLines()
    {
        yield return """

            ## Package
            The zip for arm64, by file. Where the feed lacks the official packages, the AWSSDK service assemblies are the stand-ins, which are smaller: nobody has measured the zip with the official ones here. Every assembly in it is one that the function refers to, directly or not; `tests/Packaging.Tests` asserts that, and that a rotation loads all but two: System.IO.Hashing and AWSSDK.Extensions.Numerics serve checksums and arithmetic of AWSSDK.Core that no call of a rotation needs, but it refers to them.

            | file | bytes | zipped | share |
            |---|---|---|---|
            """;
        var zipped = _package.Sum(file => file.Zipped);
        foreach (var (file, bytes, compressed) in _package)
        {
            yield return $"| {file} | {bytes:N0} | {compressed:N0} | {100.0 * compressed / zipped:F0} % |";
        }

        yield return $"| all | {_package.Sum(file => file.Bytes):N0} | {zipped:N0} | {100.0 * zipped / LargestZip:F0} % of the 4 MB that it may have |";
    }

    private IEnumerable<string> StackLines()
    {
        var stack = Fleets.Single(fleet => fleet.Secrets == SecretsOfStack);
        var crowd = Fleets.MaxBy(fleet => fleet.Concurrency is null ? fleet.Secrets : 0)!;
        yield return $"""

            ## What the stack sets
            - **Memory: {Megabytes} MB**{MemoryReason()}
              Where no probe tells that a key is served, the wait is what costs, and nobody needs the speed: `memorySize` 256 halves it.
            - **Time-out: 900 s**, Lambda's longest: the longest step above took {Fleets.Max(fleet => fleet.LongestStep).TotalMinutes:F1} minutes, nearly all of it waiting for its turn.
            - **Window: Secrets Manager's own**, to the end of the UTC day for a schedule in days, an hour for one in hours. All {SecretsOfStack} keys that a stack may have, due at the same moment, are rotated after {stack.Took.TotalMinutes:F0} minutes,
              and {crowd.Secrets:N0} of an account and Region after {crowd.Took.TotalMinutes:F0}: of the hour that the narrowest of these windows has. Waiting is billed, though: give many keys different schedules.
            - **No reserved concurrency**: what Secrets Manager does when Lambda refuses it an environment is not documented, and the waits need none.
            """;
        if (OfSize.Count == 0)
        {
            yield break;
        }

        yield return $"""

            | memory MB | CPU | init ms | first response ms | cold rotation ms | GB-seconds at work | and with {ActivationWait} s of activation wait |
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
        return $", by the table: a cold rotation takes {Cold(Megabytes) / Cold(less):F2} times as long as with {less} MB, for {GigabyteSeconds(Megabytes) - GigabyteSeconds(less):F2} GB-seconds more at work. "
            + $"With {more:N0} MB it would take {Cold(more) / Cold(Megabytes):F2} times as long as with {Megabytes}, for {GigabyteSeconds(more) - GigabyteSeconds(Megabytes):F2} more.";

        double Cold(int megabytes) => MedianOfSize(megabytes, sample => sample.ColdRotationMs);
    }

    private double MedianOfSize(int megabytes, Func<Sample, double> figure) => Median([.. OfSize.Where(measured => measured.Megabytes == megabytes).Select(measured => figure(measured.Sample))]);

    /// <summary>Init and a cold rotation, with a wait of so many seconds.</summary>
    private double GigabyteSeconds(int megabytes, int wait = 0) => ((MedianOfSize(megabytes, sample => sample.InitMs + sample.ColdRotationMs) / 1000) + wait) * megabytes / 1024;

    private IEnumerable<string> CostLines()
    {
        var share = Shares.Last();
        var busy = Median(Function, share, UsualRoundTrip, sample => sample.InitMs + sample.ColdRotationMs) / 1000;
        var charged = Bench.Calls.NeededOfSecretsManager;
        yield return $"""

            ## Cost
            A rotation is 4 invocations and, in a new process, {Bench.Calls.Needed.Count} AWS calls and the three of its start. {charged} and one of these go to Secrets Manager, which charges for calls; API Gateway does not charge for its management calls.
            At {Megabytes} MB ({Cpu(share)}, {UsualRoundTrip} ms of network, a new process): {busy:F1} s at work, {busy * Gigabytes:F2} GB-seconds. Without a probe URL the activation wait of {ActivationWait} s comes on top, {ActivationWait * Gigabytes:F0} GB-seconds;
            a probe ends as soon as the key is served. So a key that rotates once a month costs {(busy + ActivationWait) * Gigabytes:F1} GB-seconds, 4 requests and {charged + 1} charged calls a month without a probe.
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
