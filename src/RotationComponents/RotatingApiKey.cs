using System.Collections.Immutable;
using System.Text.Json;
using Pulumi;
using RotationFunction;
using Aws = Pulumi.Aws;

namespace RotationComponents;

/// <summary>
/// A secret whose <c>apiKey</c> field always holds a working API Gateway key, rotated on a schedule.
/// Nothing here ever holds the live value: the key that Pulumi knows is a disabled template.
/// </summary>
public sealed class RotatingApiKey : ComponentResource
{
    /// <summary>Days between rotations where nothing sets a schedule.</summary>
    internal const int DefaultDays = 30;

    /// <summary>Makes the secret, its template key and its first key, and turns rotation on.</summary>
    /// <exception cref="ArgumentException">The key would be in no usage plan, or have two schedules.</exception>
    public RotatingApiKey(string name, RotatingApiKeyArgs args, ComponentResourceOptions? options = null)
        : base("rotation-lambda:index:RotatingApiKey", name, args, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args.UsagePlans.Count == 0)
        {
            throw new ArgumentException($"The rotating key {name} needs a usage plan: a key in none opens nothing.", nameof(args));
        }

        if (args.AutomaticallyAfterDays is not null && args.ScheduleExpression is not null)
        {
            throw new ArgumentException($"The rotating key {name} has two schedules. Set AutomaticallyAfterDays or ScheduleExpression.", nameof(args));
        }

        var template = MakeTemplate(name, args);
        var secret = MakeSecret(name, args, template);
        SecretArn = secret.Arn;
        SecretName = secret.Name;
        ApiKeyId = template.Id;

        var secretPolicy = new Aws.SecretsManager.SecretPolicy(name, new()
        {
            SecretArn = SecretArn,
            BlockPublicPolicy = true,
            Policy = Output.Tuple(SecretArn, args.Function.RoleArn, args.Function.Arn).Apply(t => FunctionPolicy.OfSecret(t.Item1, t.Item2, t.Item3).ToJson()),
        }, new CustomResourceOptions { Parent = this });
        List<Resource> needed = [args.Function, secretPolicy, .. AllowFunction(name, args)];
        var provision = Invoke(name, args, [.. needed, .. PutIntoPlans(name, args, template, needed)]);

        var scheduled = args.ScheduleExpression is not null;
        _ = new Aws.SecretsManager.SecretRotation(name, new()
        {
            SecretId = SecretArn,
            RotationLambdaArn = args.Function.Arn,
            RotateImmediately = false, // the provider's default is true, and would rotate at every change of the schedule
            RotationRules = new Aws.SecretsManager.Inputs.SecretRotationRotationRulesArgs
            {
                AutomaticallyAfterDays = scheduled ? null : args.AutomaticallyAfterDays ?? DefaultDays,
                ScheduleExpression = args.ScheduleExpression,
                Duration = args.Duration,
            },
        }, new CustomResourceOptions { Parent = this, DependsOn = provision });
        if (args.Overlap is not null)
        {
            EndOverlapHourly(name, args.Function);
        }

