using System.Collections.Immutable;
using Pulumi;
using RotationComponents;

namespace RotationPlugin;

/// <summary>
/// Rotating API keys with a function of their own, alarms and a dashboard, for Pulumi programs in any language. Its inputs are those that a schema
/// can carry; a program in C# uses the components of RotationLambda.Components directly.
/// </summary>
public sealed class RotatingApiKeys : ComponentResource
{
    internal const string PackageName = "rotation-lambda";

    /// <summary>Creates the function, the keys and their alarms.</summary>
    /// <exception cref="RunException">An argument is invalid. The message names it.</exception>
    public RotatingApiKeys(string name, RotatingApiKeysArgs args, ComponentResourceOptions? options = null)
        : base(PackageName + ":index:RotatingApiKeys", name, args, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        var child = new ComponentResourceOptions { Parent = this };
        var function = new KeyRotationFunction(name, FunctionOf(args), child);
        var monitoring = MonitoringOf(args, function);
        var arns = new Dictionary<string, Output<string>>();
        foreach (var (key, its) in args.Keys.OrderBy(key => key.Key, StringComparer.Ordinal))
        {
            var rotating = new RotatingApiKey($"{name}-{key}", KeyOf(function, its), child);
            monitoring.Keys[key] = rotating;
            arns[key] = rotating.SecretArn;
            if (its.OldKeyAlarm ?? false)
            {
                monitoring.OldKeyAlarms.Add(key);
            }
        }

        _ = new Monitoring(name, monitoring, child);
        SecretArns = Output.All(arns.Values)
            .Apply(values => (IDictionary<string, string>)arns.Keys.Zip(values).ToImmutableDictionary(pair => pair.First, pair => pair.Second));
        RegisterOutputs(new Dictionary<string, object?> { ["secretArns"] = SecretArns });
    }

    /// <summary>Gets the ARN of each key's secret, by the key's name in <see cref="RotatingApiKeysArgs.Keys"/>.</summary>
    [Output("secretArns")]
    public Output<IDictionary<string, string>> SecretArns { get; private set; }

    private static KeyRotationFunctionArgs FunctionOf(RotatingApiKeysArgs args)
    {
        var function = new KeyRotationFunctionArgs
        {
            SecretsByTag = true,
            KmsKeyArn = args.KmsKeyArn,
            ReservedConcurrentExecutions = args.ReservedConcurrentExecutions,
            Tracing = args.Tracing ?? false,
            Watch = args.Watch ?? false,
        };
        function.Architecture = args.Architecture ?? function.Architecture;
        function.MemorySize = args.MemorySize ?? function.MemorySize;
        function.ActivationWait = args.ActivationWait ?? function.ActivationWait;
        function.LogRetentionInDays = args.LogRetentionInDays ?? function.LogRetentionInDays;
        AddAll(function.Operators, args.Operators);
        AddAll(function.Deployers, args.Deployers);
        foreach (var subnet in args.SubnetIds ?? [])
        {
            function.SubnetIds.Add(subnet);
        }

        foreach (var group in args.SecurityGroupIds ?? [])
        {
            function.SecurityGroupIds.Add(group);
        }

        foreach (var (key, its) in args.Keys)
        {
            foreach (var (plan, id) in its.UsagePlanIds)
            {
                function.UsagePlans[$"{key}-{plan}"] = id;
                if (its.CarriesQuota ?? false)
                {
                    function.CarryingUsagePlans.Add($"{key}-{plan}");
                }
            }
        }

        return function;
    }

    private static MonitoringArgs MonitoringOf(RotatingApiKeysArgs args, KeyRotationFunction function)
    {
        var monitoring = new MonitoringArgs
        {
            Function = function,
            TopicArn = args.AlarmTopicArn,
            Email = args.AlarmEmail,
            RotationEvents = args.RotationEvents ?? false,
            Trail = args.Trail ?? false,
        };
        monitoring.AlarmWarmUp = args.AlarmWarmUp ?? monitoring.AlarmWarmUp;
        return monitoring;
    }

