using System.Globalization;

namespace RotationFunction;

/// <summary>Settings of the whole function, from its environment variables.</summary>
/// <param name="ActivationWait">
/// How long testSecret waits before it takes a new key for served (<c>ACTIVATION_WAIT</c>, whole seconds, 120 unless set).
/// API Gateway serves a new key after seconds to minutes and has no call that tells.
/// </param>
public sealed record Settings(TimeSpan ActivationWait)
{
    /// <summary>With <c>true</c> the Lambda serializer prints every event and answer.</summary>
    internal const string SerializerDebug = "LAMBDA_NET_SERIALIZER_DEBUG";

    private const int DefaultActivationWait = 120;
    private const int LongestActivationWait = 840; // a Lambda invocation ends after 900 s at the latest

    /// <summary>
    /// Why no invocation can go on: a variable has a value that cannot be used; the message names it. Thrown by the constructor, it would
    /// be hidden in the cause of an error that the runtime reports instead.
    /// </summary>
    internal RotationException? Refusal { get; private init; }

    /// <summary>Reads the settings; <paramref name="variable"/> gives the value of an environment variable, or null.</summary>
    public static Settings From(Func<string, string?> variable)
    {
        if (IsDebug(variable))
        {
            return new Settings(TimeSpan.Zero) { Refusal = Errors.SerializerDebug(SerializerDebug) };
        }

        var text = variable("ACTIVATION_WAIT");
        if (string.IsNullOrEmpty(text))
        {
            return new Settings(TimeSpan.FromSeconds(DefaultActivationWait));
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= LongestActivationWait
            ? new Settings(TimeSpan.FromSeconds(seconds))
            : new Settings(TimeSpan.Zero) { Refusal = Errors.ActivationWait(text, LongestActivationWait, DefaultActivationWait) };
    }

    /// <summary>Whether the serializer would print, read as it reads the variable.</summary>
    internal static bool IsDebug(Func<string, string?> variable) => string.Equals(variable(SerializerDebug), "true", StringComparison.OrdinalIgnoreCase);
}
