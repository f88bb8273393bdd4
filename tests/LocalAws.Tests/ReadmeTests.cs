using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.SecretsManager;

namespace LocalAws.Tests;

/// <summary>local/LocalAws/README.md says what there is.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md")).ReplaceLineEndings("\n");

    public static TheoryData<string> Services => [.. RequiredActions.All.Select(row => row.Service).Distinct()];

#pragma warning disable xUnit1051 // As it is in the page.
    [Fact]
    public async Task A_rotation_that_fails_leaves_the_current_value()
    {
        await using var aws = await EmbeddedAws.StartAsync(new() { RotationAttempts = 1 });
        var config = new AmazonSecretsManagerConfig { ServiceURL = aws.ServiceUrl.ToString(), AuthenticationRegion = aws.Region };
        using var client = new AmazonSecretsManagerClient(new BasicAWSCredentials("local", aws.SecretAccessKey), config);
        var function = aws.Lambda.Register("rotate", _ => throw new InvalidOperationException("The database is down."));
        aws.Lambda.AddPermission(new() { FunctionName = "rotate", StatementId = "s", Action = "lambda:InvokeFunction", Principal = "secretsmanager.amazonaws.com" });
        await client.CreateSecretAsync(new() { Name = "database", SecretString = "v1" });
        await client.RotateSecretAsync(new() { SecretId = "database", RotationLambdaARN = function });
        await aws.SecretsManager.SettledAsync();
        var secret = await client.GetSecretValueAsync(new() { SecretId = "database" });
        Assert.Equal("v1", secret.SecretString);
    }
#pragma warning restore xUnit1051

    [Fact]
    public async Task The_example_is_the_test_above()
    {
        var source = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "ReadmeTests.cs"), TestContext.Current.CancellationToken);
        var example = Example().Match(Page).Groups["code"].Value;
        Assert.StartsWith("[Fact]", example, StringComparison.Ordinal);
        Assert.Contains(example, string.Join('\n', source.Select(line => line.StartsWith("    ", StringComparison.Ordinal) ? line[4..] : line)), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Services))]
    public void The_operations_over_the_wire_are_those_that_need_an_action(string service) => Assert.Equal(
        RequiredActions.All.Where(row => row.Service == service).Select(row => row.Operation).Distinct().Order(StringComparer.Ordinal),
        Operations().Matches(Page).Single(list => list.Groups["service"].Value == service).Groups["operations"].Value
            .Split([',', '\n', ' '], StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void Each_switch_of_unknown_behaviour_is_listed() => Assert.Equal(
        typeof(UnknownBehaviours).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal),
        Switch().Matches(Page[Page.IndexOf("has each with its fact:", StringComparison.Ordinal)..]).Select(name => name.Groups["name"].Value).Order(StringComparer.Ordinal));

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Example();

    [GeneratedRegex(@"^\*\*(?<service>\w+)\*\*:(?<operations>[\w, \n]+?)\n\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Operations();

    [GeneratedRegex("`(?<name>[A-Za-z]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Switch();
}
