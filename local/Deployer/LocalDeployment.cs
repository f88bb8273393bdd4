using System.Collections.Immutable;
using LocalAws;
using Pulumi;
using Pulumi.Testing;

namespace Deployer;

/// <summary>
/// Deploys a Pulumi program to an embedded AWS, like the engine with the AWS provider: creates new resources, updates changed ones, replaces those
/// that cannot be updated, and at the end deletes those that the program no longer declares. Remembers the resources between runs.
/// </summary>
public sealed class LocalDeployment
{
    private readonly LocalDeploymentOptions _options;
    private readonly Dictionary<string, ResourceType> _types;
    private readonly Lock _gate = new();
    private readonly List<DeployedResource> _resources = [];
    private readonly List<string> _changes = [];
    private ObservedResources _observed = new();
    private int _runs;

    /// <param name="options">The account, and the options of the deployment.</param>
    public LocalDeployment(LocalDeploymentOptions options)
    {
        _types = ResourceTypes.For(options);
        _options = options;
    }

    /// <summary>
    /// Gets the operations of the last run, in order, such as <c>create aws:apigateway/apiKey:ApiKey partner</c>. Unchanged resources are not
    /// included.
    /// </summary>
    public IReadOnlyList<string> Changes
    {
        get
        {
            lock (_gate)
            {
                return [.. _changes];
            }
        }
    }

    /// <summary>Gets the existing resources as <c>type name</c>, each after those that it depends on.</summary>
    public IReadOnlyList<string> Resources
    {
        get
        {
            lock (_gate)
            {
                var ordered = _resources.OrderBy(resource => resource.Registration.Run).ThenBy(resource => resource.Registration.Ended);
                return [.. ordered.Select(resource => resource.ToString())];
            }
        }
    }

    /// <summary>
    /// Runs a program and changes the account to what it declares. If the run fails, created resources stay and are remembered, and a second run
    /// continues.
    /// </summary>
    /// <param name="program">
    /// Runs the program with the given mocks, for instance with <see cref="Pulumi.Deployment.TestAsync{TStack}(IMocks, TestOptions)"/>.
    /// </param>
    /// <param name="replace">Resources to replace although they have not changed, as <c>type name</c>, like <c>pulumi up --replace</c>.</param>
    public async Task UpAsync(Func<IMocks, Task> program, params IReadOnlyList<string> replace)
    {
        using var run = new Run(this, NextRun(), replace);
        try
        {
            await program(run);
        }
        finally
        {
            // A program's runner returns at the first error, while other resources are still being created.
            await run.StopAsync();
        }

        await DeleteAsync(Find(resource => resource.Registration.Run != run.Number));
    }

    /// <summary>
    /// Observes the parents and aliases of a program's resources, as a transformation of its stack. Resources then have URNs, as for the engine:
    /// one with another parent is another resource, unless an alias names the URN that it had. Without it, type and name identify a resource.
    /// </summary>
    public ResourceTransformationResult? Observe(ResourceTransformationArgs args)
    {
        _observed.Add(args);
        return null;
    }

    /// <summary>Forgets resources that no longer exist, so that the next run creates them again.</summary>
    public async Task RefreshAsync()
    {
        NextRun();
        foreach (var resource in Find(_ => true))
        {
            if (!await _types[resource.Type].ExistsAsync(resource))
            {
                Remove(resource, "forget");
            }
        }
    }

    /// <summary>Deletes all resources. If it fails, a second call continues.</summary>
    public Task DestroyAsync()
    {
        NextRun();
        return DeleteAsync(Find(_ => true));
    }

    /// <summary>
    /// Deletes resources in groups, like the engine: the resources of a group at once, and the resources without dependencies in the last group.
    /// After a failure, operations that have not started do not start.
    /// </summary>
    private async Task DeleteAsync(List<DeployedResource> resources)
    {
        var groups = new Stack<List<DeployedResource>>();
        while (resources.Count > 0)
        {
            groups.Push([.. resources.Where(resource => !resources.Exists(resource.MayDependOn))]);
            resources = [.. resources.Except(groups.Peek())];
        }

        foreach (var group in groups)
        {
            await Parallel.ForEachAsync(group, new ParallelOptions { MaxDegreeOfParallelism = _options.Parallel }, async (resource, _) =>
            {
                await _types[resource.Type].DeleteAsync(resource);
                Remove(resource, "delete");
            });
        }
    }

