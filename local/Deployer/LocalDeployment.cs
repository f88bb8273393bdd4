using System.Collections.Immutable;
using System.Security.Cryptography;
using Pulumi.Testing;

namespace Deployer;

/// <summary>
/// Deploys a Pulumi program to an embedded AWS, as the engine does with the AWS provider: makes what is new, changes what has changed,
/// replaces what cannot be changed, and in the end deletes what the program no longer has, latest first. It remembers what it has made.
/// </summary>
public sealed class LocalDeployment
{
    private readonly Dictionary<string, ResourceType> _types;
    private readonly List<DeployedResource> _resources = [];

    /// <param name="options">Where and how.</param>
    public LocalDeployment(LocalDeploymentOptions options)
    {
        _types = ResourceTypes.For(options);
        Options = options;
    }

    /// <summary>What the last run did, in order, such as <c>create aws:apigateway/apiKey:ApiKey partner</c>. Unchanged resources are not in it.</summary>
    public IReadOnlyList<string> Changes { get; private set; } = [];

    /// <summary>The resources that are there, as <c>type name</c>, in the order in which they were made.</summary>
    public IReadOnlyList<string> Resources => [.. _resources.Select(resource => resource.ToString())];

    internal LocalDeploymentOptions Options { get; }

    /// <summary>
    /// Runs a program and makes the account as it declares. When it fails, what was made stays, is remembered, and a second run goes on from there.
    /// </summary>
    /// <param name="program">Runs the program under the given mocks, for instance with <see cref="Pulumi.Deployment.TestAsync{TStack}(IMocks, TestOptions)"/>.</param>
    /// <param name="replace">Names of resources to replace although nothing in them has changed, as <c>pulumi up --replace</c> does.</param>
    public async Task UpAsync(Func<IMocks, Task> program, params IReadOnlyList<string> replace)
    {
        using var run = new Run(this, replace);
        Changes = run.Changes;
        await program(run);
        run.Reorder();
        await run.DeleteOthersAsync();
    }

    /// <summary>Forgets what is no longer there, so that the next run makes it again.</summary>
    public async Task RefreshAsync()
    {
        var gone = new List<string>();
        foreach (var resource in _resources.ToList())
        {
            if (!await _types[resource.Type].ExistsAsync(resource))
            {
                _resources.Remove(resource);
                gone.Add($"forget {resource}");
            }
        }

        Changes = gone;
    }

    /// <summary>Deletes everything that was made, latest first. When it fails, a second call goes on from there.</summary>
    public async Task DestroyAsync()
    {
        using var run = new Run(this, replace: []);
        Changes = run.Changes;
        await run.DeleteOthersAsync();
    }

    private sealed class Run(LocalDeployment deployment, IReadOnlyList<string> replace) : IMocks, IDisposable
    {
        private readonly SemaphoreSlim _oneByOne = new(initialCount: 1);
        private readonly List<DeployedResource> _declared = [];

        public List<string> Changes { get; } = [];

        public void Dispose() => _oneByOne.Dispose();

        public async Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
        {
            if (!args.Type!.StartsWith("aws:", StringComparison.Ordinal))
            {
                // A component is nothing but its children.
                return (null, args.Inputs);
            }

            await _oneByOne.WaitAsync();
            try
            {
                var resource = await DeployAsync(args);
                _declared.Add(resource);
                return (resource.Id, resource.Outputs);
            }
            finally
            {
                _oneByOne.Release();
            }
        }

        public Task<object> CallAsync(MockCallArgs args) => Task.FromResult<object>(args.Token switch
        {
            "aws:index/getCallerIdentity:getCallerIdentity" => new Dictionary<string, object>
            {
                ["accountId"] = deployment.Options.Aws.AccountId,
                ["arn"] = $"arn:aws:iam::{deployment.Options.Aws.AccountId}:root",
                ["id"] = deployment.Options.Aws.AccountId,
                ["userId"] = "deployer",
            }.ToImmutableDictionary(),
            "aws:index/getRegion:getRegion" => new Dictionary<string, object>
            {
                ["region"] = deployment.Options.Aws.Region,
                ["name"] = deployment.Options.Aws.Region,
                ["id"] = deployment.Options.Aws.Region,
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

        /// <summary>A resource is registered after those that it needs: in this order they are made, and deleted from its end.</summary>
        public void Reorder()
        {
            var others = deployment._resources.Where(resource => !IsDeclared(resource)).ToList();
            deployment._resources.Clear();
            deployment._resources.AddRange(_declared);
            deployment._resources.AddRange(others);
        }

        public async Task DeleteOthersAsync()
        {
            foreach (var resource in deployment._resources.AsEnumerable().Reverse().Where(resource => !IsDeclared(resource)).ToList())
            {
                await deployment._types[resource.Type].DeleteAsync(resource);
                deployment._resources.Remove(resource);
                Changes.Add($"delete {resource}");
            }
        }

        private bool IsDeclared(DeployedResource resource) => _declared.Exists(declared => ReferenceEquals(declared, resource));

        private async Task<DeployedResource> DeployAsync(MockResourceArgs args)
        {
            var type = deployment._types.GetValueOrDefault(args.Type!) ?? throw new NotSupportedException($"Resources of type {args.Type} cannot be deployed here.");
            var before = deployment._resources.FindLast(resource => resource.Type == args.Type && resource.Name == args.Name);
            var inputs = Named(type, args, replace.Contains(args.Name!) ? null : before);
            var changes = before is null ? null : inputs.ChangesFrom(before.Inputs);
            var forced = replace.Contains(args.Name!);
            if (changes is { Count: 0 } && !forced)
            {
                return before!;
            }

            if (before is not null && !forced && !type.IsReplacedBy(inputs, changes!))
            {
                await type.UpdateAsync(before, inputs, changes!);
                var updated = before with { Inputs = inputs, Outputs = before.Outputs.SetItems(inputs.Values) };
                deployment._resources[deployment._resources.IndexOf(before)] = updated;
                Changes.Add($"update {updated}");
                return updated;
            }

            // The one that is replaced is deleted when everything that needs the new one has it.
            var (id, outputs) = await type.CreateAsync(inputs);
            var created = new DeployedResource(args.Type!, args.Name!, id, inputs, inputs.Values.SetItems(outputs));
            deployment._resources.Insert(before is null ? deployment._resources.Count : deployment._resources.IndexOf(before) + 1, created);
            Changes.Add($"{(before is null ? "create" : "replace")} {created}");
            return created;
        }

        // The name that Pulumi gives stays with a resource until it is replaced.
        private static Inputs Named(ResourceType type, MockResourceArgs args, DeployedResource? before)
        {
            if (type.AutoNamed is not { } name || args.Inputs.ContainsKey(name))
            {
                return new Inputs(args.Inputs);
            }

            var given = before?.Inputs.Find(name) ?? $"{args.Name}-{RandomNumberGenerator.GetHexString(7, lowercase: true)}";
            return new Inputs(args.Inputs.SetItem(name, given));
        }
    }
}
