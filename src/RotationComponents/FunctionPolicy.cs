using RotationFunction;

namespace RotationComponents;

/// <summary>
/// The permissions of the function and of its schedules. docs/security.md lists each statement. Each secret and each usage plan has its own policy:
/// Pulumi deletes it after the last resource that needs it, so the function can still clean up after a removed key or plan.
/// </summary>
internal static class FunctionPolicy
{
    private const string NameSuffix = "-??????"; // Secrets Manager's six random characters
    private const string FunctionTag = "aws:ResourceTag/" + RotationTags.Function;

    public static PolicyDocument Trust { get; } = new(new Statement
    {
        Sid = "Trust",
        Principal = new() { ["Service"] = "lambda.amazonaws.com" },
        Action = ["sts:AssumeRole"],
    });

    /// <summary>Returns the permissions that the function needs for any key.</summary>
    public static PolicyDocument Shared(AwsAccount account, string logGroupName, string? kmsKeyArn, bool tracing)
    {
        List<Statement> statements =
        [
            new()
            {
                Sid = "Log",
                Action = ["logs:CreateLogStream", "logs:PutLogEvents"],
                Resource = [account.Arn("logs", $"log-group:{logGroupName}:*")],
            },
            // The action has no resource, and its response contains nothing of any secret.
            new() { Sid = "WarmUp", Action = ["secretsmanager:GetRandomPassword"], Resource = ["*"] },
            .. MintKeys(account, AnySecret(account)),
        ];
        if (kmsKeyArn is not null)
        {
            statements.Add(new()
            {
                Sid = "SecretsKey",
                Action = ["kms:Decrypt", "kms:GenerateDataKey"],
                Resource = [kmsKeyArn],
                Condition = new() { ["StringEquals"] = new() { ["kms:ViaService"] = $"secretsmanager.{account.Region}.{account.DnsSuffix}" } },
            });
        }

        if (tracing)
        {
            // X-Ray has no resources for these actions.
            statements.Add(new() { Sid = "Trace", Action = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource = ["*"] });
        }

        return new PolicyDocument(statements);
    }

    /// <summary>
    /// Returns the permissions that the function needs in another Region for any key. Secrets are in its own Region.
    /// </summary>
    /// <param name="account">The account, with the function's own Region.</param>
    /// <param name="region">The other Region.</param>
    /// <param name="byTag">Whether the function's policies select secrets by tag.</param>
    public static PolicyDocument ForRegion(AwsAccount account, string region, bool byTag)
    {
        var there = account with { Region = region };
        return new([.. MintKeys(there, AnySecret(account)), .. byTag ? [RetireKeys(there, AnySecret(account))] : Array.Empty<Statement>()]);
    }

    /// <summary>Returns the permissions for one secret's keys in another Region.</summary>
    /// <param name="account">The account, with the function's own Region.</param>
    /// <param name="region">The other Region.</param>
    /// <param name="secretName">The secret's name; null if a policy by tag permits to retire its keys.</param>
    /// <param name="usagePlanIds">The ids of the usage plans there.</param>
    /// <param name="carriesQuota">Whether a new key continues the quotas.</param>
    /// <param name="adoptedKeyId">The id of the key to adopt.</param>
    public static PolicyDocument ForKeyInRegion(
        AwsAccount account,
        string region,
        string? secretName,
        IReadOnlyCollection<string> usagePlanIds,
        bool carriesQuota,
        string? adoptedKeyId)
    {
        var there = account with { Region = region };
        return new(
        [
            .. secretName is null ? [] : new[] { RetireKeys(there, SecretArn(account, secretName)) },
            .. usagePlanIds.Select(id => UsePlan(there, id)),
            .. carriesQuota ? usagePlanIds.Select(id => CarryQuota(there, id)) : [],
            .. adoptedKeyId is null ? [] : new[] { AdoptKey(there, adoptedKeyId) },
        ]);
    }

