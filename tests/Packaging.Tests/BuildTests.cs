using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Packaging.Tests;

/// <summary>Builds in a copy of the sources, in another folder, with characters in its name that the compiler and the shell give a meaning, and another commit.</summary>
[Trait("Category", "Proof")]
public sealed class BuildTests : IDisposable
{
    private static readonly string[] Sources = ["src", "eng", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", ".editorconfig", "NuGet.config", "nuget.config", "artifacts/package-mode.props"];

    private readonly string _folder;
    private readonly string _copy;

    public BuildTests()
    {
        _folder = Directory.CreateTempSubdirectory("build ").FullName;
        _copy = Directory.CreateDirectory(Path.Combine(_folder, "copy, of=the sources")).FullName;
        // Whatever read one of these would fail: see SECURITY.md.
        foreach (var name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json" })
        {
            File.WriteAllText(Path.Combine(_folder, name), "Not of this repository.");
        }
    }

    /// <summary>Otherwise a deployment would show a change where there is none.</summary>
    [Fact]
    public async Task The_same_sources_give_the_same_package_whatever_the_folder_and_the_commit()
    {
        CopySources();
        await RunAsync("git", "init", "--quiet");
        await RunAsync("git", "-c", "user.name=somebody", "-c", "user.email=somebody@example.com", "commit", "--quiet", "--allow-empty", "-m", "another");

        // As Amazon.Lambda.Tools calls it.
        var package = Path.Combine(_folder, "package");
        var (exitCode, output) = await RunAsync(
            "dotnet", "publish", "src/RotationFunction", "--output", package, "--configuration", "Release", "--framework", "net10.0",
            "/p:GenerateRuntimeConfigurationFiles=true", "-r", Package.ArchitectureHere == "arm64" ? "linux-arm64" : "linux-x64", "--self-contained", "false", "-p:TestPackage=true", "-nodeReuse:false");

        Assert.True(exitCode == 0, output);
        Assert.Equal(Hashes(Package.Folder(Package.ArchitectureHere)), Hashes(package));
    }

    [Theory]
    [InlineData("linux-arm64")]
    [InlineData("linux-x64")]
    public async Task Packaging_for_AWS_from_stand_ins_fails_and_says_why(string runtime)
    {
        CopySources();
        var package = Path.Combine(_folder, "package");
        var (exitCode, output) = await RunAsync(
            "dotnet", "publish", "src/RotationFunction", "--output", package, "--configuration", "Release", "-r", runtime, "--self-contained", "false", "-p:PackageMode=compat", "-nodeReuse:false");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("error : A package for AWS is built from the official packages", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(package));
    }

    /// <summary>What was tested is deployed, also where the feed lacks the pinned version.</summary>
    [Fact]
    public async Task Packaging_a_higher_version_than_the_pinned_one_fails_and_says_what_to_do()
    {
        CopySources();
        // With the stand-ins, AWSSDK.Core is the package that the function is built on.
        var id = Package.PackageMode == "official" ? "AWSSDK.SecretsManager" : "AWSSDK.Core";
        var (pinned, resolved) = await LowerPinAsync(id);
        var package = Path.Combine(_folder, "package");

        var (exitCode, output) = await RunAsync(
            "dotnet", "publish", "src/RotationFunction", "--output", package, "--configuration", "Release", "-r", "linux-x64", "--self-contained", "false",
            "-p:TestPackage=true", "-nodeReuse:false");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("error : A package for AWS is built from the pinned versions.", output, StringComparison.Ordinal);
        Assert.Contains($"Directory.Packages.props pins {id} {pinned}, and {resolved} was resolved", output, StringComparison.Ordinal);
        Assert.Contains($"Pin {resolved} in Directory.Packages.props and run the tests", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(package));

        // What deploys nothing takes it: only this target, as the whole package takes long.
        (exitCode, output) = await RunAsync("dotnet", "msbuild", "src/RotationFunction", "-t:RefuseHigherVersions", "-p:RuntimeIdentifier=linux-x64", "-p:PinsAreFloors=true");
        Assert.True(exitCode == 0, output);
    }

    /// <summary>A newer SDK, with more analyzers, and newer packages, which mark more members obsolete, must not stop a deployment.</summary>
    [Theory]
    [InlineData("", "false")]
    [InlineData("true", "true")]
    public async Task A_warning_stops_a_build_in_CI_only(string ci, string expected)
    {
        CopySources();
        var (exitCode, output) = await RunAsync("dotnet", "msbuild", "src/RotationFunction", $"-p:CI={ci}", "-getProperty:TreatWarningsAsErrors");

        Assert.True(exitCode == 0, output);
        Assert.Equal(expected, output.Trim());
    }

    /// <summary>Otherwise another SDK would find other things in the same sources.</summary>
    [Fact]
    public async Task The_analyzers_level_is_a_number()
    {
        CopySources();
        var (exitCode, output) = await RunAsync("dotnet", "msbuild", "src/RotationFunction", "-getProperty:AnalysisLevel");

        Assert.True(exitCode == 0, output);
        Assert.Matches("^[0-9]+[.]0", output);
    }

    public void Dispose()
    {
        // Windows does not delete read-only files, and git creates such.
        foreach (var file in Directory.GetFiles(_folder, "*", SearchOption.AllDirectories))
        {
            File.SetAttributes(file, FileAttributes.Normal);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void CopySources()
    {
        foreach (var source in Sources.Select(source => Path.Combine(Package.Root, source)))
        {
            foreach (var file in Directory.Exists(source) ? Directory.GetFiles(source, "*", SearchOption.AllDirectories) : File.Exists(source) ? [source] : [])
            {
                var target = Path.Combine(_copy, Path.GetRelativePath(Package.Root, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                // Where names differ in their case only, NuGet.config and nuget.config are one file.
                File.Copy(file, target, overwrite: true);
            }
        }
    }

    /// <summary>Pins a version that no feed has, just below the pinned one, and leaves no feed but the packages that are on this machine.</summary>
    private async Task<(string Pinned, string Resolved)> LowerPinAsync(string id)
    {
        var (_, locals) = await RunAsync("dotnet", "nuget", "locals", "global-packages", "--list");
        var packages = locals[(locals.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        File.Delete(Path.Combine(_copy, "NuGet.config"));
        await File.WriteAllTextAsync(Path.Combine(_copy, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{packages}" /></config>
              <packageSources><clear /><add key="packages" value="{packages}" /></packageSources>
              <packageSourceMapping><clear /></packageSourceMapping>
            </configuration>
            """);

        var pins = Path.Combine(_copy, "Directory.Packages.props");
        var text = await File.ReadAllTextAsync(pins);
        var pin = Regex.Match(text, $"\"{Regex.Escape(id)}\" Version=\"(?<version>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["version"];
        var parts = pin.Value.Split('.').Take(3).Select(int.Parse).ToArray();
        var last = Array.FindLastIndex(parts, part => part > 0);
        var lower = string.Join('.', [.. parts[..last], parts[last] - 1, 9999]);
        await File.WriteAllTextAsync(pins, text.Remove(pin.Index, pin.Length).Insert(pin.Index, lower));
        return (lower, pin.Value);
    }

    private async Task<(int ExitCode, string Output)> RunAsync(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = _copy, UseShellExecute = false, RedirectStandardOutput = true };
        // What a test run by the dotnet command inherits would have this build use that one's SDK and servers.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["UseSharedCompilation"] = "false";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    private static Dictionary<string, string> Hashes(string folder) =>
        Package.FileNames(folder).ToDictionary(name => name, name => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, name)))));
}
