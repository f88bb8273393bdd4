using System.Collections;
using System.Reflection;
using Pulumi;
using RotationComponents;
using RotationPlugin;

namespace Infra.Tests;

/// <summary>The component for other languages, whose inputs Pulumi reads from another process.</summary>
public sealed class PluginTests
{
    private static readonly string[] RefersToComponents = ["function", "keys", "usagePlans", "carryingUsagePlans", "oldKeyAlarms"];

    // Pulumi.Aws declares its arguments' inputs on fields, which no schema can be inferred from. The program creates the plan and names its id.
    private static readonly string[] NotInSchema = ["usagePlan"];

    private static readonly Dictionary<string, Action<RotatingApiKeysArgs, RotatingKeyArgs>> Settings = new()
    {
        ["kmsKeyArn"] = (all, _) => all.KmsKeyArn = "arn:aws:kms:eu-central-1:123456789012:key/1234",
        ["architecture"] = (all, _) => all.Architecture = "x86_64",
        ["memorySize"] = (all, _) => all.MemorySize = 1024,
        ["activationWait"] = (all, _) => all.ActivationWait = 60,
        ["logRetentionInDays"] = (all, _) => all.LogRetentionInDays = 7,
        ["subnetIds"] = (all, _) => all.SubnetIds = ["subnet-1"],
        ["securityGroupIds"] = (all, _) => (all.SubnetIds, all.SecurityGroupIds) = (["subnet-1"], ["sg-1"]),
        ["reservedConcurrentExecutions"] = (all, _) => all.ReservedConcurrentExecutions = 2,
        ["tracing"] = (all, _) => all.Tracing = true,
        ["operators"] = (all, _) => all.Operators = new() { ["on-call"] = "arn:aws:iam::123456789012:role/on-call" },
        ["alarmTopicArn"] = (all, _) => all.AlarmTopicArn = "arn:aws:sns:eu-central-1:123456789012:alarms",
        ["alarmEmail"] = (all, _) => all.AlarmEmail = "on-call@example.com",
        ["alarmWarmUp"] = (all, _) => all.AlarmWarmUp = false,
        ["rotationEvents"] = (all, _) => all.RotationEvents = true,
        ["watch"] = (all, _) => all.Watch = true,
        ["trail"] = (all, _) => all.Trail = true,
        ["deployers"] = (all, _) => (all.Watch, all.Deployers) = (true, new() { ["pipeline"] = "arn:aws:iam::123456789012:role/deploy" }),
        ["keys"] = (all, _) => all.Keys["other"] = new() { SecretName = "other", UsagePlanIds = new() { ["gold"] = "plan1" } },
        ["secretName"] = (_, key) => key.SecretName = "renamed",
        ["usagePlanIds"] = (_, key) => key.UsagePlanIds["silver"] = "plan2",
        ["description"] = (_, key) => key.Description = "Orders",
        ["customerId"] = (_, key) => key.CustomerId = "acme",
        ["tags"] = (_, key) => key.Tags = new InputMap<string> { ["team"] = "shop" },
        ["automaticallyAfterDays"] = (_, key) => key.AutomaticallyAfterDays = 7,
        ["scheduleExpression"] = (_, key) => key.ScheduleExpression = "rate(5 days)",
        ["duration"] = (_, key) => key.Duration = "3h",
        ["overlap"] = (_, key) => key.Overlap = "24h",
        ["hold"] = (_, key) => key.Hold = "30d",
        ["carriesQuota"] = (_, key) => key.CarriesQuota = true,
        ["readers"] = (_, key) => key.Readers = new() { ["pipeline"] = "arn:aws:iam::123456789012:role/pipeline" },
        ["rotationTargets"] = (_, key) => key.RotationTargets = new() { ["topic"] = new() { Arn = "arn:aws:sns:eu-central-1:123456789012:rotated" } },
        ["oldKeyAlarm"] = (_, key) => key.OldKeyAlarm = true,
        ["probeUrl"] = (_, key) => key.ProbeUrl = "https://api.example.com/orders",
        ["adoptedKeyId"] = (_, key) => key.AdoptedKeyId = "adopted1",
        ["recoveryWindowInDays"] = (_, key) => key.RecoveryWindowInDays = 7,
        ["regions"] = (_, key) => key.Regions = There(),
        ["regions.usagePlanIds"] = (_, key) => (key.Regions = There())["us-east-1"].UsagePlanIds["silver"] = "plan2",
        ["regions.probeUrl"] = (_, key) => (key.Regions = There())["us-east-1"].ProbeUrl = "https://api.example.com/orders",
        ["regions.adoptedKeyId"] = (_, key) => (key.AdoptedKeyId, (key.Regions = There())["us-east-1"].AdoptedKeyId) = ("adopted1", "adopted2"),
        ["regions.kmsKeyArn"] = (_, key) => (key.Regions = There())["us-east-1"].KmsKeyArn = "arn:aws:kms:us-east-1:123456789012:key/1234",
    };

