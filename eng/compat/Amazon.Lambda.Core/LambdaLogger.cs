using System.Text;

namespace Amazon.Lambda.Core;

/// <summary>Logger for code that has no <see cref="ILambdaContext"/> at hand. Outside of Lambda it writes to the console.</summary>
public static class LambdaLogger
{
    // Amazon.Lambda.RuntimeSupport finds these three fields by name and type and replaces their values: they cannot be readonly.
    private static Action<string> _loggingAction = Console.WriteLine;
    private static Action<string, string, object[]> _loggingWithLevelAction = WriteToConsole;
    private static Action<string, Exception, string, object[]> _loggingWithLevelAndExceptionAction = WriteToConsole;

    public static void Log(string message) => _loggingAction(message);

    public static void Log(string level, string message, params object[] args) => _loggingWithLevelAction(level, message, args);

    public static void Log(LogLevel level, string message, params object[] args) => Log(level.ToString(), message, args);

    public static void Log(string level, Exception exception, string message, params object[] args)
        => _loggingWithLevelAndExceptionAction(level, exception, message, args);

    public static void Log(LogLevel level, Exception exception, string message, params object[] args)
        => Log(level.ToString(), exception, message, args);

    private static void WriteToConsole(string level, string message, params object[] args) => WriteToConsole(level, null, message, args);

    private static void WriteToConsole(string level, Exception exception, string message, params object[] args)
    {
        var line = new StringBuilder().Append(level).Append(": ").Append(message);
        if (args is { Length: > 0 })
        {
            line.Append(" Arguments:");
            foreach (var arg in args)
            {
                line.Append(" \"").Append(arg).Append('"');
            }
        }

        if (exception is not null)
        {
            line.AppendLine().Append(exception);
        }

        Console.WriteLine(line);
    }
}
