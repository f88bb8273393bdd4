using System.Collections.Concurrent;
using System.Collections.Immutable;
using LocalAws;
using LocalAws.ApiGateway;
using LocalAws.SecretsManager;

namespace Packaging.Tests;

/// <summary>The package at work: the very files that would be deployed, in a process that runs them as Lambda does.</summary>
[Trait("Category", "Proof")]
public sealed class RotationTests
{
    // Loaded from the host, because its types pass between the two.
    private const string OfTheHost = "Amazon.Lambda.Core.dll";

    // AWSSDK.Core refers to them for checksums and arithmetic that no call of a rotation needs; without them it would fail where it does.
    private static readonly string[] NotLoaded = ["AWSSDK.Extensions.Numerics.dll", "System.IO.Hashing.dll"];

    [Fact]
    public async Task The_package_rotates_a_key_and_loads_every_assembly_that_it_holds()
    {
        await using var aws = await EmbeddedAws.StartAsync(new EmbeddedAwsOptions { RotationAttempts = 1 });
        var api = aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document });
        var deployment = aws.ApiGateway.CreateDeployment(new CreateDeploymentRequest { RestApiId = api.Id });
        aws.ApiGateway.CreateStage(new CreateStageRequest { RestApiId = api.Id, StageName = "prod", DeploymentId = deployment.Id });
        var plan = aws.ApiGateway.CreateUsagePlan(new CreateUsagePlanRequest { Name = "partners", ApiStages = [new ApiStage(api.Id, "prod")] });
        var template = aws.ApiGateway.CreateApiKey(new CreateApiKeyRequest
        {
            Name = "partner-api",
            Tags = new Dictionary<string, string> { ["apikey-rotation:template-for"] = "demo/partner-api" },
        });
        aws.ApiGateway.CreateUsagePlanKey(new CreateUsagePlanKeyRequest { UsagePlanId = plan.Id, KeyId = template.Id });
        var secret = aws.SecretsManager.CreateSecret(new CreateSecretRequest
        {
            Name = "demo/partner-api",
            SecretString = "{}",
            ClientRequestToken = Guid.NewGuid().ToString(),
            Tags = [new Tag("apikey-rotation:template", template.Id)],
        });
        var log = new ConcurrentQueue<string>();
        var folder = Package.Folder(Package.ArchitectureHere);
        var function = aws.Lambda.RegisterProcess("rotation", new FunctionProcess("dotnet", Package.LambdaHost) { Handler = Package.Handler, LogLine = log.Enqueue }, new FunctionOptions
        {
            Environment = new Dictionary<string, string> { ["LAMBDA_TASK_ROOT"] = folder, ["ACTIVATION_WAIT"] = "0" },
        });
        aws.Lambda.AddPermission(new AddPermissionRequest
        {
            FunctionName = "rotation",
            StatementId = "secretsmanager",
            Action = "lambda:InvokeFunction",
            Principal = "secretsmanager.amazonaws.com",
            SourceAccount = aws.AccountId,
        });

        for (var rotation = 0; rotation < 2; rotation++)
        {
            aws.SecretsManager.RotateSecret(new RotateSecretRequest { SecretId = secret.Arn, ClientRequestToken = Guid.NewGuid().ToString(), RotationLambdaArn = function });
            await aws.SecretsManager.SettledAsync();
            Assert.Equal(RotationOutcome.Succeeded, aws.SecretsManager.Rotations[^1].Outcome);
        }

        Assert.NotEmpty(log);
        Assert.DoesNotContain(log, line => aws.ConfidentialValues.Any(value => line.Contains(value, StringComparison.Ordinal)));
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Which files a process has loaded is read from /proc.");
        ImmutableSortedSet<string> expected = [.. Package.FileNames(folder).Where(file => file.EndsWith(".dll", StringComparison.Ordinal)).Except([OfTheHost, .. NotLoaded])];
        Assert.Equal(expected, LoadedFrom(folder));
    }

    private static ImmutableSortedSet<string> LoadedFrom(string folder)
    {
        var prefix = Path.GetFullPath(folder) + "/";
        return [.. Directory.GetDirectories("/proc").Where(process => Path.GetFileName(process).All(char.IsAsciiDigit)).SelectMany(Mapped)
            .Where(line => line.Contains(prefix, StringComparison.Ordinal)).Select(line => line[(line.IndexOf(prefix, StringComparison.Ordinal) + prefix.Length)..])];

        static string[] Mapped(string process)
        {
            try
            {
                return File.ReadAllLines(Path.Combine(process, "maps"));
            }
            catch (Exception ended) when (ended is IOException or UnauthorizedAccessException)
            {
                return [];
            }
        }
    }
}
