using System.Collections.Immutable;
using Pulumi.Testing;

namespace Deployer;

/// <summary>
/// Deploys a Pulumi program to an embedded AWS, as the engine does with the AWS provider: creates what is new, updates what has changed,
/// replaces what cannot be changed, and in the end deletes what the program no longer declares. It remembers what it has made.
/// </summary>
public sealed class LocalDeployment
{
    private readonly LocalDeploymentOptions _options;
    private readonly Dictionary<string, ResourceType> _types;
    private readonly Lock _gate = new();
    private readonly List<DeployedResource> _resources = [];
    private readonly List<string> _changes = [];
    private int _runs;

    /// <param name="options">Where and how.</param>
    public LocalDeployment(LocalDeploymentOptions options)
    {
        _types = ResourceTypes.For(options);
        _options = options;
    }

    /// <summary>What the last run did, in order, such as <c>create aws:apigateway/apiKey:ApiKey partner</c>. Unchanged resources are not in it.</summary>
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

    /// <summary>The resources that are there, as <c>type name</c>, each after those that it depends on.</summary>
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
    /// Runs a program and makes the account as it declares. When it fails, what was made stays, is remembered, and a second run goes on from there.
    /// </summary>
    /// <param name="program">Runs the program under the given mocks, for instance with <see cref="Pulumi.Deployment.TestAsync{TStack}(IMocks, TestOptions)"/>.</param>
    /// <param name="replace">Resources to replace although nothing in them has changed, as <c>type name</c>: <c>pulumi up --replace</c>.</param>
    public async Task UpAsync(Func<IMocks, Task> program, params IReadOnlyList<string> replace)
    {
        using var run = new Run(this, NextRun(), replace);
        try
        {
            await program(run);
        }
        finally
        {
            // A program's runner returns at the first error, while other resources are still being made.
            await run.StopAsync();
        }

        await DeleteAsync(Find(resource => resource.Registration.Run != run.Number));
    }

    /// <summary>Forgets what is no longer there, so that the next run makes it again.</summary>
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

    /// <summary>Deletes everything that was made. When it fails, a second call goes on from there.</summary>
    public Task DestroyAsync()
    {
        NextRun();
        return DeleteAsync(Find(_ => true));
    }

    /// <summary>
    /// Deletes resources as the engine does: in groups, the last of which depends on nothing, and the resources of a group at once.
    /// After a failure, what has not begun stays.
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

    /// <summary>One run of a program: what it registers is made at once, as far as the number of operations at a time allows.</summary>
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
                // A component is nothing but its children.
                return (null, args.Inputs);
            }

            var started = Interlocked.Increment(ref _clock);
            await Task.Yield(); // the program goes on to what does not depend on this
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
                // The engine begins nothing new after a failure, and reports that one.
                Interlocked.CompareExchange(ref _failure, failure, comparand: null);
                _stopped = true;
                throw;
            }
            finally
            {
                _operations.Release();
            }
        }

        /// <summary>Waits for what is being made. Nothing is made after that.</summary>
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
            _ => throw new NotSupportedException($"The invoke {args.Token} is not known here."),
        });

        private void EnsureNotStopped(MockResourceArgs args)
        {
            if (_stopped)
            {
                throw new OperationCanceledException($"{args.Type} {args.Name} is not deployed: the deployment has failed.", _failure);
            }
        }

        private async Task<DeployedResource> DeployAsync(MockResourceArgs args, int started)
        {
            var type = deployment._types.GetValueOrDefault(args.Type!) ?? throw new NotSupportedException($"Resources of type {args.Type} cannot be deployed here.");
            var before = deployment.Find(resource => resource.Type == args.Type && resource.Name == args.Name).LastOrDefault();
            if (before is not null && !replace.Contains(before.ToString()))
            {
                var inputs = type.Named(args, before.Inputs);
                var changes = inputs.ChangesFrom(before.Inputs);
                if (changes.Count == 0)
                {
                    return Keep(before, before, change: null);
                }

                if (!changes.Overlaps(type.ReplacedBy(inputs)))
                {
                    await type.UpdateAsync(before, inputs, changes);
                    return Keep(before, before with { Inputs = inputs, Outputs = before.Outputs.SetItems(inputs.Values) }, "update");
                }
            }

            if (before is not null && type.IsNamedByProgram(args))
            {
                await DeleteBeforeReplaceAsync(before);
            }

            // Otherwise the one that is replaced is deleted in the end, when everything that needs the new one has it. That has a name of its own.
            var named = type.Named(args, before: null);
            var (id, outputs) = await type.CreateAsync(named);
            var created = new DeployedResource(args.Type!, args.Name!, id, named, named.Values.SetItems(outputs), new(number, started, Ended: 0));
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

        /// <summary>
        /// There cannot be two of one name: where the program gives it, the provider has the old one deleted first, and before that whatever would be
        /// replaced if the old one's id were another one. The program registers those again.
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