    private static RotatingApiKeyArgs KeyOf(KeyRotationFunction function, RotatingKeyArgs key)
    {
        var args = new RotatingApiKeyArgs
        {
            Function = function,
            SecretName = key.SecretName,
            Description = key.Description,
            CustomerId = key.CustomerId,
            Tags = key.Tags ?? [],
            AutomaticallyAfterDays = key.AutomaticallyAfterDays,
            ScheduleExpression = key.ScheduleExpression,
            Duration = key.Duration,
            Overlap = key.Overlap,
            Hold = key.Hold,
            CarriesQuota = key.CarriesQuota ?? false,
            ProbeUrl = key.ProbeUrl,
            AdoptedKeyId = key.AdoptedKeyId,
        };
        args.RecoveryWindowInDays = key.RecoveryWindowInDays ?? args.RecoveryWindowInDays;
        AddAll(args.UsagePlans, key.UsagePlanIds);
        AddAll(args.Readers, key.Readers);
        AddAll(args.RotationTargets, key.RotationTargets);
        foreach (var (region, its) in key.Regions ?? [])
        {
            args.Regions[region] = new() { ProbeUrl = its.ProbeUrl, AdoptedKeyId = its.AdoptedKeyId, KmsKeyArn = its.KmsKeyArn };
            AddAll(args.Regions[region].UsagePlans, its.UsagePlanIds);
        }

        return args;
    }

    private static void AddAll<T>(IDictionary<string, T> to, Dictionary<string, T>? from)
    {
        foreach (var (name, value) in from ?? [])
        {
            to[name] = value;
        }
    }
}

/// <summary>
/// The arguments of <see cref="RotatingApiKeys"/>. Pulumi sets each input that a program leaves out to null, whatever its default here.
/// </summary>
public sealed class RotatingApiKeysArgs : ResourceArgs
{
    /// <summary>Gets or sets the keys, each by a name that does not change.</summary>
    [Input("keys", required: true)]
    public Dictionary<string, RotatingKeyArgs> Keys { get; set; } = [];

    /// <summary>Gets or sets the ARN of a KMS key for the secrets and the logs. Default: AWS's own keys.</summary>
    [Input("kmsKeyArn")]
    public Input<string>? KmsKeyArn { get; set; }

    /// <summary>Gets or sets the function's processor architecture, <c>arm64</c> (the default) or <c>x86_64</c>.</summary>
    [Input("architecture")]
    public Input<string>? Architecture { get; set; }

    /// <summary>Gets or sets the function's memory in MB. Default: 512.</summary>
    [Input("memorySize")]
    public Input<int>? MemorySize { get; set; }

    /// <summary>Gets or sets the seconds until a key without a probe is assumed active. Default: 120.</summary>
    [Input("activationWait")]
    public int? ActivationWait { get; set; }

    /// <summary>Gets or sets the number of days to keep logs. Default: 90.</summary>
    [Input("logRetentionInDays")]
    public Input<int>? LogRetentionInDays { get; set; }

    /// <summary>Gets or sets the function's subnets. Default: no VPC.</summary>
    [Input("subnetIds")]
    public List<Input<string>>? SubnetIds { get; set; }

    /// <summary>Gets or sets the function's security groups in the subnets.</summary>
    [Input("securityGroupIds")]
    public List<Input<string>>? SecurityGroupIds { get; set; }

    /// <summary>Gets or sets the function's reserved concurrency. Default: none.</summary>
    [Input("reservedConcurrentExecutions")]
    public Input<int>? ReservedConcurrentExecutions { get; set; }

    /// <summary>Gets or sets whether the function sends traces to X-Ray. Default: false.</summary>
    [Input("tracing")]
    public bool? Tracing { get; set; }

    /// <summary>
    /// Gets or sets the ARNs of the IAM roles and users with permission to invoke the function's actions, each by a name that does not change.
    /// </summary>
    [Input("operators")]
    public Dictionary<string, Input<string>>? Operators { get; set; }

    /// <summary>
    /// Gets or sets whether calls of other principals on the secrets and keys are reported, which needs a CloudTrail trail. Default: false.
    /// </summary>
    [Input("watch")]
    public bool? Watch { get; set; }

    /// <summary>Gets or sets whether to create a CloudTrail trail of this Region's management events. Default: false.</summary>
    [Input("trail")]
    public bool? Trail { get; set; }

    /// <summary>
    /// Gets or sets the ARNs of the roles, users and accounts that deploy the program, each by a name that does not change: with
    /// <see cref="Watch"/>, their calls are not reported.
    /// </summary>
    [Input("deployers")]
    public Dictionary<string, Input<string>>? Deployers { get; set; }

    /// <summary>Gets or sets the ARN of a topic for the alarms. Default: the component creates one.</summary>
    [Input("alarmTopicArn")]
    public Input<string>? AlarmTopicArn { get; set; }

    /// <summary>Gets or sets an e-mail address to subscribe to the created topic.</summary>
    [Input("alarmEmail")]
    public Input<string>? AlarmEmail { get; set; }

    /// <summary>Gets or sets whether the alarm of a new key waits for the key's first checks. Default: true.</summary>
    [Input("alarmWarmUp")]
    public bool? AlarmWarmUp { get; set; }

    /// <summary>Gets or sets whether failed rotations are reported at once, which needs a CloudTrail trail. Default: false.</summary>
    [Input("rotationEvents")]
    public bool? RotationEvents { get; set; }
}

