using RotationFunction;

namespace RotationComponents;

/// <summary>
/// What the function may do, statement by statement as docs/security.md lists it. Each secret and each usage plan has a policy of its own:
/// Pulumi deletes it after the resource that needs it last, so a key or plan that leaves the configuration can still be cleaned up.
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

    /// <summary>What the function needs whichever keys it rotates.</summary>
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
            // Secrets Manager has no resource for it, and it tells nothing of any secret.
            new() { Sid = "WarmUp", Action = ["secretsmanager:GetRandomPassword"], Resource = ["*"] },
            new()
            {
                Sid = "ReadKeysAndPlans",
                Action = ["apigateway:GET"],
                Resource = [account.ApiGateway("/apikeys"), account.ApiGateway("/apikeys/*"), account.ApiGateway("/usageplans")],
            },
            new()
            {
                Sid = "MintTaggedKeys",
                Action = ["apigateway:POST"],
                Resource = [account.ApiGateway("/apikeys")],
                Condition = MintedFor("aws:RequestTag", AnySecret(account)),
            },
            new()
            {
                Sid = "TagKeys",
                Action = ["apigateway:PUT"],
                Resource = [account.ApiGateway("/tags/" + Uri.EscapeDataString(account.ApiGateway("/apikeys/")) + "*")],
            },
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
            // X-Ray has no resources for these.
            statements.Add(new() { Sid = "Trace", Action = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource = ["*"] });
        }

        return new PolicyDocument(statements);
    }

    /// <summary>What it needs for one secret, named.</summary>
    public static PolicyDocument ForSecret(AwsAccount account, string secretName)
    {
        // Whatever its suffix: one that is gone is judged by an ARN that ends in any six characters, and left keys whose tags have its own.
        var secretArn = account.Arn("secretsmanager", $"secret:{secretName}{NameSuffix}");
        return new(new Statement { Sid = "RotateSecret", Action = SecretActions, Resource = [secretArn] }, RetireKeys(account, secretArn));
    }

    /// <summary>What it needs for all secrets that carry its tag, and for usage plans that do.</summary>
    public static PolicyDocument ForTagged(AwsAccount account, string scope) => new(
        new Statement { Sid = "RotateSecret", Action = SecretActions, Resource = [AnySecret(account)], Condition = OfFunction(scope) },
        // A secret that is gone has no tags.
        new Statement
        {
            Sid = "FindDeletedSecret",
            Action = ["secretsmanager:DescribeSecret"],
            Resource = [AnySecret(account)],
            Condition = new() { ["Null"] = new() { [FunctionTag] = "true" } },
        },
        RetireKeys(account, AnySecret(account)),
        UsePlan(account, "*") with { Condition = OfFunction(scope) });

    /// <summary>What it needs for one usage plan, named.</summary>
    public static PolicyDocument ForUsagePlan(AwsAccount account, string usagePlanId) => new(UsePlan(account, usagePlanId));

    /// <summary>What it needs to adopt a key, and to disable it later.</summary>
    public static PolicyDocument ForAdoptedKey(AwsAccount account, string keyId) => new(
        new Statement { Sid = "AdoptKey", Action = ["apigateway:PATCH"], Resource = [account.ApiGateway($"/apikeys/{keyId}")] });

    /// <summary>What Lambda needs to put the function into a VPC. The function's own code is denied it, as AWS advises.</summary>
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
    /// The secret's own policy. It only denies: nobody else reads a value that is not tested yet by its label, and nobody hands
    /// the secret to another rotation function. Administrators can still do everything else, and change this policy.
    /// </summary>
    public static PolicyDocument OfSecret(string secretArn, string roleArn, string functionArn) => new(
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
            // Null: a call that names no function keeps the one that is set.
            Condition = new()
            {
                ["Null"] = new() { ["secretsmanager:RotationLambdaARN"] = "false" },
                ["StringNotEquals"] = new() { ["secretsmanager:RotationLambdaARN"] = functionArn },
            },
        });

    private static IReadOnlyList<string> SecretActions { get; } =
    [
        "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage",
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

    private static string AnySecret(AwsAccount account) => account.Arn("secretsmanager", "secret:*");

    private static Dictionary<string, Dictionary<string, string>> MintedFor(string tags, string secretArn) =>
        new() { ["StringLike"] = new() { [$"{tags}/{RotationTags.MintedFor}"] = secretArn } };

    private static Dictionary<string, Dictionary<string, string>> OfFunction(string scope) =>
        new() { ["StringEquals"] = new() { [FunctionTag] = scope } };
}
