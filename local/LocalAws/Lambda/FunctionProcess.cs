using System.Collections.Immutable;

namespace LocalAws;

/// <summary>A command that runs a function in its own process and serves it over the Lambda Runtime API, like a runtime.</summary>
/// <param name="Command">The program to start.</param>
/// <param name="Arguments">The arguments of the program.</param>
public sealed record FunctionProcess(string Command, params ImmutableArray<string> Arguments)
{
    /// <summary>Gets the function's handler, in the form of the runtime (<c>_HANDLER</c>).</summary>
    public string Handler { get; init; } = "";

    /// <summary>Gets the function's memory in MB. The process receives the value, but it is not enforced.</summary>
    public int MemorySize { get; init; } = 512;

    /// <summary>Gets the delegate that receives each line of the process's standard output and error, at once and on any thread.</summary>
    public Action<string>? LogLine { get; init; }
}