/// <summary>A key of <see cref="RotatingApiKeys"/>. <see cref="RotatingApiKeyArgs"/> describes each input.</summary>
public sealed class RotatingKeyArgs : ResourceArgs
{
    /// <summary>Gets or sets the secret's name.</summary>
    [Input("secretName", required: true)]
    public Input<string> SecretName { get; set; } = null!;

    /// <summary>Gets or sets the ids of the usage plans, each by a name that does not change. At least one is required.</summary>
    [Input("usagePlanIds", required: true)]
    public Dictionary<string, Input<string>> UsagePlanIds { get; set; } = [];

    /// <summary>Gets or sets the description of the secret and of every key.</summary>
    [Input("description")]
    public Input<string>? Description { get; set; }

    /// <summary>Gets or sets the customer id of every key.</summary>
    [Input("customerId")]
    public Input<string>? CustomerId { get; set; }

    /// <summary>Gets or sets the tags of every key.</summary>
    [Input("tags")]
    public InputMap<string>? Tags { get; set; }

    /// <summary>Gets or sets the days between rotations. Default: 30, unless the schedule expression is set.</summary>
    [Input("automaticallyAfterDays")]
    public int? AutomaticallyAfterDays { get; set; }

    /// <summary>Gets or sets the schedule as Secrets Manager's <c>rate()</c> or <c>cron()</c> expression, in UTC.</summary>
    [Input("scheduleExpression")]
    public string? ScheduleExpression { get; set; }

    /// <summary>Gets or sets the length of the rotation window, such as <c>3h</c>.</summary>
    [Input("duration")]
    public string? Duration { get; set; }

    /// <summary>Gets or sets the time for which the previous key stays enabled, such as <c>24h</c>.</summary>
    [Input("overlap")]
    public string? Overlap { get; set; }

    /// <summary>Gets or sets how long a key that clients still use stays enabled, such as <c>30d</c>.</summary>
    [Input("hold")]
    public string? Hold { get; set; }

    /// <summary>Gets or sets whether a new key starts with what the current one has left of its quotas. Default: false.</summary>
    [Input("carriesQuota")]
    public bool? CarriesQuota { get; set; }

    /// <summary>Gets or sets the ARNs of the roles, users and accounts that may read the key, each by a name that does not change.</summary>
    [Input("readers")]
    public Dictionary<string, Input<string>>? Readers { get; set; }

    /// <summary>Gets or sets the targets that EventBridge notifies of each rotation, each by a name that does not change.</summary>
    [Input("rotationTargets")]
    public Dictionary<string, RotationTargetArgs>? RotationTargets { get; set; }

    /// <summary>Gets or sets whether an alarm reports that clients use an old key. Default: false.</summary>
    [Input("oldKeyAlarm")]
    public bool? OldKeyAlarm { get; set; }

    /// <summary>Gets or sets the https URL of a method that requires a key.</summary>
    [Input("probeUrl")]
    public Input<string>? ProbeUrl { get; set; }

    /// <summary>Gets or sets the id of a key that clients already use.</summary>
    [Input("adoptedKeyId")]
    public Input<string>? AdoptedKeyId { get; set; }

    /// <summary>Gets or sets the days in which a deleted secret can be restored: 7 to 30, or 0 without other Regions. Default: 30.</summary>
    [Input("recoveryWindowInDays")]
    public Input<int>? RecoveryWindowInDays { get; set; }

    /// <summary>Gets or sets the other Regions in which the key exists, by the Region's code.</summary>
    [Input("regions")]
    public Dictionary<string, RotatingKeyRegionArgs>? Regions { get; set; }
}

/// <summary>Another Region of a key of <see cref="RotatingApiKeys"/>. <see cref="KeyRegionArgs"/> describes each input.</summary>
public sealed class RotatingKeyRegionArgs : ResourceArgs
{
    /// <summary>Gets or sets the ids of the Region's usage plans, each by a name that does not change. At least one is required.</summary>
    [Input("usagePlanIds", required: true)]
    public Dictionary<string, Input<string>> UsagePlanIds { get; set; } = [];

    /// <summary>Gets or sets the https URL of a method in the Region that requires a key.</summary>
    [Input("probeUrl")]
    public Input<string>? ProbeUrl { get; set; }

    /// <summary>Gets or sets the id of a key that clients already use in the Region.</summary>
    [Input("adoptedKeyId")]
    public Input<string>? AdoptedKeyId { get; set; }

    /// <summary>Gets or sets the ARN of a KMS key of the Region for the replica.</summary>
    [Input("kmsKeyArn")]
    public Input<string>? KmsKeyArn { get; set; }
}
