using System.Collections.Immutable;
using System.Text.Json;
using Infra;
using Pulumi.Testing;
using Pulumi.Utilities;

namespace Deployer.Tests;

/// <summary>The stack, deployed to an account under a name of its own.</summary>
internal sealed class DeployedStack
{
    private readonly string _project;
    private readonly string _name;
    private readonly Func<string, string>? _tamper;

    /// <param name="account">Where to.</param>
    /// <param name="name">The stack's name.</param>
    /// <param name="tamper">Changes the policies of the function's role before they are put: a policy document in, another one out.</param>
    /// <param name="project">The project's name.</param>
    /// <param name="deployerArn">The role that deploys; the administrator where null.</param>
    public DeployedStack(
        DeployerAccount account, string name, Func<string, string>? tamper = null, string project = "rotation-lambda", string? deployerArn = null)
    {
        (_name, _tamper, _project) = (name, tamper, project);
        Deployment = new LocalDeployment(new LocalDeploymentOptions
        {
            Aws = account.Aws,
            RoleArn = deployerArn,
            RunFunction = declared =>
            {
                (FunctionName, FunctionRoleArn) = (declared.Name, declared.RoleArn);
                return account.RunFunction(declared);
            },
        });
    }

    public LocalDeployment Deployment { get; }

    /// <summary>Puts something between the program and the deployment, such as what another version of the program declared.</summary>
    public Func<IMocks, IMocks> Between { get; set; } = mocks => mocks;

    public string FunctionName { get; private set; } = "";

    /// <summary>The role that the function runs as.</summary>
    public string FunctionRoleArn { get; private set; } = "";

    /// <summary>The stack's output for each key, of the last deployment.</summary>
    public IReadOnlyDictionary<string, ImmutableDictionary<string, string>> Keys { get; private set; } = ImmutableDictionary<string, ImmutableDictionary<string, string>>.Empty;

    /// <summary>The stack's output for each key in other Regions, of the last deployment.</summary>
    public IReadOnlyDictionary<string, ImmutableDictionary<string, ImmutableDictionary<string, string>>> Regions { get; private set; } =
        ImmutableDictionary<string, ImmutableDictionary<string, ImmutableDictionary<string, string>>>.Empty;

    /// <summary>Whether a configuration has more keys than the function's policies can name.</summary>
    public static bool IsByTag(object configuration) => StackConfig.Read(Settings(configuration).GetValueOrDefault).SecretsByTag;

    public async Task UpAsync(object configuration, params string[] replace)
    {
        Environment.SetEnvironmentVariable("PULUMI_CONFIG", JsonSerializer.Serialize(Settings(configuration).ToDictionary(setting => $"{_project}:{setting.Key}", setting => setting.Value)));
        try
        {
            await Deployment.UpAsync(
                async mocks =>
                {
                    var made = await Pulumi.Deployment.TestWithServiceProviderAsync<RotationStack>(
                        Between(_tamper is null ? mocks : new TamperedPolicies(mocks, _tamper)),
                        new ObservedStack.Factory(Deployment),
                        new TestOptions { ProjectName = _project, StackName = _name, IsPreview = false });
                    Keys = await OutputUtilities.GetValueAsync(made.OfType<RotationStack>().Single().RotatingKeys);
                    Regions = await OutputUtilities.GetValueAsync(made.OfType<RotationStack>().Single().OtherRegions);
                },
                replace);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PULUMI_CONFIG", null);
            Environment.ExitCode = 0; // a failed run sets it
        }
    }

    /// <summary>As Pulumi gives them: what is no text is JSON.</summary>
    private static Dictionary<string, string> Settings(object configuration) => JsonSerializer.SerializeToElement(configuration).EnumerateObject()
        .ToDictionary(setting => setting.Name, setting => setting.Value.ValueKind is JsonValueKind.String ? setting.Value.GetString()! : setting.Value.GetRawText());

    /// <summary>The stack, whose resources have URNs.</summary>
    private sealed class ObservedStack(LocalDeployment deployment) : RotationStack(new() { ResourceTransformations = { deployment.Observe } })
    {
        public sealed class Factory(LocalDeployment deployment) : IServiceProvider
        {
            public object GetService(Type serviceType) => new ObservedStack(deployment);
        }
    }

    private sealed class TamperedPolicies(IMocks inner, Func<string, string> tamper) : IMocks
    {
        public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
        {
            if (args.Type == "aws:iam/rolePolicy:RolePolicy")
            {
                args.Inputs = args.Inputs.SetItem("policy", tamper((string)args.Inputs["policy"]));
            }

            return inner.NewResourceAsync(args);
        }

        public Task<object> CallAsync(MockCallArgs args) => inner.CallAsync(args);
    }
}
