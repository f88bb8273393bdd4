using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Pulumi;
using RotationFunction;
using Aws = Pulumi.Aws;

namespace RotationComponents;

/// <summary>
/// A secret whose <c>apiKey</c> field always holds a working API Gateway key, rotated on a schedule.
/// Pulumi's state never holds a live value: the API key that Pulumi manages is a disabled template.
/// </summary>
public sealed class RotatingApiKey : ComponentResource
{
    private static readonly ConditionalWeakTable<DeploymentInstance, KeyRotationFunction> FunctionsOfStacks = [];

    private readonly KeyRotationFunction _function;
    private readonly List<KeyRegion> _regions;
    private readonly Input<string> _secretName;

    /// <summary>Creates the secret, its template key and its first key, and turns rotation on.</summary>
    /// <exception cref="RunException">An argument is missing or invalid. The message names it. No resource was created.</exception>
    public RotatingApiKey(string name, RotatingApiKeyArgs args, ComponentResourceOptions? options = null)
        : base("rotation-lambda:index:RotatingApiKey", name, args, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Check(name);
        // After the check: it creates resources.
        _function = args.Function ?? FunctionsOfStacks.GetValue(
            Deployment.Instance, _ => new KeyRotationFunction("rotation", new() { SecretsByTag = true }));

        _secretName = CheckedName(name, args);
        _regions = KeyRegion.Of(name, args);
        foreach (var region in _regions)
        {
            if (region.OwnUsagePlan is not null)
            {
                region.UsagePlans[KeyRegion.OwnPlan] = MakeUsagePlan(region, region.OwnUsagePlan).Id;
            }

            region.Template = MakeTemplate(region, args);
        }

        var secret = MakeSecret(name, args);
        SecretArn = secret.Arn;
        SecretName = secret.Name;
        ApiKeyId = _regions[0].Template.Id;

        var readers = KeyReaders.Of(name, args, _function);
        var secretPolicy = MakeSecretPolicy(name, args, readers);
        ReaderPolicy = Output.Create(default(string));
        if (_function.KmsKeyArn is { } kmsKeyArn)
        {
            KeyReaders.Grant(name, args, kmsKeyArn, SecretArn, this);
            ReaderPolicy = Output.Tuple(readers, SecretArn, kmsKeyArn.ToOutput())
                .Apply(t => t.Item1.AreElsewhere ? t.Item1.ElsewherePolicy(t.Item2, t.Item3).ToJson() : null);
        }

        Readers = readers.Apply(all => all.Arns);
        List<Resource> needed = [_function, secretPolicy, .. AllowFunction(name, args)];
        var (lifecycle, provision) = Invoke(name, [.. needed, .. _regions.SelectMany(region => PutIntoPlans(region, needed))]);
        Regions = OutputsOf(lifecycle, provision);
        Rotate(name, args, provision);
        RotationTargets.Notify(name, args, _function, SecretArn, provision, this);
        if (args.Overlap is not null || args.Hold is not null)
        {
            FunctionSchedule.Hourly.Invoke(
                _function, "overlap-" + name, "endOverlap", "Ends the overlap of the keys in this secret: ", this, this);
        }

        RegisterOutputs(new Dictionary<string, object?>
        {
            ["secretArn"] = SecretArn,
            ["secretName"] = SecretName,
            ["apiKeyId"] = ApiKeyId,
            ["readerPolicy"] = ReaderPolicy,
            ["regions"] = Regions,
        });
    }

    /// <summary>Gets the ARN of the secret that holds the live key.</summary>
    [Output("secretArn")]
    public Output<string> SecretArn { get; private set; }

    /// <summary>Gets the name of the secret.</summary>
    [Output("secretName")]
    public Output<string> SecretName { get; private set; }

    /// <summary>Gets the id of the template key. It is disabled, so no client can use it. Every minted key gets its usage plans.</summary>
    [Output("apiKeyId")]
    public Output<string> ApiKeyId { get; private set; }

    /// <summary>
    /// Gets the identity policy, as JSON, that a reader in another account needs there. Null if no reader is in another account.
    /// </summary>
    [Output("readerPolicy")]
    public Output<string?> ReaderPolicy { get; private set; }

