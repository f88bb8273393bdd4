using System.Globalization;
using Pulumi;
using RotationFunction;
using Aws = Pulumi.Aws;

namespace RotationComponents;

/// <summary>
/// The rotation function and what it runs with: its role, its log group, and who may call it: Secrets Manager, schedules and operators.
/// One function serves any number of <see cref="RotatingApiKey"/>s.
/// </summary>
public sealed class KeyRotationFunction : ComponentResource
{
    /// <summary>The longest activation wait, in seconds: with what comes on top an invocation ends in time.</summary>
    public const int LongestActivationWait = FunctionContract.LongestInvocationSeconds - TimeBesideActivation;

    private const int LongestName = 64; // Lambda's quota, in characters

    // Seconds: 90 that a deployment waits for a fresh role, the probe's controls, and AWS's own calls with their retries.
    private const int TimeBesideActivation = 180;

    /// <summary>Makes the function.</summary>
    /// <exception cref="ArgumentException">The arguments ask for what Lambda does not have.</exception>
    /// <exception cref="RunException">Lambda takes no function of this project's, stack's and component's names.</exception>
    public KeyRotationFunction(string name, KeyRotationFunctionArgs args, ComponentResourceOptions? options = null)
        : base("rotation-lambda:index:KeyRotationFunction", name, args, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args.ActivationWait is < 0 or > LongestActivationWait)
        {
            throw new ArgumentException($"ActivationWait is {args.ActivationWait} s and must be 0 to {LongestActivationWait}.", nameof(args));
        }

        var child = new CustomResourceOptions { Parent = this };
        Account = AwsAccount.Of(this);
        Scope = ScopeOf(name);
        KmsKeyArn = args.KmsKeyArn;
        SecretsByTag = args.SecretsByTag;

        var logGroup = new Aws.CloudWatch.LogGroup(name, new()
        {
            Name = "/aws/lambda/" + Scope,
            RetentionInDays = args.LogRetentionInDays,
            KmsKeyId = args.KmsKeyArn,
        }, child);
        var role = new Aws.Iam.Role(name, new()
        {
            AssumeRolePolicy = FunctionPolicy.Trust.ToJson(),
            Description = $"Of the rotation function {Scope}",
        }, child);
        RoleArn = role.Arn;
        RoleName = role.Name;

        Allow(name, Output.Tuple(Account, logGroup.Name, args.KmsKeyArn.ToOutput())
            .Apply(t => FunctionPolicy.Shared(t.Item1, t.Item2, t.Item3, args.Tracing)));
        foreach (var (plan, id) in args.UsagePlans.OrderBy(plan => plan.Key, StringComparer.Ordinal))
        {
            Allow($"{name}-plan-{plan}", Output.Tuple(Account, id.ToOutput()).Apply(t => FunctionPolicy.ForUsagePlan(t.Item1, t.Item2)));
        }

        if (SecretsByTag)
        {
            Allow(name + "-tagged", Account.Apply(account => FunctionPolicy.ForTagged(account, Scope)));
        }

        var function = MakeFunction(name, args, logGroup, role);
        Name = function.Name;
        Arn = function.Arn;

