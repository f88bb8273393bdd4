using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Bench;
using LocalAws;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var runs = Option("--runs") is { } count ? int.Parse(count, CultureInfo.InvariantCulture) : 5;
if (!OperatingSystem.IsLinux())
{
    Console.Error.WriteLine("The measurements need Linux: /proc, sh, and a cgroup for the CPU share.");
    return 1;
}

var root = Metadata("Root");
var architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x86_64";
var report = new Report { Runs = runs, CpuSkipped = Cpu.Unavailable, HostsSkipped = Hosts.Unavailable, PeerSkipped = WithoutBoto3() };

var folder = Directory.CreateTempSubdirectory("rotation-bench-").FullName;
using var certificate = Certificate.Create();
var certificates = Path.Combine(folder, "certificates.pem");
await File.WriteAllTextAsync(certificates, Certificate.SystemRoots() + certificate.ExportCertificatePem());
Directory.CreateDirectory(Path.Combine(folder, "none"));

List<MeasuredFunction> functions =
[
    Hosted(Report.Function, Path.Combine(AppContext.BaseDirectory, "function", architecture), "RotationFunction::RotationFunction.Function::FunctionHandler"),
    Hosted(Report.Bare, Path.Combine(Metadata("Published"), "BareFunction"), "BareFunction::BareFunction.Function::FunctionHandler") with { Rotates = false },
];
if (report.PeerSkipped is null)
{
    var peer = Path.Combine(AppContext.BaseDirectory, "python_peer", "function.py");
    functions.Add(new MeasuredFunction(Report.Peer, "python3", [peer], new Dictionary<string, string>()));
}

if (Option("--against") is { } against)
{
    functions.Insert(1, Hosted(Report.Other, Path.GetFullPath(against), functions[0].Environment["_HANDLER"]));
}

double?[] shares = report.CpuSkipped is null ? [1, Report.ShareOf(Report.Megabytes)] : [null];
var (started, othersBefore) = (Stopwatch.GetTimestamp(), Cpu.TimeOfOthers());
for (var run = 0; run <= runs; run++)
{
    foreach (var share in shares)
    {
        foreach (var roundTrip in Report.RoundTrips)
        {
            // In turn, so that other work on the machine affects all functions equally.
            foreach (var function in functions)
            {
                var sample = await MeasureAsync(function, roundTrip, share);
                Console.Error.Write('.');
                if (run > 0) // the first one fills the disk cache
                {
                    report.Samples.Add(sample);
                }
            }
        }
    }
}

report.CpusOfOthers = (Cpu.TimeOfOthers() - othersBefore) / Stopwatch.GetElapsedTime(started);
for (var run = 0; report.CpuSkipped is null && run < runs; run++)
{
    foreach (var megabytes in Report.Sizes)
    {
        report.OfSize.Add((megabytes, await MeasureAsync(functions[0], Report.UsualRoundTrip, Report.ShareOf(megabytes))));
        Console.Error.Write('.');
    }
}

Console.Error.WriteLine();
for (var run = 0; run < runs; run++)
{
    report.Empty.AddRange(await RotateWarmAsync(otherKeys: 0, otherPlans: 0));
    report.Crowded.AddRange(await RotateWarmAsync(Report.OtherKeys, Report.OtherPlans));
    Console.Error.Write('.');
}

report.Stack.AddRange(await StackRun.MeasureAsync(Report.SecretsOfStack, Report.Parallel));
var wait = TimeSpan.FromSeconds(Report.ActivationWait);
foreach (var secrets in Report.Crowds)
{
    report.Fleets.Add(await Fleet.RotateAsync(secrets, wait));
    Console.Error.Write('.');
    if (report.PeerSkipped is null)
    {
        report.Fleets.Add(await Fleet.RotateWithPeerAsync(secrets));
        Console.Error.Write('.');
    }
}

report.AddPackage(Path.Combine(AppContext.BaseDirectory, "function", "arm64"));
await report.WriteAsync(Path.Combine(root, "docs"));
Console.WriteLine(report.Summary());
Directory.Delete(folder, recursive: true);
Hosts.Delete();
return 0;

async Task<Sample> MeasureAsync(MeasuredFunction function, int roundTrip, double? share)
{
    FunctionRun? run = null;
    await using var account = await BenchAccount.StartAsync(invocation => run!.InvokeAsync(invocation));
    await using var network = new Network(account.Aws.ServiceUrl, TimeSpan.FromMilliseconds(roundTrip), certificate);
    await using (run = await FunctionRun.StartAsync(function, network.Url, certificates, share))
    {
        var coldCpu = TimeSpan.Zero;
        if (function.Rotates)
        {
            await account.RotateAsync();
            coldCpu = run.CpuTime - run.InitCpuTime;
            var warm = await account.RotateAsync();
            report.Calls[function.Name] = warm.Steps.ToDictionary(step => step.Step, step => Calls.Of(step).Count());
            if (function.Name == Report.Function)
            {
                Calls.Check(warm);
            }
        }
        else
        {
            await run.InvokeAsync(new FunctionInvocation(Guid.NewGuid().ToString(), "arn:aws:lambda:eu-west-1:123456789012:function:bare", "{}"u8.ToArray(), DateTimeOffset.MaxValue));
        }

        return new Sample(function.Name, roundTrip, share, run.Init, [.. run.Durations], run.InitCpuTime, coldCpu, run.PeakMemory());
    }
}

// Warm rotations, in milliseconds.
async Task<IEnumerable<double>> RotateWarmAsync(int otherKeys, int otherPlans)
{
    const int Cold = 2;
    const int Warm = 10;
    FunctionRun? run = null;
    await using var account = await BenchAccount.StartAsync(invocation => run!.InvokeAsync(invocation), otherKeys, otherPlans);
    await using var network = new Network(account.Aws.ServiceUrl, TimeSpan.FromMilliseconds(Report.UsualRoundTrip), certificate);
    await using (run = await FunctionRun.StartAsync(functions[0], network.Url, certificates, cpuShare: null))
    {
        for (var rotation = 0; rotation < Cold + Warm; rotation++)
        {
            Calls.Check(await account.RotateAsync());
        }

        return [.. run.Durations.Select(duration => duration.TotalMilliseconds).Chunk(4).Skip(Cold).Select(steps => steps.Sum())];
    }
}

// With the function's own runtimeconfig.json, as Lambda starts it.
MeasuredFunction Hosted(string name, string taskRoot, string handler) => new(
    name,
    "dotnet",
    ["exec", "--runtimeconfig", Path.Combine(taskRoot, handler.Split(':')[0] + ".runtimeconfig.json"), Path.Combine(Metadata("Published"), "LambdaHost", "LambdaHost.dll")],
    new Dictionary<string, string> { ["LAMBDA_TASK_ROOT"] = taskRoot, ["_HANDLER"] = handler });

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

static string? WithoutBoto3()
{
    try
    {
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", "import boto3"]) { UseShellExecute = false, RedirectStandardError = true })!;
        python.WaitForExit();
        return python.ExitCode == 0 ? null : "python3 has no boto3 here";
    }
    catch (System.ComponentModel.Win32Exception)
    {
        return "there is no python3 here";
    }
}

static string Metadata(string key) => Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == key).Value!;