    /// <summary>
    /// Gets, for each other Region, <c>secretArn</c>, the ARN of the replica there, and <c>apiKeyId</c>, the id of the template key there. A Region
    /// appears when the function has created the current and the previous key in it: clients there can then read the replica.
    /// </summary>
    [Output("regions")]
    public Output<ImmutableDictionary<string, ImmutableDictionary<string, string>>> Regions { get; private set; }

    /// <summary>Gets the codes of the other Regions.</summary>
    internal IEnumerable<string> OtherRegions => _regions.Skip(1).Select(region => region.Region!);

    /// <summary>
    /// Returns the secret's name. All resources of the key wait for it, since some arguments can only be checked when the program runs.
    /// </summary>
    /// <exception cref="RunException">A Region cannot be used. It is thrown when the name is used.</exception>
    private Input<string> CheckedName(string name, RotatingApiKeyArgs args)
    {
        if (args.Regions.Count == 0)
        {
            return args.SecretName;
        }

        var regions = Output.All(args.Regions.Select(region => Output
            .Tuple(region.Value.KmsKeyArn.ToOutput(), region.Value.ProbeUrl.ToOutput())
            .Apply(t => (Region: region.Key, KmsKeyArn: (string?)t.Item1, ProbeUrl: (string?)t.Item2))));
        return Output.Tuple(args.SecretName.ToOutput(), _function.Account, regions, args.RecoveryWindowInDays.ToOutput()).Apply(t =>
        {
            var problems = t.Item3.Select(region => KeyRegion.ProblemIn(region.Region, region.KmsKeyArn, region.ProbeUrl, t.Item2));
            var problem = problems.FirstOrDefault(problem => problem is not null) ?? (t.Item4 == 0 ? KeyRegion.RecoveryProblem : null);
            return problem is null ? t.Item1 : throw new RunException($"The rotating key {name} cannot have these Regions: {problem}.");
        });
    }

    private Output<ImmutableDictionary<string, ImmutableDictionary<string, string>>> OutputsOf(params Resource[] served)
    {
        var others = _regions.Skip(1).Select(region => region.Template.Id.Apply(id => (region.Region, Id: id)));
        return Output.Tuple(Output.All(served.Select(resource => resource.Urn)), SecretArn, Output.All(others))
            .Apply(t => t.Item3.ToImmutableDictionary(region => region.Region!, region => ImmutableDictionary.CreateRange(
                new Dictionary<string, string> { ["secretArn"] = KeyRegion.ReplicaOf(t.Item2, region.Region!), ["apiKeyId"] = region.Id })));
    }

    /// <summary>
    /// Creates the key's own usage plan. The plans of a function are created one after the other, and are then deleted so too. For each delete, the
    /// provider calls UpdateUsagePlan, which API Gateway accepts once in 20 seconds, and deletes that wait for each other at the same time soon wait
    /// for minutes.
    /// </summary>
    private Aws.ApiGateway.UsagePlan MakeUsagePlan(KeyRegion region, Aws.ApiGateway.UsagePlanArgs plan)
    {
        var options = new CustomResourceOptions { Parent = this };
        if (_function.LastUsagePlan.TryGetValue(region.Region ?? "", out var last))
        {
            options.DependsOn = last;
        }

        var made = new Aws.ApiGateway.UsagePlan(region.Name, new()
        {
            Region = region.RegionInput(),
            Name = plan.Name,
            Description = plan.Description ?? _secretName.Apply(secret => "Usage plan of the rotating key " + secret),
            ProductCode = plan.ProductCode,
            ApiStages = plan.ApiStages,
            ThrottleSettings = plan.ThrottleSettings,
            QuotaSettings = plan.QuotaSettings,
            Tags = InputMap<string>.Merge(plan.Tags, new InputMap<string> { [RotationTags.Function] = _function.Scope }),
        }, options);
        _function.LastUsagePlan[region.Region ?? ""] = made;
        return made;
    }

    /// <summary>Gets the ARNs of the key's readers.</summary>
    internal Output<ImmutableArray<string>> Readers { get; }

