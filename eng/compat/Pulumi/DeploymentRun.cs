using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Pulumi.Testing;

namespace Pulumi;

/// <summary>Registrations, invokes and all that a run must wait for.</summary>
public sealed partial class Deployment
{
    /// <summary>What the engine's protocol has in place of a value that is not known.</summary>
    private const string UnknownId = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

    private readonly DeploymentInstance _instance;
    private readonly IMocks _mocks;
    private readonly ConcurrentQueue<Resource> _resources = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Lock _gate = new();
    private readonly List<Exception> _failures = [];
    private TaskCompletionSource<ImmutableArray<Exception>>? _end;
    private int _running;

    private Deployment(IMocks mocks, TestOptions options)
    {
        _mocks = mocks;
        _instance = new DeploymentInstance(this, options);
        if (Environment.GetEnvironmentVariable("PULUMI_CONFIG") is { } json)
        {
            using var document = JsonDocument.Parse(json);
            Config = document.RootElement.EnumerateObject().ToImmutableDictionary(item => CleanKey(item.Name), item => item.Value.ToString());
        }
    }

    internal ImmutableDictionary<string, string> Config { get; } = ImmutableDictionary<string, string>.Empty;

    internal Stack Stack
    {
        get => field ?? throw new InvalidOperationException("Trying to acquire Deployment.Stack before 'Run' was called.");
        set;
    }

    /// <summary>The run ends when all of these have, or when one has failed.</summary>
    internal void Track(Task task)
    {
        lock (_gate)
        {
            _running++;
        }

        _ = task.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

        void Ended(Task ended)
        {
            lock (_gate)
            {
                _running--;
                _failures.AddRange(ended.Exception?.InnerExceptions ?? []);
                EndIfDone();
            }
        }
    }

    /// <summary>Fails the run, which goes on.</summary>
    internal void AddError(string message) => _errors.Enqueue(message);

    internal void Register(Resource resource, ResourceArgs args, ResourceOptions options, ImmutableArray<OutputProperty> outputs)
        => Track(RegisterAsync(resource, args, options, outputs));

    internal void RegisterOutputs(Resource resource, Output<IDictionary<string, object?>> outputs)
    {
        Track(RegisterAsync());

        async Task RegisterAsync()
        {
            var urn = (await resource.Urn.Data).Value;
            var values = (await outputs.Data) is { IsKnown: true } known ? known.Value.ToImmutableDictionary() : null!;
            var named = (await PropertyValue.FlattenAsync(values)).ToImmutableDictionary(
                item => item.Key, item => new Output<object?>(Task.FromResult(item.Value with { Resources = [] })));
            await _mocks.RegisterResourceOutputs(new MockRegisterResourceOutputsRequest(urn, named));
        }
    }

    /// <summary>
    /// The answer to an invoke, once all that it needs is there. It is secret only if the mock says so, and depends on what the inputs depend on.
    /// </summary>
    internal async Task<OutputData<T>> InvokeAsync<T>(string token, InvokeArgs args, InvokeOptions? options)
    {
        ImmutableDictionary<string, OutputData<object?>> inputs;
        try
        {
            inputs = await PropertyValue.FlattenAsync((args ?? InvokeArgs.Empty).Inputs());
        }
        catch (Exception exception)
        {
            AddError($"Error serializing arguments for invoke {token}: {exception}");
            throw;
        }

        var unknown = new OutputData<T>(default!, false, false, []);
        if (inputs.Values.Any(input => !input.IsKnown))
        {
            return unknown;
        }

        var explicitly = options is InvokeOutputOptions { DependsOn: var dependsOn } ? await ResourcesAsync(dependsOn) : [];
        ImmutableHashSet<Resource> resources = [.. inputs.Values.SelectMany(input => input.Resources), .. explicitly];
        foreach (var resource in Reached(resources, of: null).OfType<CustomResource>())
        {
            if (!(await resource.Id.Data).IsKnown)
            {
                return unknown;
            }
        }

        return (await CallAsync<T>(token, inputs, options)) with { Resources = resources };
    }

    internal async Task<OutputData<T>> CallAsync<T>(string token, ImmutableDictionary<string, OutputData<object?>> inputs, InvokeOptions? options)
    {
        var answer = await PropertyValue.FlattenStateAsync(await _mocks.CallAsync(new MockCallArgs
        {
            Token = token,
            Args = PropertyValue.Known(inputs),
            Provider = await ReferenceAsync(options?.Provider ?? options?.Parent?.ProviderFor(token)),
        }));
        PropertyType.Check($"{token} result", typeof(T));
        var value = PropertyValue.To(typeof(T), PropertyValue.Known(answer)) is T converted ? converted : default!;
        return answer.Values.Aggregate(OutputData<T>.Known(value), (sum, item) => sum.Tainted(item));
    }

