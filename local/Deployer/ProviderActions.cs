using System.Collections.Immutable;
using LocalAws;

namespace Deployer;

/// <summary>
/// The IAM actions that the provider's calls need, by resource type, from the provider's code (hashicorp/terraform-provider-aws, internal/service)
/// and the Service Authorization Reference. The calls that a <see cref="ResourceType"/> makes over HTTP are authorized there; for those services only
/// the provider's other calls are listed here.
/// </summary>
internal sealed class ProviderActions(EmbeddedAws aws)
{
    // For the id of the resource itself, which is not one of its inputs.
    private const string AnyId = "abcdefghij";

    /// <summary>The operations of the provider on a resource.</summary>
    public enum Step
    {
        Create,
        Read,
        Update,
        Delete,
    }

    /// <summary>Returns the actions of an operation, each with its resource and the condition keys of its request.</summary>
    public IEnumerable<Needed> For(string type, Step step, Inputs inputs, IReadOnlySet<string> changes) => (type, step) switch
    {
        _ when type.StartsWith("aws:iam/", StringComparison.Ordinal) => ForIam(type, step, inputs),

        ("aws:kms/grant:Grant", Step.Create) => On(inputs.Text("keyId"), "kms:CreateGrant"),
        ("aws:kms/grant:Grant", Step.Read) => On(inputs.Text("keyId"), "kms:ListGrants"),
        // The provider waits until the list does not have the grant.
        ("aws:kms/grant:Grant", Step.Delete) => On(inputs.Text("keyId"), "kms:RevokeGrant", "kms:ListGrants"),

        ("aws:apigateway/restApi:RestApi" or "aws:apigateway/deployment:Deployment" or "aws:apigateway/stage:Stage"
            or "aws:apigateway/methodSettings:MethodSettings", _) => ForApi(type, step, inputs),

        ("aws:lambda/function:Function", Step.Create or Step.Update) => ChangeFunction(inputs, step is Step.Create ? null : changes),
        ("aws:lambda/function:Function", Step.Read) => On(
            Function(inputs.Text("name")), "lambda:GetFunction", "lambda:ListVersionsByFunction", "lambda:GetFunctionCodeSigningConfig"),
        ("aws:lambda/function:Function", Step.Delete) => On(Function(inputs.Text("name")), "lambda:DeleteFunction", "lambda:GetFunction"),
        ("aws:lambda/alias:Alias", Step.Create) => On(Function(inputs.Text("functionName")), "lambda:CreateAlias"),
        ("aws:lambda/alias:Alias", Step.Read) => On(Function(inputs.Text("functionName")), "lambda:GetAlias"),
        ("aws:lambda/alias:Alias", Step.Delete) => On(Function(inputs.Text("functionName")), "lambda:DeleteAlias"),
        ("aws:lambda/permission:Permission", Step.Create) => On(Permitted(inputs), "lambda:AddPermission"),
        ("aws:lambda/permission:Permission", Step.Read) => On(Permitted(inputs), "lambda:GetPolicy"),
        ("aws:lambda/permission:Permission", Step.Delete) => On(Permitted(inputs), "lambda:RemovePermission", "lambda:GetPolicy"),
        ("aws:lambda/invocation:Invocation", not Step.Read) when step is not Step.Delete || inputs.Find("lifecycleScope") == "CRUD" =>
            On(Function(inputs.Text("functionName")), "lambda:InvokeFunction"),

        ("aws:secretsmanager/secret:Secret" or "aws:secretsmanager/secretPolicy:SecretPolicy", Step.Read) => On(
            inputs.Find("secretArn") ?? $"{Arn("secretsmanager", $"secret:{inputs.Find("name")}")}-AbCdEf", "secretsmanager:GetResourcePolicy"),

        ("aws:cloudwatch/logGroup:LogGroup", Step.Create) => On(LogGroup(inputs), "logs:CreateLogGroup", "logs:PutRetentionPolicy"),
        ("aws:cloudwatch/logGroup:LogGroup", Step.Read) =>
            [.. On("*", "logs:DescribeLogGroups"), .. On(LogGroup(inputs), "logs:ListTagsForResource")],
        ("aws:cloudwatch/logGroup:LogGroup", Step.Update) => On(LogGroup(inputs), "logs:PutRetentionPolicy"),
        ("aws:cloudwatch/logGroup:LogGroup", Step.Delete) => On(LogGroup(inputs), "logs:DeleteLogGroup"),
        _ when type.StartsWith("aws:cloudwatch/event", StringComparison.Ordinal) => OfRule(type, step, inputs),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", Step.Create or Step.Update) => On(Alarm(inputs), "cloudwatch:PutMetricAlarm"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", Step.Read) =>
            [.. On("*", "cloudwatch:DescribeAlarms"), .. On(Alarm(inputs), "cloudwatch:ListTagsForResource")],
        ("aws:cloudwatch/metricAlarm:MetricAlarm", Step.Delete) => On(Alarm(inputs), "cloudwatch:DeleteAlarms"),
        ("aws:cloudwatch/dashboard:Dashboard", Step.Create or Step.Update) => On(DashboardOf(inputs), "cloudwatch:PutDashboard"),
        ("aws:cloudwatch/dashboard:Dashboard", Step.Read) => On(DashboardOf(inputs), "cloudwatch:GetDashboard"),
        ("aws:cloudwatch/dashboard:Dashboard", Step.Delete) => On(DashboardOf(inputs), "cloudwatch:DeleteDashboards"),

