using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Pulumi;
using Aws = Pulumi.Aws;

namespace RotationComponents;

/// <summary>The principals that the stack permits to read a key: roles, users and other accounts.</summary>
/// <param name="Arns">The ARNs, sorted.</param>
/// <param name="Account">The account of the secret.</param>
internal sealed partial record KeyReaders(ImmutableArray<string> Arns, AwsAccount Account)
{
    private const string ReadSid = "ReadKey";

    /// <summary>Gets whether a reader is in another account.</summary>
    public bool AreElsewhere => Arns.Any(arn => AccountOf(arn) != Account.Id);

    /// <summary>Returns whether a text is the ARN of a role, of a user or of an account.</summary>
    public static bool IsReader(string arn) => ReaderPattern().IsMatch(arn);

    /// <summary>
    /// Returns the readers of a key. Only the secret's policy can wait for them: the secret must not, because a reader can be a role with an inline
    /// policy that names it.
    /// </summary>
    /// <exception cref="RunException">A reader cannot read the key. The message names both. It is thrown when the output is used.</exception>
    public static Output<KeyReaders> Of(string name, RotatingApiKeyArgs args, KeyRotationFunction function) =>
        Output.Tuple(Output.All(args.Readers.Values), function.Account)
            .Apply(t => new KeyReaders([.. t.Item1.Order(StringComparer.Ordinal)], t.Item2).Checked(name, function.KmsKeyArn is not null));

    /// <summary>Returns the readers, if each of them can read the key.</summary>
    /// <exception cref="RunException">One of them cannot. The message names it and the key.</exception>
    public KeyReaders Checked(string name, bool hasKmsKey) => Problem(hasKmsKey) is { } problem
        ? throw new RunException($"The rotating key {name} cannot have these readers: {problem}.")
        : this;

    /// <summary>
    /// Returns the statement that permits to read the key by the labels AWSCURRENT and AWSPREVIOUS, and without a label. It does not permit to read a
    /// version by its id: with an id, IAM does not know the label, and the version can be the one that a rotation tests.
    /// </summary>
    public static IEnumerable<Statement> Permit(string secretArn, IReadOnlyList<string> readers) => readers.Count == 0 ? [] :
    [
        new()
        {
            Sid = ReadSid,
            Principal = new() { ["AWS"] = new(readers) },
            Action = ["secretsmanager:GetSecretValue"],
            Resource = [secretArn],
            Condition = new()
            {
                // IfExists: AWS does not document a value of the key for a call without a label.
                ["StringEqualsIfExists"] = new() { ["secretsmanager:VersionStage"] = new("AWSCURRENT", "AWSPREVIOUS") },
                ["Null"] = new() { ["secretsmanager:VersionId"] = "true" },
            },
        },
    ];

    /// <summary>Returns the identity policy that a reader in another account needs there.</summary>
    public PolicyDocument ElsewherePolicy(string secretArn, string kmsKeyArn) => new(
        new Statement { Sid = ReadSid, Action = ["secretsmanager:GetSecretValue"], Resource = [secretArn] },
        new Statement
        {
            Sid = "DecryptKey",
            Action = ["kms:Decrypt"],
            Resource = [kmsKeyArn],
            Condition = new()
            {
                ["StringEquals"] = new()
                {
                    ["kms:ViaService"] = $"secretsmanager.{Account.Region}.{Account.DnsSuffix}",
                    ["kms:EncryptionContext:SecretARN"] = secretArn,
                },
            },
        });

    /// <summary>Grants each reader the use of the KMS key, to decrypt this secret only.</summary>
    public static void Grant(string name, RotatingApiKeyArgs args, Input<string> kmsKeyArn, Output<string> secretArn, Resource parent)
    {
        foreach (var (key, arn) in args.Readers.OrderBy(reader => reader.Key, StringComparer.Ordinal))
        {
            _ = new Aws.Kms.Grant($"{name}-reader-{key}", new()
            {
                KeyId = kmsKeyArn,
                GranteePrincipal = arn,
                Operations = { "Decrypt" },
                Constraints =
                {
                    // Subset: Secrets Manager's encryption context also has the id of the version.
                    new Aws.Kms.Inputs.GrantConstraintArgs { EncryptionContextSubset = { ["SecretARN"] = secretArn } },
                },
            }, new CustomResourceOptions { Parent = parent });
        }
    }

    private static string AccountOf(string arn) => arn.Split(':')[4];

    private string? Problem(bool hasKmsKey)
    {
        foreach (var arn in Arns)
        {
            if (!IsReader(arn))
            {
                return $"{arn} is not the ARN of a role, of a user or of an account";
            }

            if (AccountOf(arn) == Account.Id && arn.EndsWith(":root", StringComparison.Ordinal))
            {
                return $"{arn} is this account, whose own IAM policies decide who reads the key. Name a role or a user";
            }

            if (AccountOf(arn) != Account.Id && !hasKmsKey)
            {
                return $"{arn} is in another account, where AWS's own KMS key cannot be used. Set a KMS key of your own (kmsKeyArn)";
            }
        }

        return null;
    }

    [GeneratedRegex(@"^arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]{1,576})\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReaderPattern();
}