    private int NextRun()
    {
        lock (_gate)
        {
            _changes.Clear();
            _observed = new();
            return ++_runs;
        }
    }

    private List<DeployedResource> Find(Predicate<DeployedResource> match)
    {
        lock (_gate)
        {
            return _resources.FindAll(match);
        }
    }

    private void Remove(DeployedResource resource, string change)
    {
        lock (_gate)
        {
            _resources.Remove(resource);
            _changes.Add($"{change} {resource}");
        }
    }

    /// <summary>One run of a program. Creates each registered resource at once, within the limit of parallel operations.</summary>
    private sealed class Run(LocalDeployment deployment, int number, IReadOnlyList<string> replace) : IMocks, IDisposable
    {
        private readonly SemaphoreSlim _operations = new(deployment._options.Parallel);
        private int _clock;
        private volatile bool _stopped;
        private Exception? _failure;

        public int Number => number;

        public void Dispose() => _operations.Dispose();

        public async Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
        {
            if (!args.Type!.StartsWith("aws:", StringComparison.Ordinal))
            {
                // A component consists only of its children.
                return (null, args.Inputs);
            }

            var started = Interlocked.Increment(ref _clock);
            await Task.Yield(); // the program continues with resources that do not depend on this one
            EnsureNotStopped(args);
            await _operations.WaitAsync();
            try
            {
                EnsureNotStopped(args);
                var resource = await DeployAsync(args, started);
                return (resource.Id, resource.Outputs);
            }
            catch (Exception failure)
            {
                // After a failure the engine starts nothing new, and reports that failure.
                Interlocked.CompareExchange(ref _failure, failure, comparand: null);
                _stopped = true;
                throw;
            }
            finally
            {
                _operations.Release();
            }
        }

        /// <summary>Waits for operations in progress. No operation starts after that.</summary>
        public async Task StopAsync()
        {
            _stopped = true;
            for (var ended = 0; ended < deployment._options.Parallel; ended++)
            {
                await _operations.WaitAsync();
            }

            _operations.Release(deployment._options.Parallel);
        }

        public Task<object> CallAsync(MockCallArgs args) => Task.FromResult<object>(args.Token switch
        {
            "aws:index/getCallerIdentity:getCallerIdentity" => new Dictionary<string, object>
            {
                ["accountId"] = deployment._options.Aws.AccountId,
                ["arn"] = $"arn:aws:iam::{deployment._options.Aws.AccountId}:root",
                ["id"] = deployment._options.Aws.AccountId,
                ["userId"] = "deployer",
            }.ToImmutableDictionary(),
            "aws:index/getRegion:getRegion" => new Dictionary<string, object>
            {
                ["region"] = deployment._options.Aws.Region,
                ["name"] = deployment._options.Aws.Region,
                ["id"] = deployment._options.Aws.Region,
                ["description"] = "Embedded",
                ["endpoint"] = "localhost",
            }.ToImmutableDictionary(),
            "aws:index/getPartition:getPartition" => new Dictionary<string, object>
            {
                ["partition"] = "aws",
                ["id"] = "aws",
                ["dnsSuffix"] = "amazonaws.com",
                ["reverseDnsPrefix"] = "com.amazonaws",
            }.ToImmutableDictionary(),
            "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider" => FindProvider((string)args.Args["url"]),
            _ => throw new NotSupportedException($"The invoke {args.Token} is not known here."),
        });

        private ImmutableDictionary<string, object> FindProvider(string url)
        {
            // The provider lists the providers of the account, and reads the one with the URL.
            if (deployment._options.RoleArn is { } role && !deployment._options.Aws.Iam.Allows(role, "iam:ListOpenIDConnectProviders", "*"))
            {
                throw new AwsException(403, "AccessDenied", $"{role} is not authorized to perform: iam:ListOpenIDConnectProviders on resource: *");
            }

            // The provider's own error.
            var provider = deployment._options.Aws.Iam.FindOpenIdConnectProvider(url)
                ?? throw new AwsException(404, "NoSuchEntity", $"finding IAM OIDC Provider by url ({url}): not found");
            return new Dictionary<string, object>
            {
                ["arn"] = provider.Arn,
                ["clientIdLists"] = provider.ClientIds.ToImmutableArray<object>(),
                ["id"] = provider.Arn,
                ["thumbprintLists"] = ImmutableArray<object>.Empty,
                ["url"] = url["https://".Length..],
            }.ToImmutableDictionary();
        }

