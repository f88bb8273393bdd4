using System.Text.Json;
using RotationComponents;

namespace Infra;

/// <summary>Another Region in which a rotating key exists.</summary>
internal sealed record KeyRegionConfig(
    string Region,
    IReadOnlyList<string> UsagePlanIds,
    UsagePlanConfig? UsagePlan,
    string? ProbeUrl,
    string? AdoptedKeyId,
    string? KmsKeyArn)
{
    /// <summary>Reads the Regions of a key.</summary>
    /// <param name="key">The key's section.</param>
    public static IReadOnlyList<KeyRegionConfig> ReadAll(ConfigSection key)
    {
        var regions = new List<KeyRegionConfig>();
        foreach (var section in key.Sections("regions"))
        {
            var region = Read(section, keyAdopts: key.Has("adoptedKeyId"), hasReaders: key.Any("readers") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0);
            if (region.ProbeUrl is not null && (key.Any("probeUrl") is { ValueKind: JsonValueKind.String } own && own.GetString() == region.ProbeUrl
                || regions.Exists(earlier => earlier.ProbeUrl == region.ProbeUrl)))
            {
                section.Wrong("probeUrl", $"is {region.ProbeUrl}, which is already the probe of another Region of the key. A probe tests one Region");
            }

            if (region.Region.Length > 0 && regions.Exists(earlier => earlier.Region == region.Region))
            {
                section.Wrong("region", $"is {region.Region}, which the key already has");
            }

            regions.Add(region);
        }

        return regions;
    }

    private static KeyRegionConfig Read(ConfigSection section, bool keyAdopts, bool hasReaders)
    {
        var region = new KeyRegionConfig(
            section.Text("region", "a Region of AWS that this version knows, such as us-east-1", AwsRegions.Contains) ?? "",
            section.Texts("usagePlanIds", "the id of a usage plan", KeyConfig.IsId),
            UsagePlanConfig.Read(section.Section("usagePlan")),
            section.Text("probeUrl", KeyConfig.ProbeRule, KeyConfig.IsProbeUrl),
            section.Text("adoptedKeyId", "the id of an API key", KeyConfig.IsId),
            section.Text("kmsKeyArn", StackConfig.KmsKeyRule, StackConfig.IsKmsKey));
        region.CheckTogether(section, keyAdopts, hasReaders);
        section.End();
        return region;
    }

    private void CheckTogether(ConfigSection section, bool keyAdopts, bool hasReaders)
    {
        if (!section.Has("region"))
        {
            section.Required("region", "the other Region in which the key exists");
        }

        if (section.Has("usagePlanIds") && section.Has("usagePlan"))
        {
            section.Wrong("usagePlan", "is set together with usagePlanIds. Remove one");
        }
        else if (!section.Has("usagePlanIds") && !section.Has("usagePlan"))
        {
            section.Required("usagePlanIds", "ids of the Region's usage plans, or a usagePlan to create there. A key needs one to open a method");
        }
        else if (section.Any("usagePlanIds") is { ValueKind: JsonValueKind.Array } ids && ids.GetArrayLength() == 0)
        {
            section.Wrong("usagePlanIds", "must have at least one id. A key needs a usage plan to open a method");
        }

        if (ProbeUrl is not null && KeyRegion.ProbeProblem(ProbeUrl, Region) is { } problem)
        {
            section.Wrong("probeUrl", $"is {ProbeUrl}, {problem}");
        }

        if (UsagePlanIds.Count > KeyConfig.MostPlans)
        {
            section.Wrong("usagePlanIds", $"has too many plans: API Gateway accepts {KeyConfig.MostPlans} for a key");
        }

        if (AdoptedKeyId is not null && UsagePlan is not null)
        {
            section.Wrong("adoptedKeyId", KeyConfig.AdoptedProblem(AdoptedKeyId));
        }

        if (AdoptedKeyId is not null && !keyAdopts)
        {
            section.Wrong("adoptedKeyId", $"is {AdoptedKeyId}, and the key itself adopts none. Set the key's adoptedKeyId too: both have one value");
        }

        if (KmsKeyArn is not null && Region.Length > 0 && KeyRegion.RegionOf(KmsKeyArn) != Region)
        {
            section.Wrong("kmsKeyArn", $"is {KmsKeyArn}, which is not in {Region}. A replica needs a KMS key of its own Region");
        }

        if (KmsKeyArn is not null && hasReaders)
        {
            section.Wrong("kmsKeyArn", "is set together with the key's readers, to which the stack grants the use of the stack's kmsKeyArn only. "
                + "Remove it, or remove readers and permit clients in their own policies and in the KMS key's");
        }
    }
}
