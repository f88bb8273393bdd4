using System.Collections.Immutable;
using System.Text.Json;
using Pulumi;
using RotationFunction;
using Aws = Pulumi.Aws;

namespace RotationComponents;

/// <summary>
/// Reports keys that do not rotate: an alarm on the function's errors, one on its throttled invocations, one for each key that is overdue or was not
/// checked, rules for failed rotations and for the calls of other principals, which need a CloudTrail trail, and a dashboard.
/// </summary>
public sealed class Monitoring : ComponentResource
{
    private const int Day = 86_400; // seconds

    // EventBridge's quota for a pattern is 2,048 characters, of which each secret takes 21.
    private const int SecretsOfRule = 80;

    private const int SuffixLength = 7; // a hyphen and Secrets Manager's six random characters

    /// <summary>Creates the alarms, the rules and the dashboard. Creates the topic that they notify, unless the arguments have one.</summary>
    public Monitoring(string name, MonitoringArgs args, ComponentResourceOptions? options = null)
        : base("rotation-lambda:index:Monitoring", name, args, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        var child = new CustomResourceOptions { Parent = this };
        TopicArn = args.TopicArn?.ToOutput() ?? MakeTopic(name, args);

        _ = new Aws.CloudWatch.MetricAlarm(
            name + "-errors",
            OnAny(args, "Errors", "The rotation function failed. Its log names the step and the secret, and says what to do."),
            child);
        _ = new Aws.CloudWatch.MetricAlarm(
            name + "-throttles",
            OnAny(
                args,
                "Throttles",
                "Lambda throttled the rotation function, so its log has no entry. Check the reserved concurrency of the function, or the account's."),
            child);
        if (args.Trail)
        {
            ManagementTrail.Create(name + "-trail", args.Function, this);
        }

        if (args.Function.Watches)
        {
            CallWatch.Create(name + "-watch", args.Function, args.Keys.Values, this);
            _ = new Aws.CloudWatch.MetricAlarm(
                name + "-watch",
                OnAny(
                    args,
                    "CallsByOthers",
                    "Another principal used a key of this stack or its secret. The function's log says who, from where, and what.",
                    FunctionContract.MetricNamespace),
                child);
        }

        foreach (var (keyName, key) in args.Keys.OrderBy(key => key.Key, StringComparer.Ordinal))
        {
            CheckDaily(name, keyName, key, args);
            if (args.OldKeyAlarms.Contains(keyName))
            {
                AlarmOnOldKeys(name, keyName, key);
                foreach (var region in key.OtherRegions)
                {
                    AlarmOnOldKeys(name, keyName, key, region);
                }
            }
        }

        if (args.RotationEvents)
        {
            var secretArns = args.Keys.OrderBy(key => key.Key, StringComparer.Ordinal).Select(key => key.Value.SecretArn);
            foreach (var (index, arns) in secretArns.Chunk(SecretsOfRule).Index())
            {
                TellFailures(name, index + 1, Output.All(arns));
            }
        }

        MakeDashboard(name, args, child);
        RegisterOutputs(new Dictionary<string, object?> { ["topicArn"] = TopicArn });
    }

    /// <summary>Gets the ARN of the topic that the alarms notify.</summary>
    [Output("topicArn")]
    public Output<string> TopicArn { get; private set; }

    /// <summary>Returns an alarm on any occurrence of one of the function's metrics.</summary>
    private Aws.CloudWatch.MetricAlarmArgs OnAny(
        MonitoringArgs args, string metric, string description, string metricNamespace = "AWS/Lambda") => new()
        {
            AlarmDescription = description,
            Namespace = metricNamespace,
            MetricName = metric,
            Dimensions = { ["FunctionName"] = args.Function.Name },
            Statistic = "Sum",
            Period = 300,
            EvaluationPeriods = 1,
            Threshold = 1,
            ComparisonOperator = "GreaterThanOrEqualToThreshold",
            TreatMissingData = "notBreaching",
            AlarmActions = TopicArn,
        };