    [Fact]
    public void The_plugin_has_each_argument_of_the_components()
    {
        Dictionary<string, string> named = new() { ["topicArn"] = "alarmTopicArn", ["email"] = "alarmEmail" };
        var ofComponents = Names(typeof(KeyRotationFunctionArgs)).Concat(Names(typeof(MonitoringArgs))).Except(RefersToComponents)
            .Select(name => named.GetValueOrDefault(name, name)).Except(["code", "secretsByTag"]); // what the plugin decides

        Assert.Equal(ofComponents.Append("keys").Order(StringComparer.Ordinal), Names(typeof(RotatingApiKeysArgs)).Order(StringComparer.Ordinal));
        Assert.Equal(
            Names(typeof(RotatingApiKeyArgs)).Except(RefersToComponents).Except(NotInSchema).Concat(["usagePlanIds", "oldKeyAlarm"]).Order(StringComparer.Ordinal),
            Names(typeof(RotatingKeyArgs)).Order(StringComparer.Ordinal));
        Assert.Equal(
            Names(typeof(KeyRegionArgs)).Except(RefersToComponents).Except(NotInSchema).Append("usagePlanIds").Order(StringComparer.Ordinal),
            Names(typeof(RotatingKeyRegionArgs)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_input_can_be_left_out_unless_it_is_required()
    {
        // Pulumi sets what is left out to null, and cannot do so to a value type.
        var nullability = new NullabilityInfoContext();
        Assert.All(Inputs(typeof(RotatingApiKeysArgs)).Concat(Inputs(typeof(RotatingKeyArgs))).Concat(Inputs(typeof(RotatingKeyRegionArgs))), input =>
        {
            var attribute = Assert.Single(input.GetCustomAttributesData(), attribute => attribute.AttributeType == typeof(InputAttribute)).ConstructorArguments;
            Assert.Equal(char.ToLowerInvariant(input.Name[0]) + input.Name[1..], attribute[0].Value);
            Assert.Equal(attribute[1].Value is true ? NullabilityState.NotNull : NullabilityState.Nullable, nullability.Create(input).WriteState);
        });
    }

    [Fact]
    public async Task A_program_with_the_required_inputs_alone_has_the_components_defaults()
    {
        var keys = new Dictionary<string, RotatingKeyArgs> { ["orders"] = new() { SecretName = "orders", UsagePlanIds = new() { ["gold"] = "plan1" } } };
        var plugin = await DeployAsync(new() { Keys = keys });
        var components = await Deployed.ProgramAsync(() =>
        {
            var function = new KeyRotationFunction("keys", new() { Code = new FileArchive("function"), SecretsByTag = true, UsagePlans = { ["orders-gold"] = "plan1" } });
            var key = new RotatingApiKey("keys-orders", new() { Function = function, SecretName = "orders", UsagePlans = { ["gold"] = "plan1" } });
            _ = new Monitoring("keys", new() { Function = function, Keys = { ["orders"] = key } });
            return new Dictionary<string, object?>();
        });

        Assert.Equal(Described(components), Described(plugin));
    }

    /// <summary>Each input that is set changes what is deployed.</summary>
    [Fact]
    public async Task Each_input_is_passed_on()
    {
        Assert.Equal(
            Names(typeof(RotatingApiKeysArgs)).Concat(Names(typeof(RotatingKeyArgs)))
                .Concat(Names(typeof(RotatingKeyRegionArgs)).Select(name => "regions." + name)).Order(StringComparer.Ordinal),
            Settings.Keys.Order(StringComparer.Ordinal));

        var deployed = new Dictionary<string, string> { [await DescribedAsync(null)] = "nothing" };
        foreach (var (input, set) in Settings)
        {
            var described = await DescribedAsync(set);
            Assert.False(deployed.TryGetValue(described, out var same), $"{input} changes no more than {same}");
            deployed[described] = input;
        }

        static async Task<string> DescribedAsync(Action<RotatingApiKeysArgs, RotatingKeyArgs>? set)
        {
            var key = new RotatingKeyArgs { SecretName = "orders", UsagePlanIds = new() { ["gold"] = "plan1" } };
            var all = new RotatingApiKeysArgs { Keys = new() { ["orders"] = key } };
            set?.Invoke(all, key);
            return string.Join('\n', Described(await DeployAsync(all)));
        }
    }

    private static Dictionary<string, RotatingKeyRegionArgs> There() => new() { ["us-east-1"] = new() { UsagePlanIds = new() { ["gold"] = "plan3" } } };

    private static async Task<Deployed> DeployAsync(RotatingApiKeysArgs args)
    {
        using var package = new ProgramFolder("arm64", "x86_64");
        AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", package.Path);
        try
        {
            return await Deployed.ProgramAsync(() => new Dictionary<string, object?> { ["secrets"] = new RotatingApiKeys("keys", args).SecretArns });
        }
        finally
        {
            AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", null);
        }
    }

    private static IEnumerable<PropertyInfo> Inputs(Type args) => args.GetProperties().Where(input => input.DeclaringType == args);

    private static IEnumerable<string> Names(Type args) => Inputs(args).Select(input => char.ToLowerInvariant(input.Name[0]) + input.Name[1..]);

    private static IEnumerable<string> Described(Deployed deployed) => deployed.Resources.Where(resource => resource.Type.StartsWith("aws:", StringComparison.Ordinal))
        .Select(resource => $"{resource} {Described(resource.Inputs)}").Order(StringComparer.Ordinal);

    private static string Described(object? value) => value switch
    {
        IDictionary map => "{" + string.Join(',', map.Keys.Cast<string>().Order(StringComparer.Ordinal).Select(key => $"{key}:{Described(map[key])}")) + "}",
        string text => text,
        IEnumerable list => "[" + string.Join(',', list.Cast<object>().Select(Described)) + "]",
        AssetOrArchive archive => archive.GetType().Name,
        _ => value?.ToString() ?? "",
    };
}
