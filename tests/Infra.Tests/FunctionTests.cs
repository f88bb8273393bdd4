using System.Collections.Immutable;
using System.Reflection;
using Pulumi;

namespace Infra.Tests;

/// <summary>The function, its logs and who may call it.</summary>
public sealed class FunctionTests
{
    [Fact]
    public async Task The_function_is_what_the_package_holds()
    {
        var function = (await Deployed.StackAsync(Settings.OneKey)).The("Function");

        Assert.Equal("dotnet10", function.Text("runtime"));
        Assert.Equal("RotationFunction::RotationFunction.Function::FunctionHandler", function.Text("handler"));
        Assert.Equal("arm64", Assert.Single(Assert.IsType<ImmutableArray<object>>(function.Inputs["architectures"])));
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "function", "arm64"), PathOf(function));
        Assert.Equal(512.0, function.Inputs["memorySize"]);
    }

    [Fact]
    public async Task The_other_architecture_has_its_own_package()
    {
        var function = (await Deployed.StackAsync(Configurations.Everything)).The("Function");

        Assert.Equal("x86_64", Assert.Single(Assert.IsType<ImmutableArray<object>>(function.Inputs["architectures"])));
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "function", "x86_64"), PathOf(function));
        Assert.Equal(1024.0, function.Inputs["memorySize"]);
    }

    [Theory]
    [InlineData("arm64")]
    [InlineData("arm64", "x86_64")]
    [InlineData("x86_64", "arm64")]
    public async Task Without_its_package_nothing_is_made_and_one_sentence_says_what_to_build(string missing, params string[] built)
    {
        using var program = new ProgramFolder(built);
        var refused = await Deployed.RefusedAsync(Settings.OneKey, program);

        Assert.StartsWith($"The function's package {Path.Combine(program.Path, "function", missing)} is missing. ", refused, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(120)]
    [InlineData(720)]
    public async Task An_invocation_outlasts_the_activation_wait(int seconds)
    {
        var function = (await Deployed.StackAsync(Settings.OneKey.With("activationWait", seconds))).The("Function");

        Assert.Equal(900.0, function.Inputs["timeout"]);
        Assert.Equal(seconds.ToString(System.Globalization.CultureInfo.InvariantCulture), Assert.IsType<ImmutableDictionary<string, object>>(function.Nested("environment")["variables"])["ACTIVATION_WAIT"]);
    }

    [Fact]
    public async Task Logs_are_JSON_and_kept_for_a_time()
    {
        var deployed = await Deployed.StackAsync(Settings.OneKey);
        var function = deployed.The("Function");

        Assert.Equal(90.0, deployed.The("LogGroup").Inputs["retentionInDays"]);
        Assert.Equal("JSON", function.Nested("loggingConfig")["logFormat"]);
        Assert.Equal(deployed.The("LogGroup").Text("name"), function.Nested("loggingConfig")["logGroup"]);
        Assert.Equal("/aws/lambda/rotation-lambda-prod-rotation", deployed.The("LogGroup").Text("name"));
        Assert.Equal(30.0, (await Deployed.StackAsync(Configurations.Everything)).The("LogGroup").Inputs["retentionInDays"]);
    }

    [Fact]
    public async Task Secrets_Manager_of_this_account_alone_may_call_it()
    {
        var permission = (await Deployed.StackAsync(Settings.OneKey)).The("Permission", "rotation");

        Assert.Equal(("secretsmanager.amazonaws.com", Engine.AccountId), (permission.Text("principal"), permission.Text("sourceAccount")));
        Assert.Equal(("lambda:InvokeFunction", "rotation-lambda-prod-rotation"), (permission.Text("action"), permission.Text("function")));
        // Steps arrive at the function itself.
        Assert.DoesNotContain("qualifier", permission.Inputs.Keys);
    }

    [Fact]
    public async Task Operators_alone_may_call_it_besides_and_through_their_alias_only()
    {
        Assert.Equal(["rotation"], (await Deployed.StackAsync(Settings.OneKey)).All("Permission").Select(permission => permission.Name));

        var two = Settings.OneKey.With("operators", new[] { "arn:aws:iam::123456789012:role/team/on-call", "arn:aws:iam::123456789012:user/on-call" });
        var operators = (await Deployed.StackAsync(two)).All("Permission").Where(permission => permission.Name.StartsWith("rotation-operator-", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            ["arn:aws:iam::123456789012:role/team/on-call", "arn:aws:iam::123456789012:user/on-call"],
            operators.Select(permission => permission.Text("principal")).Order(StringComparer.Ordinal));
        Assert.All(operators, permission => Assert.Equal(
            ("lambda:InvokeFunction", "rotation-lambda-prod-rotation", "operators"), (permission.Text("action"), permission.Text("function"), permission.Text("qualifier"))));
    }

    [Fact]
    public async Task The_alias_is_there_without_operators_too()
    {
        var alias = (await Deployed.StackAsync(Settings.OneKey)).The("Alias");
        Assert.Equal(("operators", "rotation-lambda-prod-rotation", "$LATEST"), (alias.Text("name"), alias.Text("functionName"), alias.Text("functionVersion")));
    }

    [Fact]
    public async Task It_is_traced_only_when_told()
    {
        var quiet = await Deployed.StackAsync(Settings.OneKey);
        Assert.DoesNotContain("tracingConfig", quiet.The("Function").Inputs.Keys);
        Assert.DoesNotContain("xray:", quiet.The("RolePolicy", "rotation").Text("policy"), StringComparison.Ordinal);

        var traced = await Deployed.StackAsync(Settings.OneKey.With("tracing", true));
        Assert.Equal("Active", Assert.Single(traced.The("Function").Nested("tracingConfig"), setting => setting.Key == "mode").Value);
        Assert.Contains("xray:PutTraceSegments", traced.The("RolePolicy", "rotation").Text("policy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_joins_a_VPC_only_when_told()
    {
        Assert.DoesNotContain("vpcConfig", (await Deployed.StackAsync(Settings.OneKey)).The("Function").Inputs.Keys);
        var vpc = (await Deployed.StackAsync(Configurations.Everything)).The("Function").Nested("vpcConfig");
        Assert.Equal(["subnet-0a", "subnet-0b"], Inputs.Texts(vpc["subnetIds"]));
        Assert.Equal(["sg-0a"], Inputs.Texts(vpc["securityGroupIds"]));
    }

    [Fact]
    public async Task Concurrency_is_reserved_only_when_told()
    {
        Assert.DoesNotContain("reservedConcurrentExecutions", (await Deployed.StackAsync(Settings.OneKey)).The("Function").Inputs.Keys);
        Assert.DoesNotContain("reservedConcurrentExecutions", (await Deployed.StackAsync(Settings.OneKey.With("reservedConcurrency", -1))).The("Function").Inputs.Keys);
        Assert.Equal(5.0, (await Deployed.StackAsync(Configurations.Everything)).The("Function").Inputs["reservedConcurrentExecutions"]);
    }

    // The path of an archive is not public.
    private static string? PathOf(Registered function) => typeof(AssetOrArchive)
        .GetProperty("Value", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)?.GetValue(Assert.IsType<FileArchive>(function.Inputs["code"])) as string;
}
