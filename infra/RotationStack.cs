using System.Collections.Immutable;
using Pulumi;
using RotationComponents;
using Aws = Pulumi.Aws;

namespace Infra;

/// <summary>The stack: a rotation function, and the keys of the stack's configuration.</summary>
public class RotationStack : Stack
{
    private const string FunctionName = "rotation";

    /// <summary>Reads the configuration and creates all resources.</summary>
    /// <exception cref="RunException">The configuration is not valid. No resource was created.</exception>
    public RotationStack() : this(options: null)
    {
    }

    /// <summary>Reads the configuration and creates all resources, with options such as transformations.</summary>
    /// <exception cref="RunException">The configuration is not valid. No resource was created.</exception>
    protected RotationStack(StackOptions? options) : base(options)
    {
        var config = StackConfig.Read(new Config());
        var function = MakeFunction(config);
        var keys = config.Keys.ToDictionary(key => key.Name, key => MakeKey(key, function, config));

        var monitoring = new MonitoringArgs
        {
            Function = function,
            TopicArn = RotatingApiKey.Optional(config.AlarmTopicArn),
            Email = RotatingApiKey.Optional(config.AlarmEmail),
            AlarmWarmUp = config.AlarmWarmUp,
            RotationEvents = config.RotationEvents,
            Trail = config.Trail,
        };
        foreach (var key in config.Keys)
        {
            monitoring.Keys[key.ResourceName] = keys[key.Name];
            if (key.OldKeyAlarm)
            {
                monitoring.OldKeyAlarms.Add(key.ResourceName);
            }
        }

        _ = new Monitoring(FunctionName, monitoring);

        RotatingKeys = Output.All(keys.Select(key => OutputsOf(key.Value).Apply(outputs => KeyValuePair.Create(key.Key, outputs))))
            .Apply(all => all.ToImmutableDictionary());
        OtherRegions = Output.All(keys.Select(key => key.Value.Regions.Apply(regions => KeyValuePair.Create(key.Key, regions))))
            .Apply(all => all.Where(key => !key.Value.IsEmpty).ToImmutableDictionary());
        RotationFunctionName = function.Name;
        RotationFunctionArn = function.Arn;
    }

    /// <summary>
    /// Gets, for each key's name, <c>secretArn</c>, <c>secretName</c>, and <c>apiKeyId</c>, the id of the template key. For a key with readers in
    /// other accounts, also <c>readerPolicy</c>, the identity policy that they need there.
    /// </summary>
    [Output("keys")]
    public Output<ImmutableDictionary<string, ImmutableDictionary<string, string>>> RotatingKeys { get; private set; }

    /// <summary>
    /// Gets, for the name of each key with other Regions, by Region: <c>secretArn</c>, the ARN of the secret's replica there, and <c>apiKeyId</c>,
    /// the id of the template key there. A Region appears when clients can use the key in it.
    /// </summary>
    [Output("regions")]
    public Output<ImmutableDictionary<string, ImmutableDictionary<string, ImmutableDictionary<string, string>>>> OtherRegions { get; private set; }

    /// <summary>Gets the function's name.</summary>
    [Output("functionName")]
    public Output<string> RotationFunctionName { get; private set; }

    /// <summary>Gets the function's ARN.</summary>
    [Output("functionArn")]
    public Output<string> RotationFunctionArn { get; private set; }

    private static Output<ImmutableDictionary<string, string>> OutputsOf(RotatingApiKey key) =>
        Output.Tuple(key.SecretArn, key.SecretName, key.ApiKeyId, key.ReaderPolicy).Apply(t =>
        {
            var outputs = ImmutableDictionary.CreateRange(new Dictionary<string, string>
            {
                ["secretArn"] = t.Item1,
                ["secretName"] = t.Item2,
                ["apiKeyId"] = t.Item3,
            });
            return t.Item4 is { } policy ? outputs.Add("readerPolicy", policy) : outputs;
        });

    private static KeyRotationFunction MakeFunction(StackConfig config)
    {
        var args = new KeyRotationFunctionArgs
        {
            Code = FunctionPackage.For(config.Architecture),
            Architecture = config.Architecture,
            MemorySize = config.MemorySize,
            ActivationWait = config.ActivationWait,
            LogRetentionInDays = config.LogRetentionDays,
            KmsKeyArn = RotatingApiKey.Optional(config.KmsKeyArn),
            ReservedConcurrentExecutions = config.ReservedConcurrency is { } reserved ? reserved : null,
            SecretsByTag = config.SecretsByTag,
            Tracing = config.Tracing,
            Watch = config.Watch,
        };
        foreach (var arn in config.Operators)
        {
            args.Operators[KeyConfig.ResourceNameOfOperator(arn)] = arn;
        }

        foreach (var arn in config.Deployers)
        {
            args.Deployers[KeyConfig.ResourceNameOfOperator(arn)] = arn;
        }

        foreach (var subnet in config.SubnetIds)
        {
            args.SubnetIds.Add(subnet);
        }

        foreach (var group in config.SecurityGroupIds)
        {
            args.SecurityGroupIds.Add(group);
        }

        foreach (var plan in config.Keys.SelectMany(key => key.UsagePlanIds).Distinct())
        {
            args.UsagePlans[plan] = plan;
        }

        foreach (var plan in config.Keys.Where(key => key.Quota is not null).SelectMany(key => key.UsagePlanIds).Distinct())
        {
            args.CarryingUsagePlans.Add(plan);
        }

        foreach (var key in config.Keys.Where(key => key is { Quota: not null, UsagePlan: not null }))
        {
            args.CarryingUsagePlans.Add("of-" + key.ResourceName);
        }

        return new KeyRotationFunction(FunctionName, args);
    }

