using Pulumi;
using Aws = Pulumi.Aws;

namespace RotationComponents;

/// <summary>
/// A Region in which a rotating key exists beside its own: the same key in another Region's API Gateway, and a replica of the secret.
/// </summary>
public sealed class KeyRegionArgs : ResourceArgs
{
    /// <summary>
    /// Gets the ids of the Region's usage plans, by a name that does not change. At least one is required, or a <see cref="UsagePlan"/>.
    /// </summary>
    public IDictionary<string, Input<string>> UsagePlans { get; } = new Dictionary<string, Input<string>>();

    /// <summary>Gets or sets a usage plan that the component creates for the key in the Region. Not together with <see cref="UsagePlans"/>.</summary>
    [Input("usagePlan")]
    public Aws.ApiGateway.UsagePlanArgs? UsagePlan { get; set; }

    /// <summary>Gets or sets the https URL of a method in the Region that requires a key. The function tests new keys with it.</summary>
    [Input("probeUrl")]
    public Input<string>? ProbeUrl { get; set; }

    /// <summary>
    /// Gets or sets the id of a key that clients already use in the Region. It must have the same value as
    /// <see cref="RotatingApiKeyArgs.AdoptedKeyId"/>.
    /// </summary>
    [Input("adoptedKeyId")]
    public Input<string>? AdoptedKeyId { get; set; }

    /// <summary>Gets or sets the ARN of a KMS key of the Region for the replica. Default: AWS's own key there.</summary>
    [Input("kmsKeyArn")]
    public Input<string>? KmsKeyArn { get; set; }
}

/// <summary>A rotating key in one Region: its own or another.</summary>
/// <param name="Name">The beginning of the names of its resources.</param>
/// <param name="Region">The Region; null for the key's own.</param>
/// <param name="OwnUsagePlan">The usage plan to create.</param>
/// <param name="ProbeUrl">The probe.</param>
/// <param name="AdoptedKeyId">The id of the key to adopt.</param>
internal sealed record KeyRegion(
    string Name, string? Region, Aws.ApiGateway.UsagePlanArgs? OwnUsagePlan, Input<string>? ProbeUrl, Input<string>? AdoptedKeyId)
{
    /// <summary>The name of <see cref="OwnUsagePlan"/> among the usage plans.</summary>
    public const string OwnPlan = "own";

    /// <summary>Gets the ids of all usage plans, the own one included, by name.</summary>
    public SortedDictionary<string, Input<string>> UsagePlans { get; } = new(StringComparer.Ordinal);

    public Aws.ApiGateway.ApiKey Template { get; set; } = null!;

    /// <summary>Returns a key in its Regions, its own first.</summary>
    public static List<KeyRegion> Of(string name, RotatingApiKeyArgs args)
    {
        List<KeyRegion> regions =
        [
            new(name, Region: null, args.UsagePlan, args.ProbeUrl, args.AdoptedKeyId),
            .. args.Regions.OrderBy(region => region.Key, StringComparer.Ordinal).Select(region =>
                // A dot: "orders-us-east-1" can be the name of another key.
                new KeyRegion($"{name}.{region.Key}", region.Key, region.Value.UsagePlan, region.Value.ProbeUrl, region.Value.AdoptedKeyId)),
        ];
        foreach (var region in regions)
        {
            foreach (var (plan, id) in region.Region is null ? args.UsagePlans : args.Regions[region.Region].UsagePlans)
            {
                region.UsagePlans[plan] = id;
            }
        }

        return regions;
    }

    /// <summary>Returns the name of a tag of the secret that is about this Region.</summary>
    public string SecretTag(string tag) => Region is null ? tag : $"{tag}:{Region}";

    /// <summary>Returns the input of the resources' Region; null for the provider's.</summary>
    public Input<string>? RegionInput() => RotatingApiKey.Optional(Region);

    /// <summary>Returns the first problem of the arguments, or null.</summary>
    public static string? Problem(RotatingApiKeyArgs args)
    {
        foreach (var (region, its) in args.Regions.OrderBy(region => region.Key, StringComparer.Ordinal))
        {
            var problem = its switch
            {
                null => "has no arguments",
                _ when !AwsRegions.Contains(region) => "is not a Region of AWS that this version knows",
                { UsagePlan: null, UsagePlans.Count: 0 } => "has no usage plan. A key needs a usage plan to open a method",
                { UsagePlan: not null, UsagePlans.Count: > 0 } => "has both UsagePlans and a UsagePlan. Remove one",
                { UsagePlan.Region: not null } => "has a UsagePlan with a Region. Remove it: the plan is in the Region that names the key's",
                { AdoptedKeyId: not null, UsagePlan: not null } =>
                    "has an AdoptedKeyId and a UsagePlan, and the key cannot be in a plan that does not exist yet",
                { AdoptedKeyId: not null } when args.AdoptedKeyId is null => "has an AdoptedKeyId, and the key itself has none. Set both",
                { KmsKeyArn: not null } when args.Readers.Count > 0 => "has a KMS key, which Readers cannot use: grants are made on the "
                    + "function's KMS key only. Remove one, or permit clients in their own policies and in the KMS key's",
                _ => null,
            };
            if (problem is not null)
            {
                return $"Regions: {region} {problem}";
            }
        }

        return null;
    }

    /// <summary>What is wrong with deleting a secret at once that has replicas.</summary>
    public const string RecoveryProblem = "RecoveryWindowInDays is 0, and a secret that is deleted at once strands its replicas: AWS deletes them "
        + "after the call that removes them. Set 7 to 30";

    /// <summary>Returns what is wrong with a Region in this account, or null.</summary>
    /// <param name="region">The Region.</param>
    /// <param name="kmsKeyArn">The KMS key for the replica.</param>
    /// <param name="probeUrl">The probe.</param>
    /// <param name="account">The account, with the key's own Region.</param>
    public static string? ProblemIn(string region, string? kmsKeyArn, string? probeUrl, AwsAccount account)
    {
        if (region == account.Region)
        {
            return $"{region} is the provider's Region, in which the key is anyway. Remove it";
        }

        if (AwsRegions.PartitionOf(region) != account.Partition)
        {
            return $"{region} is in another partition than {account.Region}, and Secrets Manager does not replicate to it";
        }

        if (probeUrl is not null && ProbeProblem(probeUrl, region) is { } problem)
        {
            return $"{region} has the probe {probeUrl}, {problem}";
        }

        return kmsKeyArn is not null && RegionOf(kmsKeyArn) != region ? $"{region} has the KMS key {kmsKeyArn}, which is not in that Region" : null;
    }

    /// <summary>Returns what is wrong with a probe in a Region, or null. Only API Gateway's own hosts name their Region.</summary>
    public static string? ProbeProblem(string probeUrl, string region) =>
        Uri.TryCreate(probeUrl, UriKind.Absolute, out var url)
        && url.Host.Split('.') is [_, "execute-api", var its, "amazonaws", ..] && AwsRegions.Contains(region) && its != region
            ? $"which is in Region {its}, not in {region}. A probe tests the API of its own Region" : null;

    /// <summary>Returns the Region of an ARN.</summary>
    public static string RegionOf(string arn) => arn.Split(':') is [_, _, _, var region, ..] ? region : "";

    /// <summary>Returns the ARN of a secret's replica, which differs in the Region only.</summary>
    public static string ReplicaOf(string secretArn, string region)
    {
        var parts = secretArn.Split(':');
        parts[3] = region;
        return string.Join(':', parts);
    }
}
