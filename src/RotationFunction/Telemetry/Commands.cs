using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace RotationFunction;

/// <summary>
/// The AWS CLI commands that errors, findings and answers contain. An argument may be chosen by others, such as a version id or a tag's value:
/// it is quoted as one argument for a POSIX shell, or the command is withheld.
/// </summary>
internal static partial class Commands
{
    /// <summary>The replacement for a command whose arguments a shell, the AWS CLI or a reader could misread.</summary>
    public const string Withheld = "(The command is withheld: it contains an id that AWS would not generate. Use the console.)";

    /// <summary>Signs in with AWS IAM Identity Center.</summary>
    public const string SignIn = "aws sso login";

    /// <summary>Counts the API keys of the account and Region.</summary>
    public const string CountKeys = "aws apigateway get-api-keys --query 'length(items)'";

    /// <summary>Enables a KMS key.</summary>
    public const string EnableKmsKey = "aws kms enable-key --key-id <that key>";

    private const string Foreign = "(A command is withheld: it is not one that the function returns for this secret.)";
    private const int LongestArgument = 700; // a secret's ARN, which endOverlap's event contains, has up to 600 characters

    // A name in braces is an argument: see Pattern.
    private const string RotateSecretForm = "aws secretsmanager rotate-secret --secret-id {secret}";
    private const string RotatePrimaryForm = "aws secretsmanager rotate-secret --region {region} --secret-id {name}";
    private const string EnableRotationForm = "aws secretsmanager rotate-secret --rotation-lambda-arn <function> --secret-id {secret}";
    private const string ClearPendingForm =
        "aws secretsmanager update-secret-version-stage --secret-id {secret} --version-stage AWSPENDING --remove-from-version-id {from}";
    private const string MoveCurrentForm =
        "aws secretsmanager update-secret-version-stage --secret-id {secret} --version-stage AWSCURRENT "
        + "--move-to-version-id {to} --remove-from-version-id {from}";
    private const string StoreFirstDocumentForm = "aws secretsmanager put-secret-value --secret-string '{}' --secret-id {secret}";
    private const string StoreDocumentForm = "aws secretsmanager put-secret-value --secret-string <document> --secret-id {secret}";
    private const string RestoreSecretForm = "aws secretsmanager restore-secret --secret-id {secret}";
    private const string SetTemplateForm =
        "aws secretsmanager tag-resource --secret-id {secret} --tags Key=apikey-rotation:template,Value=<id of the template key>";
    private const string SetTemplateInForm =
        "aws secretsmanager tag-resource --secret-id {secret} --tags Key=apikey-rotation:template:{region},Value=<id of the template key>";
    private const string DescribeReplicasForm = "aws secretsmanager describe-secret --query ReplicationStatus --secret-id {secret}";
    private const string ReplicateForm =
        "aws secretsmanager replicate-secret-to-regions --secret-id {secret} --add-replica-regions Region={region}";
    private const string LeaveRegionForm =
        "aws secretsmanager untag-resource --secret-id {secret} --tag-keys apikey-rotation:template:{region}";
    private const string SetOverlapForm = "aws secretsmanager tag-resource --secret-id {secret} --tags Key=apikey-rotation:overlap,Value=24h";
    private const string SetHoldForm = "aws secretsmanager tag-resource --secret-id {secret} --tags Key=apikey-rotation:hold,Value=30d";
    private const string RemoveHoldForm = "aws secretsmanager untag-resource --secret-id {secret} --tag-keys apikey-rotation:hold";
    private const string RemoveQuotaForm = "aws secretsmanager untag-resource --secret-id {secret} --tag-keys apikey-rotation:quota";
    private const string DescribeSecretForm = "aws secretsmanager describe-secret --secret-id {secret}";
    private const string FindKmsKeyForm = "aws secretsmanager describe-secret --query KmsKeyId --secret-id {secret}";
    private const string EnableKeyForm = "aws apigateway update-api-key --api-key {key} --patch-operations op=replace,path=/enabled,value=true";
    private const string DisableKeyForm = "aws apigateway update-api-key --api-key {key} --patch-operations op=replace,path=/enabled,value=false";
    private const string AttachKeyForm = "aws apigateway create-usage-plan-key --usage-plan-id {plan} --key-type API_KEY --key-id {key}";
    private const string AttachKeyToSomePlanForm = "aws apigateway create-usage-plan-key --usage-plan-id <plan> --key-type API_KEY --key-id {key}";
    private const string DetachKeyForm = "aws apigateway delete-usage-plan-key --usage-plan-id {plan} --key-id {key}";
    private const string ListPlansForm = "aws apigateway get-usage-plans --key-id {key}";
    private const string ListRingForm = "aws apigateway get-api-keys --name-query {prefix}";
    private const string TagKeyForm = "aws apigateway tag-resource --resource-arn {keyArn} --tags {tags}";
    private const string AddStageForm =
        "aws apigateway update-usage-plan --usage-plan-id {plan} --patch-operations op=add,path=/apiStages,value=<api id>:<stage>";
    private const string FindRoleForm = "aws lambda get-function-configuration --query Role --function-name {function}";
    private const string FindConcurrencyForm = "aws lambda get-function-concurrency --function-name {function}";
    private const string FilterLogForm =
        "aws logs filter-log-events --log-group-name {logGroup} --filter-pattern {pattern} --query 'events[].message' --output text";
    private const string EndOverlapForm =
        "aws lambda invoke --function-name <function>:operators --cli-binary-format raw-in-base64-out --payload {endOverlap} /dev/stdout";