        RegisterOutputs(new Dictionary<string, object?> { ["secretArn"] = SecretArn, ["secretName"] = SecretName, ["apiKeyId"] = ApiKeyId });
    }

    /// <summary>The ARN of the secret that holds the live key.</summary>
    [Output("secretArn")]
    public Output<string> SecretArn { get; private set; }

    /// <summary>The name of the secret.</summary>
    [Output("secretName")]
    public Output<string> SecretName { get; private set; }

    /// <summary>The id of the template key: what is attached to it, every minted key gets. It is disabled; no client can use it.</summary>
    [Output("apiKeyId")]
    public Output<string> ApiKeyId { get; private set; }

    private Aws.ApiGateway.ApiKey MakeTemplate(string name, RotatingApiKeyArgs args)
    {
        var tags = InputMap<string>.Merge(args.Tags, new InputMap<string> { [RotationTags.TemplateFor] = args.SecretName });
        TagBothSides(tags, args);
        return new Aws.ApiGateway.ApiKey(name, new()
        {
            Name = args.SecretName.Apply(secret => secret + " (template)"),
            // Minted keys get the same description.
            Description = Output.Tuple(args.SecretName.ToOutput(), args.Description.ToOutput()).Apply(t =>
                (string.IsNullOrEmpty(t.Item2) ? "" : t.Item2 + ". ")
                + $"Rotated: the live key is in secret {t.Item1}; the disabled key of this description is the template"),
            CustomerId = args.CustomerId,
            Enabled = false,
            Tags = tags,
        }, new CustomResourceOptions { Parent = this });
    }

    /// <summary>
    /// One after the other: API Gateway attaches one key at a time in an account. An invocation for each usage plan comes before, so that it goes after the template has left
    /// the plan: its delete has the function take the minted keys out.
    /// </summary>
    private List<Aws.ApiGateway.UsagePlanKey> PutIntoPlans(string name, RotatingApiKeyArgs args, Aws.ApiGateway.ApiKey template, List<Resource> needed)
    {
        var attached = new List<Aws.ApiGateway.UsagePlanKey>();
        foreach (var (plan, id) in args.UsagePlans.OrderBy(plan => plan.Key, StringComparer.Ordinal))
        {
            var leave = new Aws.Lambda.Invocation($"{name}-leave-{plan}", new()
            {
                FunctionName = args.Function.Scope,
                LifecycleScope = "CRUD",
                Input = Output.Tuple(SecretArn, id.ToOutput()).Apply(t => JsonSerializer.Serialize(new { action = "leaveUsagePlan", secretId = t.Item1, usagePlanId = t.Item2 })),
                // Of another plan or secret it is another resource: only a delete has keys leave.
                Triggers = new InputMap<string> { ["secretId"] = SecretArn, ["usagePlanId"] = id },
            }, new CustomResourceOptions { Parent = this, DependsOn = needed, AdditionalSecretOutputs = { "result" } });
            var options = new CustomResourceOptions { Parent = this, AdditionalSecretOutputs = { "value" }, DependsOn = { leave } };
            if (attached.Count > 0)
            {
                options.DependsOn.Add(attached[^1]);
            }

            attached.Add(new($"{name}-{plan}", new() { KeyId = template.Id, KeyType = "API_KEY", UsagePlanId = id }, options));
        }

        return attached;
    }

    private Aws.SecretsManager.Secret MakeSecret(string name, RotatingApiKeyArgs args, Aws.ApiGateway.ApiKey template)
    {
        var tags = new InputMap<string> { [RotationTags.Template] = template.Id, [RotationTags.Function] = args.Function.Scope };
        TagBothSides(tags, args);
        if (args.Overlap is not null)
        {
            tags.Add(RotationTags.Overlap, args.Overlap);
        }

        return new Aws.SecretsManager.Secret(name, new()
        {
            Name = args.SecretName,
            Description = args.Description,
            KmsKeyId = args.Function.KmsKeyArn,
            RecoveryWindowInDays = args.RecoveryWindowInDays,
            Tags = tags,
        }, new CustomResourceOptions { Parent = this });
    }

    /// <summary>What takes a key somewhere: the function goes by it only where the secret and the template name the same.</summary>
    private static void TagBothSides(InputMap<string> tags, RotatingApiKeyArgs args)
    {
        if (args.ProbeUrl is not null)
        {
            tags.Add(RotationTags.Probe, args.ProbeUrl);
        }

        if (args.AdoptedKeyId is not null)
        {
            tags.Add(RotationTags.Adopted, args.AdoptedKeyId);
        }
    }

    private List<Aws.Iam.RolePolicy> AllowFunction(string name, RotatingApiKeyArgs args)
    {
        var policies = new List<Aws.Iam.RolePolicy>();
        if (!args.Function.SecretsByTag)
        {
            var named = Output.Tuple(args.Function.Account, args.SecretName.ToOutput());
            Allow(name + "-secret", named.Apply(t => FunctionPolicy.ForSecret(t.Item1, t.Item2)));
        }

        if (args.AdoptedKeyId is not null)
        {
            Allow(name + "-adopted", Output.Tuple(args.Function.Account, args.AdoptedKeyId.ToOutput()).Apply(t => FunctionPolicy.ForAdoptedKey(t.Item1, t.Item2)));
        }

        return policies;

        // Replaced when it changes: what it allowed stays allowed until the end of the deployment, when the old secret's keys are deleted.
        void Allow(string policyName, Output<PolicyDocument> policy) => policies.Add(new(
            policyName,
            new() { Role = args.Function.RoleName, Policy = policy.Apply(document => document.ToJson()) },
            new CustomResourceOptions { Parent = this, ReplaceOnChanges = { "policy" } }));
    }

    /// <summary>
    /// The function's part of a deployment: lifecycle, then provision. All that an invocation needs is there before lifecycle is made
    /// and until it is deleted, as its delete deletes the minted keys.
    /// </summary>
    private Aws.Lambda.Invocation Invoke(string name, RotatingApiKeyArgs args, List<Resource> needed)
    {
        Input<string> functionName = args.Function.Scope; // not its output, which would replace the invocations with the function
        var lifecycle = new Aws.Lambda.Invocation(name + "-lifecycle", new()
        {
            FunctionName = functionName,
            LifecycleScope = "CRUD",
            Input = Event("lifecycle", Output.All(args.UsagePlans.Values)),
            // An update is about usage plans; another secret is another life.
            Triggers = new InputMap<string> { ["secretId"] = SecretArn },
        }, new CustomResourceOptions { Parent = this, DependsOn = needed, AdditionalSecretOutputs = { "result" } });

        return new Aws.Lambda.Invocation(name + "-provision", new()
        {
            FunctionName = functionName,
            LifecycleScope = "CREATE_ONLY",
            Input = Event("provision"),
        }, new CustomResourceOptions { Parent = this, DependsOn = lifecycle, AdditionalSecretOutputs = { "result" } });

        Output<string> Event(string action, Output<ImmutableArray<string>>? usagePlanIds = null) =>
            Output.Tuple(SecretArn, usagePlanIds ?? Output.Create(ImmutableArray<string>.Empty)).Apply(t => usagePlanIds is null
                ? JsonSerializer.Serialize(new { action, secretId = t.Item1 })
                // Sorted: another order of the same plans is no change.
                : JsonSerializer.Serialize(new { action, secretId = t.Item1, usagePlanIds = t.Item2.Order(StringComparer.Ordinal) }));
    }

    /// <summary>The rule's name begins with the function's, whose permission for schedules goes by it.</summary>
    private void EndOverlapHourly(string name, KeyRotationFunction function)
    {
        var child = new CustomResourceOptions { Parent = this };
        var ruleName = $"{function.GetResourceName()}-overlap-{name}";
        var rule = new Aws.CloudWatch.EventRule(ruleName, new()
        {
            Description = SecretName.Apply(secret => "Ends the overlap of the keys in this secret: " + secret),
            ScheduleExpression = RuleSchedule.Hourly($"{function.Scope}/{ruleName}"),
        }, child);
        _ = new Aws.CloudWatch.EventTarget(ruleName, new()
        {
            Rule = rule.Name,
            Arn = function.Arn,
            Input = SecretArn.Apply(secretArn => JsonSerializer.Serialize(new { action = "endOverlap", secretId = secretArn })),
        }, child);
    }
}

