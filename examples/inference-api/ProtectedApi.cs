using System.Security.Cryptography;
using System.Text;
using Pulumi;
using RotationComponents;
using Aws = Pulumi.Aws;

namespace InferenceApi;

/// <summary>An API in front of a model endpoint, and a rotating key that opens it.</summary>
public sealed class ProtectedApi : Stack
{
    private const int Quota = 10_000; // requests a day
    private const double RequestsPerSecond = 10;
    private const int Burst = 20;

    // Refused requests in five minutes. A rotation tests that a made-up key is refused, and that a new key is accepted.
    private const double RefusedCalls = 30;

    // The id of the key, never its value, which is $context.identity.apiKey.
    private const string AccessLog = """
        {"time":"$context.requestTime","requestId":"$context.requestId","ip":"$context.identity.sourceIp","key":"$context.identity.apiKeyId",
        """ + """
        "path":"$context.path","status":"$context.status","error":"$context.error.responseType"}
        """;

    /// <summary>Reads the configuration and creates all resources.</summary>
    /// <exception cref="RunException">A setting is missing or invalid. No resource was created.</exception>
    public ProtectedApi()
    {
        var settings = Settings.Read(new Config());
        var (api, stage) = CreateApi(settings);
        var plan = new Aws.ApiGateway.UsagePlan("clients", new()
        {
            ApiStages = { new Aws.ApiGateway.Inputs.UsagePlanApiStageArgs { ApiId = api.Id, Stage = stage.StageName } },
            QuotaSettings = new Aws.ApiGateway.Inputs.UsagePlanQuotaSettingsArgs { Limit = Quota, Period = "DAY" },
            ThrottleSettings = new Aws.ApiGateway.Inputs.UsagePlanThrottleSettingsArgs { RateLimit = RequestsPerSecond, BurstLimit = Burst },
        });

        var role = PipelineRole.Create(settings);
        var function = new KeyRotationFunction("rotation", new() { UsagePlans = { ["clients"] = plan.Id } });
        var key = new RotatingApiKey("inference", new()
        {
            Function = function,
            SecretName = $"{Deployment.Instance.ProjectName}/{Deployment.Instance.StackName}",
            Description = "Key of the inference API",
            UsagePlans = { ["clients"] = plan.Id },
            ProbeUrl = stage.InvokeUrl.Apply(url => url + "/health"),
            Readers = { ["pipeline"] = role.Arn },
        });

        var monitoring = new Monitoring("rotation", new()
        {
            Function = function,
            Keys = { ["inference"] = key },
            Email = settings.AlarmEmail is { } email ? (Input<string>)email : null,
        });
        _ = new Aws.CloudWatch.MetricAlarm("refused-calls", new()
        {
            AlarmDescription = "Clients of the inference API were refused: without a valid key, over the quota, or by the model endpoint.",
            Namespace = "AWS/ApiGateway",
            MetricName = "4XXError",
            Dimensions = { ["ApiName"] = api.Name, ["Stage"] = stage.StageName },
            Statistic = "Sum",
            Period = 300,
            EvaluationPeriods = 1,
            Threshold = RefusedCalls,
            ComparisonOperator = "GreaterThanOrEqualToThreshold",
            TreatMissingData = "notBreaching",
            AlarmActions = monitoring.TopicArn,
        });

        Url = stage.InvokeUrl;
        SecretName = key.SecretName;
        ApiKeyId = key.ApiKeyId;
        PipelineRoleArn = role.Arn;
    }

    /// <summary>Gets the URL of the API.</summary>
    [Output("url")]
    public Output<string> Url { get; private set; }

    /// <summary>Gets the name of the secret that holds the live key.</summary>
    [Output("secretName")]
    public Output<string> SecretName { get; private set; }

    /// <summary>Gets the id of the template key, which is disabled. Each new key gets its usage plans.</summary>
    [Output("apiKeyId")]
    public Output<string> ApiKeyId { get; private set; }

    /// <summary>Gets the ARN of the role that the pipeline assumes.</summary>
    [Output("pipelineRoleArn")]
    public Output<string> PipelineRoleArn { get; private set; }

    private static (Aws.ApiGateway.RestApi Api, Aws.ApiGateway.Stage Stage) CreateApi(Settings settings)
    {
        var document = OpenApi.Document(settings.ModelUrl);
        var api = new Aws.ApiGateway.RestApi("inference", new()
        {
            Body = document,
            EndpointConfiguration = new Aws.ApiGateway.Inputs.RestApiEndpointConfigurationArgs { Types = "REGIONAL" },
        });
        var deployment = new Aws.ApiGateway.Deployment("inference", new()
        {
            RestApi = api.Id,
            // Another document is another deployment.
            Triggers = { ["document"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document))) },
        });
        var stage = new Aws.ApiGateway.StageArgs { RestApi = api.Id, Deployment = deployment.Id, StageName = "prod" };
        if (settings.AccessLogs)
        {
            var logs = new Aws.CloudWatch.LogGroup("access", new() { RetentionInDays = 90 });
            stage.AccessLogSettings = new Aws.ApiGateway.Inputs.StageAccessLogSettingsArgs
            {
                DestinationArn = logs.Arn,
                Format = AccessLog,
            };
        }

        var prod = new Aws.ApiGateway.Stage("prod", stage);
        _ = new Aws.ApiGateway.MethodSettings("prod", new()
        {
            RestApi = api.Id,
            StageName = prod.StageName,
            MethodPath = "*/*",
            Settings = new Aws.ApiGateway.Inputs.MethodSettingsSettingsArgs { MetricsEnabled = true },
        });
        return (api, prod);
    }
}
