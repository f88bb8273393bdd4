using System.Collections.Immutable;
using System.Text.Json;
using Pulumi;
using Pulumi.Utilities;
using RotationComponents;

namespace Infra.Tests;

/// <summary>A key in more than one Region: what is declared there, what is refused, and what waits for what.</summary>
public sealed class RegionTests
{
    private const string There = "us-east-1";
    private const string KmsKeyThere = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555";

    private static readonly object OwnPlan = new { apiStages = new[] { new { apiId = "api2", stage = "prod" } } };

    [Fact]
    public async Task The_template_and_its_plans_are_in_the_Region_and_the_secret_has_a_replica_there()
    {
        var deployed = await Deployed.StackAsync(In(
            ("usagePlanIds", new[] { "plan3", "plan2" }), ("probeUrl", "https://api.example.com/there"), ("adoptedKeyId", "adopted2"), ("kmsKeyArn", KmsKeyThere)));

        var (home, template) = (deployed.The("ApiKey", "orders"), deployed.The("ApiKey", "orders." + There));
        Assert.Equal(There, template.Text("region"));
        Assert.False(home.Inputs.ContainsKey("region"));
        Assert.Equal("orders (template)", template.Text("name"));
        Assert.Equal(home.Text("description"), template.Text("description"));
        Assert.Equal(
            new Dictionary<string, object>
            {
                ["apikey-rotation:template-for"] = "orders",
                ["apikey-rotation:probe"] = "https://api.example.com/there",
                ["apikey-rotation:adopted"] = "adopted2",
            },
            template.Nested("tags").ToDictionary());
        var tags = deployed.The("Secret").Nested("tags");
        Assert.Equal("idorders", tags["apikey-rotation:template"]);
        Assert.Equal("adopted1", tags["apikey-rotation:adopted"]);
        Assert.Equal("idordersuseast1", tags["apikey-rotation:template:us-east-1"]);
        Assert.Equal("https://api.example.com/there", tags["apikey-rotation:probe:us-east-1"]);
        Assert.Equal("adopted2", tags["apikey-rotation:adopted:us-east-1"]);
        var replica = Assert.IsType<ImmutableDictionary<string, object>>(Assert.Single(Assert.IsType<ImmutableArray<object>>(deployed.The("Secret").Inputs["replicas"])));
        Assert.Equal(new Dictionary<string, object> { ["region"] = There, ["kmsKeyId"] = KmsKeyThere }, replica.ToDictionary());
        Assert.False(deployed.The("Secret").Inputs.ContainsKey("forceOverwriteReplicaSecret"));

        foreach (var plan in new[] { "plan2", "plan3" })
        {
            var attached = deployed.The("UsagePlanKey", $"orders.{There}-{plan}");
            Assert.Equal((There, "idordersuseast1", plan), (attached.Text("region"), attached.Text("keyId"), attached.Text("usagePlanId")));
            Assert.EndsWith($$""","usagePlanId":"{{plan}}","region":"us-east-1"}""", deployed.The("Invocation", $"orders.{There}-leave-{plan}").Text("input"), StringComparison.Ordinal);
        }

        Assert.EndsWith(
            ""","usagePlanIds":["plan1"],"regions":{"us-east-1":["plan2","plan3"]}}""", deployed.The("Invocation", "orders-lifecycle").Text("input"), StringComparison.Ordinal);
        Assert.All(deployed.All("Invocation"), invocation => Assert.False(invocation.Inputs.ContainsKey("region")));
    }

    [Fact]
    public async Task A_usage_plan_of_the_stack_is_in_the_Region()
    {
        var deployed = await Deployed.StackAsync(In(("usagePlan", OwnPlan)));

        var plan = deployed.The("UsagePlan", "orders." + There);
        Assert.Equal((There, "Usage plan of the rotating key orders"), (plan.Text("region"), plan.Text("description")));
        Assert.Equal("idordersuseast1", deployed.The("UsagePlanKey", $"orders.{There}-own").Text("usagePlanId"));
    }

