// The project's commands: dotnet run build.cs demo | aws | test | prove | soak | bench | pack
#:property PublishAot=false
#:property ImplicitUsings=enable
#:property Nullable=enable

using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

var root = Root();
Environment.SetEnvironmentVariable("DOTNET_CLI_UI_LANGUAGE", "en");

return args switch
{
    ["demo", .. var rest] => Prepare() ?? await DotnetAsync(["run", "--project", "local/Demo", "-p:PinsAreFloors=true", "--", .. rest]),
    // The embedded AWS uses none of the packages, so there is no choice to make.
    ["aws", .. var rest] => await DotnetAsync(["run", "--project", "local/LocalAws", "--", .. rest]),
    ["test", .. var rest] => Prepare() ?? await TestAsync(rest),
    ["prove", .. var rest] => Prepare() ?? await ProveAsync(rest),
    ["soak"] => Prepare() ?? await SoakAsync(),
    ["soak", var seed] => Prepare() ?? await SoakAsync(seed),
    ["bench", .. var rest] => Prepare() ?? await DotnetAsync(["run", "--project", "bench", "--configuration", "Release", "-p:PinsAreFloors=true", "--", .. rest]),
    ["pack", var version] => Prepare() ?? await PackAsync(version),
    _ => Usage(),
};

int Usage()
{
    Console.Error.WriteLine("""
        Usage: dotnet run build.cs <command>
          demo   rotate a key on an embedded AWS while clients use it
          aws    serve an empty embedded AWS to the AWS CLI, an SDK or a test suite until Ctrl+C; --port <number> (default 4566; 0 for any free port)
          test   build everything and run the tests; further arguments go to the test runner
          prove  run the long tests: pairs of faults, thousands of random runs of the model, the package
          soak   rotate 50 secrets daily for two years of virtual time, with faults in a tenth of the calls; an optional seed repeats an earlier run
          bench  measure calls, cold start, a rotation and the package, compared with a Python function; write docs/performance.md
          pack   pack the function, the components and the tool of a version, with software bills of materials, into artifacts/release
        """);
    return 2;
}

