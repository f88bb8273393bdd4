using System.Text.Json;
using Pulumi;
using Pulumi.Utilities;
using RotationComponents;

namespace Infra.Tests;

/// <summary>The readers of a key.</summary>
public sealed class ReaderTests
{
    private const string Role = "arn:aws:iam::123456789012:role/pipeline";
    private const string OtherAccount = "arn:aws:iam::210987654321:root";

    [Fact]
    public async Task Each_reader_of_a_key_has_a_grant_for_its_secret_only()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.Equal(Configurations.Readers, deployed.All("Grant").Select(grant => grant.Text("granteePrincipal")).Order(StringComparer.Ordinal));
        Assert.All(deployed.All("Grant"), grant =>
        {
            Assert.Equal(Configurations.KmsKey, grant.Text("keyId"));
            Assert.Equal(["Decrypt"], Inputs.Texts(grant.Inputs["operations"]));
            Assert.Equal([$"arn:aws:secretsmanager:{Engine.Region}:{Engine.AccountId}:secret:orders-AbCdEf"], Inputs.Texts(grant.Inputs["constraints"]));
        });
    }

    [Fact]
    public async Task Only_a_key_with_readers_in_other_accounts_has_the_policy_for_them_in_its_outputs()
    {
        var keys = await OutputUtilities.GetValueAsync((await Deployed.StackAsync(Configurations.Everything)).Stack.RotatingKeys);
        var own = await OutputUtilities.GetValueAsync((await Deployed.StackAsync(OneReader(Role))).Stack.RotatingKeys);

        Assert.Contains("\"kms:EncryptionContext:SecretARN\":\"" + keys["orders"]["secretArn"], keys["orders"]["readerPolicy"], StringComparison.Ordinal);
        Assert.Equal(["ReadKey", "DecryptKey"], JsonSerializer.Deserialize<JsonElement>(keys["orders"]["readerPolicy"]).GetProperty("Statement").EnumerateArray().Select(statement => statement.GetProperty("Sid").GetString()));
        Assert.Equal(["apiKeyId", "secretArn", "secretName"], keys["shop/payments"].Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["apiKeyId", "secretArn", "secretName"], own["orders"].Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_a_KMS_key_a_reader_of_this_account_needs_no_grant()
    {
        var deployed = await Deployed.StackAsync(OneReader(Role));

        Assert.Empty(deployed.All("Grant"));
        Assert.Contains($"\"Principal\":{{\"AWS\":\"{Role}\"}}", deployed.The("SecretPolicy").Text("policy"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OtherAccount, "is in another account, where AWS's own KMS key cannot be used. Set a KMS key of your own (kmsKeyArn).")]
    [InlineData("arn:aws:iam::210987654321:role/partner", "is in another account, where AWS's own KMS key cannot be used. Set a KMS key of your own (kmsKeyArn).")]
    [InlineData("arn:aws:iam::123456789012:root", "is this account, whose own IAM policies decide who reads the key. Name a role or a user.")]
    [InlineData("*", "is not the ARN of a role, of a user or of an account.")]
    public async Task A_reader_that_cannot_read_is_named_before_anything_uses_the_key(string reader, string problem)
    {
        var engine = new Engine();
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Deployed.ProgramAsync(
            () =>
            {
                var function = new KeyRotationFunction("keys", new() { Code = new FileArchive("function") });
                _ = new RotatingApiKey("partner", new()
                {
                    Function = function,
                    SecretName = "partner/key",
                    UsagePlans = { ["gold"] = "plan1" },
                    Readers = { ["pipeline"] = Role, ["reader"] = reader },
                });
                return new Dictionary<string, object?>();
            },
            engine));

        Environment.ExitCode = 0;
        Assert.Contains($"The rotating key partner cannot have these readers: {reader} {problem}", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Registered, resource => resource.Type.EndsWith(":SecretPolicy", StringComparison.Ordinal) || resource.Type.EndsWith(":Invocation", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(OtherAccount, "is in another account")]
    [InlineData("arn:aws:iam::123456789012:root", "is this account")]
    public async Task The_stack_creates_nothing_of_a_key_with_a_reader_that_cannot_read(string reader, string problem)
    {
        var engine = new Engine();
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Deployed.StackAsync(OneReader(reader), engine));

        Environment.ExitCode = 0;
        Assert.Contains($"The rotating key orders cannot have these readers: {reader} {problem}", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Registered, resource => resource.Name.StartsWith("orders", StringComparison.Ordinal) && resource.Type.StartsWith("aws:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reader_can_be_a_role_that_names_the_secret()
    {
        var deployed = await Deployed.ProgramAsync(() =>
        {
            var function = new KeyRotationFunction("keys", new() { Code = new FileArchive("function") });
            var secretArn = new TaskCompletionSource<string>();
            var args = new RotatingApiKeyArgs { Function = function, SecretName = "partner/key", UsagePlans = { ["gold"] = "plan1" }, Readers = { ["role"] = Output.Create(secretArn.Task).Apply(_ => Role) } };
            new RotatingApiKey("partner", args).SecretArn.Apply(arn => secretArn.TrySetResult(arn));
            return new Dictionary<string, object?>();
        });

        Assert.Contains(Role, deployed.The("SecretPolicy").Text("policy"), StringComparison.Ordinal);
    }

    private static Settings OneReader(string arn) => new() { ["keys"] = new[] { Settings.Key(("readers", new[] { arn })) } };
}
