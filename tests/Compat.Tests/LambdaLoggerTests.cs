using Amazon.Lambda.Core;

namespace Compat.Tests;

public class LambdaLoggerTests
{
    private readonly RecordingLogger _logger = new();

    private ILambdaLogger Logger => _logger;

    [Fact]
    public void Plain_messages_end_in_LogLine()
    {
        Logger.LogInformation("a");
        Logger.Log(LogLevel.Error, "b");
        Logger.Log("Custom", "c");

        Assert.Equal(["a", "b", "c"], _logger.Lines);
    }

    [Fact]
    public void Templates_end_in_the_overload_with_a_level_and_arguments()
    {
        Logger.LogWarning("{A} and {B}", 1, "two");
        Logger.Log(LogLevel.Critical, "{A}", 1);

        Assert.Equal(["Warning: {A} and {B} [1, two]", "Critical: {A} [1]"], _logger.Lines);
    }

    [Fact]
    public void Exception_is_logged_after_its_message()
    {
        var exception = new InvalidOperationException("why");

        Logger.LogError(exception, "{A}", 1);

        Assert.Equal(["Error: {A} [1]", $"Error: {exception} [1]"], _logger.Lines);
    }

    private sealed class RecordingLogger : ILambdaLogger
    {
        public List<string> Lines { get; } = [];

        public void Log(string message) => Lines.Add(message);

        public void LogLine(string message) => Lines.Add(message);

        public void Log(string level, string message, params object[] args) => Lines.Add($"{level}: {message} [{string.Join(", ", args)}]");
    }
}
