using Pulumi.Testing;

namespace Pulumi;

/// <summary>What a program can ask about its run.</summary>
public sealed class DeploymentInstance
{
    private readonly Deployment _deployment;
    private readonly TestOptions _options;

    internal DeploymentInstance(Deployment deployment, TestOptions options) => (_deployment, _options) = (deployment, options);

    public string StackName => _options.StackName ?? "stack";

    public string ProjectName => _options.ProjectName ?? "project";

    public string OrganizationName => _options.OrganizationName ?? "organization";

    /// <exception cref="InvalidOperationException">None is set: the Pulumi CLI sets it, a test has to.</exception>
    public string RootDirectory => _options.RootDirectory ?? throw new InvalidOperationException(
        "The Pulumi CLI version does not support root directory: a newer one sets it, and in a test TestOptions does.");

    public bool IsDryRun => _options.IsPreview ?? true;

    public Output<T> Invoke<T>(string token, InvokeArgs args, InvokeOptions? options = null) => new(_deployment.InvokeAsync<T>(token, args, options));

    public Output<T> Invoke<T>(string token, InvokeArgs args, InvokeOutputOptions options) => Invoke<T>(token, args, (InvokeOptions)options);

    public Task InvokeAsync(string token, InvokeArgs args, InvokeOptions? options = null) => InvokeAsync<object>(token, args, options);

    /// <summary>Inputs that are not known are left out.</summary>
    public async Task<T> InvokeAsync<T>(string token, InvokeArgs args, InvokeOptions? options = null)
        => (await _deployment.CallAsync<T>(token, await PropertyValue.FlattenAsync((args ?? InvokeArgs.Empty).Inputs()), options)).Value;
}

/// <summary>How an invoke is to be answered.</summary>
public class InvokeOptions
{
    public Resource? Parent { get; set; }

    public ProviderResource? Provider { get; set; }

    public string? Version { get; set; }
}

/// <summary>How an invoke whose answer is an output is to be answered.</summary>
public class InvokeOutputOptions : InvokeOptions
{
    public InputList<Resource> DependsOn { get => field ??= new(); set; }
}
