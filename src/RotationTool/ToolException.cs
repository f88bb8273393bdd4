namespace RotationTool;

/// <summary>The exit codes of the tool, for scripts.</summary>
internal enum ExitCode
{
    /// <summary>The command succeeded and found no problem.</summary>
    Fine = 0,

    /// <summary>The secret or its keys have a problem, or the action failed.</summary>
    Wrong = 1,

    /// <summary>The command line is not valid; nothing was done.</summary>
    Usage = 2,

    /// <summary>AWS or the function could not be called, so the state is unknown.</summary>
    Unknown = 3,

    /// <summary>Ctrl+C ended the command; a started rotation continues.</summary>
    Interrupted = 130,
}

/// <summary>The exception for a command that failed. The message says what is wrong and what to do.</summary>
internal sealed class ToolException(ExitCode exitCode, string message) : Exception(message)
{
    public ExitCode ExitCode => exitCode;
}
