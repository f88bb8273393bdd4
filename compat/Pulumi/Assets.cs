namespace Pulumi;

/// <summary>A file or folder that a program hands to a provider.</summary>
public abstract class AssetOrArchive
{
    private protected AssetOrArchive(object value) => Value = value;

    /// <summary>A path, a text, an address, or the assets by name.</summary>
    internal object Value { get; }
}

/// <summary>One file.</summary>
public abstract class Asset : AssetOrArchive
{
    private protected Asset(object value) : base(value)
    {
    }
}

/// <summary>A folder or archive.</summary>
public abstract class Archive : AssetOrArchive
{
    private protected Archive(object value) : base(value)
    {
    }
}

/// <summary>A file on disk.</summary>
public sealed class FileAsset(string path) : Asset(path);

/// <summary>A file whose content is given.</summary>
public sealed class StringAsset(string text) : Asset(text);

/// <summary>A folder, or a tar or zip file, on disk.</summary>
public sealed class FileArchive(string path) : Archive(path);

/// <summary>An archive of assets and archives by name.</summary>
public sealed class AssetArchive(IDictionary<string, AssetOrArchive> assets) : Archive(assets);
