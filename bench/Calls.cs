using LocalAws;

namespace Bench;

/// <summary>The AWS calls of a rotation, with the reason for each.</summary>
internal static class Calls
{
    /// <summary>Gets the calls of the protocol with one usage plan, in the order of docs/protocol.md.</summary>
    public static IReadOnlyList<(string Step, string Operation, string Reason)> Needed { get; } =
    [
        ("createSecret", "DescribeSecret", "the guard of every step: checks that the version may still become AWSCURRENT. The tags name the template key"),
        ("createSecret", "GetSecretValue", "reads AWSCURRENT's document, to copy its other fields"),
        ("createSecret", "PutSecretValue", "stores the value before a key has it. No read first: Secrets Manager rejects a second value"),
        ("setSecret", "DescribeSecret", "the guard"),
        ("setSecret", "GetSecretValue", "reads the value that createSecret stored: an invocation keeps no state"),
        ("setSecret", "GetApiKey", "checks the template key: it exists, points back at the secret, and is disabled. Reads its description, customer id and tags, for the new key"),
        ("setSecret", "CreateApiKey", "creates the key. No list first: a retry finds the key by its value"),
        ("setSecret", "GetUsagePlans", "lists the template key's plans, in one call for any number of plans in the account. Not before the key exists: the stack may add a plan in between"),
        ("setSecret", "CreateUsagePlanKey", "attaches the key, once for each plan: API Gateway has no call for several"),
        ("testSecret", "DescribeSecret", "the guard"),
        ("testSecret", "GetSecretValue", "reads the value to test"),
        ("testSecret", "GetApiKey", "reads the template key's probe URL"),
        ("testSecret", "GetUsagePlans", "lists the plans that the key must be in"),
        ("testSecret", "GetApiKeys", "finds the key by its value, independently of the step that created it"),
        ("testSecret", "GetUsagePlans", "lists the plans that the key is in"),
        ("finishSecret", "GetApiKeys", "lists the secret's keys before it reads the labels: a key created later is never changed"),
        ("finishSecret", "DescribeSecret", "the guard, and the version that AWSCURRENT moves from"),
        ("finishSecret", "GetSecretValue", "reads the pending value: its key must be enabled and is kept"),
        ("finishSecret", "GetSecretValue", "reads AWSCURRENT's document: keeps an owner's edit, and keeps its key as the previous one"),
        ("finishSecret", "UpdateSecretVersionStage", "moves AWSCURRENT, as a compare-and-swap"),
        ("finishSecret", "GetApiKey", "reads the tag that proves that the secret owns a key, before it is disabled: the list alone is no proof"),
        ("finishSecret", "UpdateApiKey", "disables the key that was the previous one"),
        ("finishSecret", "GetApiKey", "reads the same proof, and checks that the key is unchanged, before it is deleted"),
        ("finishSecret", "DeleteApiKey", "deletes the key that was disabled one period ago"),
    ];

    /// <summary>Gets the calls that finishSecret makes in addition with a setting, with one usage plan.</summary>
    public static IReadOnlyList<(string Setting, string Operation, string Reason)> NeededWith { get; } =
    [
        ("hold", "GetUsagePlans", "lists the usage plans of a key that would be disabled"),
        ("hold", "GetUsage", "reads the key's requests of yesterday and today, once for each plan. If there were none, the key is disabled"),
        ("quota", "GetUsagePlans", "lists the new key's usage plans with their quotas"),
        ("quota", "GetUsage", "reads what AWSCURRENT's key has left, once for each plan with a quota"),
        ("quota", "UpdateUsage", "sets it for the new key, once for each plan with a quota"),
        ("quota", "GetUsage", "reads it again: if the period has turned, the new key must not have less than a full quota"),
    ];

    /// <summary>
    /// Gets the calls of operators' actions two days after a secret's fifth rotation, with one usage plan and no probe, by the number of its Regions.
    /// </summary>
    public static IReadOnlyList<(string Action, int Regions, int SecretsManager, int ApiGateway)> NeededByOperators { get; } =
    [
        ("status", 1, 3, 11), ("status", 2, 3, 22), ("check", 1, 3, 9), ("check", 2, 3, 18),
    ];

    /// <summary>Gets the number of calls that go to Secrets Manager. The others go to API Gateway.</summary>
    public static int NeededOfSecretsManager { get; } = Needed.Count(call => call.Operation.Contains("Secret", StringComparison.Ordinal));

    /// <summary>Throws unless the rotation made exactly these calls.</summary>
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
