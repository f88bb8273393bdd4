using System.Collections.Immutable;
using System.Globalization;
using Pulumi;
using RotationFunction;
using Aws = Pulumi.Aws;

namespace RotationComponents;

/// <summary>
/// The rotation function with its role, its log group, its permissions for Secrets Manager and operators, and the role of its schedules.
/// One function rotates any number of <see cref="RotatingApiKey"/>s.
/// </summary>
public sealed class KeyRotationFunction : ComponentResource
{
    /// <summary>The longest activation wait, in seconds. It leaves enough of Lambda's longest invocation for the other work of a step.</summary>
    public const int LongestActivationWait = FunctionContract.LongestInvocationSeconds - TimeBesideActivation;

    private const int LongestName = 64; // Lambda's quota, in characters

    // Seconds: 90 for a new role to take effect during a deployment; the rest for the probe's controls and for AWS calls with their retries.
    private const int TimeBesideActivation = 180;

    /// <summary>Creates the function and its resources.</summary>
    /// <exception cref="ArgumentException">The activation wait is out of range.</exception>
    /// <exception cref="RunException">
    /// The names of the project, the stack and the component do not form a valid function name, or the function's package is missing.
    /// </exception>
    public KeyRotationFunction(string name, KeyRotationFunctionArgs args, ComponentResourceOptions? options = null)
        : base("rotation-lambda:index:KeyRotationFunction", name, args, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        Check(args);
        var child = new CustomResourceOptions { Parent = this };
        Account = AwsAccount.Of(this);
        Scope = ScopeOf(name);
        KmsKeyArn = args.KmsKeyArn;
        SecretsByTag = args.SecretsByTag;
        Watches = args.Watch;
        Callers = Output.All(args.Operators.OrderBy(person => person.Key, StringComparer.Ordinal).Select(person => person.Value)
            .Concat(args.Deployers.OrderBy(deployer => deployer.Key, StringComparer.Ordinal).Select(deployer => deployer.Value)));

        var logGroup = new Aws.CloudWatch.LogGroup(name, new()
        {
            Name = "/aws/lambda/" + Scope,
            RetentionInDays = args.LogRetentionInDays,
            KmsKeyId = args.KmsKeyArn,
        }, child);
        var role = new Aws.Iam.Role(name, new()
        {
            AssumeRolePolicy = FunctionPolicy.Trust.ToJson(),
            Description = $"Role of the rotation function {Scope}",
        }, child);
        RoleArn = role.Arn;
        RoleName = role.Name;

        Allow(name, Output.Tuple(Account, logGroup.Name, args.KmsKeyArn.ToOutput())
            .Apply(t => FunctionPolicy.Shared(t.Item1, t.Item2, t.Item3, args.Tracing)));
        foreach (var (plan, id) in args.UsagePlans.OrderBy(plan => plan.Key, StringComparer.Ordinal))
        {
            Allow($"{name}-plan-{plan}", Output.Tuple(Account, id.ToOutput()).Apply(t =>
                FunctionPolicy.ForUsagePlan(t.Item1, t.Item2, args.CarryingUsagePlans.Contains(plan))));
        }

        if (SecretsByTag)
        {
            Allow(name + "-tagged", Account.Apply(account =>
                FunctionPolicy.ForTagged(account, Scope, args.CarryingUsagePlans.Except(args.UsagePlans.Keys).Any())));
        }

        var function = MakeFunction(name, args, logGroup, role);
        Name = function.Name;
        Arn = function.Arn;
        ScheduleRoleArn = MakeScheduleRole(name + "-schedules");

        // Created even without operators: the tool invokes it, and an identity policy can name it.
        var alias = new Aws.Lambda.Alias(name, new()
        {
            Name = OperatorsAlias.Name,
            Description = "For operators: the function runs only their actions through this alias",
            FunctionName = Name,
            FunctionVersion = "$LATEST",
        }, child);
        PermitInvocation(name, args, alias);
        RegisterOutputs(new Dictionary<string, object?> { ["name"] = Name, ["arn"] = Arn, ["roleArn"] = RoleArn });
    }

    /// <summary>Gets the function's name.</summary>
    [Output("name")]
    public Output<string> Name { get; private set; }

    /// <summary>Gets the function's ARN.</summary>
    [Output("arn")]
    public Output<string> Arn { get; private set; }

    /// <summary>Gets the ARN of the function's execution role.</summary>
    [Output("roleArn")]
    public Output<string> RoleArn { get; private set; }

    internal Output<AwsAccount> Account { get; }

    internal Output<string> RoleName { get; }

    /// <summary>Gets the ARN of the role that EventBridge Scheduler assumes to invoke the function. The role has its permission by then.</summary>
    internal Output<string> ScheduleRoleArn { get; }

    /// <summary>
    /// Gets the function's name, which also names its log group and is the tag value of its secrets and usage plans.
    /// Invocations name the function by this string and not by its output. They therefore stay when the function is replaced, and their deletes
    /// still find it.
    /// </summary>
    internal string Scope { get; }

