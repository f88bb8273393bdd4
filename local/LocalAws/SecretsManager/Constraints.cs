using System.Text.RegularExpressions;

namespace LocalAws.SecretsManager;

/// <summary>The constraints that the service's published model sets on a request's members.</summary>
internal static class Constraints
{
    /// <summary>Checks the length of a string or a list. Null is valid.</summary>
    public static void Length(string member, int? length, int minimum, int maximum = int.MaxValue) =>
        Check(member, "length", length, minimum, maximum);

    /// <summary>Checks a number. Null is valid.</summary>
    public static void Value(string member, long? value, long minimum, long maximum) => Check(member, "value", value, minimum, maximum);

    /// <summary>Checks the strings of a list. The form is recorded on AWS for a list of API Gateway.</summary>
    public static void Each(string member, IReadOnlyList<string>? texts, int minimum, int maximum, Regex? pattern = null)
    {
        if (texts?.Any(text => text.Length < minimum || text.Length > maximum || pattern?.IsMatch(text) == false) != true)
        {
            return;
        }

        var constraint = $"Member must have length less than or equal to {maximum}, Member must have length greater than or equal to {minimum}"
            + (pattern is null ? "" : ", " + Pattern(pattern));
        throw Broken(member, $"Member must satisfy constraint: [{constraint}]", $"[{string.Join(", ", texts)}]");
    }

    /// <summary>Returns the constraint of a pattern, in the model's notation.</summary>
    public static string Pattern(Regex pattern) =>
        $"Member must satisfy regular expression pattern: {pattern.ToString().Replace(@"\z", "$", StringComparison.Ordinal)}";

    /// <summary>Creates the error. Its code and form were observed in the field. AWS adds the value, unless it is sensitive.</summary>
    public static AwsException Broken(string member, string constraint, string? value = null) =>
        Validation.Failed($"Value{(value is null ? "" : $" '{value}'")} at '{member}' failed to satisfy constraint: {constraint}");

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
