using System.Collections.Immutable;
using Pulumi;

namespace Infra.Tests;

/// <summary>What the program gives the provider is of the names and types that the provider has: the list beside the tests is of its own schema.</summary>
public sealed class ProviderTests
{
    private static readonly Dictionary<string, Dictionary<string, (bool Required, string Type)>> Types = Read();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_input_is_one_of_the_provider(bool tagged)
    {
        var deployed = await Deployed.StackAsync(tagged ? Configurations.Tagged : Configurations.Everything);
        var resources = deployed.Resources.Where(resource => resource.Type.StartsWith("aws:", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(resources);
        Assert.Empty(resources.SelectMany(resource => Problems(resource.Type, resource.Inputs, resource.ToString())));
    }

    [Fact]
    public async Task Every_kind_of_resource_in_the_list_is_made()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.Empty(Types.Keys.Where(type => type.StartsWith("aws:", StringComparison.Ordinal)).Except(deployed.Resources.Select(resource => resource.Type)));
    }

    [Fact]
    public void The_list_tells_a_wrong_name_a_wrong_type_and_a_missing_input()
    {
        var inputs = new Dictionary<string, object> { ["keyID"] = "id", ["keyType"] = true }.ToImmutableDictionary();

        Assert.Equal(
            ["key: keyID is no input", "key: keyId is missing", "key: keyType is not a string", "key: usagePlanId is missing"],
            Problems("aws:apigateway/usagePlanKey:UsagePlanKey", inputs, "key").Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Problems(string type, ImmutableDictionary<string, object> inputs, string where)
    {
        if (!Types.TryGetValue(type, out var known))
        {
            return [$"{where}: {type} is not in the list"];
        }

        var missing = known.Where(input => input.Value.Required && !inputs.ContainsKey(input.Key)).Select(input => $"{where}: {input.Key} is missing");
        return missing.Concat(inputs.SelectMany(input => known.TryGetValue(input.Key, out var expected)
            ? Mismatches(expected.Type, input.Value, $"{where}: {input.Key}")
            : [$"{where}: {input.Key} is no input"]));
    }

    private static IEnumerable<string> Mismatches(string type, object value, string where) => (type.Split(" of ", 2), value) switch
    {
        (["string"], string) or (["number"], double) or (["boolean"], bool) or (["archive"], Archive) => [],
        (["list", var item], ImmutableArray<object> list) => list.SelectMany(element => Mismatches(item, element, where)),
        (["map", var item], ImmutableDictionary<string, object> map) => map.Values.SelectMany(element => Mismatches(item, element, where)),
        ([var nested], ImmutableDictionary<string, object> map) when Types.ContainsKey(nested) => Problems(nested, map, where),
        _ => [$"{where} is not a {type}"],
    };

    private static Dictionary<string, Dictionary<string, (bool Required, string Type)>> Read()
    {
        var types = new Dictionary<string, Dictionary<string, (bool, string)>>();
        Dictionary<string, (bool, string)> current = [];
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "provider-inputs.txt")).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line[0] != ' ')
            {
                types[line] = current = [];
                continue;
            }

            var (name, type) = line.Trim().Split(' ', 2) is [var first, var rest] ? (first, rest) : throw new InvalidDataException(line);
            current[name.TrimEnd('!')] = (name.EndsWith('!'), type);
        }

        return types;
    }
}
