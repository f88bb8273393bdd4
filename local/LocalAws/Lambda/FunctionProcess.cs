using System.Collections.Immutable;

namespace LocalAws;

/// <summary>A command that serves a function over the Lambda Runtime API, in a process of its own, as a runtime does.</summary>
/// <param name="Command">The program to start.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record FunctionProcess(string Command, params ImmutableArray<string> Arguments)
{
    /// <summary>The function's handler, as the runtime spells it (<c>_HANDLER</c>).</summary>
    public string Handler { get; init; } = "";

    /// <summary>The function's memory in MB. It is told to the process, not enforced.</summary>
    public int MemorySize { get; init; } = 512;

    /// <summary>Receives each line that the process writes to its standard output and error, as it comes and on any thread.</summary>
    public Action<string>? LogLine { get; init; }
}
