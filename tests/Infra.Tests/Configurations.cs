namespace Infra.Tests;

/// <summary>Configurations that together make every resource and every statement.</summary>
internal static class Configurations
{
    public const string KmsKey = "arn:aws:kms:eu-central-1:123456789012:key/0123abcd-0123-abcd-0123-0123456789ab";

    /// <summary>A role of this account, and another account.</summary>
    public static readonly string[] Readers = ["arn:aws:iam::123456789012:role/pipeline", "arn:aws:iam::210987654321:root"];

    public static readonly object[] RotationTargets =
    [
        new { arn = "arn:aws:sns:eu-central-1:123456789012:deployments" },
        new { arn = "arn:aws:codebuild:eu-central-1:123456789012:project/restart", roleArn = "arn:aws:iam::123456789012:role/start-builds" },
    ];

    /// <summary>All settings: keys of each kind, named in the policies.</summary>
    public static Settings Everything => new()
    {
        ["keys"] = new object[]
        {
            Settings.Key(
                ("description", "For the shop"), ("customerId", "customer-1"), ("tags", new Dictionary<string, string> { ["team"] = "shop" }),
                ("usagePlanIds", new[] { "plan2", "plan1" }), ("schedule", 10), ("duration", "3h"), ("overlap", "24h"), ("probeUrl", "https://api.example.com/orders"), ("adoptedKeyId", "adopted1"), ("oldKeyAlarm", true), ("readers", Readers), ("rotationTargets", RotationTargets)),
            new Dictionary<string, object>
            {
                ["name"] = "shop/payments",
                ["schedule"] = "cron(0 8 1 * ? *)",
                ["quota"] = "carry",
                ["usagePlan"] = new
                {
                    apiStages = new[] { new { apiId = "api1", stage = "prod" } },
                    throttle = new { rateLimit = 12.5, burstLimit = 20 },
                    quota = new { limit = 1000, period = "WEEK", offset = 1 },
                },
            },
        },
        ["alarmEmail"] = "on-call@example.com",
        ["rotationEvents"] = true,
        ["logRetentionDays"] = 30,
        ["kmsKeyArn"] = KmsKey,
        ["architecture"] = "x86_64",
        ["memorySize"] = 1024,
        ["activationWait"] = 300,
        ["subnetIds"] = new[] { "subnet-0a", "subnet-0b" },
        ["securityGroupIds"] = new[] { "sg-0a" },
        ["reservedConcurrency"] = 5,
        ["recoveryWindowDays"] = 7,
        ["operators"] = new[] { "arn:aws:iam::123456789012:role/team/on-call" },
        ["tracing"] = true,
        ["watch"] = true,
        ["trail"] = true,
        ["deployers"] = new[] { "arn:aws:iam::123456789012:role/deploy" },
    };

    /// <summary>So many keys that tags tell the secrets; one of them adopts a key.</summary>
    public static Settings Tagged => new()
    {
        ["keys"] = Keys(TaggedKeys - 2).Append(Settings.Key(("adoptedKeyId", "adopted1"))).Append(new Dictionary<string, object>
        {
            ["name"] = "carrying",
            ["quota"] = "carry",
            ["usagePlan"] = new { apiStages = new[] { new { apiId = "api1", stage = "carrying" } }, quota = new { limit = 10, period = "DAY" } },
        }),
    };

    /// <summary>A key in two Regions, with all that can be set for the other one.</summary>
    public static Settings Regional => new()
    {
        ["keys"] = new[]
        {
            Settings.Key(
                ("adoptedKeyId", "adopted1"), ("quota", "carry"), ("readers", Readers),
                ("regions", new object[] { new { region = "us-east-1", usagePlanIds = new[] { "plan3" }, adoptedKeyId = "adopted2", probeUrl = "https://api.example.com/there" } })),
        },
        ["kmsKeyArn"] = KmsKey,
    };

    public const int TaggedKeys = 30;

    /// <summary>So many keys, each with a usage plan of its own.</summary>
    public static IReadOnlyList<object> Keys(int count, string prefix = "key") =>
    [
        .. Enumerable.Range(1, count).Select(number => new Dictionary<string, object>
        {
            ["name"] = $"{prefix}{number:D3}",
            ["usagePlan"] = new { apiStages = new[] { new { apiId = "api1", stage = $"stage{number}" } } },
        }),
    ];
}
