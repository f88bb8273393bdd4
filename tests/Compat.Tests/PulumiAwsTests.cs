using System.Collections.Immutable;
using System.Text.Json;
using Pulumi;
using Pulumi.Testing;
using Pulumi.Utilities;
using Aws = Pulumi.Aws;

namespace Compat.Tests;

public class PulumiAwsTests
{
    private static readonly TestOptions Update = new() { IsPreview = false };

    [Fact]
    public async Task A_key_has_the_description_that_Pulumi_gives_it()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, Update, () =>
        {
            new Aws.ApiGateway.ApiKey("default");
            new Aws.ApiGateway.ApiKey("own", new() { Description = "own" });
        });

        Assert.Equal(("aws:apigateway/apiKey:ApiKey", "Managed by Pulumi"), (mocks.Resource("default").Type, mocks.Resource("default").Inputs["description"]));
        Assert.Equal("own", mocks.Resource("own").Inputs["description"]);
    }

    [Fact]
    public async Task Options_name_the_version_and_what_the_provider_returns_in_secret()
    {
        var seen = new Dictionary<string, CustomResourceOptions>(StringComparer.Ordinal);
        await Deployment.TestAsync(new PulumiMocks(), Update, () =>
        {
            new Aws.ApiGateway.ApiKey("key", new() { Value = "a-value" }, Observed());
            new Aws.ApiGateway.UsagePlanKey("plain", new() { KeyId = "k", KeyType = "API_KEY", UsagePlanId = "p" }, Observed());
            new Aws.ApiGateway.UsagePlanKey("secret", new() { KeyId = "k", KeyType = "API_KEY", UsagePlanId = "p" }, Observed("value"));
        });

        Assert.StartsWith("7.", seen["key"].Version, StringComparison.Ordinal);
        Assert.Equal(["value"], seen["key"].AdditionalSecretOutputs);
        Assert.Empty(seen["plain"].AdditionalSecretOutputs);
        Assert.Equal(["value"], seen["secret"].AdditionalSecretOutputs);

        CustomResourceOptions Observed(params List<string> secretOutputs) => new()
        {
            AdditionalSecretOutputs = secretOutputs,
            ResourceTransformations =
            {
                args =>
                {
                    seen[args.Resource.GetResourceName()] = (CustomResourceOptions)args.Options;
                    return null;
                },
            },
        };
    }

    [Fact]
    public async Task A_function_takes_its_runtime_as_a_name_or_a_text()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, Update, () =>
        {
            new Aws.Lambda.Function("named", new()
            {
                Role = "r",
                Runtime = Aws.Lambda.Runtime.Dotnet10,
                Environment = new Aws.Lambda.Inputs.FunctionEnvironmentArgs { Variables = { ["A"] = "1" } },
            });
            new Aws.Lambda.Function("text", new() { Role = "r", Runtime = "dotnet10" });
        });

        Assert.All(mocks.Resources, args => Assert.Equal("dotnet10", args.Inputs["runtime"]));
        var environment = (ImmutableDictionary<string, object>)mocks.Resource("named").Inputs["environment"];
        Assert.Equal("1", ((ImmutableDictionary<string, object>)environment["variables"])["A"]);
        Assert.False(mocks.Resource("text").Inputs.ContainsKey("environment"));
    }

    [Fact]
    public async Task Api_stages_are_a_list_of_maps()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, Update, () =>
        {
            new Aws.CloudWatch.MetricAlarm("alarm", new() { Threshold = 1.5 });
            new Aws.ApiGateway.UsagePlan("plan", new() { ApiStages = { new Aws.ApiGateway.Inputs.UsagePlanApiStageArgs { ApiId = "a", Stage = "s" } } });
        });

        var stage = Assert.IsType<ImmutableDictionary<string, object>>(Assert.Single((ImmutableArray<object>)mocks.Resource("plan").Inputs["apiStages"]));
        Assert.Equal(("a", "s", 1.5), (stage["apiId"], stage["stage"], mocks.Resource("alarm").Inputs["threshold"]));
    }

    [Fact]
    public async Task A_provider_takes_what_is_no_text_as_json()
    {
        var mocks = new PulumiMocks();
        await Deployment.TestAsync(mocks, Update, () =>
        {
            var provider = new Aws.Provider("provider", new()
            {
                Region = "eu-west-1",
                DefaultTags = new Aws.Inputs.ProviderDefaultTagsArgs { Tags = { ["team"] = "t" } },
            });
            new Aws.Sns.Topic("topic", options: new() { Provider = provider });
        });

        var provider = mocks.Resource("provider");
        Assert.Equal("pulumi:providers:aws", provider.Type);
        Assert.Equal("eu-west-1", provider.Inputs["region"]);
        Assert.Equal("true", provider.Inputs["skipRegionValidation"]);
        Assert.Equal("t", JsonDocument.Parse((string)provider.Inputs["defaultTags"]).RootElement.GetProperty("tags").GetProperty("team").GetString());
        Assert.EndsWith("pulumi:providers:aws::provider::provider-id", mocks.Resource("topic").Provider, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_caller_and_its_place_are_asked_for()
    {
        var mocks = new PulumiMocks
        {
            Answer = args => args.Token switch
            {
                "aws:index/getCallerIdentity:getCallerIdentity" => new Dictionary<string, object> { ["accountId"] = "123456789012" },
                "aws:index/getRegion:getRegion" => new Dictionary<string, object> { ["region"] = "eu-west-1" },
                "aws:index/getPartition:getPartition" => new Dictionary<string, object> { ["partition"] = "aws" },
                _ => throw new NotSupportedException(args.Token),
            },
        };
        await Deployment.TestAsync(mocks, Update, async () =>
        {
            Assert.Equal("123456789012", (await Aws.GetCallerIdentity.InvokeAsync()).AccountId);
            Assert.Equal("eu-west-1", (await OutputUtilities.GetValueAsync(Aws.GetRegion.Invoke())).Region);
            Assert.Equal("aws", (await Aws.GetPartition.InvokeAsync()).Partition);
        });
    }
}