    /// <summary>Runs a program and returns when it is done or at the first failure, whatever else is still in flight then.</summary>
    private async Task RunAsync(Func<Task<Stack>> makeStack)
    {
        ImmutableArray<Exception> failures;
        try
        {
            (await makeStack()).RegisterPropertyOutputs();
            lock (_gate)
            {
                _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
                EndIfDone();
            }

            failures = await _end.Task;
        }
        catch (Exception exception)
        {
            failures = [exception];
        }

        foreach (var failure in failures)
        {
            AddError(Explain(failure));
            Environment.ExitCode = Failed;
        }
    }

    private void EndIfDone()
    {
        if (_running == 0 || _failures.Count > 0)
        {
            _end?.TrySetResult([.. _failures.Distinct(ReferenceEqualityComparer.Instance).Cast<Exception>()]);
        }
    }

    private async Task RegisterAsync(Resource resource, ResourceArgs args, ResourceOptions options, ImmutableArray<OutputProperty> outputs)
    {
        try
        {
            var dependsOn = await ResourcesAsync(options.DependsOn);
            var inputs = await PropertyValue.FlattenAsync(args.Inputs());
            var parent = resource is Pulumi.Stack ? null : (await (options.Parent ?? Stack).Urn.Data).Value;
            var provider = resource is CustomResource ? await ReferenceAsync(options.Provider) : "";
            foreach (var alias in options.Aliases)
            {
                await ((await alias.ToOutput().Data) is { IsKnown: true } known ? Alias.ResolveAsync(known.Value) : Task.CompletedTask);
            }

            var needed = Reached([.. dependsOn, .. inputs.Values.SelectMany(input => input.Resources)], resource);
            await Task.WhenAll(needed.Select(item => item.Urn.Data));

            _resources.Enqueue(resource);
            var (type, name) = (resource.GetResourceType(), resource.GetResourceName());
            var (id, state) = resource is Pulumi.Stack ? (null, ImmutableDictionary<string, object>.Empty) : await _mocks.NewResourceAsync(
                new MockResourceArgs { Type = type, Name = name, Inputs = PropertyValue.Known(inputs), Provider = provider, Id = "" });

            // As the official package's mocks name it: without what is between the resource and the stack.
            var qualifiedType = parent is null ? type : $"{parent.Split("::")[2].Split('$')[0]}${type}";
            var urn = $"urn:pulumi:{_instance.StackName}::{_instance.ProjectName}::{qualifiedType}::{name}";
            var values = await PropertyValue.FlattenStateAsync(state);
            var missing = new OutputData<object?>(null, !_instance.IsDryRun, false, []);
            foreach (var output in outputs)
            {
                var data = output.Name switch
                {
                    "urn" => OutputData<object?>.Known(urn),
                    "id" => OutputData<object?>.Known(id ?? "") with { IsKnown = !string.IsNullOrEmpty(id) },
                    _ => values.GetValueOrDefault(output.Name, missing),
                };
                output.Resolve(data with { Resources = [resource] });
            }
        }
        catch (Exception exception)
        {
            foreach (var output in outputs)
            {
                output.Fail(exception);
            }

            throw;
        }
    }

    private static async Task<ImmutableArray<Resource>> ResourcesAsync(InputList<Resource> resources)
        => (await resources.Value.Data) is { IsKnown: true } known ? known.Value : [];

    /// <summary>Resources to wait for: a component stands for those in it.</summary>
    /// <exception cref="RunException">The resource that waits is one of them: the official package would never end.</exception>
    private static IEnumerable<Resource> Reached(IEnumerable<Resource> resources, Resource? of)
    {
        var reached = new HashSet<Resource>();
        Reach(resources);
        return reached.Where(resource => resource is CustomResource || resource.IsRemote);

        void Reach(IEnumerable<Resource> more)
        {
            foreach (var resource in more)
            {
                if (resource == of)
                {
                    throw new RunException($"{of.GetResourceType()} '{of.GetResourceName()}' depends on itself, or on a component that it is in.");
                }

                if (reached.Add(resource) && resource is ComponentResource { IsRemote: false })
                {
                    Reach(resource.Children);
                }
            }
        }
    }

    private static string CleanKey(string key)
        => key.Split(':', 2) is [{ Length: > 0 } project, var name] && name.StartsWith("config:", StringComparison.Ordinal)
            ? $"{project}:{name["config:".Length..]}"
            : key;

    /// <summary>How a mock is told of a provider.</summary>
    private static async Task<string> ReferenceAsync(ProviderResource? provider)
        => provider is null ? "" : $"{(await provider.Urn.Data).Value}::{((await provider.Id.Data) is { IsKnown: true } id ? id.Value : UnknownId)}";
}
