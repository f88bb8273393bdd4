using System.IO.Compression;

namespace RotationTool.Tests;

/// <summary>The tool as a package, installed as a user does.</summary>
public sealed class PackageTests
{
    [Fact]
    [Trait("Category", "Proof")]
    public async Task The_package_installs_and_the_command_runs()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            // Nothing of this machine's: neither its feeds nor its package folder, which would keep an older build of the same version.
            var config = Path.Combine(folder, "nuget.config");
            await File.WriteAllTextAsync(config, $"""<configuration><packageSources><clear /><add key="local" value="{folder}" /></packageSources></configuration>""");
            var variables = new Dictionary<string, string>
            {
                ["NUGET_PACKAGES"] = Path.Combine(folder, "packages"),
                ["DOTNET_CLI_UI_LANGUAGE"] = "en",
                ["DOTNET_NOLOGO"] = "1",
                ["MSBUILDDISABLENODEREUSE"] = "1", // a server that stays would hold the pipe open
            };

            // The output of the build, so that no second build runs beside it.
            var pack = await Tool.RunAsync(
                "dotnet", ["pack", Path.Combine(Tool.Root, "src", "RotationTool"), "--no-build", "-c", Configuration, "-o", folder, "--nologo"], new Dictionary<string, string>(variables.Skip(1)));
            Assert.True(pack.ExitCode == 0, pack.Output + pack.Errors);
            var install = await Tool.RunAsync("dotnet", ["tool", "install", "RotationLambda.Tool", "--tool-path", Path.Combine(folder, "bin"), "--configfile", config], variables);
            Assert.True(install.ExitCode == 0, install.Output + install.Errors);

            var answer = await Tool.RunAsync(Path.Combine(folder, "bin", "apikey-rotation"), ["--version"], variables);
            Assert.Equal((0, ""), (answer.ExitCode, answer.Errors));
            Assert.Equal($"RotationLambda.Tool.{answer.Output.Trim()}.nupkg", Path.GetFileName(Assert.Single(Directory.GetFiles(folder, "*.nupkg"))));
            Assert.Equal(3, (await Tool.RunAsync(Path.Combine(folder, "bin", "apikey-rotation"), ["status"], variables)).ExitCode);
            await AssertStandInsAreToldAsync(Assert.Single(Directory.GetFiles(folder, "*.nupkg")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Configuration => Path.GetFileName(Path.GetDirectoryName(Tool.Path))!;

    private static async Task AssertStandInsAreToldAsync(string package)
    {
        await using var archive = await ZipFile.OpenReadAsync(package);
        using var manifest = new StreamReader(await archive.Entries.Single(entry => entry.Name == "RotationLambda.Tool.nuspec").OpenAsync());
        Assert.Equal(Tool.Metadata("PackageMode") == "compat", (await manifest.ReadToEndAsync()).Contains("not to be published", StringComparison.Ordinal));
        Assert.DoesNotContain(archive.Entries, entry => entry.Name is "RotationFunction.dll");
    }
}
