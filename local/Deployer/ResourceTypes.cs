using Amazon.APIGateway;
using Amazon.Runtime;
using Amazon.SecretsManager;
using LocalAws;

namespace Deployer;

/// <summary>The resource types that can be deployed, by token.</summary>
internal static class ResourceTypes
{
    private const string AdministratorAccessKey = "AKIADEPLOYER"; // not a role of the account

    public static Dictionary<string, ResourceType> For(LocalDeploymentOptions options)
    {
        var aws = options.Aws;
        return options.RoleArn is { } role
            ? For(options, CredentialsOf(aws, role))
                .ToDictionary(type => type.Key, ResourceType (type) => new PermittedType(type.Key, type.Value, aws, role))
            : For(options, new BasicAWSCredentials(AdministratorAccessKey, aws.SecretAccessKey));
    }

    private static SessionAWSCredentials CredentialsOf(EmbeddedAws aws, string roleArn)
    {
        var credentials = aws.Iam.AssumeRole(roleArn[(roleArn.LastIndexOf('/') + 1)..], "pulumi");
        return new SessionAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken);
    }

    private static Dictionary<string, ResourceType> For(LocalDeploymentOptions options, AWSCredentials credentials)
    {
        var aws = options.Aws;
        var transport = new Transport(aws);
        var calls = new ProviderCalls(aws.TimeProvider);
        Func<string, AmazonAPIGatewayClient> gateway = region => new(
            credentials,
            new AmazonAPIGatewayConfig
            {
                ServiceURL = aws.ServiceUrl.ToString(),
                AuthenticationRegion = region,
                HttpClientFactory = transport,
                MaxErrorRetry = 0,
            });
        var secrets = new AmazonSecretsManagerClient(
            credentials,
            new AmazonSecretsManagerConfig
            {
                ServiceURL = aws.ServiceUrl.ToString(),
                AuthenticationRegion = aws.Region,
                HttpClientFactory = transport,
            });
        return new()
        {
            ["aws:apigateway/apiKey:ApiKey"] = new RegionalType(aws.Region, region => new ApiKeyType(gateway(region), calls, region)),
            ["aws:apigateway/usagePlan:UsagePlan"] = new RegionalType(aws.Region, region => new UsagePlanType(gateway(region), calls, region)),
            ["aws:apigateway/usagePlanKey:UsagePlanKey"] = new RegionalType(aws.Region, region => new UsagePlanKeyType(gateway(region), calls)),
            ["aws:apigateway/restApi:RestApi"] = new RestApiType(aws.ApiGateway),
            ["aws:apigateway/deployment:Deployment"] = new DeploymentType(aws.ApiGateway),
            ["aws:apigateway/stage:Stage"] = new StageType(aws),
            ["aws:apigateway/methodSettings:MethodSettings"] = new MethodSettingsType(aws.ApiGateway),
            ["aws:secretsmanager/secret:Secret"] = new SecretType(secrets),
            ["aws:secretsmanager/secretPolicy:SecretPolicy"] = new SecretPolicyType(secrets, aws.TimeProvider),
            ["aws:secretsmanager/secretRotation:SecretRotation"] = new SecretRotationType(secrets),
            ["aws:iam/openIdConnectProvider:OpenIdConnectProvider"] = new OpenIdConnectProviderType(aws.Iam),
            ["aws:iam/role:Role"] = new RoleType(aws.Iam),
            ["aws:iam/rolePolicy:RolePolicy"] = new RolePolicyType(aws.Iam),
            ["aws:kms/grant:Grant"] = new GrantType(aws),
            ["aws:lambda/function:Function"] = new FunctionType(options),
            ["aws:lambda/alias:Alias"] = new AliasType(aws.Lambda),
            ["aws:lambda/permission:Permission"] = new PermissionType(aws.Lambda),
            ["aws:lambda/invocation:Invocation"] = new InvocationType(aws.Lambda, calls),
            ["aws:cloudwatch/logGroup:LogGroup"] =
                new LogGroupType(aws.Logs, logGroup => $"arn:aws:logs:{aws.Region}:{aws.AccountId}:log-group:{logGroup}"),
            ["aws:cloudwatch/eventRule:EventRule"] = new EventRuleType(aws),
            ["aws:cloudwatch/eventTarget:EventTarget"] = new EventTargetType(aws),
            ["aws:cloudtrail/trail:Trail"] = new TrailType(aws),
            ["aws:s3/bucket:Bucket"] = new BucketType(aws.S3),
            ["aws:s3/bucketPolicy:BucketPolicy"] = new BucketPolicyType(aws.S3),
            ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"] = new DeclaredOnly(name: null, inputs => inputs.Text("bucket")),
            ["aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"] = new DeclaredOnly(name: null, inputs => inputs.Text("bucket")),
            ["aws:cloudwatch/dashboard:Dashboard"] =
                new DeclaredOnly("dashboardName", inputs => $"arn:aws:cloudwatch::{aws.AccountId}:dashboard/{inputs.Text("dashboardName")}"),
            ["aws:cloudwatch/metricAlarm:MetricAlarm"] =
                new DeclaredOnly("name", inputs => $"arn:aws:cloudwatch:{aws.Region}:{aws.AccountId}:alarm:{inputs.Text("name")}"),
            ["aws:scheduler/schedule:Schedule"] = new ScheduleType(aws),
            ["aws:sns/topic:Topic"] = new DeclaredOnly("name", inputs => $"arn:aws:sns:{aws.Region}:{aws.AccountId}:{inputs.Text("name")}"),
            ["aws:sns/topicPolicy:TopicPolicy"] = new DeclaredOnly(name: null, inputs => inputs.Text("arn")),
            ["aws:sns/topicSubscription:TopicSubscription"] = new DeclaredOnly(name: null, inputs => $"{inputs.Text("topic")}:{Guid.NewGuid()}"),
        };
    }

    private sealed class Transport(EmbeddedAws aws) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(aws.CreateTransport());
    }
}

/// <summary>A type of a service that the embedded AWS does not have. Such a resource is only remembered, with an ARN.</summary>
internal sealed class DeclaredOnly(string? name, Func<Inputs, string> arn) : ResourceType
{
    public override string? AutoNamed => name;

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs) =>
        Task.FromResult((arn(inputs), new Dictionary<string, object> { ["arn"] = arn(inputs) }));

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes) => Task.CompletedTask;

    public override Task DeleteAsync(DeployedResource resource) => Task.CompletedTask;
}
