using System.Text;

namespace LambdaHost;

/// <summary>What the managed runtime makes of the console: a line that is written becomes an entry of the log; only what is written without a line's end passes as it is.</summary>
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