    [Fact]
    public async Task A_key_in_one_Region_is_as_if_there_were_no_others()
    {
        var one = await Deployed.StackAsync(Settings.OneKey);
        var both = await Deployed.StackAsync(new() { ["keys"] = new[] { Settings.Key(), Key(("name", "other")) }, });

        foreach (var resource in one.Resources.Where(resource => !resource.Name.Contains("dashboard", StringComparison.Ordinal) && !resource.Type.EndsWith(":Dashboard", StringComparison.Ordinal)))
        {
            Assert.Equal(Text(resource), Text(both.The(resource.Type.Split(':')[^1], resource.Name)));
        }

        Assert.DoesNotContain(one.Resources, resource => Text(resource).Contains(There, StringComparison.Ordinal));
        Assert.False(one.The("Secret").Inputs.ContainsKey("replicas"));

        static string Text(Registered resource) => JsonSerializer.Serialize(resource.Inputs.Where(input => input.Value is not Archive).OrderBy(input => input.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_secrets_policy_holds_for_replicas_where_there_are_any()
    {
        var readers = new[] { "arn:aws:iam::123456789012:role/pipeline" };
        foreach (var (settings, resource) in new[] { (In(("usagePlanIds", new[] { "plan2" })), "*"), (Settings.OneKey, $"arn:aws:secretsmanager:{Engine.Region}:{Engine.AccountId}:secret:orders-AbCdEf") })
        {
            ((Dictionary<string, object>[])settings["keys"])[0]["readers"] = readers;
            var statements = JsonDocument.Parse((await Deployed.StackAsync(settings)).The("SecretPolicy").Text("policy")).RootElement.GetProperty("Statement");
            Assert.Equal(3, statements.GetArrayLength());
            Assert.All(statements.EnumerateArray(), statement => Assert.Equal(resource, statement.GetProperty("Resource").GetString()));
        }
    }

    /// <summary>The function may do there what it may do at home, and nothing with secrets.</summary>
    [Fact]
    public async Task The_functions_permissions_in_the_Region_are_those_at_home()
    {
        var settings = In(("usagePlanIds", new[] { "plan1" }), ("adoptedKeyId", "adopted1"));
        ((Dictionary<string, object>[])settings["keys"])[0]["quota"] = "carry";
        var deployed = await Deployed.StackAsync(settings);
        var atHome = Statements("rotation").Concat(Statements("orders-secret")).Concat(Statements("rotation-plan-plan1")).Concat(Statements("orders-adopted"))
            .Where(statement => statement.Contains("apigateway", StringComparison.Ordinal));

        Assert.Equal(
            atHome.Select(statement => statement.Replace($"apigateway:{Engine.Region}", $"apigateway:{There}", StringComparison.Ordinal)
                .Replace($"apigateway%3A{Engine.Region}", $"apigateway%3A{There}", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            Statements("rotation-" + There).Concat(Statements("orders." + There)).Order(StringComparer.Ordinal));

        IEnumerable<string> Statements(string policy) =>
            JsonDocument.Parse(deployed.The("RolePolicy", policy).Text("policy")).RootElement.GetProperty("Statement").EnumerateArray().Select(statement => statement.GetRawText());
    }

    [Fact]
    public async Task Keys_share_the_permission_to_mint_in_a_Region()
    {
        var deployed = await Deployed.StackAsync(new() { ["keys"] = new[] { Key(("name", "one")), Key(("name", "two")) } });

        Assert.Single(deployed.All("RolePolicy"), policy => policy.Name == "rotation-" + There);
        Assert.Equal(2, deployed.All("RolePolicy").Count(policy => policy.Name.EndsWith("." + There, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task By_tag_the_function_retires_any_key_there_and_uses_the_named_plans()
    {
        var keys = Configurations.Keys(Configurations.TaggedKeys).Append(Key()).ToArray();
        var deployed = await Deployed.StackAsync(new() { ["keys"] = keys });

        Assert.Contains("RetireMintedKeys", deployed.The("RolePolicy", "rotation-" + There).Text("policy"), StringComparison.Ordinal);
        var ofKey = deployed.The("RolePolicy", "orders." + There).Text("policy");
        Assert.DoesNotContain("RetireMintedKeys", ofKey, StringComparison.Ordinal);
        Assert.Contains("/usageplans/plan2/keys", ofKey, StringComparison.Ordinal);
    }

    [Theory]
    // Adding: replica, template and tag; then lifecycle's update, then the outputs. Removing: the other way round.
    [InlineData("ApiKey orders.us-east-1", "Secret orders")]
    [InlineData("Secret orders", "Invocation orders-lifecycle")]
    [InlineData("RolePolicy rotation-us-east-1", "Invocation orders-lifecycle")]
    [InlineData("RolePolicy orders.us-east-1", "Invocation orders-lifecycle")]
    [InlineData("UsagePlanKey orders.us-east-1-plan2", "Invocation orders-lifecycle")]
    [InlineData("Invocation orders.us-east-1-leave-plan2", "UsagePlanKey orders.us-east-1-plan2")]
    [InlineData("RolePolicy orders.us-east-1", "Invocation orders.us-east-1-leave-plan2")]
    [InlineData("RolePolicy rotation-us-east-1", "Invocation orders.us-east-1-leave-plan2")]
    [InlineData("UsagePlanKey orders.us-east-1-plan2", "UsagePlanKey orders.us-east-1-plan3")]
    public async Task One_waits_for_the_other(string first, string then)
    {
        var waiting = await OrderTests.WaitingForAsync(In(("usagePlanIds", new[] { "plan2", "plan3" })), first);

        Assert.True(waiting.Contains(then), $"{then} does not wait for {first}");
    }

    [Theory]
    [InlineData("UsagePlanKey orders-plan1", "UsagePlanKey orders.us-east-1-plan2")]
    [InlineData("UsagePlan one", "UsagePlan one.us-east-1")]
    public async Task One_Region_does_not_wait_for_the_other(string first, string not)
    {
        var settings = new Settings
        {
            ["keys"] = new object[]
            {
                Key(),
                new Dictionary<string, object> { ["name"] = "one", ["usagePlan"] = OwnPlan, ["regions"] = new object[] { new { region = There, usagePlan = OwnPlan } } },
            },
        };

        Assert.DoesNotContain(not, await OrderTests.WaitingForAsync(settings, first));
    }

    [Fact]
    public async Task A_Regions_outputs_appear_when_the_function_has_served_it()
    {
        var deployed = await Deployed.StackAsync(In(("usagePlanIds", new[] { "plan2" })));
        var regions = await OutputUtilities.GetValueAsync(deployed.Stack.OtherRegions);
        var outputs = Assert.Single(Assert.Single(regions, key => key.Key == "orders").Value, region => region.Key == There).Value;
        Assert.Equal(
            new Dictionary<string, string> { ["secretArn"] = $"arn:aws:secretsmanager:us-east-1:{Engine.AccountId}:secret:orders-AbCdEf", ["apiKeyId"] = "idordersuseast1" },
            outputs.ToDictionary());
        var needed = await OutputUtilities.GetDependenciesAsync(deployed.Stack.OtherRegions);
        Assert.Contains("orders-lifecycle", needed.Select(resource => resource.GetResourceName()));
        Assert.Contains("orders-provision", needed.Select(resource => resource.GetResourceName()));

        var alone = await Deployed.StackAsync(Settings.OneKey);
        Assert.Empty(await OutputUtilities.GetValueAsync(alone.Stack.OtherRegions));
    }

    /// <summary>Before the first deployment, no id is known, nor is that of the other Region's template.</summary>
    [Fact]
    public async Task A_preview_declares_the_Region_too()
    {
        var previewed = await Deployed.StackAsync(In(("usagePlan", OwnPlan)), new Engine { KnowsIds = false }, preview: true);
        var deployed = await Deployed.StackAsync(In(("usagePlan", OwnPlan)));

        Assert.Equal(
            deployed.Resources.Select(resource => resource.ToString()).Order(StringComparer.Ordinal),
            previewed.Resources.Select(resource => resource.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(There, previewed.The("UsagePlan", "orders." + There).Text("region"));
    }

    [Theory]
    [InlineData("keys[0].regions[0].region: is missing", "{}")]
    [InlineData("keys[0].regions[0].region: is \"us-est-1\" and must be a Region of AWS", """{"region": "us-est-1", "usagePlanIds": ["plan2"]}""")]
    [InlineData("keys[0].regions[1].region: is us-east-1, which the key already has", """{"region": "us-east-1", "usagePlanIds": ["plan2"]}, {"region": "us-east-1", "usagePlanIds": ["plan3"]}""")]
    [InlineData("keys[0].regions[0].usagePlanIds: is missing: ids of the Region's usage plans", """{"region": "us-east-1"}""")]
    [InlineData("keys[0].regions[0].usagePlan: is set together with usagePlanIds", """{"region": "us-east-1", "usagePlanIds": ["plan2"], "usagePlan": {"apiStages": [{"apiId": "a", "stage": "prod"}]}}""")]
    [InlineData("keys[0].regions[0].usagePlanIds[1]: is \"a b\"", """{"region": "us-east-1", "usagePlanIds": ["plan2", "a b"]}""")]
    [InlineData("keys[0].regions[0].probeUrl: is \"http://a\" and must be an https URL", """{"region": "us-east-1", "usagePlanIds": ["plan2"], "probeUrl": "http://a"}""")]
    [InlineData("keys[0].regions[0].adoptedKeyId: is adopted2, and the key itself adopts none", """{"region": "us-east-1", "usagePlanIds": ["plan2"], "adoptedKeyId": "adopted2"}""")]
    [InlineData("keys[0].regions[0].kmsKeyArn: is arn:aws:kms:eu-west-1:123456789012:key/1, which is not in us-east-1", """{"region": "us-east-1", "usagePlanIds": ["plan2"], "kmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/1"}""")]
    [InlineData("keys[0].regions[0].kmsKeyArn: is \"alias/keys\" and must be the ARN of a KMS key", """{"region": "us-east-1", "usagePlanIds": ["plan2"], "kmsKeyArn": "alias/keys"}""")]
    [InlineData("keys[0].regions[0].plans: is not a setting. Valid settings: adoptedKeyId, kmsKeyArn, probeUrl, region, usagePlan, usagePlanIds", """{"region": "us-east-1", "usagePlanIds": ["plan2"], "plans": []}""")]
    [InlineData("keys[0].regions[0]: must be an object", "null")]
    [InlineData("keys[0].regions[0]: must be an object", "\"us-east-1\"")]
    [InlineData("keys[0].regions[0].region: is \"US-EAST-1\" and must be a Region of AWS that this version knows", """{"region": "US-EAST-1", "usagePlanIds": ["plan2"]}""")]
    [InlineData("keys[0].regions[0].Region: is not a setting", """{"Region": "us-east-1", "usagePlanIds": ["plan2"]}""")]
    [InlineData("keys[0].regions[0].usagePlanIds: must have at least one id", """{"region": "us-east-1", "usagePlanIds": []}""")]
    [InlineData("keys[0].regions[0].usagePlanIds[0]: is null and must be the id of a usage plan", """{"region": "us-east-1", "usagePlanIds": [null]}""")]
    [InlineData("keys[0].regions[0].probeUrl: is https://a1.execute-api.eu-west-1.amazonaws.com/prod, which is in Region eu-west-1, not in us-east-1", """{"region": "us-east-1", "usagePlanIds": ["plan2"], "probeUrl": "https://a1.execute-api.eu-west-1.amazonaws.com/prod"}""")]
    [InlineData("keys[0].regions[1].probeUrl: is https://a.example.com/x, which is already the probe of another Region", """{"region": "us-east-1", "usagePlanIds": ["plan2"], "probeUrl": "https://a.example.com/x"}, {"region": "us-east-2", "usagePlanIds": ["plan3"], "probeUrl": "https://a.example.com/x"}""")]
    public async Task What_cannot_be_used_is_named(string error, string regions)
    {
        var read = JsonSerializer.Deserialize<JsonElement>($"[{regions}]");
        var errors = await Deployed.RefusedAsync(new() { ["keys"] = new[] { Settings.Key(("regions", read)) } });

        Assert.Contains(errors, one => one.StartsWith(error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_excludes_Regions_is_named()
    {
        var deletedAtOnce = In(("usagePlanIds", new[] { "plan2" })).With("recoveryWindowDays", 0);
        Assert.StartsWith("recoveryWindowDays: is 0, and a key has regions", Assert.Single(await Deployed.RefusedAsync(deletedAtOnce)), StringComparison.Ordinal);

        var readers = In(("usagePlanIds", new[] { "plan2" }), ("kmsKeyArn", KmsKeyThere));
        ((Dictionary<string, object>[])readers["keys"])[0]["readers"] = new[] { "arn:aws:iam::123456789012:role/pipeline" };
        Assert.StartsWith("keys[0].regions[0].kmsKeyArn: is set together with the key's readers", Assert.Single(await Deployed.RefusedAsync(readers)), StringComparison.Ordinal);
        ((Dictionary<string, object>[])readers["keys"])[0]["readers"] = Array.Empty<string>();
        await Deployed.StackAsync(readers);

        var adopted = In(("usagePlan", OwnPlan), ("adoptedKeyId", "adopted2"));
        Assert.StartsWith("keys[0].regions[0].adoptedKeyId: is set together with usagePlan", Assert.Single(await Deployed.RefusedAsync(adopted)), StringComparison.Ordinal);

        var home = In(("usagePlanIds", new[] { "plan2" })).With("aws:region", There);
        Assert.StartsWith("keys[0].regions[0].region: is us-east-1, which is aws:region", Assert.Single(await Deployed.RefusedAsync(home)), StringComparison.Ordinal);

        var probe = In(("usagePlanIds", new[] { "plan2" })).With("aws:region", "eu-west-1");
        ((Dictionary<string, object>[])probe["keys"])[0]["probeUrl"] = "https://a1.execute-api.us-east-1.amazonaws.com/prod";
        Assert.StartsWith(
            "keys[0].probeUrl: is https://a1.execute-api.us-east-1.amazonaws.com/prod, which is in Region us-east-1, not in eu-west-1",
            Assert.Single(await Deployed.RefusedAsync(probe)), StringComparison.Ordinal);

        var tooMany = In(("usagePlanIds", Enumerable.Range(1, 11).Select(plan => $"plan{plan}").ToArray()));
        Assert.StartsWith("keys[0].regions[0].usagePlanIds: has too many plans", Assert.Single(await Deployed.RefusedAsync(tooMany)), StringComparison.Ordinal);
    }

    /// <summary>Where the configuration does not name it, the provider's Region is known when the program runs. Nothing of the key is declared, so that a preview already fails.</summary>
    [Theory]
    [InlineData(Engine.Region, "eu-central-1 is the provider's Region")]
    [InlineData("cn-north-1", "cn-north-1 is in another partition than eu-central-1")]
    public async Task A_Region_that_cannot_be_the_keys_other_one_is_named(string region, string problem)
    {
        var engine = new Engine();
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Deployed.StackAsync(
            new() { ["keys"] = new[] { Settings.Key(("regions", new object[] { new { region, usagePlanIds = new[] { "plan2" } } })) } }, engine));

        Environment.ExitCode = 0;
        Assert.Contains("The rotating key orders cannot have these Regions: " + problem, refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Registered, resource => resource.Name.StartsWith("orders", StringComparison.Ordinal) && resource.Type.StartsWith("aws:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Regions: us-est-1 is not a Region of AWS that this version knows", "us-est-1")]
    [InlineData("Regions: us-east-1 has no usage plan", There, false)]
    [InlineData("Regions: us-east-1 has both UsagePlans and a UsagePlan", There, true, true)]
    [InlineData("Regions: us-east-1 has a UsagePlan with a Region", There, false, true, false, false, true)]
    [InlineData("Regions: us-east-1 has an AdoptedKeyId and a UsagePlan", There, false, true, true)]
    [InlineData("Regions: us-east-1 has an AdoptedKeyId, and the key itself has none", There, true, false, true)]
    [InlineData("Regions: us-east-1 has a KMS key, which Readers cannot use", There, true, false, false, true)]
    public async Task An_argument_that_cannot_be_used_is_named(
        string problem, string region, bool hasPlans = true, bool hasOwn = false, bool adopts = false, bool hasKms = false, bool hasRegion = false)
    {
        var engine = new Engine();
        var refused = await Assert.ThrowsAsync<RunException>(() => Deployed.ProgramAsync(
            () =>
            {
                var there = new KeyRegionArgs { UsagePlan = hasOwn ? new() : null };
                if (hasPlans)
                {
                    there.UsagePlans["gold"] = "plan2";
                }

                if (hasRegion)
                {
                    there.UsagePlan!.Region = region;
                }

                if (adopts)
                {
                    there.AdoptedKeyId = "adopted2";
                }

                if (hasKms)
                {
                    there.KmsKeyArn = KmsKeyThere;
                }

                var args = new RotatingApiKeyArgs { SecretName = "key", UsagePlans = { ["gold"] = "plan1" }, Regions = { [region] = there } };
                if (hasKms)
                {
                    args.Readers["pipeline"] = "arn:aws:iam::123456789012:role/pipeline";
                }

                _ = new RotatingApiKey("partner", args);
                return new Dictionary<string, object?>();
            },
            engine));

        Environment.ExitCode = 0;
        Assert.Contains("The rotating key partner was not created. " + problem, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Registered, resource => resource.Type.StartsWith("aws:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("RecoveryWindowInDays is 0", 0, KmsKeyThere)]
    [InlineData(
        "us-east-1 has the probe https://a1.execute-api.eu-west-1.amazonaws.com/prod, which is in Region eu-west-1, not in us-east-1", 30, KmsKeyThere, "https://a1.execute-api.eu-west-1.amazonaws.com/prod")]
    [InlineData("us-east-1 has the KMS key arn:aws:kms:eu-west-1:123456789012:key/1, which is not in that Region", 30, "arn:aws:kms:eu-west-1:123456789012:key/1")]
    public async Task An_argument_that_is_known_later_is_named_before_the_key_is_declared(string problem, int recoveryWindow, string kmsKeyArn, string? probeUrl = null)
    {
        var engine = new Engine();
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Deployed.ProgramAsync(
            () =>
            {
                _ = new RotatingApiKey("partner", new()
                {
                    Function = new KeyRotationFunction("keys", new() { Code = new FileArchive("function") }),
                    SecretName = "key",
                    UsagePlans = { ["gold"] = "plan1" },
                    RecoveryWindowInDays = Output.Create(recoveryWindow),
                    Regions = { [There] = new() { UsagePlans = { ["gold"] = "plan2" }, KmsKeyArn = kmsKeyArn, ProbeUrl = probeUrl is null ? null : (Input<string>)Output.Create(probeUrl) } },
                });
                return new Dictionary<string, object?>();
            },
            engine));

        Environment.ExitCode = 0;
        Assert.Contains("The rotating key partner cannot have these Regions: " + problem, refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Registered, resource => resource.Name.StartsWith("partner", StringComparison.Ordinal) && resource.Type.StartsWith("aws:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Too_many_keys_in_other_Regions_for_the_roles_policies_are_refused()
    {
        var keys = Enumerable.Range(1, 25).Select(number => Key(("name", $"key{number:D3}"))).ToArray();

        Assert.StartsWith("keys: the role's policies would have up to ", Assert.Single(await Deployed.RefusedAsync(new() { ["keys"] = keys })), StringComparison.Ordinal);
        await Deployed.StackAsync(new() { ["keys"] = keys[..24] }); // docs/security.md says so
    }

    private static Settings In(params (string Field, object Value)[] region)
    {
        var there = region.ToDictionary(field => field.Field, field => field.Value);
        there["region"] = There;
        var key = Settings.Key(("regions", new object[] { there }));
        if (there.ContainsKey("adoptedKeyId"))
        {
            key["adoptedKeyId"] = "adopted1";
        }

        return new() { ["keys"] = new[] { key } };
    }

    private static Dictionary<string, object> Key(params (string Field, object Value)[] fields) =>
        Settings.Key([("regions", new object[] { new { region = There, usagePlanIds = new[] { "plan2" } } }), .. fields]);
}