    internal Input<string>? KmsKeyArn { get; }

    internal bool SecretsByTag { get; }

    /// <summary>Gets whether a <see cref="Monitoring"/> of this function reports the calls of other principals.</summary>
    internal bool Watches { get; }

    /// <summary>Gets the ARNs of the operators and deployers, whose calls are not reported.</summary>
    internal Output<ImmutableArray<string>> Callers { get; }

    private readonly Dictionary<string, Aws.Iam.RolePolicy> _regionPolicies = [];

    /// <summary>Gets the last attachment of a template key to a usage plan so far, by Region. The next one waits for it.</summary>
    internal Dictionary<string, Resource> LastAttached { get; } = [];

    /// <summary>Gets the last usage plan that a key has created, by Region. The next one waits for it.</summary>
    internal Dictionary<string, Resource> LastUsagePlan { get; } = [];

    /// <summary>Permits the function to mint keys in another Region. The first key in that Region creates the permission.</summary>
    internal Aws.Iam.RolePolicy AllowRegion(string region)
    {
        if (!_regionPolicies.TryGetValue(region, out var policy))
        {
            policy = Allow(
                $"{GetResourceName()}-{region}", Account.Apply(account => FunctionPolicy.ForRegion(account, region, SecretsByTag)));
            _regionPolicies[region] = policy;
        }

        return policy;
    }

    /// <summary>Returns the scope of a function of this stack. The function does not have to exist yet.</summary>
    /// <exception cref="RunException">The scope is not a valid function name.</exception>
    internal static string ScopeOf(string name)
    {
        var scope = $"{Deployment.Instance.ProjectName}-{Deployment.Instance.StackName}-{name}";
        return scope.Length <= LongestName && scope.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')
            ? scope
            : throw new RunException(
                $"The function cannot be named {scope}: Lambda accepts at most {LongestName} letters, digits, hyphens and underscores, "
                + $"and this name has {scope.Length} characters. Rename the project or the stack.");
    }

    private static void Check(KeyRotationFunctionArgs args)
    {
        if (args.ActivationWait is < 0 or > LongestActivationWait)
        {
            throw new ArgumentException($"ActivationWait is {args.ActivationWait} s and must be 0 to {LongestActivationWait}.", nameof(args));
        }

        if (args.Code is null)
        {
            FunctionPackage.Check(AppContext.BaseDirectory);
        }
    }

    private Aws.Lambda.Function MakeFunction(string name, KeyRotationFunctionArgs args, Aws.CloudWatch.LogGroup logGroup, Aws.Iam.Role role)
    {
        var options = new CustomResourceOptions { Parent = this };
        var variables = new InputMap<string> { ["ACTIVATION_WAIT"] = args.ActivationWait.ToString(CultureInfo.InvariantCulture) };
        var function = new Aws.Lambda.FunctionArgs
        {
            Name = Scope,
            Description = "Rotates API Gateway keys that are stored in Secrets Manager",
            Runtime = "dotnet10",
            Handler = "RotationFunction::RotationFunction.Function::FunctionHandler",
            Architectures = { args.Architecture },
            Code = args.Code ?? args.Architecture.Apply(architecture => (Archive)FunctionPackage.For(architecture)),
            Role = role.Arn,
            MemorySize = args.MemorySize,
            Timeout = FunctionContract.LongestInvocationSeconds, // when many keys are due at once, API Gateway throttles and steps have to wait
            ReservedConcurrentExecutions = args.ReservedConcurrentExecutions,
            Environment = new Aws.Lambda.Inputs.FunctionEnvironmentArgs { Variables = variables },
            LoggingConfig = new Aws.Lambda.Inputs.FunctionLoggingConfigArgs { LogFormat = "JSON", LogGroup = logGroup.Name },
        };
        if (args.Watch)
        {
            variables.Add("WATCH", "true");
        }

        if (args.Tracing)
        {
            function.TracingConfig = new Aws.Lambda.Inputs.FunctionTracingConfigArgs { Mode = "Active" };
        }

        if (args.SubnetIds.Count > 0)
        {
            function.VpcConfig = new Aws.Lambda.Inputs.FunctionVpcConfigArgs
            {
                SubnetIds = args.SubnetIds.ToArray(),
                SecurityGroupIds = args.SecurityGroupIds.ToArray(),
            };
            // Lambda checks the role's permission to join the VPC when it creates the function, and uses it again when it deletes the function.
            options.DependsOn = Allow(name + "-vpc", Account.Apply(FunctionPolicy.Vpc));
        }

        return new Aws.Lambda.Function(name, function, options);
    }

    private Output<string> MakeScheduleRole(string name)
    {
        var child = new CustomResourceOptions { Parent = this };
        var role = new Aws.Iam.Role(name, new()
        {
            AssumeRolePolicy = Account.Apply(account => FunctionPolicy.ScheduleTrust(account).ToJson()),
            Description = $"Role of the schedules that invoke the rotation function {Scope}",
        }, child);
        var policy = new Aws.Iam.RolePolicy(name, new()
        {
            Role = role.Name,
            Policy = Account.Apply(account => FunctionPolicy.OfSchedules(account, Scope).ToJson()),
        }, child);
        return Output.Tuple(role.Arn, policy.Id).Apply(t => t.Item1);
    }

