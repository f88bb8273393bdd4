using RotationComponents;

namespace Infra;

/// <summary>
/// Decides whether the role's policies name each secret or select secrets by tag, since all inline policies of a role share a quota, and computes the
/// size of the operators' policy.
/// </summary>
internal static class PolicySize
{
    /// <summary>IAM's quota for all inline policies of a role, in characters.</summary>
    public const int Quota = 10_240;

    /// <summary>Lambda's quota for the resource policy of a function or of an alias, in characters.</summary>
    public const int FunctionPolicyQuota = 20_480;

    /// <summary>Secrets Manager's quota for the resource policy of a secret, in characters.</summary>
    public const int SecretPolicyQuota = 20_480;

    private const int FormOfLambda = 15; // "Id":"default",

    // The longest id of a statement.
    private static readonly string LongestStatement = new('s', 100);

    /// <summary>
    /// Returns true if the quota holds the policies that name each secret, and also the policy by tag that replaces them when one more key is
    /// too many: during that deployment both exist.
    /// </summary>
    public static bool CanNameSecrets(StackConfig config) =>
        Characters(config, byTag: false)
        + Characters([FunctionPolicy.ForTagged(Longest, LongestScope, CarriesOwn(config)), .. ForRegions(config, byTag: true)]) <= Quota;

    /// <summary>
    /// Returns the largest number of characters that the policies of a configuration can have. AWS has not assigned any id at this point.
    /// </summary>
    public static int Characters(StackConfig config, bool byTag)
    {
        var id = new string('i', 10); // the length of API Gateway's ids
        List<PolicyDocument> policies =
        [
            FunctionPolicy.Shared(Longest, "/aws/lambda/" + LongestScope, config.KmsKeyArn, config.Tracing),
            .. config.Keys.SelectMany(key => key.UsagePlanIds).Distinct()
                .Select(plan => FunctionPolicy.ForUsagePlan(Longest, plan, CarriesQuota(config, plan))),
            .. config.Keys.Where(key => key.AdoptedKeyId is not null).Select(_ => FunctionPolicy.ForAdoptedKey(Longest, id)),
        ];
        if (config.SubnetIds.Count > 0)
        {
            policies.Add(FunctionPolicy.Vpc(Longest));
        }

        policies.AddRange(ForRegions(config, byTag));
        if (byTag)
        {
            policies.Add(FunctionPolicy.ForTagged(Longest, LongestScope, CarriesOwn(config)));
        }
        else
        {
            policies.AddRange(config.Keys.Where(key => key.UsagePlan is not null)
                .Select(key => FunctionPolicy.ForUsagePlan(Longest, id, key.Quota is not null)));
            policies.AddRange(config.Keys.Select(key => FunctionPolicy.ForSecret(Longest, key.Name)));
        }

        return Characters(policies);
    }

    /// <summary>Returns the largest number of characters that the policy of the operators' alias can have.</summary>
    public static int OperatorCharacters(IReadOnlyList<string> operators) => new PolicyDocument(
        [.. operators.Select(arn => new Statement
        {
            Sid = LongestStatement,
            Principal = new() { ["AWS"] = arn },
            Action = ["lambda:InvokeFunction"],
            Resource = [Longest.Arn("lambda", $"function:{LongestScope}:operators")],
        })]).ToJson().Length + FormOfLambda;

    /// <summary>Returns the largest number of characters that the policy of a key's secret can have.</summary>
    public static int SecretCharacters(KeyConfig key) => FunctionPolicy.OfSecret(
        Longest.Arn("secretsmanager", $"secret:{key.Name}-AbCdEf"), $"arn:{Longest.Partition}:iam::{Longest.Id}:role/{LongestScope}",
        Longest.Arn("lambda", "function:" + LongestScope), key.Readers).ToJson().Length;

    private static IEnumerable<PolicyDocument> ForRegions(StackConfig config, bool byTag) =>
    [
        .. config.Keys.SelectMany(key => key.Regions).Select(region => region.Region).Distinct()
            .Select(region => FunctionPolicy.ForRegion(Longest, region, byTag)),
        .. from key in config.Keys
           from region in key.Regions
           select FunctionPolicy.ForKeyInRegion(
               Longest,
               region.Region,
               byTag ? null : key.Name,
               region.UsagePlan is null ? region.UsagePlanIds : [new string('i', 10)],
               key.Quota is not null,
               region.AdoptedKeyId),
    ];

    /// <summary>Returns the number of characters of the watch's input template.</summary>
    public static int WatchCharacters(StackConfig config) => CallWatch.TemplateOf(
        config.Operators.Concat(config.Deployers), config.Keys.Select(key => KeyValuePair.Create(key.Name + "-AbCdEf", key.Readers))).Length;

    private static bool CarriesQuota(StackConfig config, string usagePlanId) =>
        config.Keys.Any(key => key.Quota is not null && key.UsagePlanIds.Contains(usagePlanId));

    private static bool CarriesOwn(StackConfig config) => config.Keys.Any(key => key is { Quota: not null, UsagePlan: not null });

    // The longest partition and Region.
    private static AwsAccount Longest { get; } = new("aws-us-gov", "amazonaws.com", "ap-southeast-1", "123456789012");

    private static string LongestScope { get; } = new('n', 64);

    private static int Characters(IEnumerable<PolicyDocument> policies) => policies.Sum(policy => policy.ToJson().Length);
}