        // Also without operators: the tool invokes it, and an identity policy may name it.
        var alias = new Aws.Lambda.Alias(name, new()
        {
            Name = OperatorsAlias.Name,
            Description = "The actions of operators; the function refuses everything else here",
            FunctionName = Name,
            FunctionVersion = "$LATEST",
        }, child);
        PermitInvocation(name, args, alias);
        RegisterOutputs(new Dictionary<string, object?> { ["name"] = Name, ["arn"] = Arn, ["roleArn"] = RoleArn });
    }

    /// <summary>The function's name.</summary>
    [Output("name")]
    public Output<string> Name { get; private set; }

    /// <summary>The function's ARN.</summary>
    [Output("arn")]
    public Output<string> Arn { get; private set; }

    /// <summary>The ARN of the role that the function runs as.</summary>
    [Output("roleArn")]
    public Output<string> RoleArn { get; private set; }

    internal Output<AwsAccount> Account { get; }

    internal Output<string> RoleName { get; }

    /// <summary>
    /// What tells this function from others in its account: its name, that of its log group, and the tag of its secrets and usage plans.
    /// Invocations name the function by this text, not by its output: when the function is replaced they stay, and their deletes find it.
    /// </summary>
    internal string Scope { get; }

    internal Input<string>? KmsKeyArn { get; }

    internal bool SecretsByTag { get; }

    /// <summary>The scope of a function of this stack, also before it is made.</summary>
    /// <exception cref="RunException">Lambda takes no function of this name.</exception>
    internal static string ScopeOf(string name)
    {
        var scope = $"{Deployment.Instance.ProjectName}-{Deployment.Instance.StackName}-{name}";
        return scope.Length <= LongestName && scope.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')
            ? scope
            : throw new RunException(
                $"The function cannot be named {scope}: Lambda takes {LongestName} letters, digits, hyphens and underscores, "
                + $"and this has {scope.Length}. Rename the project or the stack.");
    }

    private Aws.Lambda.Function MakeFunction(string name, KeyRotationFunctionArgs args, Aws.CloudWatch.LogGroup logGroup, Aws.Iam.Role role)
    {
        var options = new CustomResourceOptions { Parent = this };
        var function = new Aws.Lambda.FunctionArgs
        {
            Name = Scope,
            Description = "Rotates API Gateway keys that are kept in Secrets Manager",
            Runtime = "dotnet10",
            Handler = "RotationFunction::RotationFunction.Function::FunctionHandler",
            Architectures = { args.Architecture },
            Code = args.Code,
            Role = role.Arn,
            MemorySize = args.MemorySize,
            Timeout = FunctionContract.LongestInvocationSeconds, // where many keys are due at once, a step waits its turn under API Gateway's rate
            ReservedConcurrentExecutions = args.ReservedConcurrentExecutions,
            Environment = new Aws.Lambda.Inputs.FunctionEnvironmentArgs
            {
                Variables = { ["ACTIVATION_WAIT"] = args.ActivationWait.ToString(CultureInfo.InvariantCulture) },
            },
            LoggingConfig = new Aws.Lambda.Inputs.FunctionLoggingConfigArgs { LogFormat = "JSON", LogGroup = logGroup.Name },
        };
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
            // Lambda checks when it makes the function that its role may join the VPC, and leaves the VPC when it deletes it.
            options.DependsOn = Allow(name + "-vpc", Account.Apply(FunctionPolicy.Vpc));
        }

        return new Aws.Lambda.Function(name, function, options);
    }

    /// <summary>The function's own policy. It holds 20 KB, hence one permission for the rules of all keys: their names begin with this one.</summary>
    private void PermitInvocation(string name, KeyRotationFunctionArgs args, Aws.Lambda.Alias alias)
    {
        Permit("", "secretsmanager.amazonaws.com", Account.Apply(account => account.Id));
        // No SourceAccount: with one, EventBridge is documented not to invoke the function. The ARN names the account.
        Permit("-schedules", "events.amazonaws.com", sourceArn: Account.Apply(account => account.Arn("events", $"rule/{name}-*")));
        foreach (var (key, arn) in args.Operators.OrderBy(person => person.Key, StringComparer.Ordinal))
        {
            Permit("-operator-" + key, arn, qualifier: alias.Name);
        }

        void Permit(string suffix, Input<string> principal, Input<string>? sourceAccount = null, Input<string>? sourceArn = null, Input<string>? qualifier = null) => _ = new Aws.Lambda.Permission(name + suffix, new()
        {
            Action = "lambda:InvokeFunction",
            Function = Name,
            Qualifier = qualifier,
            Principal = principal,
            SourceAccount = sourceAccount,
            SourceArn = sourceArn,
        }, new CustomResourceOptions { Parent = this });
    }

    private Aws.Iam.RolePolicy Allow(string name, Output<PolicyDocument> policy) =>
        new(name, new() { Role = RoleName, Policy = policy.Apply(document => document.ToJson()) }, new CustomResourceOptions { Parent = this });
}

/// <summary>What a <see cref="KeyRotationFunction"/> is made of.</summary>
public sealed class KeyRotationFunctionArgs : ResourceArgs
{
    /// <summary>The function's published folder, for <see cref="Architecture"/>.</summary>
    [Input("code", required: true)]
    public Input<Archive> Code { get; set; } = null!;

    /// <summary><c>arm64</c> or <c>x86_64</c>.</summary>
    [Input("architecture")]
    public Input<string> Architecture { get; set; } = "arm64";

    /// <summary>Memory in MB. The share of a CPU follows it.</summary>
    [Input("memorySize")]
    public Input<int> MemorySize { get; set; } = 512;

    /// <summary>
    /// Seconds from a key's last change until it is taken for served, 0 to <see cref="KeyRotationFunction.LongestActivationWait"/>.
    /// </summary>
    public int ActivationWait { get; set; } = 120;

    /// <summary>How long logs are kept, in days.</summary>
    [Input("logRetentionInDays")]
    public Input<int> LogRetentionInDays { get; set; } = 90;

    /// <summary>The ARN of a KMS key for the secrets and the logs. AWS's own keys when not set.</summary>
    [Input("kmsKeyArn")]
    public Input<string>? KmsKeyArn { get; set; }

    /// <summary>The subnets to run in, of a VPC that reaches Secrets Manager and API Gateway's control plane. No VPC when empty.</summary>
    public IList<Input<string>> SubnetIds { get; } = [];

    /// <summary>The security groups to run with in the subnets.</summary>
    public IList<Input<string>> SecurityGroupIds { get; } = [];

    /// <summary>Reserved concurrency. Accounts with a small quota refuse any.</summary>
    [Input("reservedConcurrentExecutions")]
    public Input<int>? ReservedConcurrentExecutions { get; set; }

    /// <summary>Sends a trace of invocations to X-Ray.</summary>
    public bool Tracing { get; set; }

    /// <summary>The ARNs of IAM roles and users that may invoke the function's actions, by a name that does not change.</summary>
    public IDictionary<string, Input<string>> Operators { get; } = new Dictionary<string, Input<string>>();

    /// <summary>The ids of all usage plans that keys of this function are in, by a name that does not change.</summary>
    public IDictionary<string, Input<string>> UsagePlans { get; } = new Dictionary<string, Input<string>>();

    /// <summary>
    /// Lets the function rotate every secret, and use every usage plan, that carries its tag, instead of naming each.
    /// For more keys than a role's policies can name.
    /// </summary>
    public bool SecretsByTag { get; set; }
}