    private static RotatingApiKey MakeKey(KeyConfig key, KeyRotationFunction function, StackConfig config)
    {
        var args = new RotatingApiKeyArgs
        {
            Function = function,
            // All resources of the key wait for the name. The account is only known when the program runs.
            SecretName = function.Account.Apply(account =>
            {
                new KeyReaders([.. key.Readers], account).Checked(key.Name, config.KmsKeyArn is not null);
                return key.Name;
            }),
            Description = RotatingApiKey.Optional(key.Description),
            CustomerId = RotatingApiKey.Optional(key.CustomerId),
            Tags = key.Tags.ToImmutableDictionary(),
            AutomaticallyAfterDays = key.AutomaticallyAfterDays,
            ScheduleExpression = key.ScheduleExpression,
            Duration = key.Duration,
            Overlap = key.Overlap,
            Hold = key.Hold,
            CarriesQuota = key.Quota is not null,
            ProbeUrl = RotatingApiKey.Optional(key.ProbeUrl),
            AdoptedKeyId = RotatingApiKey.Optional(key.AdoptedKeyId),
            UsagePlan = key.UsagePlan is { } own ? PlanOf(own) : null,
            RecoveryWindowInDays = config.RecoveryWindowDays,
        };
        foreach (var plan in key.UsagePlanIds)
        {
            args.UsagePlans[plan] = plan;
        }

        foreach (var arn in key.Readers)
        {
            args.Readers[KeyConfig.ShortResourceNameOf(arn)] = arn;
        }

        foreach (var target in key.RotationTargets)
        {
            args.RotationTargets[KeyConfig.ShortResourceNameOf(target.Arn)] = new() { Arn = target.Arn, RoleArn = RotatingApiKey.Optional(target.RoleArn) };
        }

        foreach (var region in key.Regions)
        {
            args.Regions[region.Region] = RegionOf(region);
        }

        return new RotatingApiKey(key.ResourceName, args, new() { ResourceTransformations = { made => WithFormerUrn(made, key, function) } });
    }

    /// <summary>
    /// Adds the URNs that a key's own usage plan and its permission had while the stack itself created the plan, and the function's component the
    /// permission. An existing stack keeps both.
    /// </summary>
    private static ResourceTransformationResult? WithFormerUrn(ResourceTransformationArgs made, KeyConfig key, KeyRotationFunction function)
    {
        var former = made.Resource switch
        {
            Aws.ApiGateway.UsagePlan plan when plan.GetResourceName() == key.ResourceName => new Alias { NoParent = true },
            Aws.Iam.RolePolicy policy when policy.GetResourceName() == $"{key.ResourceName}-plan-{KeyRegion.OwnPlan}" =>
                new Alias { Name = $"{FunctionName}-plan-of-{key.ResourceName}", Parent = function },
            _ => null,
        };
        if (former is null)
        {
            return null;
        }

        made.Options.Aliases.Add(former);
        return new(made.Args, made.Options);
    }

    private static KeyRegionArgs RegionOf(KeyRegionConfig region)
    {
        var args = new KeyRegionArgs
        {
            UsagePlan = region.UsagePlan is { } own ? PlanOf(own) : null,
            ProbeUrl = RotatingApiKey.Optional(region.ProbeUrl),
            AdoptedKeyId = RotatingApiKey.Optional(region.AdoptedKeyId),
            KmsKeyArn = RotatingApiKey.Optional(region.KmsKeyArn),
        };
        foreach (var plan in region.UsagePlanIds)
        {
            args.UsagePlans[plan] = plan;
        }

        return args;
    }

    private static Aws.ApiGateway.UsagePlanArgs PlanOf(UsagePlanConfig plan)
    {
        var args = new Aws.ApiGateway.UsagePlanArgs();
        foreach (var (apiId, stage) in plan.ApiStages)
        {
            args.ApiStages.Add(new Aws.ApiGateway.Inputs.UsagePlanApiStageArgs { ApiId = apiId, Stage = stage });
        }

        if (plan.RateLimit is not null || plan.BurstLimit is not null)
        {
            args.ThrottleSettings = new Aws.ApiGateway.Inputs.UsagePlanThrottleSettingsArgs
            {
                RateLimit = plan.RateLimit is { } rate ? rate : null,
                BurstLimit = plan.BurstLimit is { } burst ? burst : null,
            };
        }

        if (plan is { QuotaLimit: { } limit, QuotaPeriod: { } period })
        {
            args.QuotaSettings = new Aws.ApiGateway.Inputs.UsagePlanQuotaSettingsArgs
            {
                Limit = limit,
                Period = period,
                Offset = plan.QuotaOffset is { } offset ? offset : null,
            };
        }

        return args;
    }
}