    private Aws.ApiGateway.ApiKey MakeTemplate(KeyRegion region, RotatingApiKeyArgs args)
    {
        var tags = InputMap<string>.Merge(args.Tags, new InputMap<string> { [RotationTags.TemplateFor] = _secretName });
        TagBothSides(tags, region, tag => tag);
        return new Aws.ApiGateway.ApiKey(region.Name, new()
        {
            Region = region.RegionInput(),
            Name = _secretName.Apply(secret => secret + " (template)"),
            // The function copies the description to each minted key.
            Description = Output.Tuple(_secretName.ToOutput(), args.Description.ToOutput()).Apply(t =>
                (string.IsNullOrEmpty(t.Item2) ? "" : t.Item2 + ". ")
                + $"Rotated: the live key is in secret {t.Item1}; the disabled key of this description is the template"),
            CustomerId = args.CustomerId,
            Enabled = false,
            Tags = tags,
        }, new CustomResourceOptions { Parent = this });
    }

    /// <summary>
    /// Attaches the template key to its usage plans. API Gateway attaches one key at a time in an account, and the provider's waits for another
    /// attach soon last minutes, so each attach of the function's template keys waits for the one before it. Before each plan comes an invocation.
    /// It is therefore deleted after the template key has left the plan, and its delete has the function detach the minted keys.
    /// </summary>
    private List<Aws.ApiGateway.UsagePlanKey> PutIntoPlans(KeyRegion region, List<Resource> needed)
    {
        var attached = new List<Aws.ApiGateway.UsagePlanKey>();
        foreach (var (plan, id) in region.UsagePlans)
        {
            var leave = new Aws.Lambda.Invocation($"{region.Name}-leave-{plan}", new()
            {
                FunctionName = _function.Scope,
                LifecycleScope = "CRUD",
                Input = Output.Tuple(SecretArn, id.ToOutput()).Apply(t => FunctionEvent.LeaveUsagePlan(t.Item1, t.Item2, region.Region)),
                // Another plan or secret replaces the invocation, because only a delete detaches keys.
                Triggers = new InputMap<string> { ["secretId"] = SecretArn, ["usagePlanId"] = id },
            }, new CustomResourceOptions { Parent = this, DependsOn = needed, AdditionalSecretOutputs = { "result" } });
            var options = new CustomResourceOptions { Parent = this, AdditionalSecretOutputs = { "value" }, DependsOn = { leave } };
            if (_function.LastAttached.TryGetValue(region.Region ?? "", out var last))
            {
                options.DependsOn.Add(last);
            }

            attached.Add(new(
                $"{region.Name}-{plan}",
                new() { Region = region.RegionInput(), KeyId = region.Template.Id, KeyType = "API_KEY", UsagePlanId = id },
                options));
            _function.LastAttached[region.Region ?? ""] = attached[^1];
        }

        return attached;
    }

    private Aws.SecretsManager.Secret MakeSecret(string name, RotatingApiKeyArgs args)
    {
        var tags = new InputMap<string> { [RotationTags.Function] = _function.Scope };
        var secret = new Aws.SecretsManager.SecretArgs
        {
            Name = _secretName,
            Description = args.Description,
            KmsKeyId = _function.KmsKeyArn,
            RecoveryWindowInDays = args.RecoveryWindowInDays,
            Tags = tags,
        };
        foreach (var region in _regions)
        {
            tags.Add(region.SecretTag(RotationTags.Template), region.Template.Id);
            TagBothSides(tags, region, region.SecretTag);
            if (region.Region is not null)
            {
                secret.Replicas.Add(new Aws.SecretsManager.Inputs.SecretReplicaArgs
                {
                    Region = region.Region,
                    KmsKeyId = args.Regions[region.Region].KmsKeyArn,
                });
            }
        }

        if (args.Overlap is not null)
        {
            tags.Add(RotationTags.Overlap, args.Overlap);
        }

        if (args.Hold is not null)
        {
            tags.Add(RotationTags.Hold, args.Hold);
        }

        if (args.CarriesQuota)
        {
            tags.Add(RotationTags.Quota, "carry");
        }

        return new Aws.SecretsManager.Secret(name, secret, new CustomResourceOptions { Parent = this });
    }

