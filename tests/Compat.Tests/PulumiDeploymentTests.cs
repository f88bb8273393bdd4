using System.Collections.Immutable;
using Pulumi;
using Pulumi.Testing;
using Pulumi.Utilities;
using Aws = Pulumi.Aws;

namespace Compat.Tests;

public class PulumiDeploymentTests
{
    [Fact]
    public async Task A_program_runs_in_process()
    {
        var mocks = new Recorder();
        var (resources, outputs) = await Deployment.TestAsync(mocks, new TestOptions { IsPreview = false }, () =>
        {
            var role = new Aws.Iam.Role("role", new() { AssumeRolePolicy = "{}", MaxSessionDuration = 3600 });
            var function = new Aws.Lambda.Function("function", new()
            {
                Role = role.Arn,
                Runtime = Aws.Lambda.Runtime.Dotnet10,
                Code = new FileArchive("."),
                Environment = new Aws.Lambda.Inputs.FunctionEnvironmentArgs { Variables = { ["A"] = "1", ["ROLE"] = role.Name } },
                Layers = { "one", role.Arn },
            });
            return new Dictionary<string, object?> { ["name"] = Output.Format($"{function.Name}!") };
        });

        Assert.Equal(["role", "function"], resources.Select(resource => resource.GetResourceName()));
        var inputs = mocks.Resources.Single(args => args.Name == "function").Inputs;
        Assert.Equal("role_arn", inputs["role"]);
        Assert.Equal("dotnet10", inputs["runtime"]);
        Assert.IsType<FileArchive>(inputs["code"]);
        Assert.Equal(["one", "role_arn"], Assert.IsType<ImmutableArray<object>>(inputs["layers"]));
        Assert.Equal("function_name!", await OutputUtilities.GetValueAsync((Output<string>)outputs["name"]!));
    }

    internal sealed class Recorder : IMocks
    {
        private readonly List<MockResourceArgs> _resources = [];

        public IReadOnlyList<MockResourceArgs> Resources => _resources;

        public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
        {
            lock (_resources)
            {
                _resources.Add(args);
            }

            return Task.FromResult<(string?, object)>(($"{args.Name}_id", args.Inputs.SetItem("arn", $"{args.Name}_arn").SetItem("name", $"{args.Name}_name")));
        }

        public Task<object> CallAsync(MockCallArgs args) => Task.FromResult<object>(args.Args);
    }
}
