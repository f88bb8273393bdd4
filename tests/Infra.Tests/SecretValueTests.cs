using System.Text.RegularExpressions;
using Pulumi.Utilities;

namespace Infra.Tests;

/// <summary>No value leaves the stack in plain.</summary>
public sealed class SecretValueTests
{
    [Fact]
    public async Task The_stack_exports_names_ids_and_arns()
    {
        var stack = (await Deployed.StackAsync(Settings.OneKey)).Stack;

        var key = Assert.Single(await OutputUtilities.GetValueAsync(stack.RotatingKeys));
        Assert.Equal("orders", key.Key);
        Assert.Equal(["apiKeyId", "secretArn", "secretName"], key.Value.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("idorders", key.Value["apiKeyId"]);
        Assert.Equal("orders", key.Value["secretName"]);
        Assert.Equal($"arn:aws:secretsmanager:{Engine.Region}:{Engine.AccountId}:secret:orders-AbCdEf", key.Value["secretArn"]);
        Assert.Equal("rotation-lambda-prod-rotation", await OutputUtilities.GetValueAsync(stack.RotationFunctionName));
        Assert.EndsWith(":function:rotation-lambda-prod-rotation", await OutputUtilities.GetValueAsync(stack.RotationFunctionArn), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_value_is_exported_or_given_to_another_resource()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.All(await OutputUtilities.GetValueAsync(deployed.Stack.RotatingKeys), key => Assert.False(key.Value.ContainsValue(Engine.Value), $"{key.Key} is exported with a value"));
        Assert.All(deployed.Resources, resource => Assert.False(Inputs.Texts(resource.Inputs).Any(text => text.Contains(Engine.Value, StringComparison.Ordinal)), $"{resource} is given a value"));
    }

    [Theory]
    [InlineData("ApiKey", "value")]
    [InlineData("UsagePlanKey", "value")]
    [InlineData("Invocation", "result")]
    public async Task What_can_hold_a_value_is_a_secret_in_the_state(string type, string output)
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.NotEmpty(deployed.All(type));
        Assert.All(deployed.All(type), resource => Assert.True(deployed.Options(resource).AdditionalSecretOutputs.Contains(output), $"{resource} keeps its {output} in plain"));
    }

    [Fact]
    public async Task Pulumi_never_holds_the_live_key()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.All(deployed.All("ApiKey"), template =>
        {
            Assert.True(template.Inputs["enabled"] is false, $"{template} is enabled: clients could use a key whose value is in Pulumi's state");
            Assert.False(template.Inputs.ContainsKey("value"), $"{template} is given a value");
        });
        Assert.Empty(deployed.All("SecretVersion"));
    }

    [Fact]
    public async Task The_template_says_what_it_is_and_where_the_live_key_is()
    {
        var template = (await Deployed.StackAsync(new() { ["keys"] = new[] { Settings.Key(("description", "For the shop")) } })).The("ApiKey");

        Assert.Equal("For the shop. Rotated: the live key is in secret orders; the disabled key of this description is the template", template.Text("description"));
        Assert.Equal("orders (template)", template.Text("name"));
    }

    [Fact]
    public async Task The_function_is_not_told_to_print_events()
    {
        var variables = (await Deployed.StackAsync(Configurations.Everything)).The("Function").Nested("environment")["variables"];

        Assert.Equal(["ACTIVATION_WAIT", "WATCH"], Assert.IsType<System.Collections.Immutable.ImmutableDictionary<string, object>>(variables).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task With_a_customer_key_all_that_can_be_is_encrypted_with_it()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.All(deployed.All("Secret"), secret => Assert.True(Equals(secret.Inputs.GetValueOrDefault("kmsKeyId"), Configurations.KmsKey), $"{secret} has another key"));
        Assert.Equal(Configurations.KmsKey, deployed.The("LogGroup").Text("kmsKeyId"));
        Assert.Equal(Configurations.KmsKey, deployed.The("Topic").Text("kmsMasterKeyId"));
    }

    [Fact]
    public async Task Without_one_nothing_names_a_key_and_the_topic_has_none_that_alarms_cannot_use()
    {
        var deployed = await Deployed.StackAsync(Settings.OneKey);

        Assert.All(deployed.Resources, resource => Assert.DoesNotContain(resource.Inputs.Keys, input => Regex.IsMatch(input, "^kms", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1))));
    }
}
