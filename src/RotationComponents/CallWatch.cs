using System.Text.Encodings.Web;
using System.Text.Json;
using Pulumi;
using Aws = Pulumi.Aws;

namespace RotationComponents;

/// <summary>
/// The rules that send CloudTrail's records of other principals' calls to the function's action <c>watch</c>. The account needs a trail that records
/// management events.
/// </summary>
internal static class CallWatch
{
    /// <summary>EventBridge's quota for an input template, in characters.</summary>
    public const int LongestTemplate = 8192;

    // EventBridge user guide: a rule that is just enabled gets no read-only event of CloudTrail.
    private const string WithReads = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

    /// <summary>The reads that return a value. Secrets Manager records each secret of a batch as a GetSecretValue of its own.</summary>
    private static readonly string[] Reads = ["GetSecretValue", "GetApiKey", "GetApiKeys", "GetUsagePlanKey", "GetUsagePlanKeys"];

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Creates the two rules, their targets and the function's permissions for them.</summary>
    /// <exception cref="RunException">The keys, readers, operators and deployers are too many. It is thrown when their ARNs are known.</exception>
    public static void Create(string name, KeyRotationFunction function, IEnumerable<RotatingApiKey> keys, Resource parent)
    {
        var child = new CustomResourceOptions { Parent = parent };
        var readers = keys.Select(key => Output.Tuple(key.SecretArn, key.Readers)
            .Apply(t => KeyValuePair.Create(t.Item1[(t.Item1.LastIndexOf(':') + 1)..], (IReadOnlyList<string>)t.Item2)));
        var template = Output.Tuple(function.Callers, Output.All(readers)).Apply(t => Checked(TemplateOf(t.Item1, t.Item2)));
        Rule("writes", "Others' changes of secrets and API keys", WritesBy, "ENABLED");
        Rule("reads", "Others' reads of the values of secrets and API keys", ReadsBy, WithReads);

        void Rule(string kind, string description, Func<string, string> patternOf, string state)
        {
            var rule = new Aws.CloudWatch.EventRule($"{name}-{kind}", new()
            {
                Description = description,
                EventPattern = function.RoleArn.Apply(patternOf),
                State = state,
            }, child);
            var permission = new Aws.Lambda.Permission($"{name}-{kind}", new()
            {
                Action = "lambda:InvokeFunction",
                Function = function.Name,
                Principal = "events.amazonaws.com",
                SourceArn = rule.Arn, // no SourceAccount: EventBridge is not documented to send it
            }, child);
            _ = new Aws.CloudWatch.EventTarget($"{name}-{kind}", new()
            {
                Rule = rule.Name,
                Arn = function.Arn,
                InputTransformer = new Aws.CloudWatch.Inputs.EventTargetInputTransformerArgs
                {
                    InputPaths = { ["detail"] = "$.detail" },
                    InputTemplate = template,
                },
            }, new CustomResourceOptions { Parent = parent, DependsOn = permission });
        }
    }

    /// <summary>
    /// Returns the event of the action: the stack's secrets, by the last parts of their ARNs, who is expected to use them, and CloudTrail's record.
    /// </summary>
    public static string TemplateOf(IEnumerable<string> callers, IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> readers)
    {
        var principals = new List<string>();
        var expected = JsonSerializer.Serialize(
            new
            {
                callers = callers.Select(PositionOf).ToList(),
                secrets = readers.OrderBy(secret => secret.Key, StringComparer.Ordinal)
                    .ToDictionary(secret => secret.Key, secret => secret.Value.Select(PositionOf).ToList()),
                principals,
            },
            Compact);
        return $$"""{"action":"watch","expected":{{expected}},"detail":<detail>}""";

        int PositionOf(string principal)
        {
            if (principals.IndexOf(principal) is >= 0 and var known)
            {
                return known;
            }

            principals.Add(principal);
            return principals.Count - 1;
        }
    }

    /// <summary>Returns the problem of a template that EventBridge rejects.</summary>
    public static string TooLong(int characters) => FormattableString.Invariant(
        $"the watch names the keys, their readers, the operators and the deployers in {characters} characters, and EventBridge accepts ")
        + FormattableString.Invariant($"{LongestTemplate}. Name roles that several people or clients assume, or create a second stack");

    private static string Checked(string template) =>
        template.Length <= LongestTemplate ? template : throw new RunException($"The stack cannot have a watch: {TooLong(template.Length)}.");

    // A call has no session, or one without an issuer, if a user, the account's root user or an AWS service made it.
    private static object NotBy(string roleArn) => By(new object[] { new Dictionary<string, object> { ["anything-but"] = AnyOf(roleArn) }, Absent });

    private static object By(object arns) => new { sessionContext = new { sessionIssuer = new { arn = arns } } };

    private static object Absent { get; } = new { exists = false };

    private static string WritesBy(string roleArn) =>
        PatternOf(new { readOnly = new[] { false, Absent }, userIdentity = NotBy(roleArn) });

    /// <summary>
    /// Returns the pattern of reads. It lets one call of the function's own role through, which only <c>check</c> makes: a DescribeSecret that names
    /// the secret by its name. Its event shows that the watch works.
    /// </summary>
    private static string ReadsBy(string roleArn) => PatternOf(new Dictionary<string, object>
    {
        ["$or"] = new object[]
        {
            new { eventName = Reads, userIdentity = NotBy(roleArn) },
            new
            {
                eventName = AnyOf("DescribeSecret"),
                requestParameters = new
                {
                    secretId = new[] { new Dictionary<string, object> { ["anything-but"] = new { prefix = "arn:" } } },
                },
                userIdentity = By(AnyOf(roleArn)),
            },
        },
    });

    private static string PatternOf(object detail) => JsonSerializer.Serialize(
        new Dictionary<string, object>
        {
            ["source"] = AnyOf("aws.secretsmanager", "aws.apigateway"),
            ["detail-type"] = AnyOf("AWS API Call via CloudTrail"),
            ["detail"] = detail,
        },
        Compact);

    private static string[] AnyOf(params string[] values) => values;
}
