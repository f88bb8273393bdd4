namespace LocalAws.SecretsManager;

/// <summary>The constraints that the service's published model sets on a request's members.</summary>
internal static class Constraints
{
    /// <summary>Checks how long a text or a list is; one that is not given is not checked.</summary>
    public static void Length(string member, int? length, int minimum, int maximum = int.MaxValue) => Check(member, "length", length, minimum, maximum);

    /// <summary>Checks a number; one that is not given is not checked.</summary>
    public static void Value(string member, long? value, long minimum, long maximum) => Check(member, "value", value, minimum, maximum);

    /// <summary>The error's code and form are seen in the field. AWS adds the value, unless it is sensitive.</summary>
    public static AwsException Broken(string member, string constraint, string? value = null) => Refusal(
        [$"Value{(value is null ? "" : $" '{value}'")} at '{member}' failed to satisfy constraint: {constraint}"]);

    /// <summary>What a request lacks. Seen in the field for one member.</summary>
    public static AwsException Missing(IEnumerable<string> members) =>
        Refusal([.. members.Select(member => $"Value null at '{member}' failed to satisfy constraint: Member must not be null")]);

    private static AwsException Refusal(IReadOnlyList<string> errors) => new(
        400, "ValidationException", $"{errors.Count} validation error{(errors.Count == 1 ? "" : "s")} detected: {string.Join("; ", errors)}");

    private static void Check(string member, string what, long? actual, long minimum, long maximum)
    {
        if (actual < minimum)
        {
            throw Broken(member, $"Member must have {what} greater than or equal to {minimum}");
        }

        if (actual > maximum)
        {
            throw Broken(member, $"Member must have {what} less than or equal to {maximum}");
        }
    }
}
