using System.Globalization;
using System.Text;
using System.Text.Json;
using Amazon.Lambda.Core;

namespace LambdaHost;

/// <summary>The function's log as the managed runtime writes it: one line for each entry, as text or as JSON.</summary>
internal sealed class RuntimeLog(TextWriter output, bool json, TimeProvider time)
{
    private static readonly string[] Reserved = ["timestamp", "level", "requestId", "traceId", "message", "errorType", "errorMessage", "stackTrace"];

    /// <summary>Gets the logger of the current or last invocation, or null before the first.</summary>
    public ILambdaLogger? Latest { get; private set; }

    /// <summary>Creates the logger of an invocation.</summary>
    public ILambdaLogger For(string requestId, string traceId) => Latest = new TemplateLogger(entry => Write(entry, requestId, traceId));

    public void Failure(Exception exception, string requestId = "", string traceId = "") =>
        Write(new LogEntry(nameof(LogLevel.Error), "", new Dictionary<string, object?>(), exception), requestId, traceId);

    private void Write(LogEntry entry, string requestId, string traceId)
    {
        var timestamp = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        output.WriteLine(json ? Json(entry, timestamp, requestId, traceId) : Text(entry, timestamp, requestId));
    }

    private static string Text(LogEntry entry, string timestamp, string requestId)
    {
        var message = entry.Exception is null ? entry.Message : $"{entry.Message}\n{entry.Exception}".TrimStart('\n');
        // Lambda reads an entry from a pipe that frames it. On standard output the line end ends the entry, so the entry must not contain another
        // one.
        return $"{timestamp}\t{requestId}\t{Label(entry.Level)}\t{message.ReplaceLineEndings(@"\n")}";
    }

    private static string Json(LogEntry entry, string timestamp, string requestId, string traceId)
    {
        using var line = new MemoryStream();
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            writer.WriteString("timestamp", timestamp);
            writer.WriteString("level", entry.Level);
            if (requestId.Length > 0)
            {
                writer.WriteString("requestId", requestId);
            }

            if (traceId.Length > 0)
            {
                writer.WriteString("traceId", traceId);
            }

            writer.WriteString("message", entry.Message);
            foreach (var (name, value) in entry.Fields)
            {
                if (value is not null && !Reserved.Contains(name))
                {
                    writer.WritePropertyName(name);
                    WriteValue(writer, value);
                }
            }

            if (entry.Exception is { } exception)
            {
                writer.WriteString("errorType", exception.GetType().FullName);
                writer.WriteString("errorMessage", exception.Message);
                writer.WriteStartArray("stackTrace");
                foreach (var frame in exception.ToString().Split('\n', StringSplitOptions.TrimEntries))
                {
                    writer.WriteStringValue(frame);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(line.ToArray());
    }

    private static void WriteValue(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal:
                writer.WriteRawValue(Convert.ToString(value, CultureInfo.InvariantCulture)!);
                break;
            default:
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static string Label(string level) => level switch
    {
        nameof(LogLevel.Trace) => "trce",
        nameof(LogLevel.Debug) => "dbug",
        nameof(LogLevel.Information) => "info",
        nameof(LogLevel.Warning) => "warn",
        nameof(LogLevel.Error) => "fail",
        nameof(LogLevel.Critical) => "crit",
        _ => level,
    };
}
