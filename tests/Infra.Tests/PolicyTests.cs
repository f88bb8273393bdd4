using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Infra.Tests;

/// <summary>Every statement of every policy is one that docs/security.md lists, word for word.</summary>
public sealed partial class PolicyTests
{
    private static readonly string[] Policies = ["RolePolicy", "Role", "SecretPolicy", "TopicPolicy", "BucketPolicy"];

    /// <summary>The operations of the function's source, and what IAM asks for each of them.</summary>
    private static readonly Dictionary<string, string[]> ActionsOf = new()
    {
        ["DescribeSecret"] = ["secretsmanager:DescribeSecret"],
        ["GetSecretValue"] = ["secretsmanager:GetSecretValue", "kms:Decrypt"],
        ["PutSecretValue"] = ["secretsmanager:PutSecretValue", "kms:GenerateDataKey", "kms:Decrypt"],
        ["UpdateSecretVersionStage"] = ["secretsmanager:UpdateSecretVersionStage"],
        ["GetRandomPassword"] = ["secretsmanager:GetRandomPassword"],
        ["GetApiKeys"] = ["apigateway:GET"],
        ["GetApiKey"] = ["apigateway:GET"],
        ["GetUsagePlans"] = ["apigateway:GET"],
        ["GetUsage"] = ["apigateway:GET"],
        ["UpdateUsage"] = ["apigateway:PATCH"],
        ["CreateApiKey"] = ["apigateway:POST", "apigateway:PUT"],
        ["UpdateApiKey"] = ["apigateway:PATCH"],
        ["DeleteApiKey"] = ["apigateway:DELETE"],
        ["CreateUsagePlanKey"] = ["apigateway:POST"],
        ["DeleteUsagePlanKey"] = ["apigateway:DELETE"],
        ["TagResource"] = ["apigateway:PUT", "apigateway:PATCH"],
    };

    [Fact]
    public async Task Each_statement_is_one_that_the_documentation_lists()
    {
        var listed = Documented().ToHashSet();
        foreach (var (resource, statement) in await StatementsAsync())
        {
            Assert.True(listed.Contains(statement), $"{resource} has a statement that docs/security.md does not list: {statement}");
        }
    }

    [Fact]
    public async Task Each_statement_that_the_documentation_lists_is_there()
    {
        var made = (await StatementsAsync()).Select(made => made.Statement).ToHashSet();

        Assert.All(Documented(), statement => Assert.True(made.Contains(statement), $"no policy has the statement that docs/security.md lists: {statement}"));
        Assert.NotEmpty(made);
    }

    [Fact]
    public async Task No_action_has_a_wildcard_and_no_statement_allows_everybody()
    {
        foreach (var deployed in await AllAsync())
        {
            foreach (var (resource, statement) in Statements(deployed))
            {
                Assert.DoesNotContain(Texts(statement, "Action"), action => action.Contains('*', StringComparison.Ordinal));
                var everybody = statement.TryGetProperty("Principal", out var principal) && principal.GetRawText().Contains('*', StringComparison.Ordinal);
                Assert.False(everybody && statement.GetProperty("Effect").GetString() == "Allow", $"{resource} allows everybody");
            }
        }
    }

