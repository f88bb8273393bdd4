using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text;
using Pulumi;
using RotationComponents;
using RotationFunction;
using SecretsManagerSchedules;

namespace Infra;

/// <summary>The validated configuration of the stack. docs/deploy.md describes each setting.</summary>
internal sealed partial record StackConfig(
    IReadOnlyList<KeyConfig> Keys,
    string? AlarmEmail,
    string? AlarmTopicArn,
    bool AlarmWarmUp,
    bool RotationEvents,
    int LogRetentionDays,
    string? KmsKeyArn,
    string Architecture,
    int MemorySize,
    int ActivationWait,
    IReadOnlyList<string> SubnetIds,
    IReadOnlyList<string> SecurityGroupIds,
    int? ReservedConcurrency,
    int RecoveryWindowDays,
    IReadOnlyList<string> Operators,
    bool Tracing,
    bool Watch,
    bool Trail,
    IReadOnlyList<string> Deployers)
{
    /// <summary>The largest number of keys. CloudWatch accepts 500 metrics in a dashboard widget, and one widget has four for each key.</summary>
    public const int MostKeys = 100;

    /// <summary>What the ARN of a KMS key must be, for an error.</summary>
    public const string KmsKeyRule = "the ARN of a KMS key (not of an alias: IAM does not resolve aliases)";

    private const int MostLogRetention = 3653;

    /// <summary>True if there are more keys than the function's policies can name. The policies then select secrets by tag.</summary>
    public bool SecretsByTag => !PolicySize.CanNameSecrets(this);

    private static readonly int[] LogRetentions =
    [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, MostLogRetention,
    ];

    /// <summary>Reads and validates the whole configuration, before the stack creates a resource.</summary>
    /// <exception cref="RunException">The configuration is not valid. The message has a line for each field.</exception>
    public static StackConfig Read(Config config) => Read(config.Get, new Config("aws").Get("region"));

    /// <param name="setting">Returns a setting of the stack.</param>
    /// <param name="homeRegion">The Region in the provider's configuration; null if it is set elsewhere, and known when the program runs.</param>
    internal static StackConfig Read(Func<string, string?> setting, string? homeRegion = null)
    {
        var errors = new List<string>();
        var section = new ConfigSection(setting, errors);
        var keys = ReadKeys(section, errors);
        var stack = new StackConfig(
            keys,
            section.Text("alarmEmail", "an e-mail address", text => EmailPattern().IsMatch(text)),
            section.Text("alarmTopicArn", "the ARN of an SNS topic", text => TopicPattern().IsMatch(text)),
            section.Flag("alarmWarmUp") ?? true,
            section.Flag("rotationEvents") ?? false,
            section.Integer("logRetentionDays", 1, MostLogRetention) ?? 90,
            section.Text("kmsKeyArn", KmsKeyRule, IsKmsKey),
            section.Text("architecture", "arm64 or x86_64", text => text is "arm64" or "x86_64") ?? "arm64",
            section.Integer("memorySize", 128, 10_240) ?? 512,
            section.Integer("activationWait", 0, KeyRotationFunction.LongestActivationWait) ?? 120,
            section.Texts("subnetIds", "the id of a subnet", text => SubnetPattern().IsMatch(text)),
            section.Texts("securityGroupIds", "the id of a security group", text => SecurityGroupPattern().IsMatch(text)),
            section.Integer("reservedConcurrency", -1, 1000) is { } reserved and not -1 ? reserved : null,
            section.Integer("recoveryWindowDays", 0, 30) ?? 30,
            section.Texts("operators", "the ARN of an IAM role or user", text => PrincipalPattern().IsMatch(text)),
            section.Flag("tracing") ?? false,
            section.Flag("watch") ?? false,
            section.Flag("trail") ?? false,
            section.Texts("deployers", "the ARN of an IAM role, of a user or of an account (arn:aws:iam::123456789012:root)", KeyReaders.IsReader));
        stack.CheckTogether(section);
        foreach (var (key, region) in stack.Keys.Index().SelectMany(key => key.Item.Regions.Index().Select(region => (key.Index, region))))
        {
            if (region.Item.Region == homeRegion)
            {
                section.Wrong(
                    string.Create(CultureInfo.InvariantCulture, $"keys[{key}].regions[{region.Index}].region"),
                    $"is {homeRegion}, which is aws:region, in which the key is anyway. Remove it");
            }
        }

        foreach (var (key, its) in stack.Keys.Index())
        {
            if (homeRegion is not null && its.ProbeUrl is not null && KeyRegion.ProbeProblem(its.ProbeUrl, homeRegion) is { } problem)
            {
                section.Wrong(string.Create(CultureInfo.InvariantCulture, $"keys[{key}].probeUrl"), $"is {its.ProbeUrl}, {problem}");
            }
        }

        if (errors.Count == 0 && PolicySize.Characters(stack, stack.SecretsByTag) is var characters and > PolicySize.Quota)
        {
            section.Wrong("keys", string.Create(CultureInfo.InvariantCulture,
                $"the role's policies would have up to {characters} characters, and IAM accepts {PolicySize.Quota}. "
                + $"Share usage plans between keys, or create a second stack"));
        }

        return errors.Count == 0 ? stack : throw new RunException("The configuration is not valid:\n  " + string.Join("\n  ", errors));
    }

    /// <summary>Returns whether a text is the ARN of a KMS key.</summary>
    public static bool IsKmsKey(string text) => KmsKeyPattern().IsMatch(text);

    private void CheckTogether(ConfigSection section)
    {
        if (AlarmEmail is not null && AlarmTopicArn is not null)
        {
            section.Wrong("alarmEmail", "is set together with alarmTopicArn. Subscribe the address to that topic instead");
        }

        if (PolicySize.OperatorCharacters(Operators) is var characters and > PolicySize.FunctionPolicyQuota)
        {
            section.Wrong("operators", string.Create(CultureInfo.InvariantCulture,
                $"has {Operators.Count} ARNs. The policy of the function's alias would have up to {characters} characters, and Lambda accepts "
                + $"{PolicySize.FunctionPolicyQuota}. Name a role that several people assume"));
        }

        if (Watch && PolicySize.WatchCharacters(this) is var expected and > CallWatch.LongestTemplate)
        {
            section.Wrong("watch", "is set, and " + CallWatch.TooLong(expected));
        }

        if (!LogRetentions.Contains(LogRetentionDays))
        {
            section.Wrong("logRetentionDays", $"is {LogRetentionDays}, and CloudWatch Logs accepts only {string.Join(", ", LogRetentions)}");
        }

        if (SubnetIds.Count > 0 != SecurityGroupIds.Count > 0)
        {
            section.Wrong(SubnetIds.Count > 0 ? "securityGroupIds" : "subnetIds", "is missing: set both subnetIds and securityGroupIds");
        }

        if (RecoveryWindowDays is > 0 and < 7)
        {
            section.Wrong("recoveryWindowDays", $"is {RecoveryWindowDays} and must be 7 to 30, or 0 to delete secrets immediately");
        }

        if (RecoveryWindowDays == 0 && Keys.Any(key => key.Regions.Count > 0))
        {
            section.Wrong("recoveryWindowDays", "is 0, and a key has regions: a secret that is deleted at once strands its replicas. Set 7 to 30");
        }

        if (ReservedConcurrency == 0)
        {
            section.Wrong("reservedConcurrency", "is 0, which stops the function. Set it to -1 to reserve no concurrency");
        }
    }

    private static List<KeyConfig> ReadKeys(ConfigSection section, List<string> errors)
    {
        var keys = new List<KeyConfig>();
        foreach (var key in section.Sections("keys"))
        {
            var read = KeyConfig.Read(key);
            if (keys.Find(earlier => earlier.ResourceName == read.ResourceName) is { } twin && read.Name.Length > 0)
            {
                key.Wrong("name", $"is {read.Name}, too similar to the name of another key, {twin.Name}: their resources would have the same names");
            }

            keys.Add(read);
        }

        if (!section.Has("keys"))
        {
            section.Required("keys", "the list of rotating keys. For one: pulumi config set --path 'keys[0].name' orders");
        }
        else if (keys.Count == 0 && errors.Count == 0)
        {
            section.Wrong("keys", "must be a list of at least one key");
        }
        else if (keys.Count > MostKeys)
        {
            section.Wrong("keys", $"has {keys.Count} keys, and a stack accepts {MostKeys}. Create a second stack");
        }

        return keys;
    }

    // \z, here and below: $ also matches before a line break at the end.
    [GeneratedRegex(@"^[^@\s]+@[^@\s]+\.[^@\s]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EmailPattern();

    [GeneratedRegex(@"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TopicPattern();

    [GeneratedRegex(@"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KmsKeyPattern();

    // Not a session, an account or a wildcard: Lambda's permission must name a role or a user.
    [GeneratedRegex(@"^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]{1,576}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PrincipalPattern();

    [GeneratedRegex(@"^subnet-[0-9a-f]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SubnetPattern();

    [GeneratedRegex(@"^sg-[0-9a-f]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecurityGroupPattern();
}

/// <summary>A rotating key of the configuration.</summary>
internal sealed partial record KeyConfig(
    string Name,
    string? Description,
    string? CustomerId,
    IReadOnlyDictionary<string, string> Tags,
    IReadOnlyList<string> UsagePlanIds,
    UsagePlanConfig? UsagePlan,
    int? AutomaticallyAfterDays,
    string? ScheduleExpression,
    string? Duration,
    string? Overlap,
    string? ProbeUrl,
    string? AdoptedKeyId,
    bool OldKeyAlarm,
    string? Hold,
    string? Quota,
    IReadOnlyList<string> Readers,
    IReadOnlyList<RotationTargetConfig> RotationTargets,
    IReadOnlyList<KeyRegionConfig> Regions)
{
    // Pulumi derives AWS names of at most 64 characters from this and adds a prefix and a suffix.
    private const int LongestResourceName = 36;

    // The tag minted-for holds the secret's ARN, and a tag's value has at most 256 characters.
    private const int LongestName = 180;

    /// <summary>What a probe must be, for an error.</summary>
    public const string ProbeRule = "an https URL of at most 256 letters, digits and .:/=+-@_ (it is kept in a tag)";

    public const int MostPlans = 10; // API Gateway's quota for a key

    private const int MostTags = 47; // of 50; three are the function's

    /// <summary>Gets the name in a form that is valid in the names of Pulumi's and AWS's resources.</summary>
    public string ResourceName
    {
        get
        {
            var name = NotInResourceNames().Replace(Name, "-");
            return name.Length <= LongestResourceName ? name : $"{name[..(LongestResourceName - 7)]}-{HashOf(Name)}";
        }
    }

    /// <summary>Returns a name for an operator's resources. It contains a hash, because two ARNs can have the same last part.</summary>
    public static string ResourceNameOfOperator(string arn) =>
        $"{NotInResourceNames().Replace(arn[(arn.LastIndexOf('/') + 1)..], "-")}-{HashOf(arn)}";

    /// <summary>
    /// Returns a name for the resources of a reader or of a rotation target. It is short, because their names also contain the key's.
    /// </summary>
    public static string ShortResourceNameOf(string arn) => HashOf(arn);

    public static KeyConfig Read(ConfigSection section)
    {
        var (days, expression) = ReadSchedule(section);
        var schedule = expression is null ? null : RotationScheduleExpression.Parse(expression);
        var key = new KeyConfig(
            section.Text(
                "name", $"a name for a secret: up to {LongestName} letters, digits and /_+=.@-",
                text => text.Length <= LongestName && NamePattern().IsMatch(text)) ?? "",
            section.Text("description", "a string of at most 1000 characters", text => text.Length <= 1000),
            section.Text("customerId", "a string of at most 256 characters", text => text.Length <= 256),
            section.Map(
                "tags", $"a tag of at most 128 and 256 letters, digits, spaces and _.:/=+-@, not beginning with aws: or {RotationTags.Prefix}",
                (tag, value) =>
                tag.Length is > 0 and <= 128 && value.Length <= 256 && TagPattern().IsMatch(tag) && TagPattern().IsMatch(value)
                && !tag.StartsWith("aws:", StringComparison.OrdinalIgnoreCase) && !tag.StartsWith(RotationTags.Prefix, StringComparison.Ordinal)),
            section.Texts("usagePlanIds", "the id of a usage plan", IsId),
            UsagePlanConfig.Read(section.Section("usagePlan")),
            days,
            expression,
            section.Text(
                "duration",
                "hours from 1h to 24h, within a UTC day and up to the next window",
                text => ProblemOf(() => RotationScheduleExpression.ParseDuration(text, schedule))),
            ReadOverlap(section),
            section.Text("probeUrl", ProbeRule, IsProbeUrl),
            section.Text("adoptedKeyId", "the id of an API key", IsId),
            section.Flag("oldKeyAlarm") ?? false,
            section.Text("hold", "hours or days such as 24h or 30d", text => ProblemOf(() => KeySchedule.ParseHold(text)) is null),
            section.Text("quota", "carry", text => text == "carry"),
            section.Texts("readers", "the ARN of an IAM role, of a user or of an account (arn:aws:iam::123456789012:root)", KeyReaders.IsReader),
            [.. section.Sections("rotationTargets").Select(RotationTargetConfig.Read)],
            KeyRegionConfig.ReadAll(section));
        key.CheckTogether(section, schedule);
        section.End();
        return key;
    }

    /// <summary>Returns whether a text can be an id of API Gateway.</summary>
    public static bool IsId(string text) => IdPattern().IsMatch(text);

    /// <summary>Returns what is wrong with a key to adopt beside a usage plan to create.</summary>
    public static string AdoptedProblem(string keyId) =>
        $"is set together with usagePlan, and {keyId} cannot be in a plan that does not exist yet. "
        + "Remove usagePlan, and add the id of the key's plan to usagePlanIds";

    private static string HashOf(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..6];

    private void CheckTogether(ConfigSection section, RotationScheduleExpression? schedule)
    {
        if (!section.Has("name"))
        {
            section.Required("name", "the name of the secret");
        }

        if (!section.Has("usagePlanIds") && !section.Has("usagePlan"))
        {
            section.Required("usagePlanIds", "ids of usage plans, or a usagePlan to create. A key needs a usage plan to open a method");
        }
        else if (section.Any("usagePlanIds") is { ValueKind: JsonValueKind.Array } ids && ids.GetArrayLength() == 0 && !section.Has("usagePlan"))
        {
            section.Wrong("usagePlanIds", "must have at least one id. A key needs a usage plan to open a method");
        }

        if (UsagePlanIds.Count + (UsagePlan is null ? 0 : 1) > MostPlans)
        {
            section.Wrong("usagePlanIds", $"has too many plans: API Gateway accepts {MostPlans} for a key");
        }

        if (AdoptedKeyId is not null && UsagePlan is not null)
        {
            section.Wrong("adoptedKeyId", AdoptedProblem(AdoptedKeyId));
        }

        CheckOthers(section);
        if (Hold is not null && Overlap is not null)
        {
            section.Wrong("hold", "is set together with overlap: one keeps an old key longer, the other disables it sooner. Remove one");
        }

        if (Tags.Count > MostTags)
        {
            section.Wrong("tags", $"has {Tags.Count} tags and can have {MostTags}");
        }

        // A schedule that is not valid has its own error.
        var interval = schedule?.ShortestInterval ?? TimeSpan.FromDays(AutomaticallyAfterDays ?? KeySchedule.DefaultDays);
        var isScheduleKnown = schedule is not null || AutomaticallyAfterDays is not null || !section.Has("schedule");
        if (isScheduleKnown && Overlap is { } overlap && KeySchedule.ParseOverlap(overlap) > interval)
        {
            section.Wrong(
                "overlap",
                $"is {overlap}, and the schedule can rotate again after {KeySchedule.InWords(interval)}, which ends it. "
                + "Shorten it, or omit it to keep the key until then");
        }
    }

    /// <summary>Checks the principals and targets that the key names.</summary>
    private void CheckOthers(ConfigSection section)
    {
        if (PolicySize.SecretCharacters(this) is var characters and > PolicySize.SecretPolicyQuota)
        {
            section.Wrong("readers", string.Create(CultureInfo.InvariantCulture,
                $"has {Readers.Count} ARNs. The secret's policy would have up to {characters} characters, and Secrets Manager accepts "
                + $"{PolicySize.SecretPolicyQuota}. Name a role that several clients assume"));
        }

        if (RotationTargets.Count > RotationComponents.RotationTargets.Most)
        {
            section.Wrong("rotationTargets", RotationComponents.RotationTargets.TooMany(RotationTargets.Count));
        }
        else if (RotationTargets.GroupBy(target => target.Arn).FirstOrDefault(targets => targets.Count() > 1) is { Key: { Length: > 0 } twice })
        {
            section.Wrong("rotationTargets", $"has {twice} twice");
        }
    }

    private static (int? Days, string? Expression) ReadSchedule(ConfigSection section) => section.Any("schedule")?.ValueKind switch
    {
        JsonValueKind.Number => (section.Integer("schedule", 1, RotationScheduleExpression.MaximumAutomaticallyAfterDays), null),
        _ => (null, section.Text(
            "schedule",
            "days from 1 to 1000 as a number without quotes, or rate(N hours) from 4 or rate(N days) to 999, "
                + "or cron(0 H D M W *) with a ? for the day of the month or of the week",
            text => ProblemOf(() => RotationScheduleExpression.Parse(text)))),
    };

    /// <summary>Reads the overlap. 0 can be a number, because YAML reads it as one.</summary>
    private static string? ReadOverlap(ConfigSection section) =>
        section.Any("overlap") is { ValueKind: JsonValueKind.Number } number && number.GetRawText() == "0" ? "0"
            : section.Text("overlap", "hours or days such as 24h or 7d, or 0", text => ProblemOf(() => KeySchedule.ParseOverlap(text)) is null);

    private static string? ProblemOf(Action parse)
    {
        try
        {
            parse();
            return null;
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }

    public static bool IsProbeUrl(string text) =>
        text.Length <= 256 && UrlPattern().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme == Uri.UriSchemeHttps && url.UserInfo.Length == 0;

    [GeneratedRegex(@"^[A-Za-z0-9/_+=.@-]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();

    [GeneratedRegex("[^A-Za-z0-9_-]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotInResourceNames();

    // AWS's tags accept letters and digits of any script.
    [GeneratedRegex(@"^[\p{L}\p{N} _.:/=+@-]*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"^[A-Za-z0-9_.:/=+@-]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UrlPattern();

    [GeneratedRegex(@"^[A-Za-z0-9]{1,64}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdPattern();
}

/// <summary>A target that EventBridge notifies of each rotation of a key.</summary>
internal sealed partial record RotationTargetConfig(string Arn, string? RoleArn)
{
    public static RotationTargetConfig Read(ConfigSection section)
    {
        var target = new RotationTargetConfig(
            section.Text("arn", RotationTargets.Rule, RotationTargets.IsTarget) ?? "",
            section.Text("roleArn", "the ARN of an IAM role", text => RolePattern().IsMatch(text)));
        if (!section.Has("arn"))
        {
            section.Required("arn", RotationTargets.Rule);
        }
        else if (target.Arn.Length > 0 && RotationTargets.RoleProblem(target.Arn, section.Has("roleArn")) is { } problem)
        {
            section.Wrong("roleArn", (section.Has("roleArn") ? "is set, and " : "is missing: ") + problem);
        }

        section.End();
        return target;
    }

    [GeneratedRegex(@"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,576}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RolePattern();
}

/// <summary>A usage plan that the stack creates.</summary>
internal sealed partial record UsagePlanConfig(
    IReadOnlyList<ApiStageConfig> ApiStages, double? RateLimit, int? BurstLimit, int? QuotaLimit, string? QuotaPeriod, int? QuotaOffset)
{
    public static UsagePlanConfig? Read(ConfigSection? section)
    {
        if (section is null)
        {
            return null;
        }

        var stages = section.Sections("apiStages").Select(ApiStageConfig.Read).ToList();
        if (stages.Count == 0)
        {
            section.Required("apiStages", "the stages that the plan's keys open, as a list of {apiId, stage}");
        }

        var throttle = section.Section("throttle");
        var quota = section.Section("quota");
        var plan = new UsagePlanConfig(
            stages,
            throttle?.Number("rateLimit", 0),
            throttle?.Integer("burstLimit", 0, int.MaxValue),
            quota?.Integer("limit", 1, int.MaxValue),
            quota?.Text("period", "DAY, WEEK or MONTH", text => text is "DAY" or "WEEK" or "MONTH"),
            quota?.Integer("offset", 0, 27));
        if (throttle is not null && !throttle.Has("rateLimit") && !throttle.Has("burstLimit"))
        {
            throttle.Required("rateLimit", "requests a second; or set burstLimit");
        }

        foreach (var field in new[] { "limit", "period" })
        {
            if (quota is not null && !quota.Has(field))
            {
                quota.Required(field, "a quota is a number of requests (limit) in a period");
            }
        }

        throttle?.End();
        quota?.End();
        section.End();
        return plan;
    }
}

/// <summary>A stage of an API.</summary>
internal sealed partial record ApiStageConfig(string ApiId, string Stage)
{
    public static ApiStageConfig Read(ConfigSection section)
    {
        var stage = new ApiStageConfig(
            section.Text("apiId", "the id of a REST API", text => IdPattern().IsMatch(text)) ?? "",
            section.Text("stage", "the name of a stage", text => StagePattern().IsMatch(text)) ?? "");
        foreach (var field in new[] { "apiId", "stage" })
        {
            if (!section.Has(field))
            {
                section.Required(field, "a stage is named by apiId and stage");
            }
        }

        section.End();
        return stage;
    }

    [GeneratedRegex(@"^[A-Za-z0-9]{1,64}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,128}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StagePattern();
}
