using System.Globalization;

namespace RotationFunction;

/// <summary>The settings of the function, from its environment variables.</summary>
/// <param name="ActivationWait">
/// How long testSecret waits before it assumes that a new key is active (<c>ACTIVATION_WAIT</c>, whole seconds, 120 unless set).
/// API Gateway activates a new key after seconds to minutes, and no call reports it.
/// </param>
public sealed record Settings(TimeSpan ActivationWait)
{
    /// <summary>With <c>true</c>, the Lambda serializer prints every event and response.</summary>
    internal const string SerializerDebug = "LAMBDA_NET_SERIALIZER_DEBUG";

    private const int DefaultActivationWait = 120;
    private const int LongestActivationWait = 840; // a Lambda invocation ends after 900 s at the latest

    /// <summary>
    /// Gets the error that every invocation throws because a variable has an invalid value, which the message names; null without one.
    /// The constructor does not throw it, because the runtime would report another error and hide this one in its cause.
    /// </summary>
    internal RotationException? Refusal { get; private init; }

    /// <summary>
    /// Gets whether the stack has a watch (<c>WATCH</c>, true): <c>check</c> then reports when CloudTrail's events do not reach the function.
    /// </summary>
    public bool Watches { get; init; }

    /// <summary>Reads the settings. <paramref name="variable"/> returns the value of an environment variable, or null.</summary>
    public static Settings From(Func<string, string?> variable)
    {
        if (IsDebug(variable))
        {
            return new Settings(TimeSpan.Zero) { Refusal = Errors.SerializerDebug(SerializerDebug) };
        }

        return WaitFrom(variable("ACTIVATION_WAIT")) with { Watches = variable("WATCH") == "true" };
    }

    private static Settings WaitFrom(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return new Settings(TimeSpan.FromSeconds(DefaultActivationWait));
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= LongestActivationWait
            ? new Settings(TimeSpan.FromSeconds(seconds))
            : new Settings(TimeSpan.Zero) { Refusal = Errors.ActivationWait(text, LongestActivationWait, DefaultActivationWait) };
    }

    /// <summary>Returns whether the serializer would print events, from the variable as the serializer reads it.</summary>
    internal static bool IsDebug(Func<string, string?> variable) =>
        string.Equals(variable(SerializerDebug), "true", StringComparison.OrdinalIgnoreCase);
}