    private static void MakeDashboard(string name, MonitoringArgs args, CustomResourceOptions child)
    {
        var keys = args.Keys.OrderBy(key => key.Key, StringComparer.Ordinal).Select(key => key.Value).ToList();
        var otherRegions = keys.SelectMany(key => key.OtherRegions.Select(region => key.SecretName.Apply(secret => (secret, region))));
        _ = new Aws.CloudWatch.Dashboard(name, new()
        {
            DashboardName = args.Function.Scope.Replace('.', '-'), // CloudWatch accepts letters, digits, - and _
            DashboardBody = Output
                .Tuple(args.Function.Account, args.Function.Name, Output.All(keys.Select(key => key.SecretName)), Output.All(otherRegions))
                .Apply(t => Dashboard.Of(t.Item1.Region, t.Item2, t.Item3, t.Item4, args.Function.Watches).ToJson()),
        }, child);
    }

    private Output<string> MakeTopic(string name, MonitoringArgs args)
    {
        var child = new CustomResourceOptions { Parent = this };
        // Not alias/aws/sns: alarms and events cannot use it.
        var topic = new Aws.Sns.Topic(name, new() { KmsMasterKeyId = args.Function.KmsKeyArn }, child);
        _ = new Aws.Sns.TopicPolicy(name, new()
        {
            Arn = topic.Arn,
            Policy = Output.Tuple(args.Function.Account, topic.Arn).Apply(t => TopicPolicy(t.Item1, t.Item2).ToJson()),
        }, child);
        if (args.Email is not null)
        {
            _ = new Aws.Sns.TopicSubscription(name, new() { Topic = topic.Arn, Protocol = "email", Endpoint = args.Email }, child);
        }

        return topic.Arn;
    }

    private static PolicyDocument TopicPolicy(AwsAccount account, string topicArn) => new(
        new Statement
        {
            Sid = "Alarms",
            Principal = new() { ["Service"] = "cloudwatch.amazonaws.com" },
            Action = ["sns:Publish"],
            Resource = [topicArn],
            Condition = new() { ["ArnLike"] = new() { ["aws:SourceArn"] = account.Arn("cloudwatch", "alarm:*") } },
        },
        new Statement
        {
            Sid = "RotationEvents",
            Principal = new() { ["Service"] = "events.amazonaws.com" },
            Action = ["sns:Publish"],
            Resource = [topicArn],
            // IfExists: AWS does not document that EventBridge sends its account to SNS.
            Condition = new() { ["StringEqualsIfExists"] = new() { ["aws:SourceAccount"] = account.Id } },
        });

    /// <summary>Creates the schedule of the daily check of a key, and the alarm on the check's metric.</summary>
    private void CheckDaily(string name, string keyName, RotatingApiKey key, MonitoringArgs args)
    {
        FunctionSchedule.Daily.Invoke(
            args.Function, "check-" + keyName, "check", "Checks daily whether the key in this secret rotates: ", key, this);
        var alarm = new Aws.CloudWatch.MetricAlarmArgs
        {
            AlarmDescription = key.SecretName.Apply(secret =>
                $"The key in secret {secret} was not rotated when it was due, or was not checked for two days."),
            Namespace = FunctionContract.MetricNamespace,
            MetricName = "HoursOverdue",
            Dimensions = { ["SecretName"] = key.SecretName },
            Statistic = "Maximum",
            Period = Day,
            // Two days: two checks that are a day apart can fall into the same period of a day.
            EvaluationPeriods = 2,
            DatapointsToAlarm = 2,
            Threshold = 0,
            ComparisonOperator = "GreaterThanThreshold",
            TreatMissingData = "breaching",
            AlarmActions = TopicArn, // no OkActions: a new key's first change, from INSUFFICIENT_DATA to OK, would also run them
        };
        if (args.AlarmWarmUp)
        {
            // A new key is not overdue before its first checks.
            alarm.WarmUpConfiguration = new Aws.CloudWatch.Inputs.MetricAlarmWarmUpConfigurationArgs { WarmUpPeriodDurationInMinutes = 2 * Day / 60 };
        }

        _ = new Aws.CloudWatch.MetricAlarm($"{name}-overdue-{keyName}", alarm, new CustomResourceOptions { Parent = this });
    }