    private static readonly string[] OwnForms =
    [
        SignIn, CountKeys, EnableKmsKey, RotateSecretForm, RotatePrimaryForm, EnableRotationForm, ClearPendingForm,
        MoveCurrentForm, StoreFirstDocumentForm, StoreDocumentForm, RestoreSecretForm, SetTemplateForm, SetOverlapForm, SetHoldForm,
        RemoveHoldForm, RemoveQuotaForm, SetTemplateInForm, DescribeReplicasForm, ReplicateForm, LeaveRegionForm,
        DescribeSecretForm, FindKmsKeyForm, EnableKeyForm, DisableKeyForm, AttachKeyForm, AttachKeyToSomePlanForm, DetachKeyForm,
        ListPlansForm, ListRingForm, TagKeyForm, AddStageForm, FindRoleForm, FindConcurrencyForm, EndOverlapForm,
    ];

    private static readonly string[] Forms =
        [.. OwnForms, .. OwnForms.Where(form => OfApiGateway().IsMatch(form)).Select(form => In("{region}", form))];

    /// <summary>Rotates a secret.</summary>
    public static string RotateSecret(string secretId) => Fill(RotateSecretForm, secretId);

    /// <summary>Rotates a replica's primary secret.</summary>
    public static string RotatePrimary(string region, string secretName) => Fill(RotatePrimaryForm, region, secretName);

    /// <summary>Enables rotation of a secret by a function.</summary>
    public static string EnableRotation(string secretId) => Fill(EnableRotationForm, secretId);

    /// <summary>Removes AWSPENDING from a version.</summary>
    public static string ClearPending(string secretId, string version) => Fill(ClearPendingForm, secretId, version);

    /// <summary>Moves AWSCURRENT.</summary>
    public static string MoveCurrent(string secretId, string? from, string? to) => Fill(MoveCurrentForm, secretId, to, from);

    /// <summary>Stores an empty document as AWSCURRENT.</summary>
    public static string StoreFirstDocument(string secretId) => Fill(StoreFirstDocumentForm, secretId);

    /// <summary>Stores a document as AWSCURRENT.</summary>
    public static string StoreDocument(string secretId) => Fill(StoreDocumentForm, secretId);

    /// <summary>Restores a secret that is marked for deletion.</summary>
    public static string RestoreSecret(string secretId) => Fill(RestoreSecretForm, secretId);

    /// <summary>Sets the tag that names a secret's template key, in another Region if one is given.</summary>
    public static string SetTemplate(string secretId, string? region = null) =>
        region is null ? Fill(SetTemplateForm, secretId) : Fill(SetTemplateInForm, secretId, region);

    /// <summary>Shows the status of a secret's replicas.</summary>
    public static string DescribeReplicas(string secretId) => Fill(DescribeReplicasForm, secretId);

    /// <summary>Creates a secret's replica in a Region.</summary>
    public static string Replicate(string secretId, string region) => Fill(ReplicateForm, secretId, region);

