namespace RotationFunction;

/// <summary>
/// The function's alias for operators. The stack permits them to invoke nothing else, because IAM can distinguish aliases but not events.
/// </summary>
internal static class OperatorsAlias
{
    public const string Name = "operators";

    /// <summary>Returns the ARN that invokes a function through the alias, whatever qualifier the given ARN has.</summary>
    public static string Of(string functionArn) => $"{string.Join(':', functionArn.Split(':').Take(7))}:{Name}";

    /// <summary>Returns whether an invoked ARN is that of the alias.</summary>
    public static bool Is(string invokedArn) => invokedArn.EndsWith(":" + Name, StringComparison.Ordinal);
}