    private void PermitInvocation(string name, KeyRotationFunctionArgs args, Aws.Lambda.Alias alias)
    {
        Permit("", "secretsmanager.amazonaws.com", Account.Apply(account => account.Id));
        foreach (var (key, arn) in args.Operators.OrderBy(person => person.Key, StringComparer.Ordinal))
        {
            Permit("-operator-" + key, arn, qualifier: alias.Name);
        }

        void Permit(string suffix, Input<string> principal, Input<string>? sourceAccount = null, Input<string>? qualifier = null) =>
            _ = new Aws.Lambda.Permission(name + suffix, new()
            {
                Action = "lambda:InvokeFunction",
                Function = Name,
                Qualifier = qualifier,
                Principal = principal,
                SourceAccount = sourceAccount,
            }, new CustomResourceOptions { Parent = this });
    }

    private Aws.Iam.RolePolicy Allow(string name, Output<PolicyDocument> policy) =>
        new(name, new() { Role = RoleName, Policy = policy.Apply(document => document.ToJson()) }, new CustomResourceOptions { Parent = this });
}

/// <summary>The arguments of a <see cref="KeyRotationFunction"/>.</summary>
public sealed class KeyRotationFunctionArgs : ResourceArgs
{
    /// <summary>
    /// Gets or sets the folder with the published function, for <see cref="Architecture"/>. Default: the package beside the program.
    /// </summary>
    [Input("code")]
    public Input<Archive>? Code { get; set; }

    /// <summary>Gets or sets the processor architecture, <c>arm64</c> or <c>x86_64</c>.</summary>
    [Input("architecture")]
    public Input<string> Architecture { get; set; } = "arm64";

    /// <summary>Gets or sets the memory in MB. Lambda allocates CPU in proportion to it.</summary>
    [Input("memorySize")]
    public Input<int> MemorySize { get; set; } = 512;

    /// <summary>
    /// Gets or sets the seconds from the last change of a key without a probe until it is assumed active, 0 to
    /// <see cref="KeyRotationFunction.LongestActivationWait"/>.
    /// </summary>
    public int ActivationWait { get; set; } = 120;

    /// <summary>Gets or sets the number of days to keep logs.</summary>
    [Input("logRetentionInDays")]
    public Input<int> LogRetentionInDays { get; set; } = 90;

    /// <summary>Gets or sets the ARN of a KMS key for the secrets and the logs. Default: AWS's own keys.</summary>
    [Input("kmsKeyArn")]
    public Input<string>? KmsKeyArn { get; set; }

    /// <summary>Gets the function's subnets. Their VPC must reach Secrets Manager and API Gateway's control plane. Default: no VPC.</summary>
    public IList<Input<string>> SubnetIds { get; } = [];

    /// <summary>Gets the function's security groups in the subnets.</summary>
    public IList<Input<string>> SecurityGroupIds { get; } = [];

    /// <summary>Gets or sets the reserved concurrency. AWS rejects it in accounts with a small quota.</summary>
    [Input("reservedConcurrentExecutions")]
    public Input<int>? ReservedConcurrentExecutions { get; set; }

    /// <summary>Gets or sets whether the function sends traces of its invocations to X-Ray.</summary>
    public bool Tracing { get; set; }

    /// <summary>Gets the ARNs of the IAM roles and users with permission to invoke the function's actions, by a name that does not change.</summary>
    public IDictionary<string, Input<string>> Operators { get; } = new Dictionary<string, Input<string>>();

    /// <summary>
    /// Gets or sets whether the function reports calls of other principals on its secrets and keys, which needs a <see cref="Monitoring"/> and a
    /// CloudTrail trail that records management events.
    /// </summary>
    public bool Watch { get; set; }

    /// <summary>
    /// Gets the ARNs of the roles, users and accounts that deploy the stack, by a name that does not change. With <see cref="Watch"/>, their calls
    /// and those of <see cref="Operators"/> are not reported.
    /// </summary>
    public IDictionary<string, Input<string>> Deployers { get; } = new Dictionary<string, Input<string>>();

    /// <summary>Gets the ids of all usage plans of the function's keys, by a name that does not change.</summary>
    public IDictionary<string, Input<string>> UsagePlans { get; } = new Dictionary<string, Input<string>>();

    /// <summary>
    /// Gets the names, in <see cref="UsagePlans"/>, of the usage plans in which a new key starts with what the current one has left of the quota.
    /// With <see cref="SecretsByTag"/>, another name stands for the plans with the function's tag.
    /// </summary>
    public ISet<string> CarryingUsagePlans { get; } = new HashSet<string>();

    /// <summary>
    /// Gets or sets whether the role's policies select secrets and usage plans by the function's tag instead of by name, which is for more keys
    /// than the policies can name.
    /// </summary>
    public bool SecretsByTag { get; set; }
}
