namespace LocalAws;

/// <summary>The violations of constraints in a service's published model. The forms were observed in the field.</summary>
internal static class Validation
{
    public static AwsException Failed(params IReadOnlyList<string> errors) => new(
        400, "ValidationException", $"{errors.Count} validation error{(errors.Count == 1 ? "" : "s")} detected: {string.Join("; ", errors)}");
}
