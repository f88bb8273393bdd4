using System.Text.Json;
using System.Text.RegularExpressions;

namespace LocalAws.Scheduler;

/// <summary>What Scheduler accepts, from its published model unless a line names another source.</summary>
internal static partial class ScheduleRules
{
    public const string DefaultGroup = "default";
    public const string TimeZone = "UTC";
    public const string Enabled = "ENABLED";
    public const string Disabled = "DISABLED";

    private const int LongestName = 64;
    private const int LongestDescription = 512;
    private const int LongestWindow = 1440; // minutes
    private const int ShortestEventAge = 60; // seconds
    private const int LongestEventAge = 86_400;
    private const int MostRetries = 185;

    /// <summary>Returns the retry policy with AWS's defaults, which were recorded on AWS.</summary>
    public static RetryPolicy RetriesOf(ScheduleTarget target) =>
        new(target.RetryPolicy?.MaximumEventAgeInSeconds ?? LongestEventAge, target.RetryPolicy?.MaximumRetryAttempts ?? MostRetries);

    /// <summary>Returns the times of a request.</summary>
    /// <exception cref="AwsException">AWS rejects the request, or it has something that is not embedded.</exception>
    public static CronSchedule Check(ScheduleRequest request)
    {
        List<string> broken = [.. Broken(request)];
        if (broken.Count > 0)
        {
            throw Validation.Failed(broken);
        }

        // Observed in the field for this type of resource; the group itself is part of the recorded ARN.
        if (request.GroupName is not (null or DefaultGroup))
        {
            throw new AwsException(404, "ResourceNotFoundException", $"Schedule group {request.GroupName} does not exist.");
        }

        if (request.ScheduleExpressionTimezone is not (null or TimeZone))
        {
            throw NotHere($"the time zone {request.ScheduleExpressionTimezone}");
        }

        if (!request.Target.Arn.Contains(":function:", StringComparison.Ordinal))
        {
            throw NotHere($"the target {request.Target.Arn}");
        }

        if (request.FlexibleTimeWindow is { Mode: "FLEXIBLE", MaximumWindowInMinutes: null } or { Mode: "OFF", MaximumWindowInMinutes: not null })
        {
            throw Invalid("A flexible time window has MaximumWindowInMinutes, and no other has it.");
        }

        if (request.Target.Input is { } input && !IsJson(input))
        {
            throw Invalid("The Input of a Lambda target must be JSON.");
        }

        // The text is recorded on AWS.
        return CronSchedule.Parse(request.ScheduleExpression) ?? throw Invalid($"Invalid Schedule Expression {request.ScheduleExpression}.");
    }

    // Observed in the field, also for a new role.
    public static AwsException RoleNotAssumed() => Invalid("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");

    public static AwsException NotHere(string what) => AwsException.NotHere("scheduler", "schedules with " + what);

    private static AwsException Invalid(string message) => new(400, "ValidationException", message);

    private static IEnumerable<string> Broken(ScheduleRequest request)
    {
        const string Pattern = "satisfy regular expression pattern: ";
        var (window, retries, roleArn) = (request.FlexibleTimeWindow, RetriesOf(request.Target), request.Target.RoleArn);
        (bool IsBroken, string Member, string? Value, string Rule)[] rules =
        [
            (!Name().IsMatch(request.Name), "name", request.Name, Pattern + "^[0-9a-zA-Z-_.]+$"),
            Length("name", request.Name, LongestName),
            Length("description", request.Description, LongestDescription),
            (window.Mode is not ("OFF" or "FLEXIBLE"), "flexibleTimeWindow.mode", window.Mode, "satisfy enum value set: [OFF, FLEXIBLE]"),
            (request.State is not (null or Enabled or Disabled), "state", request.State, $"satisfy enum value set: [{Enabled}, {Disabled}]"),
            (!RoleArn().IsMatch(roleArn), "target.roleArn", roleArn, Pattern + @"^arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@\/-]+$"),
            Range("flexibleTimeWindow.maximumWindowInMinutes", window.MaximumWindowInMinutes, 1, LongestWindow),
            Range("target.retryPolicy.maximumEventAgeInSeconds", retries.MaximumEventAgeInSeconds, ShortestEventAge, LongestEventAge),
            Range("target.retryPolicy.maximumRetryAttempts", retries.MaximumRetryAttempts, 0, MostRetries),
        ];
        return from rule in rules
               where rule.IsBroken
               select $"Value '{rule.Value}' at '{rule.Member}' failed to satisfy constraint: Member must {rule.Rule}";

        static (bool, string, string?, string) Length(string member, string? value, int most) =>
            (value?.Length > most, member, value, $"have length less than or equal to {most}");

        static (bool, string, string?, string) Range(string member, int? value, int least, int most) => (
            value < least || value > most, member, value?.ToString(System.Globalization.CultureInfo.InvariantCulture),
            value < least ? $"have value greater than or equal to {least}" : $"have value less than or equal to {most}");
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^[0-9a-zA-Z\-_.]+\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"^arn:aws(-[a-z]+)?:iam::\d{12}:role/[\w+=,.@/-]+\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RoleArn();
}
