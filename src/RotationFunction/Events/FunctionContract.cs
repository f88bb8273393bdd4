namespace RotationFunction;

/// <summary>Constants that the function and its stack share, in addition to <see cref="RotationTags"/>.</summary>
internal static class FunctionContract
{
    /// <summary>Lambda's quota for the duration of an invocation, and the function's timeout, in seconds.</summary>
    public const int LongestInvocationSeconds = 900;

    /// <summary>The namespace of the function's metrics in CloudWatch.</summary>
    public const string MetricNamespace = "ApiKeyRotation";

    /// <summary>Lambda's quota for the duration of an invocation, and the function's timeout.</summary>
    public static readonly TimeSpan LongestInvocation = TimeSpan.FromSeconds(LongestInvocationSeconds);
}
