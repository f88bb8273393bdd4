using LocalAws;

namespace Deployer;

/// <summary>Where a <see cref="LocalDeployment"/> deploys, and what its functions run.</summary>
public sealed record LocalDeploymentOptions
{
    /// <summary>The account.</summary>
    public required EmbeddedAws Aws { get; init; }

    /// <summary>How many resources are created, updated or deleted at a time, as by <c>pulumi up --parallel</c>.</summary>
    public int Parallel { get; init; } = 4 * Environment.ProcessorCount; // the CLI's default

    /// <summary>The ARN of the role that deploys: its policies must allow each call of the provider. The account's administrator where null.</summary>
    public string? RoleArn { get; init; }

    /// <summary>Runs a declared Lambda function. Asked once for each function that is created or changed.</summary>
    public required Func<DeclaredFunction, Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>>> RunFunction { get; init; }
}

/// <summary>A Lambda function as a program declares it.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="RoleArn">Its role.</param>
/// <param name="Environment">Its environment variables.</param>
public sealed record DeclaredFunction(string Name, string RoleArn, IReadOnlyDictionary<string, string> Environment);
