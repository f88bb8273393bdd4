using LocalAws;

namespace Deployer;

/// <summary>The options of a <see cref="LocalDeployment"/>: the account, and the code of its functions.</summary>
public sealed record LocalDeploymentOptions
{
    /// <summary>Gets the account to deploy to.</summary>
    public required EmbeddedAws Aws { get; init; }

    /// <summary>Gets the number of resources that are created, updated or deleted in parallel, like <c>pulumi up --parallel</c>.</summary>
    public int Parallel { get; init; } = 4 * Environment.ProcessorCount; // the CLI's default

    /// <summary>
    /// Gets the ARN of the role that deploys. Its policies must permit each call of the provider. Default: an administrator of the account.
    /// </summary>
    public string? RoleArn { get; init; }

    /// <summary>Gets the delegate that runs a declared Lambda function. It is called once for each created or changed function.</summary>
    public required Func<DeclaredFunction, Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>>> RunFunction { get; init; }
}

/// <summary>A Lambda function as a program declares it.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="RoleArn">The ARN of the function's role.</param>
/// <param name="Environment">The function's environment variables.</param>
public sealed record DeclaredFunction(string Name, string RoleArn, IReadOnlyDictionary<string, string> Environment);
