using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Infra.Tests;

/// <summary>Amazon.Lambda.Tools reads aws-lambda-tools-defaults.json.</summary>
public sealed class ToolDefaultsTests
{
    [Fact]
    public async Task The_tools_deploy_the_function_with_the_stacks_settings()
    {
        var function = (await Deployed.StackAsync(Settings.OneKey)).The("Function");
        var variables = (ImmutableDictionary<string, object>)function.Nested("environment")["variables"];
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["function-runtime"] = function.Text("runtime"),
            ["function-handler"] = function.Text("handler"),
            ["function-architecture"] = (string)Assert.Single((ImmutableArray<object>)function.Inputs["architectures"]),
            ["function-memory-size"] = Number(function.Inputs["memorySize"]),
            ["function-timeout"] = Number(function.Inputs["timeout"]),
            ["log-format"] = (string)function.Nested("loggingConfig")["logFormat"],
            ["environment-variables"] = string.Join(';', variables.OrderBy(variable => variable.Key, StringComparer.Ordinal).Select(variable => $"{variable.Key}={variable.Value}")),
            // Not the stack's: what it deploys is built so by its own build.
            ["configuration"] = "Release",
            ["framework"] = "net10.0",
            ["project-location"] = "src/RotationFunction",
        };

        using var defaults = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "aws-lambda-tools-defaults.json")));
        Assert.Equal(expected, new SortedDictionary<string, string>(
            defaults.RootElement.EnumerateObject().Where(setting => setting.Name != "Information").ToDictionary(setting => setting.Name, setting => setting.Value.ToString()),
            StringComparer.Ordinal));

        static string Number(object input) => ((double)input).ToString(CultureInfo.InvariantCulture);
    }
}
