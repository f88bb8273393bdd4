using System.Text.RegularExpressions;

namespace Infra.Tests;

/// <summary>IAM takes 10,240 characters of inline policies for a role: as many secrets are named as that holds.</summary>
public sealed partial class PolicySizeTests
{
    [Theory]
    [InlineData("own")]
    [InlineData("shared")]
    public async Task As_many_keys_as_the_documentation_says_are_named(string plans)
    {
        var stated = StatedPattern().Match(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "security.md"), TestContext.Current.CancellationToken));
        var most = int.Parse(stated.Groups[plans].Value, System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(most, MostNamed(plans));
        var named = await Deployed.StackAsync(new() { ["keys"] = Keys(most, plans) });
        var tagged = await Deployed.StackAsync(new() { ["keys"] = Keys(most + 1, plans) });

        Assert.Equal(most, named.All("RolePolicy").Count(policy => policy.Name.EndsWith("-secret", StringComparison.Ordinal)));
        Assert.DoesNotContain(named.All("RolePolicy"), policy => policy.Name == "rotation-tagged");
        Assert.DoesNotContain(tagged.All("RolePolicy"), policy => policy.Name.EndsWith("-secret", StringComparison.Ordinal));
        Assert.Single(tagged.All("RolePolicy"), policy => policy.Name == "rotation-tagged");
    }

    [Theory]
    [InlineData("own")]
    [InlineData("shared")]
    public async Task Named_policies_and_those_by_tag_fit_together_as_one_deployment_goes_over_to_the_other(string plans)
    {
        var count = MostNamed(plans);
        var before = await Deployed.StackAsync(new() { ["keys"] = Keys(count, plans) });
        var after = await Deployed.StackAsync(new() { ["keys"] = Keys(count + 1, plans) });

        var together = OfFunction(before).Concat(OfFunction(after)).DistinctBy(policy => policy.Name).ToList();
        Assert.Contains(together, policy => policy.Name == "rotation-tagged");
        Assert.InRange(together.Sum(policy => policy.Text("policy").Length), PolicySize.Quota * 4 / 5, PolicySize.Quota);
    }

    [Fact]
    public async Task By_tag_the_most_keys_fit()
    {
        var deployed = await Deployed.StackAsync(new() { ["keys"] = Configurations.Keys(StackConfig.MostKeys) });

        Assert.InRange(Characters(deployed), 1, PolicySize.Quota / 3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_size_that_is_checked_before_a_deployment_is_not_less_than_what_is_deployed(bool tagged)
    {
        var settings = tagged ? Configurations.Tagged : Configurations.Everything;

        var deployed = Characters(await Deployed.StackAsync(settings));

        var foreseen = PolicySize.Characters(StackConfig.Read(settings.Get), tagged);
        Assert.InRange(deployed, 1, foreseen);
        Assert.InRange(foreseen, 1, deployed * 5 / 4);
    }

    [Fact]
    public async Task More_usage_plans_than_can_be_named_are_refused()
    {
        object[] keys = [.. Enumerable.Range(1, 60).Select(number => Settings.Key(("name", $"key{number}"), ("usagePlanIds", new[] { $"plan{number}" })))];

        var error = Assert.Single(await Deployed.RefusedAsync(new() { ["keys"] = keys }));

        Assert.Matches(@"^keys: the role's policies would have up to 1\d{4} characters, and IAM accepts 10240\.", error);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(500)]
    public async Task As_many_operators_as_Lambda_takes_in_a_policy_are_accepted(int length)
    {
        var most = Enumerable.Range(1, 100).TakeWhile(count => PolicySize.OperatorCharacters(Operators(count)) <= PolicySize.FunctionPolicyQuota).Last();
        Assert.InRange(most, length == 10 ? 45 : 20, length == 10 ? 60 : 30);
        Assert.NotEmpty((await Deployed.StackAsync(Settings.OneKey.With("operators", Operators(most)))).Resources);

        var error = Assert.Single(await Deployed.RefusedAsync(Settings.OneKey.With("operators", Operators(most + 1))));
        Assert.Matches($@"^operators: has {most + 1} ARNs\. The policy of the function's alias would have up to 2\d{{4}} characters, and Lambda accepts 20480\.", error);

        string[] Operators(int count) => [.. Enumerable.Range(1, count).Select(number => $"arn:aws:iam::123456789012:role/{new string('r', length - 3)}{number:D3}")];
    }

    [Fact]
    public async Task As_many_readers_as_Secrets_Manager_takes_in_a_policy_are_accepted()
    {
        var one = StackConfig.Read(Key(1).Get).Keys[0];
        var most = Enumerable.Range(1, 100).TakeWhile(count => PolicySize.SecretCharacters(one with { Readers = Arns(count) }) <= PolicySize.SecretPolicyQuota).Last();
        Assert.InRange(most, 20, 40);
        var policy = (await Deployed.StackAsync(Key(most))).The("SecretPolicy").Text("policy");
        Assert.InRange(policy.Length, PolicySize.SecretPolicyQuota * 9 / 10, PolicySize.SecretPolicyQuota);

        var error = Assert.Single(await Deployed.RefusedAsync(Key(most + 1)));
        Assert.Matches($@"^keys\[0\]\.readers: has {most + 1} ARNs\. The secret's policy would have up to 2\d{{4}} characters, and Secrets Manager accepts 20480\.", error);

        static Settings Key(int readers) => new() { ["keys"] = new[] { Settings.Key(("readers", Arns(readers))) } };

        static string[] Arns(int count) => [.. Enumerable.Range(1, count).Select(number => $"arn:aws:iam::123456789012:role/{new string('r', 573)}{number:D3}")];
    }

    private static int MostNamed(string plans) =>
        Enumerable.Range(1, StackConfig.MostKeys).TakeWhile(count => !StackConfig.Read(new Settings { ["keys"] = Keys(count, plans) }.Get).SecretsByTag).Last();

    /// <summary>Names of 20 characters.</summary>
    private static IReadOnlyList<object> Keys(int count, string plans) => plans == "own"
        ? Configurations.Keys(count, prefix: "production/shop/k")
        : [.. Enumerable.Range(1, count).Select(number => Settings.Key(("name", $"production/shop/k{number:D3}")))];

    private static int Characters(Deployed deployed) => OfFunction(deployed).Sum(policy => policy.Text("policy").Length);

    /// <summary>The policies of the function's role; that of the schedules is another one's.</summary>
    private static IEnumerable<Registered> OfFunction(Deployed deployed) => deployed.All("RolePolicy").Where(policy => policy.Text("role") == "rotation-1234567");

    [GeneratedRegex("(?<own>[0-9]+) keys with a usage plan each, or (?<shared>[0-9]+) that share one", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StatedPattern();
}