    /// <summary>
    /// Creates the alarm on requests with keys that clients should have left, in another Region if one is given. The daily check writes its metric.
    /// </summary>
    private void AlarmOnOldKeys(string name, string keyName, RotatingApiKey key, string? region = null)
    {
        var alarm = new Aws.CloudWatch.MetricAlarmArgs
        {
            AlarmDescription = key.SecretName.Apply(secret =>
                $"Clients of the key in secret {secret}{(region is null ? "" : $" in Region {region}")} have not re-read it since the last rotation."),
            Namespace = FunctionContract.MetricNamespace,
            MetricName = "OldKeyRequests",
            Dimensions = { ["SecretName"] = key.SecretName },
            Statistic = "Maximum",
            Period = Day,
            EvaluationPeriods = 1,
            Threshold = 0,
            ComparisonOperator = "GreaterThanThreshold",
            TreatMissingData = "notBreaching", // no metric on the day after a rotation, and where the requests are not known
            AlarmActions = TopicArn,
        };
        if (region is not null)
        {
            alarm.Dimensions.Add("Region", region);
        }

        _ = new Aws.CloudWatch.MetricAlarm(
            $"{name}-oldkeys-{keyName}{(region is null ? "" : "-" + region)}", alarm, new CustomResourceOptions { Parent = this });
    }

    private void TellFailures(string name, int number, Output<ImmutableArray<string>> secretArns)
    {
        var child = new CustomResourceOptions { Parent = this };
        var rule = new Aws.CloudWatch.EventRule($"{name}-failed-{number}", new()
        {
            Description = "A rotation of a secret of this stack failed",
            EventPattern = secretArns.Apply(FailurePattern),
        }, child);
        _ = new Aws.CloudWatch.EventTarget($"{name}-failed-{number}", new()
        {
            Rule = rule.Name,
            Arn = TopicArn,
            InputTransformer = new Aws.CloudWatch.Inputs.EventTargetInputTransformerArgs
            {
                InputPaths =
                {
                    ["event"] = "$.detail.eventName",
                    ["secret"] = "$.detail.additionalEventData.SecretId",
                    ["error"] = "$.detail.errorMessage",
                },
                InputTemplate = "\"<event> of <secret>: <error>. The rotation function's log has the reason.\"",
            },
        }, child);
    }

    /// <summary>
    /// Returns the pattern of failed rotations. It names each secret by the end of its ARN, because with long names 8 whole ARNs exceed EventBridge's
    /// quota. Two secrets with the same random characters are next to impossible, and would only cause a message that names the other secret.
    /// </summary>
    private static string FailurePattern(ImmutableArray<string> secretArns) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["source"] = AnyOf("aws.secretsmanager"),
        ["detail-type"] = AnyOf("AWS Service Event via CloudTrail"),
        ["detail"] = new
        {
            eventSource = AnyOf("secretsmanager.amazonaws.com"),
            eventName = AnyOf("RotationFailed", "RotationAbandoned", "TestRotationFailed"),
            additionalEventData = new { SecretId = secretArns.Select(arn => new { suffix = arn[^SuffixLength..] }) },
        },
    });

    private static string[] AnyOf(params string[] values) => values;
}

/// <summary>The arguments of a <see cref="Monitoring"/>.</summary>
public sealed class MonitoringArgs : ResourceArgs
{
    /// <summary>Gets or sets the function to monitor.</summary>
    public required KeyRotationFunction Function { get; set; }

    /// <summary>Gets the function's keys, by a name that does not change.</summary>
    public IDictionary<string, RotatingApiKey> Keys { get; } = new Dictionary<string, RotatingApiKey>();

    /// <summary>Gets the names in <see cref="Keys"/> of the keys with an alarm on clients that have not re-read the secret.</summary>
    public ISet<string> OldKeyAlarms { get; } = new HashSet<string>();

    /// <summary>
    /// Gets or sets the ARN of a topic to notify. Its policy must permit cloudwatch.amazonaws.com and events.amazonaws.com to publish.
    /// Default: the component creates a topic.
    /// </summary>
    [Input("topicArn")]
    public Input<string>? TopicArn { get; set; }

    /// <summary>Gets or sets an e-mail address to subscribe to the created topic. Its owner must confirm.</summary>
    [Input("email")]
    public Input<string>? Email { get; set; }

    /// <summary>
    /// Gets or sets whether the alarm of a new key waits two days for the first checks. Set false where CloudWatch rejects alarms with a warm-up:
    /// the alarm of a new key then fires until the key's first check.
    /// </summary>
    public bool AlarmWarmUp { get; set; } = true;

    /// <summary>
    /// Gets or sets whether to create a CloudTrail trail of this Region's management events, with a bucket, for an account that has none.
    /// </summary>
    public bool Trail { get; set; }

    /// <summary>Gets or sets whether failed rotations are reported at once, which needs a CloudTrail trail that records management events.</summary>
    public bool RotationEvents { get; set; }
}
