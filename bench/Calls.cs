using LocalAws;

namespace Bench;

/// <summary>The AWS calls of a rotation, and what each is for.</summary>
internal static class Calls
{
    /// <summary>What the protocol needs, in the order of docs/protocol.md, with one usage plan.</summary>
    public static IReadOnlyList<(string Step, string Operation, string Reason)> Needed { get; } =
    [
        ("createSecret", "DescribeSecret", "the guard of every step: may this version still be rotated to? Its tags name the template, so nothing else is asked for that"),
        ("createSecret", "GetApiKey", "the template: it exists, points back at the secret, is disabled"),
        ("createSecret", "GetUsagePlans", "the template is in a plan: otherwise the new key would open nothing, and nothing has been stored yet"),
        ("createSecret", "GetSecretValue", "AWSCURRENT's document, whose other fields are carried over"),
        ("createSecret", "PutSecretValue", "the value is stored before any key has it; Secrets Manager refuses a second one, so nobody asks before whether an earlier try has stored one"),
        ("setSecret", "DescribeSecret", "the guard"),
        ("setSecret", "GetSecretValue", "the value that createSecret stored: an invocation remembers nothing"),
        ("setSecret", "GetApiKey", "the template's description, customer id and tags, for the new key"),
        ("setSecret", "GetUsagePlans", "the plans to attach to, in one call however many the account has"),
        ("setSecret", "CreateApiKey", "mints; the value makes a repeat find its key, so nothing is asked before"),
        ("setSecret", "CreateUsagePlanKey", "attaches, once for each plan: API Gateway has no call for several"),
        ("testSecret", "DescribeSecret", "the guard"),
        ("testSecret", "GetSecretValue", "the value to test"),
        ("testSecret", "GetApiKey", "the template's probe URL"),
        ("testSecret", "GetUsagePlans", "the plans that the key must be in"),
        ("testSecret", "GetApiKeys", "finds the key by its value; it is not the step that made it that says so"),
        ("testSecret", "GetUsagePlans", "the plans that the key is in"),
        ("finishSecret", "GetApiKeys", "the ring, before the labels: a key minted later is never touched"),
        ("finishSecret", "DescribeSecret", "the guard, and the version that AWSCURRENT is moved from"),
        ("finishSecret", "GetSecretValue", "the pending value: its key must be enabled and is kept"),
        ("finishSecret", "GetSecretValue", "AWSCURRENT's document: an owner's edit is not undone, and its key is kept as the previous one"),
        ("finishSecret", "UpdateSecretVersionStage", "moves AWSCURRENT, as a compare-and-swap"),
        ("finishSecret", "GetApiKey", "the tag that proves a key the secret's before it is disabled: the list has no say in that"),
        ("finishSecret", "UpdateApiKey", "disables the key that was the previous one"),
        ("finishSecret", "GetApiKey", "the same proof, and that nobody touched the key, before it is deleted"),
        ("finishSecret", "DeleteApiKey", "deletes the key that was disabled a period ago"),
    ];

    /// <summary>How many of them go to Secrets Manager; the others go to API Gateway.</summary>
    public static int NeededOfSecretsManager { get; } = Needed.Count(call => call.Operation.Contains("Secret", StringComparison.Ordinal));

    /// <summary>Throws unless the rotation made these calls and no other.</summary>
    public static void Check(RotationRecord rotation)
    {
        foreach (var step in rotation.Steps)
        {
            var made = Of(step).Order(StringComparer.Ordinal);
            if (!made.SequenceEqual(Needed.Where(call => call.Step == step.Step).Select(call => call.Operation).Order(StringComparer.Ordinal)))
            {
                throw new InvalidOperationException($"{step.Step} made other calls than Calls.cs explains: {string.Join(", ", made)}");
            }
        }
    }

    public static IEnumerable<string> Of(StepRecord step) => step.Calls.Where(call => call.Call.AccessKeyId == FunctionRun.AccessKeyId).Select(call => call.Call.Operation);
}
