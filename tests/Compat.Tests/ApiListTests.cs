using System.Reflection;
using Amazon.APIGateway;
using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.SecretsManager;

namespace Compat.Tests;

/// <summary>
/// The lists under <c>api/</c> hold the signatures of the official packages that this project uses. A stand-in has exactly these,
/// so that nothing in it is invented; an official package has at least these.
/// </summary>
public class ApiListTests
{
    private static readonly Dictionary<string, Assembly> Packages = new(StringComparer.Ordinal)
    {
        ["Amazon.Lambda.Core"] = typeof(ILambdaContext).Assembly,
        ["Amazon.Lambda.Serialization.SystemTextJson"] = typeof(AwsNamingPolicy).Assembly,
        ["AWSSDK.APIGateway"] = typeof(IAmazonAPIGateway).Assembly,
        ["AWSSDK.SecretsManager"] = typeof(IAmazonSecretsManager).Assembly,
        ["Pulumi"] = typeof(global::Pulumi.Resource).Assembly,
        ["Pulumi.Aws"] = typeof(global::Pulumi.Aws.Provider).Assembly,
    };

    public static TheoryData<string> PackageIds => [.. Packages.Keys];

    [Theory]
    [MemberData(nameof(PackageIds))]
    public void Public_members_are_those_of_the_official_package(string packageId)
    {
        var listed = Listed(packageId).ToHashSet(StringComparer.Ordinal);
        var found = Signatures.Of(Packages[packageId]).ToHashSet(StringComparer.Ordinal);
        var standIn = Packages[packageId].GetCustomAttributes<AssemblyMetadataAttribute>().Any(item => item is { Key: "StandIn", Value: "true" });

        var invented = standIn ? found.Except(listed, StringComparer.Ordinal) : [];
        var missing = listed.Except(found, StringComparer.Ordinal);

        Assert.True(!invented.Any(), $"{packageId} has members that api/{packageId}.txt does not list:\n{string.Join('\n', invented)}");
        Assert.True(!missing.Any(), $"{packageId} lacks members that api/{packageId}.txt lists:\n{string.Join('\n', missing)}");
    }

    /// <summary>
    /// A call may be ambiguous, or mean another method, for an overload that a stand-in lacks. Where an official package has one
    /// that takes as many arguments as one of the list does, the list has it too.
    /// </summary>
    [Theory]
    [MemberData(nameof(PackageIds))]
    public void Overloads_that_calls_can_be_taken_for_are_listed(string packageId)
    {
        var listed = Listed(packageId).ToHashSet(StringComparer.Ordinal);
        var unlisted = Signatures.OverloadsOf(Packages[packageId]).GroupBy(overload => overload.Name).SelectMany(overloads => overloads
            .Where(other => !listed.Contains(other.Line) && overloads.Any(overload =>
                listed.Contains(overload.Line) && overload.Fewest <= other.Most && other.Fewest <= overload.Most))
            .Select(other => other.Line));

        Assert.True(!unlisted.Any(), $"api/{packageId}.txt lacks overloads of what it lists:\n{string.Join('\n', unlisted)}");
    }

    /// <summary>Each type's line, and each member's line after that of its type.</summary>
    private static IEnumerable<string> Listed(string packageId)
    {
        var type = "";
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "api", packageId + ".txt")))
        {
            if (line.StartsWith('['))
            {
                yield return type = line;
            }
            else if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                yield return $"{type}: {line.Trim()}";
            }
        }
    }
}
