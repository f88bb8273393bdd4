namespace BareFunction;

/// <summary>A function that does nothing: what it takes is the runtime's share, and no C# function takes less.</summary>
public sealed class Function
{
    /// <summary>Answers null.</summary>
#pragma warning disable CA1822, CA1024 // Lambda calls a method of an instance.
    public Stream FunctionHandler(Stream input) => new MemoryStream("null"u8.ToArray());
#pragma warning restore CA1822, CA1024
}
