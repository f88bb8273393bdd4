using System.Globalization;
using System.Text;
using Amazon.Lambda.Core;

namespace LambdaHost;

/// <summary>A line of a function's log.</summary>
/// <param name="Level">The log level.</param>
/// <param name="Message">The template with its placeholders filled in.</param>
/// <param name="Fields">The values of the placeholders by name. With the JSON log format they are separate fields.</param>
/// <param name="Exception">The logged exception.</param>
public sealed record LogEntry(string Level, string Message, IReadOnlyDictionary<string, object?> Fields, Exception? Exception = null);

/// <summary>Lambda's structured logger. Fills the placeholders of a template in the order of the arguments.</summary>
public sealed class TemplateLogger(Action<LogEntry> write) : ILambdaLogger
{
    /// <inheritdoc/>
    public void Log(string message) => LogLine(message);

    /// <inheritdoc/>
    public void LogLine(string message) => Log(nameof(LogLevel.Information), message);

    // The interface's own implementation drops the level.
    /// <inheritdoc/>
    public void Log(string level, string message) => Write(level, exception: null, message, []);

    /// <inheritdoc/>
    public void Log(string level, string message, params object[] args) => Write(level, exception: null, message, args);

    /// <inheritdoc/>
    public void Log(string level, Exception exception, string message, params object[] args) => Write(level, exception, message, args);

    private void Write(string level, Exception? exception, string message, object[] args)
    {
        // Parsed by hand: a regular expression and sorted fields would cost a new process more than everything else here, and the bench measures a
        // function's start.
        var fields = new Dictionary<string, object?>();
        var text = new StringBuilder();
        var end = 0;
        foreach (var value in args)
        {
            var open = message.IndexOf('{', end);
            var close = open < 0 ? -1 : message.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }

            fields[message[(open + 1)..close]] = value;
            text.Append(message, end, open - end).Append(Convert.ToString(value, CultureInfo.InvariantCulture));
            end = close + 1;
        }

        write(new LogEntry(level, text.Append(message, end, message.Length - end).ToString(), fields, exception));
    }
}