    /// <summary>Removes the tag that has rotations create keys in a Region.</summary>
    public static string LeaveRegion(string secretId, string region) => Fill(LeaveRegionForm, secretId, region);

    /// <summary>Returns a text in which each command for API Gateway names a Region.</summary>
    public static string In(string region, string text) => OfApiGateway().Replace(text, command => $"{command.Value} --region {region}");

    /// <summary>Sets a secret's overlap.</summary>
    public static string SetOverlap(string secretId) => Fill(SetOverlapForm, secretId);

    /// <summary>Sets a secret's hold.</summary>
    public static string SetHold(string secretId) => Fill(SetHoldForm, secretId);

    /// <summary>Removes a secret's hold.</summary>
    public static string RemoveHold(string secretId) => Fill(RemoveHoldForm, secretId);

    /// <summary>Removes the tag that has quotas carried.</summary>
    public static string RemoveQuota(string secretId) => Fill(RemoveQuotaForm, secretId);

    /// <summary>Describes a secret.</summary>
    public static string DescribeSecret(string secretId) => Fill(DescribeSecretForm, secretId);

    /// <summary>Shows a secret's KMS key.</summary>
    public static string FindKmsKey(string secretId) => Fill(FindKmsKeyForm, secretId);

    /// <summary>Enables a key.</summary>
    public static string EnableKey(string keyId) => Fill(EnableKeyForm, keyId);

    /// <summary>Disables a key.</summary>
    public static string DisableKey(string keyId) => Fill(DisableKeyForm, keyId);

    /// <summary>Adds a key to a usage plan.</summary>
    public static string AttachKey(string planId, string keyId) => Fill(AttachKeyForm, planId, keyId);

    /// <summary>Adds a key to a usage plan that the reader chooses.</summary>
    public static string AttachKey(string keyId) => Fill(AttachKeyToSomePlanForm, keyId);

    /// <summary>Removes a key from a usage plan.</summary>
    public static string DetachKey(string planId, string keyId) => Fill(DetachKeyForm, planId, keyId);

    /// <summary>Lists the usage plans of a key.</summary>
    public static string ListPlans(string keyId) => Fill(ListPlansForm, keyId);

    /// <summary>Lists the keys with names of a secret's minted keys.</summary>
    public static string ListRing(string secretName) => Fill(ListRingForm, secretName + "/");

    /// <summary>Tags a key as minted for a secret.</summary>
    public static string TagMintedKey(string keyArn, string secretArn) => Fill(TagKeyForm, keyArn, TagsOf("minted-for", secretArn));

    /// <summary>Tags a key as adopted for a secret.</summary>
    public static string TagAdoptedKey(string keyArn, string secretName) => Fill(TagKeyForm, keyArn, TagsOf("adopted-for", secretName));

    /// <summary>Adds an API stage to a usage plan.</summary>
    public static string AddStage(string planId) => Fill(AddStageForm, planId);

    /// <summary>Shows a function's role.</summary>
    public static string FindRole(string function) => Fill(FindRoleForm, function);

    /// <summary>Shows a function's reserved concurrency.</summary>
    public static string FindConcurrency(string? function) => Fill(FindConcurrencyForm, function);

    /// <summary>Shows a function's log entries for a version.</summary>
    public static string FilterLog(string logGroup, string version) => Fill(FilterLogForm, logGroup, $"\"{version}\"");

    /// <summary>Invokes endOverlap for a secret.</summary>
    public static string EndOverlap(string secretArn) => Fill(EndOverlapForm, Payload(secretArn));

