using System.Text;

namespace LambdaHost;

/// <summary>The console of the managed runtime: turns each written line into a log entry, and passes on text without a line end unchanged.</summary>
internal sealed class ConsoleLog(RuntimeLog log, TextWriter output) : TextWriter
{
    public override Encoding Encoding => output.Encoding;

    public override void WriteLine(string? value)
    {
        if (log.Latest is { } logger)
        {
            logger.LogInformation(value ?? "");
        }
        else
        {
            output.WriteLine(value);
        }
    }

    public override void Write(char value) => output.Write(value);

    public override void Write(string? value) => output.Write(value);

    public override void Flush() => output.Flush();
}
