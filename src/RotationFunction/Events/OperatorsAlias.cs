namespace RotationFunction;

/// <summary>The function's alias for operators, of which the stack lets them invoke nothing else: IAM tells aliases apart, but not events.</summary>
internal static class OperatorsAlias
{
    public const string Name = "operators";

    /// <summary>The ARN that invokes a function through the alias, whatever the given ARN ends in.</summary>
    public static string Of(string functionArn) => $"{string.Join(':', functionArn.Split(':').Take(7))}:{Name}";

    /// <summary>Whether an invoked ARN is that of the alias.</summary>
    public static bool Is(string invokedArn) => invokedArn.EndsWith(":" + Name, StringComparison.Ordinal);
}