    /// <summary>
    /// Returns a text from an untrusted function, with only the commands that have a form above and are for this secret.
    /// Keys, usage plans and functions in them may belong to others: unless <paramref name="takesIds"/> is true, placeholders replace their ids.
    /// </summary>
    public static string Vetted(string text, string secretArn, bool takesIds)
    {
        var (vetted, at) = (new StringBuilder(), 0);
        for (var begin = Begin().Match(text); begin.Success; begin = Begin().Match(text, at))
        {
            vetted.Append(text, at, begin.Index - at);
            if (Own(text, begin.Index, secretArn, takesIds, @"(?=\z|[.,](\s|\z))") is not var (command, length))
            {
                return vetted.Append(Foreign).ToString(); // its end is not known
            }

            vetted.Append(command);
            at = begin.Index + length;
        }

        return vetted.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>The same for a finding, whose command is a whole text.</summary>
    public static Finding Vetted(Finding finding, string secretArn, bool takesIds)
    {
        var problem = Vetted(finding.Problem, secretArn, takesIds);
        return finding.Command is null ? new Finding(problem)
            : Own(finding.Command, 0, secretArn, takesIds, @"\z") is var (command, _) ? new Finding(problem, command)
            : new Finding($"{problem} {Foreign}");
    }

    private static (string Command, int Length)? Own(string text, int index, string secretArn, bool takesIds, string end)
    {
        foreach (var form in Forms)
        {
            // The odd parts of Split are the names of arguments.
            var parts = Slot().Split(form).Select((part, place) => place % 2 == 0 ? Regex.Escape(part) : $"(?<{part}>{Pattern(part, secretArn)})");
            var match = new Regex(@"\G" + string.Concat(parts) + end, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Match(text, index);
            if (match.Success)
            {
                return (takesIds ? match.Value : Slot().Replace(form, slot => Placeholder(slot.Groups["name"].Value, match)), match.Length);
            }
        }

        return null;
    }

    private static string Pattern(string argument, string secretArn) => argument switch
    {
        "secret" => Regex.Escape(Quoted(secretArn)),
        "name" => Regex.Escape(Quoted(NameOf(secretArn))),
        "prefix" => Regex.Escape(Quoted(NameOf(secretArn) + "/")),
        "keyArn" => "arn:[a-z-]{1,20}:apigateway:[a-z0-9-]{1,30}::/apikeys/[A-Za-z0-9]{1,64}",
        "tags" => $"({Regex.Escape(Quoted(TagsOf("minted-for", secretArn)))}|{Regex.Escape(Quoted(TagsOf("adopted-for", NameOf(secretArn))))})",
        "endOverlap" => Regex.Escape(Quoted(Payload(secretArn))),
        "region" => "[a-z][a-z0-9-]{0,29}",
        "from" or "to" => "[A-Za-z0-9][A-Za-z0-9-]{0,63}",
        "function" => "[A-Za-z0-9][A-Za-z0-9:$_-]{0,300}",
        _ => "[A-Za-z0-9]{1,64}",
    };

    private static string Placeholder(string argument, Match own) =>
        argument switch
        {
            "key" => "<key id>",
            "keyArn" => "<key ARN>",
            "plan" => "<plan>",
            "function" => "<function>",
            _ => own.Groups[argument].Value,
        };

    private static string NameOf(string secretArn) => secretArn.Split(':')[^1] is { Length: > 7 } name ? name[..^7] : secretArn;

    // In JSON, because '=' and ',' have a meaning in the CLI's shorthand syntax.
    private static string TagsOf(string tag, string value) =>
        $$"""{"apikey-rotation:{{tag}}": "{{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)}}"}""";

    private static string Payload(string secretArn) =>
        $$"""{"action": "endOverlap", "secretId": "{{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secretArn)}}"}""";

    private static string Fill(string form, params string?[] arguments)
    {
        var next = 0;
        return Array.TrueForAll(arguments, CanBeArgument) ? Slot().Replace(form, _ => Quoted(arguments[next++]!)) : Withheld;
    }

    // The AWS CLI treats a leading hyphen as an option, and reads the file or page of a file:// or http:// address.
    private static bool CanBeArgument(string? argument) =>
        argument is { Length: > 0 and <= LongestArgument } && argument.All(character => character is >= ' ' and <= '~')
        && !Misread().IsMatch(argument);

    private static string Quoted(string argument) =>
        Plain().IsMatch(argument) ? argument : $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    // zsh expands a word that begins with an equals sign.
    [GeneratedRegex(@"\A[A-Za-z0-9_@+:,./-][A-Za-z0-9_@+=:,./-]*\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Plain();

    [GeneratedRegex(
        @"\A(-|file:|fileb:|https?:)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Misread();

    [GeneratedRegex("aws apigateway [a-z-]+(?![a-z-]| --region )", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OfApiGateway();

    [GeneratedRegex(@"\{(?<name>[A-Za-z]+)\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Slot();

    [GeneratedRegex(@"(?<![A-Za-z0-9_.:-])aws\s", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Begin();
}
