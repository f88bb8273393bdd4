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
    private readonly ConcurrentQueue<Task> _tasks = new();
    private readonly ConcurrentQueue<Resource> _resources = new();
    private readonly HashSet<Exception> _errors = new(ReferenceEqualityComparer.Instance);

    private Deployment(IMocks mocks, TestOptions options)
    {
        _mocks = mocks;
        _instance = new DeploymentInstance(this, options);
        Config = Environment.GetEnvironmentVariable("PULUMI_CONFIG") is { Length: > 0 } json
            ? JsonSerializer.Deserialize<ImmutableDictionary<string, string>>(json)!
            : ImmutableDictionary<string, string>.Empty;
    }

    internal ImmutableDictionary<string, string> Config { get; }

    internal Stack? Stack { get; set; }

    /// <summary>The run ends when this has; its failure fails the run.</summary>
    internal void Track(Task task) => _tasks.Enqueue(task);

    internal void Fail(Exception exception) => Track(Task.FromException(exception));

    internal void Register(Resource resource, ResourceArgs? args, ResourceOptions options)
    {
        _resources.Enqueue(resource);
        Track(RegisterAsync(resource, args, options, OutputProperty.Initialize(resource)));
    }

    internal void RegisterOutputs(Resource resource, Output<IDictionary<string, object?>> outputs)
    {
        Track(RegisterAsync());

        async Task RegisterAsync()
        {
            var urn = (await resource.Urn.Data).Value;
            var named = (await outputs.Data).Value.ToImmutableDictionary(
                item => item.Key, item => new Output<object?>(PropertyValue.FlattenAsync(item.Value)));
            await _mocks.RegisterResourceOutputs(new MockRegisterResourceOutputsRequest(urn, named));
        }
    }

    internal async Task<OutputData<T>> InvokeAsync<T>(string token, InvokeArgs args, InvokeOptions? options)
    {
        var inputs = await PropertyValue.FlattenAsync(args);
        if (options is InvokeOutputOptions { DependsOn: var dependsOn })
        {
            var explicitly = await dependsOn.Value.Data;
            inputs = inputs.Tainted(explicitly) with { Resources = [.. inputs.Resources, .. explicitly.Value] };
            await UrnsAsync(explicitly.Value, of: null);
        }

        if (!inputs.IsKnown)
        {
            return inputs.With(default(T)!);
        }

        var answer = await PropertyValue.FlattenStateAsync(await _mocks.CallAsync(new MockCallArgs
        {
            Token = token,
            Args = (ImmutableDictionary<string, object>)inputs.Value!,
            Provider = await ProviderAsync(options?.Provider ?? (options?.Parent ?? Stack)?.Providers.GetValueOrDefault(PackageOf(token))),
        }));
        var values = answer.Where(item => item.Value.Value is not null).ToImmutableDictionary(item => item.Key, item => item.Value.Value!);
        var data = answer.Values.Aggregate(inputs, (sum, item) => sum.Tainted(item));
        return data.With((T)PropertyValue.To(typeof(T), values)!);
    }

    private async Task RegisterAsync(Resource resource, ResourceArgs? args, ResourceOptions options, ImmutableArray<OutputProperty> outputs)
    {
        try
        {
            var inputs = args?.Inputs().ToList() ?? [];
            // The constructor that registers the resource has not ended: a component's children come after this.
            await Task.Yield();
            var registration = await RegistrationAsync(resource, inputs, options);
            var (id, state) = resource switch
            {
                Pulumi.Stack => (null, ImmutableDictionary<string, object>.Empty),
                _ when _mocks is IResourceEngine engine => await engine.RegisterResourceAsync(registration),
                _ => await _mocks.NewResourceAsync(registration.Args),
            };

            var values = await PropertyValue.FlattenStateAsync(state);
            var missing = new OutputData<object?>(null, !_instance.IsDryRun, false, []);
            foreach (var output in outputs)
            {
                var data = output.Name switch
                {
                    "urn" => OutputData<object?>.Known(registration.Urn),
                    "id" => missing with { Value = id ?? registration.Args.Id, IsKnown = !string.IsNullOrEmpty(id ?? registration.Args.Id) },
                    _ => values.GetValueOrDefault(output.Name, missing),
                };
                output.Resolve(data with { Resources = data.Resources.Add(resource) });
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

    private async Task<ResourceRegistration> RegistrationAsync(
        Resource resource, List<(InputAttribute Input, object Value)> inputs, ResourceOptions options)
    {
        var parentUrn = resource.Parent is null ? null : (await resource.Parent.Urn.Data).Value;
        var values = ImmutableDictionary.CreateBuilder<string, object>();
        var dependencies = (await UrnsAsync((await options.DependsOn.Value.Data) is { IsKnown: true } known ? known.Value : [], resource)).ToBuilder();
        var propertyDependencies = ImmutableDictionary.CreateBuilder<string, ImmutableSortedSet<string>>();
        var secret = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        var unknown = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var (input, value) in inputs)
        {
            var data = await PropertyValue.FlattenAsync(value);
            propertyDependencies[input.Name] = await UrnsAsync(data.Resources, resource);
            dependencies.UnionWith(propertyDependencies[input.Name]);
            if (data.IsSecret)
            {
                secret.Add(input.Name);
            }

            if (!data.IsKnown)
            {
                unknown.Add(input.Name);
            }
            else if (data.Value is not null)
            {
                values[input.Name] = input.Json && data.Value is not string ? JsonSerializer.Serialize(data.Value) : data.Value;
            }
        }

        var readId = options.Id is null ? null : (await options.Id.Value.Data) is { IsKnown: true } id ? id.Value : null;
        var provider = resource is CustomResource ? resource.Providers.GetValueOrDefault(PackageOf(resource.GetResourceType())) : null;
        return new ResourceRegistration(
            new MockResourceArgs
            {
                Type = resource.GetResourceType(),
                Name = resource.GetResourceName(),
                Inputs = values.ToImmutable(),
                Provider = await ProviderAsync(provider),
                Id = readId ?? (options as CustomResourceOptions)?.ImportId ?? "",
            },
            UrnOf(resource, parentUrn),
            parentUrn,
            resource is CustomResource,
            options,
            dependencies.ToImmutable(),
            propertyDependencies.ToImmutable(),
            secret.ToImmutable(),
            unknown.ToImmutable());
    }

    private string UrnOf(Resource resource, string? parentUrn)
    {
        var type = resource.Parent is null or Pulumi.Stack
            ? resource.GetResourceType()
            : $"{parentUrn!.Split("::")[2]}${resource.GetResourceType()}";
        return $"urn:pulumi:{_instance.StackName}::{_instance.ProjectName}::{type}::{resource.GetResourceName()}";
    }

    /// <summary>The URNs of resources, once they are registered. A component stands for the resources in it.</summary>
    /// <exception cref="RunException">The resource that waits is one of them: the official package would never end.</exception>
    private static async Task<ImmutableSortedSet<string>> UrnsAsync(IEnumerable<Resource> resources, Resource? of)
    {
        var reached = new HashSet<Resource>();
        Reach(resources);
        var urns = await Task.WhenAll(reached.Where(resource => resource is CustomResource || resource.IsRemote).Select(resource => resource.Urn.Data));
        return urns.Select(urn => urn.Value).ToImmutableSortedSet(StringComparer.Ordinal);

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

    private static string PackageOf(string token) => token.Split(':')[0];

    private static async Task<string> ProviderAsync(ProviderResource? provider)
        => provider is null ? "" : $"{(await provider.Urn.Data).Value}::{((await provider.Id.Data) is { IsKnown: true } id ? id.Value : UnknownId)}";

    private async Task EndAsync()
    {
        while (_tasks.TryDequeue(out var task))
        {
            try
            {
                await task;
            }
            catch (Exception exception)
            {
                _errors.Add(exception);
            }
        }
    }
}
