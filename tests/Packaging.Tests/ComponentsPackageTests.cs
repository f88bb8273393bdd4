using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Deployer;
using LocalAws;
using LocalAws.ApiGateway;
using Pulumi.Testing;

namespace Packaging.Tests;

/// <summary>
/// The NuGet package of the components, from a feed in a temporary folder that also has the stand-ins, where the build uses them: a program outside
/// this repository references it.
/// </summary>
[Trait("Category", "Proof")]
public sealed class ComponentsPackageTests : IDisposable
{
    private const string Program = """
        using Pulumi;
        using RotationComponents;

        return await Deployment.RunAsync<Orders>();

        public class Orders : Stack
        {
            public Orders() => SecretArn = new RotatingApiKey("orders", new()
            {
                SecretName = "shop/orders",
                UsagePlans = { ["partners"] = new Config().Get("usagePlanId")! },
            }).SecretArn;

            [Output("secretArn")] public Output<string> SecretArn { get; private set; }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("components package ").FullName;

    private string Feed => Path.Combine(_folder, "feed");

    private string Built => Path.Combine(_folder, "program", "built");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_program_of_15_lines_deploys_a_rotating_key_and_a_second_run_changes_nothing()
    {
        var version = Pack();
        Assert.True(Program.Split('\n').Length <= 15);
        Build(version);
        BuildExample(version);
        foreach (var architecture in (string[])["arm64", "x86_64"])
        {
            var packaged = Path.Combine(Built, "function", architecture);
            Assert.Equal(Package.FileNames(Package.Folder(architecture)), Package.FileNames(packaged));
        }

        await using var aws = await EmbeddedAws.StartAsync(new EmbeddedAwsOptions());
        var deployment = new LocalDeployment(new LocalDeploymentOptions { Aws = aws, RunFunction = declared => RunPackage(aws, declared) });
        await UpAsync(deployment, UsagePlan(aws));
        Assert.Contains("create aws:secretsmanager/secretRotation:SecretRotation orders", deployment.Changes);
        var secret = aws.SecretsManager.GetSecretValue(new() { SecretId = "shop/orders" });
        Assert.True(secret.SecretString?.StartsWith("{\"apiKey\":\"", StringComparison.Ordinal), "the secret has no key");

        Build(version);
        await UpAsync(deployment, UsagePlan(aws));
        Assert.Empty(deployment.Changes);

        Assert.SkipUnless(Package.PackageMode == "compat", "Only stand-ins refuse to deploy.");
        Assert.EndsWith("-standins", version, StringComparison.Ordinal);
        var (exit, said) = Run("dotnet", [Path.Combine(Built, "Orders.dll")], ("PULUMI_MONITOR", "127.0.0.1:1"));
        Assert.True(exit != 0 && said.Contains("stand-ins", StringComparison.Ordinal), said);
    }

    /// <summary>Packs the components, and the stand-ins that they need. Returns the components' version.</summary>
    private string Pack()
    {
        Directory.CreateDirectory(Feed);
        string[] projects = Package.PackageMode == "compat"
            ? ["src/RotationComponents", "eng/compat/Pulumi", "eng/compat/Pulumi.Aws"]
            : ["src/RotationComponents"];
        foreach (var project in projects)
        {
            var (exit, said) = Run("dotnet",
            [
                "pack", Path.Combine(Package.Root, project), "-c", "Release", "-o", Feed, "--nologo", "-clp:ErrorsOnly", "-p:TestPackage=true",
                "-p:PinsAreFloors=true", $"-p:ArtifactsPath={Path.Combine(_folder, "artifacts")}",
            ]);
            Assert.True(exit == 0, said);
        }

        var package = Assert.Single(Directory.GetFiles(Feed, "RotationLambda.Components.*.nupkg"));
        return Path.GetFileNameWithoutExtension(package)["RotationLambda.Components.".Length..];
    }

    /// <summary>Builds the program outside the repository. Its packages go to its own folder: the stand-ins are for this test only.</summary>
    private void Build(string version)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "program")).FullName;
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Program);
        File.WriteAllText(Path.Combine(folder, "Orders.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestorePackagesPath>packages</RestorePackagesPath>
                <RestoreAdditionalProjectSources>{Feed}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="RotationLambda.Components" Version="{version}" />
              </ItemGroup>
            </Project>
            """);
        var (exit, said) = Run("dotnet", ["build", folder, "-o", Built, "--nologo", "-clp:ErrorsOnly"]);
        Assert.True(exit == 0, said);
    }

    /// <summary>Builds a copy of the folder examples/inference-api, with the package in the version that was packed.</summary>
    private void BuildExample(string version)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "example")).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(Package.Root, "examples", "inference-api")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var project = Path.Combine(folder, "InferenceApi.csproj");
        File.WriteAllText(project, Regex.Replace(
            File.ReadAllText(project), "(?<=Include=\"RotationLambda.Components\" Version=\")[^\"]+", version, RegexOptions.None, TimeSpan.FromSeconds(1)));
        var (exit, said) = Run("dotnet",
        [
            "build", folder, "-o", Path.Combine(folder, "built"), "--nologo", "-clp:ErrorsOnly", $"-p:RestoreAdditionalProjectSources={Feed}",
            $"-p:RestorePackagesPath={Path.Combine(_folder, "program", "packages")}",
        ]);
        Assert.True(exit == 0, said);
        Assert.True(File.Exists(Path.Combine(folder, "built", "function", "arm64", "RotationFunction.dll")), "the function is missing");
    }

    private async Task UpAsync(LocalDeployment deployment, string usagePlanId)
    {
        var program = Assembly.LoadFrom(Path.Combine(Built, "Orders.dll")).GetType("Orders")!;
        var run = typeof(Pulumi.Deployment).GetMethod(nameof(Pulumi.Deployment.TestAsync), 1, [typeof(IMocks), typeof(TestOptions)])!.MakeGenericMethod(program);
        Environment.SetEnvironmentVariable("PULUMI_CONFIG", $$"""{"shop:usagePlanId":"{{usagePlanId}}"}""");
        AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", Built); // this process is the program's
        try
        {
            await deployment.UpAsync(mocks =>
                (Task)run.Invoke(null, [mocks, new TestOptions { ProjectName = "shop", StackName = "prod", IsPreview = false }])!);
        }
        finally
        {
            AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", null);
            Environment.SetEnvironmentVariable("PULUMI_CONFIG", null);
        }
    }

    private static string UsagePlan(EmbeddedAws aws)
    {
        if (aws.ApiGateway.GetUsagePlans(new()).Items is [var existing, ..])
        {
            return existing.Id;
        }

        var api = aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document });
        var deployment = aws.ApiGateway.CreateDeployment(new CreateDeploymentRequest { RestApiId = api.Id });
        aws.ApiGateway.CreateStage(new CreateStageRequest { RestApiId = api.Id, StageName = "prod", DeploymentId = deployment.Id });
        return aws.ApiGateway.CreateUsagePlan(new CreateUsagePlanRequest { Name = "partners", ApiStages = [new ApiStage(api.Id, "prod")] }).Id;
    }

    /// <summary>Runs the function of the program's output folder in a process, as its role.</summary>
    private Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> RunPackage(EmbeddedAws aws, DeclaredFunction declared)
    {
        var name = aws.Lambda.RegisterProcess(
            "package-" + declared.Name,
            new FunctionProcess("dotnet", Package.LambdaHost) { Handler = Package.Handler },
            new FunctionOptions
            {
                RoleArn = declared.RoleArn,
                Environment = new Dictionary<string, string>(declared.Environment)
                {
                    ["LAMBDA_TASK_ROOT"] = Path.Combine(Built, "function", Package.ArchitectureHere),
                    ["ACTIVATION_WAIT"] = "0",
                },
            });
        return async invocation => await aws.Lambda.InvokeAsync(name, invocation.Payload);
    }

    private (int Exit, string Said) Run(string command, string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said + errors.Result);
    }
}