static string Root([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

// Chooses once between the official packages and the stand-ins under eng/compat/, and again when the pins or the feeds change.
// Returns an exit code if it can choose neither.
int? Prepare()
{
    var modeFile = Path.Combine(root, "artifacts", "package-mode.props");
    var probe = Path.Combine(root, "artifacts", "package-probe", "probe.csproj");
    var ids = Directory.GetDirectories(Path.Combine(root, "eng", "compat"))
        .Select(folder => Path.GetFileName(folder)).Where(id => File.Exists(Path.Combine(root, "eng", "compat", id, id + ".csproj"))).Order().ToArray();

    var (_, configs) = Capture(["nuget", "config", "paths"]);
    string[] inputs = [Path.Combine(root, "Directory.Packages.props"), .. configs.Split('\n', StringSplitOptions.TrimEntries).Where(File.Exists)];
    var choice = $"<!-- chosen for {Fingerprint([string.Join(' ', ids), .. inputs.Select(File.ReadAllText)])} -->";
    if (File.Exists(modeFile) && File.ReadAllText(modeFile).Contains(choice, StringComparison.Ordinal))
    {
        return null;
    }

    Directory.CreateDirectory(Path.GetDirectoryName(probe)!);
    File.WriteAllText(probe, $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <ItemGroup>
        {string.Join('\n', ids.Select(id => $"    <PackageReference Include=\"{id}\" />"))}
          </ItemGroup>
        </Project>
        """);
    var (exitCode, output) = Capture(["restore", probe, "-p:PackageMode=official", "--force"]);

    // Only "no package of this id" means that the feed lacks it: a wrong pin or a broken network must not select stand-ins.
    var errors = Regex.Matches(output, @"error (?:(?<code>\w+): )?(?<text>.*)").Select(error =>
        error.Groups["code"].Value == "NU1101" ? Regex.Match(error.Groups["text"].Value, @"^Unable to find package (\S+)\.").Groups[1].Value : "").ToHashSet();
    var missing = ids.Where(errors.Contains).ToArray();
    if (exitCode != 0 && (errors.Count == 0 || missing.Length != errors.Count))
    {
        Console.Error.WriteLine(output);
        Console.Error.WriteLine("Cannot determine whether the package feed has the AWS packages. See the restore error above.");
        if (output.Contains("error NU1100", StringComparison.Ordinal))
        {
            Console.Error.WriteLine($"A NuGet.config maps no source to these packages. Map them to the source that has them: {string.Join(", ", ids)}");
        }

        return 1;
    }

    var mode = exitCode == 0 ? "official" : "compat";
    File.WriteAllText(modeFile, $"""
        <Project>
          {choice}
          <PropertyGroup>
            <PackageMode>{mode}</PackageMode>
          </PropertyGroup>
        </Project>
        """);
    Console.WriteLine(mode == "official"
        ? "Packages: the official ones."
        : $"Packages: the stand-ins under eng/compat/, because the feed has no {string.Join(", ", missing)}.");
    return null;
}

// All tests but those of the category Proof. The package is not built for them.
async Task<int> TestAsync(string[] arguments) =>
    await BuildAsync("-p:PackageFunction=false") ?? await RunTestsAsync(["--filter-not-trait", "Category=Proof", .. arguments]);

// The tests of the category Proof: what takes too long to run at each change.
async Task<int> ProveAsync(string[] arguments)
{
    Console.WriteLine("""
        This takes about 15 minutes on 2 cores: pairs and every kind of faults in the fault matrix 8, 3,000 lives of the model 2, the package 3, the tool, clients and policies 3.
        `dotnet run build.cs soak` is the long soak, 10 minutes more.
        """);
    return await BuildAsync() ?? await RunTestsAsync(["--filter-trait", "Category=Proof", .. arguments]);
}

// Builds everything; returns an exit code when that fails. Analyzers run in CI, where a warning is an error, and in an IDE: without them, and with the compiler
// server, a build takes a third of the time.
async Task<int?> BuildAsync(params string[] arguments)
{
    string[] quickly = Environment.GetEnvironmentVariable("CI") == "true" ? [] : ["-p:RunAnalyzers=false", "-p:UseSharedCompilation=true"];
    return await DotnetAsync(["build", "RotationLambda.sln", "--nologo", "-clp:ErrorsOnly", .. quickly, .. arguments]) is not 0 and var failed ? failed : null;
}

async Task<int> RunTestsAsync(string[] arguments)
{
    // For the hundred short processes that tests start: both only cost time in a process that ends after a second.
    Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
    Environment.SetEnvironmentVariable("DOTNET_EnableWriteXorExecute", "0");
    var counts = new Dictionary<string, int> { ["succeeded"] = 0, ["failed"] = 0, ["skipped"] = 0 };
    // 8: an assembly has none of the tests.
    var exitCode = await DotnetAsync(["test", "--solution", "RotationLambda.sln", "--no-build", "--ignore-exit-code", "8", .. arguments], line =>
    {
        if (Regex.Match(line, @"^\s+(succeeded|failed|skipped): (\d+)") is { Success: true } count)
        {
            counts[count.Groups[1].Value] = int.Parse(count.Groups[2].Value);
        }
    });
    Console.WriteLine($"{counts["succeeded"]} passed, {counts["failed"]} failed, {counts["skipped"]} skipped");
    return exitCode;
}

async Task<int> SoakAsync(string? seed = null)
{
    Environment.SetEnvironmentVariable("ROTATION_TESTS_SEED", seed);
    return await DotnetAsync(
        ["run", "-c", "Release", "--project", "tests/RotationFunction.Tests", "--", "-noLogo", "-explicit", "only", "-method", "RotationFunction.Tests.SoakTests.Fifty_secrets_for_two_years"]);
}

async Task<int> PackAsync(string version)
{
    string[] projects = ["src/RotationFunction", "src/RotationComponents", "src/RotationTool"];
    var release = Path.Combine(root, "artifacts", "release");
    var declared = Capture(["msbuild", projects[0], "-getProperty:Version"]).Output.Trim();
    if (declared != version)
    {
        Console.Error.WriteLine($"Directory.Build.props has version {declared}, not {version}.");
        return 1;
    }

    if (Capture(["msbuild", projects[0], "-getProperty:PackageMode"]).Output.Trim() != "official")
    {
        Console.Error.WriteLine("A release needs the official packages, and the feed lacks some. See docs/packages.md.");
        return 1;
    }

    if (Directory.Exists(release))
    {
        Directory.Delete(release, recursive: true);
    }

    List<string[]> commands = [["build", "infra", "-c", "Release", "--nologo"], ["tool", "restore"]];
    commands.AddRange(projects[1..].Select(project => new[] { "pack", project, "-c", "Release", "-o", release, "--nologo" }));
    commands.AddRange(projects.Select(project => new[] { "CycloneDX", $"{project}/{Path.GetFileName(project)}.csproj", "-o", release, "-fn", $"{Path.GetFileName(project)}.cdx.json", "-F", "Json", "-sv", version }));
    foreach (var command in commands)
    {
        if (await DotnetAsync(command) is not 0 and var failed)
        {
            return failed;
        }
    }

    foreach (var package in Directory.GetDirectories(Path.Combine(root, "artifacts", "bin", "Infra", "release", "function")))
    {
        ZipFile.CreateFromDirectory(package, Path.Combine(release, $"RotationFunction-{version}-{Path.GetFileName(package)}.zip"));
    }

    return 0;
}

async Task<int> DotnetAsync(string[] arguments, Action<string>? onLine = null)
{
    using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = root, RedirectStandardOutput = onLine is not null })!;
    // The command ends by itself, with its own exit code. A terminal sends Ctrl+C to it as well, but a SIGTERM has to be passed on.
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
    {
        signal.Cancel = !OperatingSystem.IsWindows();
        if (signal.Cancel)
        {
            Process.Start("kill", ["-TERM", $"{process.Id}"]);
        }
    });
    while (onLine is not null && await process.StandardOutput.ReadLineAsync() is { } line)
    {
        Console.WriteLine(line);
        onLine(line);
    }

    await process.WaitForExitAsync();
    return process.ExitCode;
}

(int ExitCode, string Output) Capture(string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = root, RedirectStandardOutput = true })!;
    var output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return (process.ExitCode, output);
}

static string Fingerprint(string[] texts) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', texts))))[..16];