    /// <summary>
    /// Adds the tags that the secret and the template key must both carry: the function uses a probe or an adopted key only if both name it.
    /// </summary>
    private static void TagBothSides(InputMap<string> tags, KeyRegion region, Func<string, string> tagOf)
    {
        if (region.ProbeUrl is not null)
        {
            tags.Add(tagOf(RotationTags.Probe), region.ProbeUrl);
        }

        if (region.AdoptedKeyId is not null)
        {
            tags.Add(tagOf(RotationTags.Adopted), region.AdoptedKeyId);
        }
    }

    private Aws.SecretsManager.SecretPolicy MakeSecretPolicy(string name, RotatingApiKeyArgs args, Output<KeyReaders> readers) => new(name, new()
    {
        SecretArn = SecretArn,
        BlockPublicPolicy = true,
        Policy = Output.Tuple(SecretArn, _function.RoleArn, _function.Arn, readers)
            .Apply(t => FunctionPolicy.OfSecret(args.Regions.Count > 0 ? "*" : t.Item1, t.Item2, t.Item3, t.Item4.Arns).ToJson()),
    }, new CustomResourceOptions { Parent = this });

    /// <summary>Returns the input of a setting; null if it is not set. The conversion turns a null string into an input of null.</summary>
    internal static Input<string>? Optional(string? text) => text is null ? null : (Input<string>)text;

    private List<Aws.Iam.RolePolicy> AllowFunction(string name, RotatingApiKeyArgs args)
    {
        var policies = new List<Aws.Iam.RolePolicy>();
        if (!_function.SecretsByTag)
        {
            var named = Output.Tuple(_function.Account, _secretName.ToOutput());
            Allow(name + "-secret", named.Apply(t => FunctionPolicy.ForSecret(t.Item1, t.Item2)));
        }

        // The stack's own function was created before it could know the plans, and any function before the key's own plan, which has its tag.
        var isOwnUnknown = args.UsagePlan is not null && !_function.SecretsByTag;
        foreach (var (plan, id) in _regions[0].UsagePlans.Where(plan => args.Function is null || (plan.Key == KeyRegion.OwnPlan && isOwnUnknown)))
        {
            Allow($"{name}-plan-{plan}", Output.Tuple(_function.Account, id.ToOutput()).Apply(t =>
                FunctionPolicy.ForUsagePlan(t.Item1, t.Item2, args.CarriesQuota)));
        }

        if (args.AdoptedKeyId is not null)
        {
            Allow(name + "-adopted", Output.Tuple(_function.Account, args.AdoptedKeyId.ToOutput())
                .Apply(t => FunctionPolicy.ForAdoptedKey(t.Item1, t.Item2)));
        }

        foreach (var region in _regions.Skip(1))
        {
            policies.Add(_function.AllowRegion(region.Region!));
            Allow(region.Name, Output
                .Tuple(_function.Account, _secretName.ToOutput(), Output.All(region.UsagePlans.Values), region.AdoptedKeyId.ToOutput())
                .Apply(t => FunctionPolicy.ForKeyInRegion(
                    t.Item1, region.Region!, _function.SecretsByTag ? null : t.Item2, t.Item3, args.CarriesQuota, t.Item4)));
        }

        return policies;

        // A change replaces the policy: the old one stays until the end of the deployment, when the old secret's keys are deleted.
        void Allow(string policyName, Output<PolicyDocument> policy) => policies.Add(new(
            policyName,
            new() { Role = _function.RoleName, Policy = policy.Apply(document => document.ToJson()) },
            new CustomResourceOptions { Parent = this, ReplaceOnChanges = { "policy" } }));
    }

    private void Rotate(string name, RotatingApiKeyArgs args, Resource provision)
    {
        var scheduled = args.ScheduleExpression is not null;
        _ = new Aws.SecretsManager.SecretRotation(name, new()
        {
            SecretId = SecretArn,
            RotationLambdaArn = _function.Arn,
            RotateImmediately = false, // the provider's default, true, rotates at every change of the schedule
            RotationRules = new Aws.SecretsManager.Inputs.SecretRotationRotationRulesArgs
            {
                AutomaticallyAfterDays = scheduled ? null : (Input<int>)(args.AutomaticallyAfterDays ?? KeySchedule.DefaultDays),
                ScheduleExpression = Optional(args.ScheduleExpression),
                Duration = Optional(args.Duration),
            },
        }, new CustomResourceOptions { Parent = this, DependsOn = provision });
    }

