namespace RotationFunction;

/// <summary>What the function and the stack that deploys it must agree on, beside <see cref="RotationTags"/>.</summary>
internal static class FunctionContract
{
    /// <summary>Lambda's quota for the duration of an invocation, and the function's time-out, in seconds.</summary>
    public const int LongestInvocationSeconds = 900;

    /// <summary>The namespace of the function's metrics in CloudWatch.</summary>
    public const string MetricNamespace = "ApiKeyRotation";

    /// <summary>Lambda's quota for the duration of an invocation, and the function's time-out.</summary>
    public static readonly TimeSpan LongestInvocation = TimeSpan.FromSeconds(LongestInvocationSeconds);
}
