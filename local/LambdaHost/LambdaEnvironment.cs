using System.Globalization;

namespace LambdaHost;

/// <summary>The environment variables that Lambda sets for a runtime.</summary>
/// <seealso href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"/>
internal sealed class LambdaEnvironment(Func<string, string?> variable)
{
    public string RuntimeApi => variable("AWS_LAMBDA_RUNTIME_API") ?? "";

    public string Handler => NotEmpty("_HANDLER") ?? "RotationFunction::RotationFunction.Function::FunctionHandler";

    /// <summary>Gets the function's folder. Default: the build output of its project, beside this host's.</summary>
    public string TaskRoot => NotEmpty("LAMBDA_TASK_ROOT") ?? OutputBesideThis(Handler.Split("::")[0]);

    public string FunctionName => NotEmpty("AWS_LAMBDA_FUNCTION_NAME") ?? "function";

    public string FunctionVersion => NotEmpty("AWS_LAMBDA_FUNCTION_VERSION") ?? "$LATEST";

    public int MemorySize => int.TryParse(variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
        NumberStyles.None, CultureInfo.InvariantCulture, out var megabytes) ? megabytes : 512;

    public string LogGroupName => NotEmpty("AWS_LAMBDA_LOG_GROUP_NAME") ?? "/aws/lambda/" + FunctionName;

    public string LogStreamName => NotEmpty("AWS_LAMBDA_LOG_STREAM_NAME") ?? "local";

    public bool LogsJson => string.Equals(variable("AWS_LAMBDA_LOG_FORMAT"), "JSON", StringComparison.OrdinalIgnoreCase);

    private string? NotEmpty(string name) => variable(name) is { Length: > 0 } value ? value : null;

    // .../LambdaHost/debug/ and .../RotationFunction/debug/.
    private static string OutputBesideThis(string project)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(folder.FullName, "..", "..", project, folder.Name);
    }
}
