namespace Pulumi;

/// <summary>A file or folder that a program hands to a provider.</summary>
public abstract class AssetOrArchive
{
    private protected AssetOrArchive(object value) => Value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary>The path.</summary>
    internal object Value { get; }
}

/// <summary>A folder or archive.</summary>
public abstract class Archive : AssetOrArchive
{
    private protected Archive(object value) : base(value)
    {
    }
}

/// <summary>A folder, or a tar or zip file, on disk.</summary>
public sealed class FileArchive(string path) : Archive(path);
