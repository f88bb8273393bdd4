namespace Pulumi;

/// <summary>The stack's configuration under one prefix: by default the project's name.</summary>
public sealed class Config
{
    private readonly string _prefix;

    public Config(string? name = null)
    {
        name ??= Deployment.Instance.ProjectName;
        _prefix = name.EndsWith(":config", StringComparison.Ordinal) ? name[..^":config".Length] : name;
    }

    public string? Get(string key) => Deployment.Running.Config.GetValueOrDefault($"{_prefix}:{key}");
}
