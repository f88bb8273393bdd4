namespace LocalAws;

/// <summary>What a request breaks of the constraints in its service's published model. The forms are seen in the field.</summary>
internal static class Validation
{
    public static AwsException Failed(params IReadOnlyList<string> errors) => new(
        400, "ValidationException", $"{errors.Count} validation error{(errors.Count == 1 ? "" : "s")} detected: {string.Join("; ", errors)}");
}