        ("aws:scheduler/schedule:Schedule", _) => OfSchedule(step, inputs),

        _ when type.StartsWith("aws:sns/", StringComparison.Ordinal) => OfTopic(type, step, inputs),
        _ when type.StartsWith("aws:s3/", StringComparison.Ordinal) => OfBucket(type, step, "arn:aws:s3:::" + inputs.Text("bucket")),
        ("aws:cloudtrail/trail:Trail", Step.Create) => On(Trail(inputs), "cloudtrail:CreateTrail", "cloudtrail:StartLogging"),
        ("aws:cloudtrail/trail:Trail", Step.Read) =>
            [.. On("*", "cloudtrail:DescribeTrails"), .. On(Trail(inputs), "cloudtrail:GetTrailStatus", "cloudtrail:ListTags")],
        ("aws:cloudtrail/trail:Trail", Step.Delete) => On(Trail(inputs), "cloudtrail:DeleteTrail"),
        ("aws:lambda/invocation:Invocation", _) => [],
        _ when type.StartsWith("aws:apigateway/", StringComparison.Ordinal) || type.StartsWith("aws:secretsmanager/", StringComparison.Ordinal) => [],
        _ => throw Unknown(type, step),
    };

    private IEnumerable<Needed> OfRule(string type, Step step, Inputs inputs) => (type, step) switch
    {
        ("aws:cloudwatch/eventRule:EventRule", Step.Create or Step.Update) => On(Rule(inputs.Text("name")), "events:PutRule"),
        ("aws:cloudwatch/eventRule:EventRule", Step.Read) => On(Rule(inputs.Text("name")), "events:DescribeRule", "events:ListTagsForResource"),
        ("aws:cloudwatch/eventRule:EventRule", Step.Delete) => On(Rule(inputs.Text("name")), "events:DeleteRule"),
        ("aws:cloudwatch/eventTarget:EventTarget", Step.Create or Step.Update) => PutTarget(inputs),
        ("aws:cloudwatch/eventTarget:EventTarget", Step.Read) => On(Rule(inputs.Text("rule")), "events:ListTargetsByRule"),
        ("aws:cloudwatch/eventTarget:EventTarget", Step.Delete) => On(Rule(inputs.Text("rule")), "events:RemoveTargets"),
        _ => throw new NotSupportedException($"Which actions the provider needs to {step} a resource of type {type} is not known here."),
    };

    private IEnumerable<Needed> OfTopic(string type, Step step, Inputs inputs) => (type, step) switch
    {
        ("aws:sns/topic:Topic", Step.Create) => On(Topic(inputs), "sns:CreateTopic", "sns:SetTopicAttributes"),
        ("aws:sns/topic:Topic", Step.Read) => On(Topic(inputs), "sns:GetTopicAttributes", "sns:ListTagsForResource"),
        ("aws:sns/topic:Topic", Step.Update) => On(Topic(inputs), "sns:SetTopicAttributes"),
        ("aws:sns/topic:Topic", Step.Delete) => On(Topic(inputs), "sns:DeleteTopic"),
        // The provider deletes a topic's policy by setting the default policy.
        ("aws:sns/topicPolicy:TopicPolicy", Step.Create or Step.Update or Step.Delete) => On(inputs.Text("arn"), "sns:SetTopicAttributes"),
        ("aws:sns/topicPolicy:TopicPolicy", Step.Read) => On(inputs.Text("arn"), "sns:GetTopicAttributes"),
        ("aws:sns/topicSubscription:TopicSubscription", Step.Create) => On(inputs.Text("topic"), "sns:Subscribe"),
        ("aws:sns/topicSubscription:TopicSubscription", Step.Read) => On("*", "sns:GetSubscriptionAttributes"),
        ("aws:sns/topicSubscription:TopicSubscription", Step.Delete) => On("*", "sns:Unsubscribe", "sns:GetSubscriptionAttributes"),
        _ => throw Unknown(type, step),
    };

    private static IEnumerable<Needed> OfBucket(string type, Step step, string bucket) => (type, step) switch
    {
        ("aws:s3/bucket:Bucket", Step.Create) => On(bucket, "s3:CreateBucket"),
        ("aws:s3/bucket:Bucket", Step.Read) => On(
            bucket, "s3:ListBucket", "s3:GetBucketPolicy", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketWebsite", "s3:GetBucketVersioning",
            "s3:GetAccelerateConfiguration", "s3:GetBucketRequestPayment", "s3:GetBucketLogging", "s3:GetLifecycleConfiguration",
            "s3:GetReplicationConfiguration", "s3:GetEncryptionConfiguration", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketTagging"),
        // It is emptied first.
        ("aws:s3/bucket:Bucket", Step.Delete) =>
            [.. On(bucket, "s3:ListBucketVersions", "s3:DeleteBucket"), .. On(bucket + "/key", "s3:DeleteObject", "s3:DeleteObjectVersion")],
        ("aws:s3/bucketPolicy:BucketPolicy", Step.Create or Step.Update) => On(bucket, "s3:PutBucketPolicy"),
        ("aws:s3/bucketPolicy:BucketPolicy", Step.Read) => On(bucket, "s3:GetBucketPolicy"),
        ("aws:s3/bucketPolicy:BucketPolicy", Step.Delete) => On(bucket, "s3:DeleteBucketPolicy"),
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", Step.Read) => On(bucket, "s3:GetBucketPublicAccessBlock"),
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", _) => On(bucket, "s3:PutBucketPublicAccessBlock"),
        ("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", Step.Read) => On(bucket, "s3:GetLifecycleConfiguration"),
        ("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", _) => On(bucket, "s3:PutLifecycleConfiguration"),
        _ => throw Unknown(type, step),
    };

    private IEnumerable<Needed> ForIam(string type, Step step, Inputs inputs) => (type, step) switch
    {
        ("aws:iam/role:Role", Step.Create) => On(Role(inputs.Text("name")), "iam:CreateRole"),
        ("aws:iam/role:Role", Step.Read) => On(Role(inputs.Text("name")), "iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies"),
        // Its description needs another action, which no program here changes.
        ("aws:iam/role:Role", Step.Update) => On(Role(inputs.Text("name")), "iam:UpdateAssumeRolePolicy"),
        ("aws:iam/role:Role", Step.Delete) => On(Role(inputs.Text("name")), "iam:ListInstanceProfilesForRole", "iam:DeleteRole"),
        ("aws:iam/rolePolicy:RolePolicy", Step.Create) => On(Role(inputs.Text("role")), "iam:PutRolePolicy"),
        ("aws:iam/rolePolicy:RolePolicy", Step.Read) => On(Role(inputs.Text("role")), "iam:GetRolePolicy"),
        ("aws:iam/rolePolicy:RolePolicy", Step.Delete) => On(Role(inputs.Text("role")), "iam:DeleteRolePolicy"),
        ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", not Step.Update) => On(
            $"arn:aws:iam::{aws.AccountId}:oidc-provider/{inputs.Text("url")["https://".Length..]}",
            $"iam:{(step is Step.Read ? "Get" : step.ToString())}OpenIDConnectProvider"),
        _ => throw Unknown(type, step),
    };

    private IEnumerable<Needed> ForApi(string type, Step step, Inputs inputs) => (type, step) switch
    {
        ("aws:apigateway/restApi:RestApi", Step.Create) =>
            [.. On(RestApi(""), "apigateway:POST"), .. On(RestApi("/" + AnyId), "apigateway:PUT", "apigateway:PATCH")],
        ("aws:apigateway/restApi:RestApi", Step.Read) =>
            [.. On(RestApi("/" + AnyId), "apigateway:GET"), .. On(RestApi($"/{AnyId}/resources"), "apigateway:GET")],
        ("aws:apigateway/restApi:RestApi", Step.Update) => On(RestApi("/" + AnyId), "apigateway:PUT", "apigateway:PATCH"),
        ("aws:apigateway/restApi:RestApi", Step.Delete) => On(RestApi("/" + AnyId), "apigateway:DELETE"),
        ("aws:apigateway/deployment:Deployment", Step.Create) => On(RestApi($"/{inputs.Text("restApi")}/deployments"), "apigateway:POST"),
        ("aws:apigateway/deployment:Deployment", not Step.Update) => On(RestApi($"/{inputs.Text("restApi")}/deployments/{AnyId}"), Verb(step)),
        ("aws:apigateway/stage:Stage", Step.Create) =>
            [.. On(RestApi($"/{inputs.Text("restApi")}/stages"), "apigateway:POST"), .. inputs.Nested("accessLogSettings") is null
                ? [] : On(Stage(inputs), "apigateway:PATCH")],
        ("aws:apigateway/stage:Stage", _) => On(Stage(inputs), Verb(step)),
        ("aws:apigateway/methodSettings:MethodSettings", _) => On(Stage(inputs), step is Step.Read ? "apigateway:GET" : "apigateway:PATCH"),
        _ => throw Unknown(type, step),
    };

    private static NotSupportedException Unknown(string type, Step step) =>
        new($"Which actions the provider needs to {step} a resource of type {type} is not known here.");

    private static string Verb(Step step) => step switch
    {
        Step.Read => "apigateway:GET",
        Step.Update => "apigateway:PATCH",
        _ => "apigateway:DELETE",
    };

    private List<Needed> ChangeFunction(Inputs inputs, IReadOnlySet<string>? changes)
    {
        const string Concurrency = "reservedConcurrentExecutions";
        string[] code = ["code", "architectures"]; // the package and the architecture are updated together
        var isNew = changes is null;
        var actions = new (string Action, bool IsNeeded)[]
        {
            ("lambda:CreateFunction", isNew),
            ("lambda:UpdateFunctionCode", changes?.Overlaps(code) == true),
            ("lambda:UpdateFunctionConfiguration", changes?.Except([.. code, Concurrency]).Any() == true),
            ("lambda:PutFunctionConcurrency", IsSet(Concurrency)),
            ("lambda:DeleteFunctionConcurrency", !isNew && changes!.Contains(Concurrency) && inputs.Number(Concurrency) is null),
        };
        List<Needed> needed = [.. On(Function(inputs.Text("name")), [.. actions.Where(action => action.IsNeeded).Select(action => action.Action)])];
        if (IsSet("role"))
        {
            needed.Add(PassRole(inputs.Text("role"), "lambda.amazonaws.com"));
        }

        // Lambda developer guide: Lambda checks the network with the caller's permissions.
        if (IsSet("vpcConfig"))
        {
            needed.AddRange(On("*", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"));
        }

        return needed;

        bool IsSet(string input) => inputs.Values.ContainsKey(input) && (isNew || changes!.Contains(input));
    }

    private IEnumerable<Needed> OfSchedule(Step step, Inputs inputs)
    {
        var needed = On(Arn("scheduler", "schedule/default/" + inputs.Text("name")), step is Step.Read
            ? "scheduler:GetSchedule" : $"scheduler:{step}Schedule");
        return step is Step.Create or Step.Update ? needed.Append(PassRole(inputs.Nested("target")!.Text("roleArn"), "scheduler.amazonaws.com"))
            : needed;
    }

    private IEnumerable<Needed> PutTarget(Inputs inputs)
    {
        var needed = On(Rule(inputs.Text("rule")), "events:PutTargets");
        return inputs.Find("roleArn") is { } role ? needed.Append(PassRole(role, "events.amazonaws.com")) : needed;
    }

    private static Needed PassRole(string roleArn, string service) =>
        new("iam:PassRole", roleArn) { Keys = ImmutableDictionary<string, string>.Empty.Add("iam:PassedToService", service) };

    private static IEnumerable<Needed> On(string resource, params string[] actions) => actions.Select(action => new Needed(action, resource));

    private string Arn(string service, string resource) => $"arn:aws:{service}:{aws.Region}:{aws.AccountId}:{resource}";

    private string RestApi(string path) => $"arn:aws:apigateway:{aws.Region}::/restapis{path}";

    private string Stage(Inputs inputs) => RestApi($"/{inputs.Text("restApi")}/stages/{inputs.Text("stageName")}");

    private string Role(string name) => $"arn:aws:iam::{aws.AccountId}:role/{name}";

    private string Function(string nameOrArn) =>
        nameOrArn.StartsWith("arn:", StringComparison.Ordinal) ? nameOrArn : Arn("lambda", "function:" + nameOrArn);

    // For a call with a qualifier, Lambda evaluates the ARN of the alias.
    private string Permitted(Inputs inputs) => Function(inputs.Text("function")) + (inputs.Find("qualifier") is { } qualifier ? ":" + qualifier : "");

    private string LogGroup(Inputs inputs) => Arn("logs", $"log-group:{inputs.Text("name")}");

    private string Rule(string name) => Arn("events", "rule/" + name);

    private string Trail(Inputs inputs) => Arn("cloudtrail", "trail/" + inputs.Text("name"));

    private string Alarm(Inputs inputs) => Arn("cloudwatch", "alarm:" + inputs.Text("name"));

    private string DashboardOf(Inputs inputs) => $"arn:aws:cloudwatch::{aws.AccountId}:dashboard/{inputs.Text("dashboardName")}";

    private string Topic(Inputs inputs) => Arn("sns", inputs.Text("name"));

    /// <summary>An action on a resource.</summary>
    public sealed record Needed(string Action, string Resource)
    {
        public ImmutableDictionary<string, string> Keys { get; init; } = ImmutableDictionary<string, string>.Empty;
    }
}