        private void EnsureNotStopped(MockResourceArgs args)
        {
            if (_stopped)
            {
                throw new OperationCanceledException($"{args.Type} {args.Name} is not deployed: the deployment has failed.", _failure);
            }
        }

        private async Task<DeployedResource> DeployAsync(MockResourceArgs args, int started)
        {
            var type = deployment._types.GetValueOrDefault(args.Type!)
                ?? throw new NotSupportedException($"Resources of type {args.Type} cannot be deployed here.");
            if (args.Inputs.GetValueOrDefault("region") is string region && region != deployment._options.Aws.Region
                && !type.ReplacedBy(new Inputs(args.Inputs)).Contains("region"))
            {
                throw new NotSupportedException($"{args.Type} {args.Name} cannot be deployed to {region}. Here it is made in the home Region only.");
            }

            var urns = await deployment._observed.FindAsync(args.Type!, args.Name!);
            var before = Find(args, urns);
            if (before is not null && !replace.Contains(before.ToString()))
            {
                var inputs = type.Named(args, before.Inputs);
                var changes = inputs.ChangesFrom(before.Inputs);
                if (changes.Count == 0)
                {
                    return Keep(before, before with { Name = args.Name!, Urn = urns?.Urn }, change: null);
                }

                if (!changes.Overlaps(type.ReplacedBy(inputs)))
                {
                    await type.UpdateAsync(before, inputs, changes);
                    var outputs = before.Outputs.SetItems(inputs.Values);
                    return Keep(before, before with { Name = args.Name!, Urn = urns?.Urn, Inputs = inputs, Outputs = outputs }, "update");
                }
            }

            if (before is not null && type.IsNamedByProgram(args))
            {
                await DeleteBeforeReplaceAsync(before);
            }

            // Otherwise the replaced resource, which has its own name, is deleted at the end, after everything that needs the new one has it.
            var named = type.Named(args, before: null);
            var (id, made) = await type.CreateAsync(named);
            var created = new DeployedResource(
                args.Type!, args.Name!, id, named, named.Values.SetItems(made), urns?.Urn, new(number, started, Ended: 0));
            return Keep(earlier: null, created, before is null ? "create" : "replace");

            DeployedResource Keep(DeployedResource? earlier, DeployedResource resource, string? change)
            {
                lock (deployment._gate)
                {
                    var kept = resource with { Registration = new(number, started, Interlocked.Increment(ref _clock)) };
                    if (earlier is not null)
                    {
                        deployment._resources.Remove(earlier);
                    }

                    deployment._resources.Add(kept);
                    if (change is not null)
                    {
                        deployment._changes.Add($"{change} {kept}");
                    }

                    return kept;
                }
            }
        }

        /// <summary>Finds what an earlier run deployed of a resource: by its URN, else by its aliases.</summary>
        /// <exception cref="InvalidOperationException">
        /// Another resource of this run has the URN that the alias names, which the engine rejects.
        /// </exception>
        private DeployedResource? Find(MockResourceArgs args, (string Urn, IReadOnlyList<string> Former)? urns)
        {
            if (urns is not var (urn, former))
            {
                return deployment.Find(resource => resource.Type == args.Type && resource.Name == args.Name).LastOrDefault();
            }

            foreach (var candidate in former.Prepend(urn))
            {
                if (deployment.Find(resource => resource.Urn == candidate).LastOrDefault() is { } found)
                {
                    return candidate == urn || found.Registration.Run != number ? found : throw new InvalidOperationException(
                        $"The alias {candidate} of {urn} is another resource of the program.");
                }
            }

            return null;
        }

        /// <summary>
        /// Deletes the old resource first, as the provider does where the program sets the name, because two resources cannot have the same name.
        /// Before that, deletes every resource that another id of the old one would replace. The program registers those again.
        /// </summary>
        private Task DeleteBeforeReplaceAsync(DeployedResource replaced)
        {
            List<DeployedResource> leaving = [replaced];
            var others = deployment.Find(resource => resource.Registration.Run != number && resource != replaced);
            for (var next = 0; next < leaving.Count; next++)
            {
                var dependents = others.FindAll(other => deployment._types[other.Type].IsReplacedWith(other.Inputs, leaving[next].Id));
                leaving.AddRange(dependents);
                others.RemoveAll(dependents.Contains);
            }

            return deployment.DeleteAsync(leaving);
        }
    }
}
