using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Amazon.Lambda.Core;

namespace LambdaHost;

/// <summary>One line of a function's log.</summary>
/// <param name="Level">How serious it is.</param>
/// <param name="Message">The template with its placeholders filled in.</param>
/// <param name="Fields">The placeholders' values by name, which are fields of their own when the log format is JSON.</param>
/// <param name="Exception">The exception that was logged with it.</param>
public sealed record LogEntry(string Level, string Message, ImmutableDictionary<string, object?> Fields, Exception? Exception = null);

/// <summary>Lambda's structured logger: fills the placeholders of a template in the order of the arguments.</summary>
public sealed partial class TemplateLogger(Action<LogEntry> write) : ILambdaLogger
{
    /// <inheritdoc/>
    public void Log(string message) => LogLine(message);

    /// <inheritdoc/>
    public void LogLine(string message) => Log(nameof(LogLevel.Information), message);

    // The interface's own drops the level.
    /// <inheritdoc/>
    public void Log(string level, string message) => Write(level, exception: null, message, []);

    /// <inheritdoc/>
    public void Log(string level, string message, params object[] args) => Write(level, exception: null, message, args);

    /// <inheritdoc/>
    public void Log(string level, Exception exception, string message, params object[] args) => Write(level, exception, message, args);

    private void Write(string level, Exception? exception, string message, object[] args)
    {
        var fields = ImmutableDictionary.CreateBuilder<string, object?>();
        var next = 0;
        var text = Placeholder().Replace(message, placeholder =>
        {
            if (next == args.Length)
            {
                return placeholder.Value;
            }

            var value = args[next++];
            fields[placeholder.Groups["name"].Value] = value;
            return Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        });
        write(new LogEntry(level, text, fields.ToImmutable(), exception));
    }

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