/// <summary>What a <see cref="RotatingApiKey"/> is.</summary>
public sealed class RotatingApiKeyArgs : ResourceArgs
{
    /// <summary>The function that rotates it.</summary>
    public required KeyRotationFunction Function { get; set; }

    /// <summary>The secret's name, which is also the beginning of the names of minted keys.</summary>
    [Input("secretName", required: true)]
    public Input<string> SecretName { get; set; } = null!;

    /// <summary>What the key is for: on the secret and on every key.</summary>
    [Input("description")]
    public Input<string>? Description { get; set; }

    /// <summary>The customer id of every key.</summary>
    [Input("customerId")]
    public Input<string>? CustomerId { get; set; }

    /// <summary>Tags of every key.</summary>
    [Input("tags")]
    public InputMap<string> Tags { get; set; } = [];

    /// <summary>The ids of the usage plans of every key, by a name that does not change. At least one.</summary>
    public IDictionary<string, Input<string>> UsagePlans { get; } = new Dictionary<string, Input<string>>();

    /// <summary>Rotates after so many days; 30 when there is no schedule.</summary>
    [Input("automaticallyAfterDays")]
    public Input<int>? AutomaticallyAfterDays { get; set; }

    /// <summary>Rotates by Secrets Manager's <c>rate()</c> or <c>cron()</c> expression, in UTC.</summary>
    [Input("scheduleExpression")]
    public Input<string>? ScheduleExpression { get; set; }

    /// <summary>How long after its start a rotation may begin, and be tried again: <c>3h</c>.</summary>
    [Input("duration")]
    public Input<string>? Duration { get; set; }

    /// <summary>
    /// How long the previous key stays enabled after a rotation: <c>24h</c>, <c>7d</c>, or <c>0</c>, with which clients that cached it are refused
    /// at once. Until the next rotation when not set.
    /// </summary>
    [Input("overlap")]
    public Input<string>? Overlap { get; set; }

    /// <summary>The https URL of a method that needs a key, to test new keys with.</summary>
    [Input("probeUrl")]
    public Input<string>? ProbeUrl { get; set; }

    /// <summary>The id of a key that clients use already. Its value becomes the secret's first.</summary>
    [Input("adoptedKeyId")]
    public Input<string>? AdoptedKeyId { get; set; }

    /// <summary>How long a deleted secret can be brought back: 7 to 30 days, or 0.</summary>
    [Input("recoveryWindowInDays")]
    public Input<int> RecoveryWindowInDays { get; set; } = 30;
}
