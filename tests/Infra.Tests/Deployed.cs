using System.Collections.Immutable;
using System.Text.Json;
using Pulumi;
using Pulumi.Testing;
using RotationComponents;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)] // the configuration is the environment of the process

namespace Infra.Tests;

/// <summary>A program that ran: what it registered, with which options, and its stack.</summary>
internal sealed class Deployed
{
    private const string Project = "rotation-lambda";

    private static readonly List<(Resource Resource, ResourceArgs Args, ResourceOptions Options)> Observed = [];

    private readonly IReadOnlyList<(Resource Resource, ResourceArgs Args, ResourceOptions Options)> _observed;

    private Deployed(IReadOnlyList<Registered> resources, ImmutableArray<Resource> made)
    {
        Resources = resources;
        Made = made;
        lock (Observed)
        {
            _observed = [.. Observed];
        }
    }

    /// <summary>In the order in which the engine was told.</summary>
    public IReadOnlyList<Registered> Resources { get; }

    public ImmutableArray<Resource> Made { get; }

    public RotationStack Stack => Made.OfType<RotationStack>().Single();

    public IEnumerable<Registered> All(string type) => Resources.Where(resource => resource.Type.EndsWith(':' + type, StringComparison.Ordinal));

    public Registered The(string type) => Assert.Single(All(type));

    public Registered The(string type, string name) => Assert.Single(All(type), resource => resource.Name == name);

    /// <summary>The options that the program gave a resource.</summary>
    public CustomResourceOptions Options(Registered resource) => Assert.IsType<CustomResourceOptions>(Observation(resource).Options);

    /// <summary>The arguments that the program gave a resource.</summary>
    public T Args<T>(Registered resource) where T : ResourceArgs => Assert.IsType<T>(Observation(resource).Args);

    /// <summary>The stack, deployed with a configuration: a text is as it is, the rest is JSON.</summary>
    public static async Task<Deployed> StackAsync(Settings settings, Engine? engine = null, bool preview = false)
    {
        engine ??= new Engine();
        var made = await RunAsync(settings, () => Deployment.TestAsync<ObservedStack>(engine, Options(preview)));
        return new Deployed(engine.Registered, made);
    }

    /// <summary>Another program.</summary>
    public static async Task<Deployed> ProgramAsync(Func<IDictionary<string, object?>> program, Engine? engine = null)
    {
        engine ??= new Engine();
        var (made, _) = await RunAsync(new Settings(), () => Deployment.TestAsync(engine, Options(preview: false), program));
        return new Deployed(engine.Registered, made);
    }

    /// <summary>Why a configuration is refused: a line for each field, and no stack trace. Nothing was registered.</summary>
    public static async Task<string[]> RefusedAsync(Settings settings)
    {
        using var program = new ProgramFolder("arm64", "x86_64");
        var lines = (await RefusedAsync(settings, program)).Split('\n');
        Assert.Equal("The configuration is not valid:", lines[0]);
        Assert.All(lines[1..], line => Assert.Matches("^  [a-zA-Z]", line));
        return [.. lines[1..].Select(line => line.Trim())];
    }

    /// <summary>Why Pulumi's program, built into this folder, ends before it registers anything.</summary>
    public static async Task<string> RefusedAsync(Settings settings, ProgramFolder program)
    {
        var engine = new Engine();
        var refused = await Assert.ThrowsAsync<RunException>(
            () => RunAsync(settings, () => Deployment.TestWithServiceProviderAsync<RotationStack>(engine, new StackFactory(program.Path), Options(preview: false))));
        Environment.ExitCode = 0;
        Assert.Empty(engine.Registered);
        return refused.Message;
    }

    private (Resource Resource, ResourceArgs Args, ResourceOptions Options) Observation(Registered resource) =>
        _observed.Single(observed => observed.Resource.GetResourceType() == resource.Type && observed.Resource.GetResourceName() == resource.Name);

    private static async Task<T> RunAsync<T>(Settings settings, Func<Task<T>> run)
    {
        lock (Observed)
        {
            Observed.Clear();
        }

        Environment.SetEnvironmentVariable("PULUMI_CONFIG", settings.ToPulumi(Project));
        try
        {
            return await run();
        }
        finally
        {
            Environment.SetEnvironmentVariable("PULUMI_CONFIG", null);
        }
    }

    private static TestOptions Options(bool preview) => new() { ProjectName = Project, StackName = "prod", IsPreview = preview };

    private sealed class ObservedStack() : RotationStack(new StackOptions { ResourceTransformations = { Observe } })
    {
        private static ResourceTransformationResult? Observe(ResourceTransformationArgs args)
        {
            lock (Observed)
            {
                Observed.Add((args.Resource, args.Args, args.Options));
            }

            return null;
        }
    }
}

/// <summary>A stack's configuration: texts as they are, the rest as JSON, as Pulumi hands it over.</summary>
internal sealed class Settings : Dictionary<string, object>
{
    /// <summary>One key in one usage plan, and all else by default.</summary>
    public static Settings OneKey => new() { ["keys"] = new[] { Key() } };

    /// <summary>A key named orders, with more or other fields.</summary>
    public static Dictionary<string, object> Key(params (string Field, object Value)[] fields)
    {
        var key = new Dictionary<string, object> { ["name"] = "orders", ["usagePlanIds"] = new[] { "plan1" } };
        foreach (var (field, value) in fields)
        {
            key[field] = value;
        }

        return key;
    }

    /// <summary>The same with another setting.</summary>
    public Settings With(string setting, object value)
    {
        var settings = new Settings();
        foreach (var (name, own) in this)
        {
            settings[name] = own;
        }

        settings[setting] = value;
        return settings;
    }

    /// <summary>A setting as Pulumi gives it.</summary>
    public string? Get(string setting) => TryGetValue(setting, out var value) ? Text(value) : null;

    public string ToPulumi(string project) => JsonSerializer.Serialize(
        this.ToDictionary(setting => setting.Key.Contains(':', StringComparison.Ordinal) ? setting.Key : $"{project}:{setting.Key}", setting => Text(setting.Value)));

    private static string Text(object value) => value as string ?? JsonSerializer.Serialize(value);
}

/// <summary>A folder with the function's package for these architectures.</summary>
internal sealed class ProgramFolder : IDisposable
{
    public ProgramFolder(params string[] architectures)
    {
        foreach (var architecture in architectures)
        {
            var package = Directory.CreateDirectory(FunctionPackage.FolderIn(Path, architecture)).FullName;
            File.WriteAllText(System.IO.Path.Combine(package, "RotationFunction.dll"), "");
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("program ").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