    /// <summary>Returns the permissions for one secret, by name.</summary>
    public static PolicyDocument ForSecret(AwsAccount account, string secretName)
    {
        var secretArn = SecretArn(account, secretName);
        return new(new Statement { Sid = "RotateSecret", Action = SecretActions, Resource = [secretArn] }, RetireKeys(account, secretArn));
    }

    /// <summary>Returns the permissions for all secrets and usage plans that carry the function's tag.</summary>
    public static PolicyDocument ForTagged(AwsAccount account, string scope, bool carriesQuota) => new(
    [
        new Statement { Sid = "RotateSecret", Action = SecretActions, Resource = [AnySecret(account)], Condition = OfFunction(scope) },
        // A deleted secret has no tags.
        new Statement
        {
            Sid = "FindDeletedSecret",
            Action = ["secretsmanager:DescribeSecret"],
            Resource = [AnySecret(account)],
            Condition = new() { ["Null"] = new() { [FunctionTag] = "true" } },
        },
        RetireKeys(account, AnySecret(account)),
        UsePlan(account, "*") with { Condition = OfFunction(scope) },
        .. carriesQuota ? [CarryQuota(account, "*") with { Condition = OfFunction(scope) }] : Array.Empty<Statement>(),
    ]);

    /// <summary>Returns the permissions for one usage plan, by id.</summary>
    public static PolicyDocument ForUsagePlan(AwsAccount account, string usagePlanId, bool carriesQuota) => carriesQuota
        ? new(UsePlan(account, usagePlanId), CarryQuota(account, usagePlanId))
        : new(UsePlan(account, usagePlanId));

    /// <summary>Returns the permissions to adopt a key and to disable it later.</summary>
    public static PolicyDocument ForAdoptedKey(AwsAccount account, string keyId) => new(AdoptKey(account, keyId));

    /// <summary>
    /// Returns the permissions with which Lambda attaches the function to a VPC. Denies them to the function's code, as AWS recommends.
    /// </summary>
    public static PolicyDocument Vpc(AwsAccount account)
    {
        var statement = new Statement
        {
            Sid = "JoinVpc",
            Action =
            [
                "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
                "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
            ],
            Resource = ["*"],
        };
        return new(statement, statement with
        {
            Sid = "ButNotFromCode",
            Effect = "Deny",
            Condition = new() { ["ArnLike"] = new() { ["lambda:SourceFunctionArn"] = account.Arn("lambda", "function:*") } },
        });
    }

    /// <summary>
    /// Returns the trust policy of the role of the function's schedules. The source is a schedule group: AWS warns against the ARN of a schedule.
    /// </summary>
    public static PolicyDocument ScheduleTrust(AwsAccount account) => new(new Statement
    {
        Sid = "TrustScheduler",
        Principal = new() { ["Service"] = "scheduler.amazonaws.com" },
        Action = ["sts:AssumeRole"],
        Condition = new()
        {
            ["StringEquals"] = new()
            {
                ["aws:SourceAccount"] = account.Id,
                ["aws:SourceArn"] = account.Arn("scheduler", "schedule-group/default"),
            },
        },
    });

    /// <summary>Returns the permissions of the function's schedules.</summary>
    public static PolicyDocument OfSchedules(AwsAccount account, string scope) => new(
        new Statement { Sid = "InvokeFunction", Action = ["lambda:InvokeFunction"], Resource = [account.Arn("lambda", "function:" + scope)] });