    [Fact]
    public async Task The_function_may_do_what_its_source_calls_and_nothing_else()
    {
        var source = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "source"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        var called = source.SelectMany(text => CallPattern().Matches(text)).Select(call => call.Groups["operation"].Value).ToHashSet();
        Assert.Empty(called.Except(ActionsOf.Keys)); // a new operation: say which actions it needs, here and in the policy
        var needed = called.SelectMany(operation => ActionsOf[operation]).ToHashSet();

        var allowed = (await AllAsync()).SelectMany(Statements)
            .Where(made => made.Resource.Type.EndsWith(":RolePolicy", StringComparison.Ordinal) && made.Resource.Name != "rotation-schedules" && made.Statement.GetProperty("Effect").GetString() == "Allow")
            .SelectMany(made => Texts(made.Statement, "Action"))
            .Where(action => !action.StartsWith("logs:", StringComparison.Ordinal) && !action.StartsWith("ec2:", StringComparison.Ordinal) && !action.StartsWith("xray:", StringComparison.Ordinal))
            .ToHashSet();

        Assert.Equal(needed.Order(StringComparer.Ordinal), allowed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Only_the_plans_of_keys_that_carry_their_quota_may_be_given_one()
    {
        var named = Statements(await Deployed.StackAsync(Configurations.Everything)).Where(made => Is("CarryQuota")(made.Statement)).ToList();
        Assert.Equal("shop-payments-plan-own", Assert.Single(named).Resource.Name);
        Assert.Equal(["rotation-tagged"], Statements(await Deployed.StackAsync(Configurations.Tagged)).Where(made => Is("CarryQuota")(made.Statement)).Select(made => made.Resource.Name));
        Assert.DoesNotContain(Statements(await Deployed.StackAsync(Settings.OneKey)), made => Is("CarryQuota")(made.Statement));
    }

    [Fact]
    public async Task A_secret_is_named_whatever_its_random_characters()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        foreach (var (name, secret) in new[] { ("orders", "orders"), ("shop-payments", "shop/payments") })
        {
            var statements = Statements(deployed).Where(made => made.Resource.Name == name + "-secret").Select(made => made.Statement).ToList();
            Assert.Equal([$"arn:aws:secretsmanager:{Engine.Region}:{Engine.AccountId}:secret:{secret}-??????"], statements.Where(Is("RotateSecret")).SelectMany(statement => Texts(statement, "Resource")));
            Assert.Equal(
                $"arn:aws:secretsmanager:{Engine.Region}:{Engine.AccountId}:secret:{secret}-??????",
                statements.Single(Is("RetireMintedKeys")).GetProperty("Condition").GetProperty("StringLike").GetProperty("aws:ResourceTag/apikey-rotation:minted-for").GetString());
        }
    }

    [Fact]
    public async Task By_tag_the_function_is_bound_to_what_this_stack_made()
    {
        var deployed = await Deployed.StackAsync(Configurations.Tagged);

        Assert.Equal(["orders-adopted", "rotation", "rotation-plan-plan1", "rotation-schedules", "rotation-tagged"], deployed.All("RolePolicy").Select(policy => policy.Name).Order(StringComparer.Ordinal));
        var statements = Statements(deployed).Where(made => made.Resource.Name == "rotation-tagged").Select(made => made.Statement).ToList();
        foreach (var statement in statements.Where(statement => Is("RotateSecret")(statement) || Is("UsePlan")(statement)))
        {
            Assert.Equal("rotation-lambda-prod-rotation", statement.GetProperty("Condition").GetProperty("StringEquals").GetProperty("aws:ResourceTag/apikey-rotation:function").GetString());
        }

        Assert.All([.. deployed.All("Secret"), .. deployed.All("UsagePlan")], resource =>
            Assert.True(resource.Nested("tags")["apikey-rotation:function"] is "rotation-lambda-prod-rotation", $"{resource} has not the tag that allows the function to use it"));
    }

    [Fact]
    public async Task A_secret_has_a_policy_that_keeps_the_public_out()
    {
        var deployed = await Deployed.StackAsync(Configurations.Everything);

        Assert.Equal(deployed.All("Secret").Select(secret => secret.Name), deployed.All("SecretPolicy").Select(policy => policy.Name));
        Assert.All(deployed.All("SecretPolicy"), policy => Assert.True(policy.Inputs.GetValueOrDefault("blockPublicPolicy") is true, $"{policy} may be public"));
        var ofSecrets = Statements(deployed).Where(made => made.Resource.Type.EndsWith(":SecretPolicy", StringComparison.Ordinal)).ToList();
        Assert.Equal(["orders ReadKey"], ofSecrets.Where(made => made.Statement.GetProperty("Effect").GetString() == "Allow").Select(made => $"{made.Resource.Name} {made.Statement.GetProperty("Sid").GetString()}"));
        // A policy that only denies these two actions locks out neither administrators nor Secrets Manager.
        Assert.All(ofSecrets.Where(made => made.Statement.GetProperty("Effect").GetString() == "Deny"), made =>
        {
            Assert.True(made.Statement.TryGetProperty("Condition", out _), $"{made.Resource} denies without a condition");
            Assert.All(Texts(made.Statement, "Action"), action => Assert.True(action is "secretsmanager:GetSecretValue" or "secretsmanager:RotateSecret", $"{made.Resource} denies {action}"));
        });
    }

    private static Func<JsonElement, bool> Is(string sid) => statement => statement.TryGetProperty("Sid", out var own) && own.GetString() == sid;

    private static async Task<List<Deployed>> AllAsync() =>
    [
        await Deployed.StackAsync(Configurations.Everything), await Deployed.StackAsync(Configurations.Tagged), await Deployed.StackAsync(Configurations.Regional),
    ];

    private static async Task<List<(Registered Resource, string Statement)>> StatementsAsync() =>
        [.. (await AllAsync()).SelectMany(deployed => Statements(deployed).Concat(Permissions(deployed)).Concat(Grants(deployed))).Select(made => (made.Resource, Generic(Line(made.Statement))))];

    private static IEnumerable<(Registered Resource, JsonElement Statement)> Statements(Deployed deployed) =>
        from resource in Policies.SelectMany(deployed.All)
        let text = resource.Text(resource.Inputs.ContainsKey("policy") ? "policy" : "assumeRolePolicy")
        from statement in JsonSerializer.Deserialize<JsonElement>(text).GetProperty("Statement") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default
        select (resource, statement);

    /// <summary>The statements that Lambda makes of permissions in a function's policy.</summary>
    private static IEnumerable<(Registered Resource, JsonElement Statement)> Permissions(Deployed deployed) =>
        from permission in deployed.All("Permission")
        let function = deployed.The("Function")
        select (permission, JsonSerializer.SerializeToElement(new
        {
            Sid = permission.Name is "rotation" ? "SecretsManager" : permission.Inputs.ContainsKey("sourceArn") ? "Watch" : "Operator",
            Effect = "Allow",
            Principal = permission.Text("principal"),
            Action = permission.Text("action"),
            Resource = $"arn:aws:lambda:{Engine.Region}:{Engine.AccountId}:function:{permission.Text("function")}{(permission.Inputs.ContainsKey("qualifier") ? ":" + permission.Text("qualifier") : "")}",
            Condition = permission.Inputs.ContainsKey("sourceAccount")
                ? new() { ["StringEquals"] = new() { ["AWS:SourceAccount"] = permission.Text("sourceAccount") } }
                : permission.Inputs.ContainsKey("sourceArn")
                ? new() { ["ArnLike"] = new() { ["AWS:SourceArn"] = permission.Text("sourceArn") } }
                : new Dictionary<string, Dictionary<string, string>>(),
        }));

    /// <summary>The grants of the KMS key for each secret, as a statement.</summary>
    private static IEnumerable<(Registered Resource, JsonElement Statement)> Grants(Deployed deployed) =>
        from grant in deployed.All("Grant")
        group grant by JsonSerializer.Serialize(grant.Inputs["constraints"]) into grants
        let constraint = Assert.IsType<ImmutableDictionary<string, object>>(Assert.Single(Assert.IsType<ImmutableArray<object>>(grants.First().Inputs["constraints"])))
        select (grants.First(), JsonSerializer.SerializeToElement(new
        {
            Sid = "DecryptKey",
            Effect = "Allow",
            Principal = grants.Select(grant => grant.Text("granteePrincipal")).Order(StringComparer.Ordinal),
            Action = grants.SelectMany(grant => Inputs.Texts(grant.Inputs["operations"])).Distinct().Select(operation => "kms:" + operation),
            Resource = grants.Select(grant => grant.Text("keyId")).Distinct(),
            Condition = constraint,
        }));

    /// <summary>A statement in the table's words.</summary>
    private static string Line(JsonElement statement)
    {
        var principal = statement.TryGetProperty("Principal", out var who) ? Values(who).ToList() : [];
        var condition = statement.TryGetProperty("Condition", out var conditions)
            ? conditions.EnumerateObject().SelectMany(test => test.Value.EnumerateObject().Select(key => $"{test.Name} {key.Name} = {string.Join(" or ", Values(key.Value))}"))
            : [];
        return string.Join(" | ",
            (statement.TryGetProperty("Sid", out var sid) ? sid.GetString() : "") + (statement.GetProperty("Effect").GetString() == "Deny" ? " (Deny)" : ""),
            string.Join(", ", principal), string.Join(", ", Texts(statement, "Action")), string.Join(", ", Texts(statement, "Resource")), string.Join(", ", condition));
    }

    private static IEnumerable<string> Values(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Values(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Values),
        _ => [element.GetString()!],
    };

    private static IEnumerable<string> Texts(JsonElement statement, string element) => statement.TryGetProperty(element, out var value) ? Values(value) : [];

    /// <summary>The same with the table's placeholders.</summary>
    private static string Generic(string line)
    {
        line = line.Replace(Configurations.KmsKey, "KMS_KEY", StringComparison.Ordinal)
            .Replace("rotation-lambda-prod-rotation", "FUNCTION_SCOPE", StringComparison.Ordinal)
            .Replace("rotation-trail-id", "BUCKET", StringComparison.Ordinal)
            .Replace(Engine.Region, "REGION", StringComparison.Ordinal)
            .Replace("apigateway:us-east-1:", "apigateway:REGION:", StringComparison.Ordinal) // another Region's API Gateway, not its secrets
            .Replace("apigateway%3Aus-east-1%3A", "apigateway%3AREGION%3A", StringComparison.Ordinal)
            .Replace(Engine.AccountId, "ACCOUNT", StringComparison.Ordinal);
        line = SecretPattern().Replace(line, ":secret:SECRET");
        line = PlanPattern().Replace(line, "/usageplans/PLAN");
        line = AdoptedPattern().Replace(line, "/apikeys/ADOPTED");
        line = RulePattern().Replace(line, ":rule/RULE");
        return NamePattern().Replace(line, ":${kind}NAME");
    }

    private static string Security() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "security.md"));

    /// <summary>The rows of the tables of statements: statement, who, actions, resources, condition, and why.</summary>
    private static IEnumerable<string> Documented() =>
        from line in Security().Split('\n')
        where line.StartsWith('|')
        let cells = line.Trim('|', ' ').Split('|')
        where cells.Length == 6 && cells[2].Contains('`', StringComparison.Ordinal)
        select string.Join(" | ", cells[0].Trim().Replace("`", "", StringComparison.Ordinal), Cell(cells[1]), Cell(cells[2]), Cell(cells[3]), Cell(cells[4]));

    private static string Cell(string cell) => string.Join(", ", CodePattern().Matches(cell).Select(code => code.Groups["code"].Value));

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CodePattern();

    [GeneratedRegex(@"(client|apiGateway|secretsManager)\.(?<operation>\w+)Async\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CallPattern();

    [GeneratedRegex(@":secret:[A-Za-z0-9/]+(?=-AbCdEf|-\?)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecretPattern();

    [GeneratedRegex("/usageplans/(?![*])[A-Za-z0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PlanPattern();

    [GeneratedRegex("/apikeys/(?![*])[A-Za-z0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AdoptedPattern();

    [GeneratedRegex(@":rule/rotation-watch-(writes|reads)-1234567", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RulePattern();

    [GeneratedRegex(@":(?<kind>role/|)(?<!alarm:)rotation-1234567", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();
}
