using System.IO.Enumeration;

namespace LocalAws.Iam;

/// <summary>The wildcards of the policy language: <c>*</c> matches any characters, <c>?</c> one character.</summary>
internal static class Glob
{
    public static bool Matches(string pattern, string text, bool ignoreCase = false) =>
        text.Length == 0
            ? pattern.All(character => character == '*')
            : FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase);

    /// <summary>
    /// Returns whether an ARN matches. IAM user guide: each of an ARN's six parts is matched separately, and the last one is the rest. Parts that the
    /// pattern lacks match anything.
    /// </summary>
    public static bool MatchesArn(string pattern, string arn)
    {
        if (pattern is "*")
        {
            return true;
        }

        var patterns = pattern.Split(':', 6);
        var parts = arn.Split(':', 6);
        return parts.Length == 6 && parts.Index().All(part => part.Index >= patterns.Length || Matches(patterns[part.Index], part.Item));
    }
}