    /// <summary>
    /// Returns the secret's resource policy. It permits the readers to read the key, and denies: other principals cannot read an untested value by
    /// its label, and no principal can assign another rotation function. Administrators keep all other permissions, such as changing this policy.
    /// </summary>
    /// <param name="secretArn">The secret's ARN; <c>*</c> for a secret with replicas, which have the policy too and other ARNs.</param>
    /// <param name="roleArn">The ARN of the function's role.</param>
    /// <param name="functionArn">The ARN of the function.</param>
    /// <param name="readers">The ARNs of the readers.</param>
    public static PolicyDocument OfSecret(string secretArn, string roleArn, string functionArn, IReadOnlyList<string> readers) => new(
    [
        .. KeyReaders.Permit(secretArn, readers),
        new Statement
        {
            Sid = "PendingValueIsTheFunctions",
            Effect = "Deny",
            Principal = new() { ["AWS"] = "*" },
            Action = ["secretsmanager:GetSecretValue"],
            Resource = [secretArn],
            Condition = new()
            {
                ["StringEquals"] = new() { ["secretsmanager:VersionStage"] = "AWSPENDING" },
                ["ArnNotEquals"] = new() { ["aws:PrincipalArn"] = roleArn },
            },
        },
        new Statement
        {
            Sid = "NoOtherRotationFunction",
            Effect = "Deny",
            Principal = new() { ["AWS"] = "*" },
            Action = ["secretsmanager:RotateSecret"],
            Resource = [secretArn],
            // Null: a call that names no function keeps the current one.
            Condition = new()
            {
                ["Null"] = new() { ["secretsmanager:RotationLambdaARN"] = "false" },
                ["StringNotEquals"] = new() { ["secretsmanager:RotationLambdaARN"] = functionArn },
            },
        },
    ]);

    private static IReadOnlyList<string> SecretActions { get; } =
    [
        "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage",
    ];

    private static Statement[] MintKeys(AwsAccount account, string secretArn) =>
    [
        new()
        {
            Sid = "ReadKeysAndPlans",
            Action = ["apigateway:GET"],
            Resource =
            [
                account.ApiGateway("/apikeys"), account.ApiGateway("/apikeys/*"),
                account.ApiGateway("/usageplans"), account.ApiGateway("/usageplans/*/usage"),
            ],
        },
        new()
        {
            Sid = "MintTaggedKeys",
            Action = ["apigateway:POST"],
            Resource = [account.ApiGateway("/apikeys")],
            Condition = MintedFor("aws:RequestTag", secretArn),
        },
        new()
        {
            Sid = "TagKeys",
            Action = ["apigateway:PUT"],
            Resource = [account.ApiGateway("/tags/" + Uri.EscapeDataString(account.ApiGateway("/apikeys/")) + "*")],
        },
    ];

    private static Statement RetireKeys(AwsAccount account, string secretArn) => new()
    {
        Sid = "RetireMintedKeys",
        Action = ["apigateway:PATCH", "apigateway:DELETE"],
        Resource = [account.ApiGateway("/apikeys/*")],
        Condition = MintedFor("aws:ResourceTag", secretArn),
    };

    private static Statement UsePlan(AwsAccount account, string usagePlanId) => new()
    {
        Sid = "UsePlan",
        Action = ["apigateway:POST", "apigateway:DELETE"],
        Resource = [account.ApiGateway($"/usageplans/{usagePlanId}/keys"), account.ApiGateway($"/usageplans/{usagePlanId}/keys/*")],
    };

    private static Statement CarryQuota(AwsAccount account, string usagePlanId) => new()
    {
        Sid = "CarryQuota",
        Action = ["apigateway:PATCH"],
        Resource = [account.ApiGateway($"/usageplans/{usagePlanId}/keys/*/usage")],
    };

    private static Statement AdoptKey(AwsAccount account, string keyId) =>
        new() { Sid = "AdoptKey", Action = ["apigateway:PATCH"], Resource = [account.ApiGateway($"/apikeys/{keyId}")] };

    // Any suffix: IAM evaluates a call for a deleted secret with random characters, and that secret's keys carry its own suffix in their tags.
    private static string SecretArn(AwsAccount account, string secretName) => account.Arn("secretsmanager", $"secret:{secretName}{NameSuffix}");

    private static string AnySecret(AwsAccount account) => account.Arn("secretsmanager", "secret:*");

    private static Dictionary<string, Dictionary<string, Values>> MintedFor(string tags, string secretArn) =>
        new() { ["StringLike"] = new() { [$"{tags}/{RotationTags.MintedFor}"] = secretArn } };

    private static Dictionary<string, Dictionary<string, Values>> OfFunction(string scope) =>
        new() { ["StringEquals"] = new() { [FunctionTag] = scope } };
}
