namespace RotationTool;

/// <summary>What the tool answers to a script.</summary>
internal enum ExitCode
{
    /// <summary>All is well.</summary>
    Fine = 0,

    /// <summary>Something is wrong with the secret or its keys, or what was asked for failed.</summary>
    Wrong = 1,

    /// <summary>The command line is not understood; nothing was done.</summary>
    Usage = 2,

    /// <summary>AWS or the function could not be asked, so nothing is known.</summary>
    Unknown = 3,

    /// <summary>Ended by Ctrl+C; what was started goes on.</summary>
    Interrupted = 130,
}

/// <summary>A command cannot go on. The message says what is wrong and what to do.</summary>
internal sealed class ToolException(ExitCode exitCode, string message) : Exception(message)
{
    public ExitCode ExitCode => exitCode;
}