    /// <summary>
    /// Creates the function's part of a deployment: lifecycle, then provision. Everything that an invocation needs exists before lifecycle is created
    /// and until it is deleted, because its delete deletes the minted keys.
    /// </summary>
    private (Aws.Lambda.Invocation Lifecycle, Aws.Lambda.Invocation Provision) Invoke(string name, List<Resource> needed)
    {
        Input<string> functionName = _function.Scope; // not the output: a replaced function would replace the invocations
        var lifecycle = new Aws.Lambda.Invocation(name + "-lifecycle", new()
        {
            FunctionName = functionName,
            LifecycleScope = "CRUD",
            Input = Output.Tuple(SecretArn, Output.All(_regions.Select(region => Output.All(region.UsagePlans.Values))))
                .Apply(t => FunctionEvent.Lifecycle(t.Item1, t.Item2[0], _regions.Zip(t.Item2).Skip(1)
                    .Select(region => KeyValuePair.Create(region.First.Region!, region.Second)))),
            // Only the usage plans and the Regions are updated in place. Another secret replaces the invocation.
            Triggers = new InputMap<string> { ["secretId"] = SecretArn },
        }, new CustomResourceOptions { Parent = this, DependsOn = needed, AdditionalSecretOutputs = { "result" } });

        return (lifecycle, new Aws.Lambda.Invocation(name + "-provision", new()
        {
            FunctionName = functionName,
            LifecycleScope = "CREATE_ONLY",
            Input = SecretArn.Apply(FunctionEvent.Provision),
        }, new CustomResourceOptions { Parent = this, DependsOn = lifecycle, AdditionalSecretOutputs = { "result" } }));
    }
}

/// <summary>The arguments of a <see cref="RotatingApiKey"/>.</summary>
public sealed class RotatingApiKeyArgs : ResourceArgs
{
    /// <summary>
    /// Gets or sets the function that rotates the key. Default: one function for all such keys of the stack, named <c>rotation</c>.
    /// </summary>
    public KeyRotationFunction? Function { get; set; }

    /// <summary>Gets or sets the secret's name, which is also the prefix of the names of minted keys.</summary>
    [Input("secretName", required: true)]
    public required Input<string> SecretName { get; set; }

    /// <summary>Gets or sets the description of the secret and of every key.</summary>
    [Input("description")]
    public Input<string>? Description { get; set; }

    /// <summary>Gets or sets the customer id of every key.</summary>
    [Input("customerId")]
    public Input<string>? CustomerId { get; set; }

    /// <summary>Gets or sets the tags of every key.</summary>
    [Input("tags")]
    public InputMap<string> Tags { get; set; } = [];

    /// <summary>
    /// Gets the ids of the usage plans of every key, by a name that does not change. At least one is required, or a <see cref="UsagePlan"/>.
    /// </summary>
    public IDictionary<string, Input<string>> UsagePlans { get; } = new Dictionary<string, Input<string>>();

    /// <summary>
    /// Gets or sets a usage plan that the component creates for the key alone. Its description is the component's unless it has one. With
    /// <see cref="CarriesQuota"/>, a <see cref="Function"/> that selects secrets by tag needs a name for it in
    /// <see cref="KeyRotationFunctionArgs.CarryingUsagePlans"/>.
    /// </summary>
    [Input("usagePlan")]
    public Aws.ApiGateway.UsagePlanArgs? UsagePlan { get; set; }

    /// <summary>
    /// Gets the ARNs of the roles, users and other accounts that the secret's policy permits to read the key, by a name that does not change. With
    /// the function's KMS key each of them also gets a grant on it, for this secret. Readers in other accounts need that key, and
    /// <see cref="RotatingApiKey.ReaderPolicy"/> in their account.
    /// </summary>
    public IDictionary<string, Input<string>> Readers { get; } = new Dictionary<string, Input<string>>();

    /// <summary>
    /// Gets the targets, at most 5, that EventBridge notifies when AWSCURRENT has moved, by a name that does not change: after a rotation, a
    /// rollback, and an owner's edit of the secret. They get no value.
    /// </summary>
    public IDictionary<string, RotationTargetArgs> RotationTargets { get; } = new Dictionary<string, RotationTargetArgs>();

