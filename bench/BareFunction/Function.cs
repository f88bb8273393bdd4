namespace BareFunction;

/// <summary>A function that does nothing. Its time is the runtime's own, the minimum for a C# function.</summary>
public sealed class Function
{
    /// <summary>Returns null.</summary>
#pragma warning disable CA1822, CA1024 // Lambda calls a method of an instance.
    public Stream FunctionHandler(Stream input) => new MemoryStream("null"u8.ToArray());
#pragma warning restore CA1822, CA1024
}