    /// <summary>Gets or sets the days between rotations. Default: 30, unless <see cref="ScheduleExpression"/> is set.</summary>
    public int? AutomaticallyAfterDays { get; set; }

    /// <summary>Gets or sets the schedule as Secrets Manager's <c>rate()</c> or <c>cron()</c> expression, in UTC.</summary>
    public string? ScheduleExpression { get; set; }

    /// <summary>Gets or sets the length of the window in which Secrets Manager can start and retry a rotation, such as <c>3h</c>.</summary>
    public string? Duration { get; set; }

    /// <summary>
    /// Gets or sets the time for which the previous key stays enabled after a rotation, such as <c>24h</c> or <c>7d</c>. With <c>0</c>, clients that
    /// cached it are rejected at once. Default: until the next rotation.
    /// </summary>
    public string? Overlap { get; set; }

    /// <summary>
    /// Gets or sets how long a key that clients still use stays enabled after the rotation that would disable it, such as <c>30d</c>.
    /// Not together with <see cref="Overlap"/>. Default: that rotation disables it.
    /// </summary>
    public string? Hold { get; set; }

    /// <summary>
    /// Gets or sets whether a new key starts with what the current one has left of its usage plans' quotas. A <see cref="Function"/> then needs
    /// <see cref="KeyRotationFunctionArgs.CarryingUsagePlans"/>. Default: a new key starts with a full quota.
    /// </summary>
    public bool CarriesQuota { get; set; }

    /// <summary>Gets or sets the probe: the https URL of a method that requires a key. The function tests new keys with it.</summary>
    [Input("probeUrl")]
    public Input<string>? ProbeUrl { get; set; }

    /// <summary>Gets or sets the id of a key that clients already use. Its value becomes the secret's first.</summary>
    [Input("adoptedKeyId")]
    public Input<string>? AdoptedKeyId { get; set; }

    /// <summary>
    /// Gets the other Regions in which the key exists, by the Region's code such as <c>us-east-1</c>. The secret has a replica in each. A client
    /// reads the replica beside it, and calls the API there with the same key.
    /// </summary>
    public IDictionary<string, KeyRegionArgs> Regions { get; } = new Dictionary<string, KeyRegionArgs>();

    /// <summary>
    /// Gets or sets the days in which a deleted secret can be restored: 7 to 30, or 0. Not 0 with <see cref="Regions"/>: a secret that is deleted at
    /// once strands its replicas.
    /// </summary>
    [Input("recoveryWindowInDays")]
    public Input<int> RecoveryWindowInDays { get; set; } = 30;

    /// <summary>Throws if an argument is missing or invalid.</summary>
    internal void Check(string name)
    {
        if (UsagePlans.Count == 0 && UsagePlan is null)
        {
            throw Refused("UsagePlans: is empty. A key needs a usage plan to open a method");
        }

        if (UsagePlan is not null && UsagePlans.ContainsKey(KeyRegion.OwnPlan))
        {
            throw Refused($"UsagePlans: has the name {KeyRegion.OwnPlan}, which is UsagePlan's");
        }

        if (UsagePlan?.Region is not null)
        {
            throw Refused("UsagePlan: has a Region, and the plan is in the provider's, as the key is. Remove it");
        }

        if (UsagePlan is not null && AdoptedKeyId is not null)
        {
            throw Refused("AdoptedKeyId: UsagePlan is set too, and the key cannot be in a plan that does not exist yet");
        }

        if (KeyRegion.Problem(this) is { } problemOfRegion)
        {
            throw Refused(problemOfRegion);
        }

        if (RotationTargets.Count > RotationComponents.RotationTargets.Most)
        {
            throw Refused("RotationTargets: " + RotationComponents.RotationTargets.TooMany(RotationTargets.Count));
        }

        try
        {
            new KeySchedule(AutomaticallyAfterDays, ScheduleExpression, Duration, Overlap, Hold).Check();
        }
        catch (FormatException wrong)
        {
            throw Refused(wrong.Message);
        }

        RunException Refused(string problem) => new($"The rotating key {name} was not created. {problem}.");
    }
}
