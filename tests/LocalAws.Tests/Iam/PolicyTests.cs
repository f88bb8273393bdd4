using System.Text.Json;
using LocalAws.Iam;

namespace LocalAws.Tests.Iam;

/// <summary>The policy language, without a service.</summary>
public sealed class PolicyTests
{
    private const string Secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:payments-AbCdEf";
    private const string Key = "arn:aws:apigateway:eu-west-1::/apikeys/k1";

    [Theory]
    [InlineData("secretsmanager:GetSecretValue", true)]
    [InlineData("SecretsManager:getsecretvalue", true)]
    [InlineData("secretsmanager:*", true)]
    [InlineData("secretsmanager:Get*", true)]
    [InlineData("secretsmanager:G?tSecretValue", true)]
    [InlineData("*", true)]
    [InlineData("secretsmanager:GetSecret", false)]
    [InlineData("secretsmanager:?GetSecretValue", false)]
    [InlineData("secretsmanager:Get?", false)]
    [InlineData("kms:*", false)]
    public void An_action_matches_in_any_case_and_by_wildcards(string action, bool allowed) =>
        Assert.Equal(allowed, IsAllowed(RoleCaller.Allow(action)));

    [Theory]
    [InlineData(Secret, Secret, true)]
    [InlineData("*", Secret, true)]
    [InlineData("arn:aws:secretsmanager:*:*:secret:payments-??????", Secret, true)]
    [InlineData("arn:aws:secretsmanager:eu-west-1:123456789012:secret:pay*", Secret, true)]
    [InlineData("arn:aws:secretsmanager", Secret, true)]
    [InlineData("arn:aws:secretsmanager:eu-west-1:123456789012:secret:payments", Secret, false)]
    [InlineData("arn:aws:secretsmanager:eu-west-1:123456789012:secret:payments-?????", Secret, false)]
    [InlineData("arn:aws:secretsmanager:eu-west-1:123456789012:secret:Payments-*", Secret, false)]
    [InlineData("arn:aws:secretsmanager:eu-west-2:123456789012:*", Secret, false)]
    [InlineData("arn:aws:*:secret:payments-*", Secret, false)]
    [InlineData("arn:aws:apigateway:*::/apikeys/*", Key, true)]
    [InlineData("arn:aws:apigateway:*:*:/apikeys/*", Key, true)]
    [InlineData("arn:aws:apigateway:eu-west-1:?:/apikeys/*", Key, false)]
    [InlineData("arn:aws:apigateway:eu-west-1::/apikeys/", Key, false)]
    public void A_resource_matches_by_case_and_by_wildcards_in_each_part_of_its_ARN(string pattern, string resource, bool allowed) =>
        Assert.Equal(allowed, IsAllowed(RoleCaller.Allow("*", pattern), resource));

    [Theory]
    [InlineData(""" "Effect":"Allow","NotAction":"secretsmanager:GetSecretValue","Resource":"*" """, false)]
    [InlineData(""" "Effect":"Allow","NotAction":["kms:*","iam:*"],"Resource":"*" """, true)]
    [InlineData(""" "Effect":"Allow","Action":"*","NotResource":"arn:aws:secretsmanager:*:*:secret:payments-*" """, false)]
    [InlineData(""" "Effect":"Allow","Action":"*","NotResource":"arn:aws:secretsmanager:*:*:secret:orders-*" """, true)]
    [InlineData(""" "Effect":"Allow","Action":["kms:*","secretsmanager:Get*"],"Resource":["arn:aws:kms:*","arn:aws:secretsmanager:*"] """, true)]
    [InlineData(""" "Effect":"Deny","NotAction":"kms:*","Resource":"*" """, false)]
    public void All_but_those_that_are_named_and_lists(string statement, bool allowed) => Assert.Equal(allowed, IsAllowed(RoleCaller.Document(statement)));

    [Theory]
    [InlineData("*", false)]
    [InlineData("secretsmanager:Put*", true)]
    public void A_denial_wins_over_what_is_allowed_before_or_after_it(string denied, bool allowed)
    {
        var expected = allowed ? Verdict.Allowed : Verdict.Denied;
        const string allow = """ "Effect":"Allow","Action":"*","Resource":"*" """;
        var deny = $$""" "Effect":"Deny","Action":"{{denied}}","Resource":"*" """;

        Assert.Equal(expected, Evaluate(RoleCaller.Document(allow, deny)));
        Assert.Equal(expected, Evaluate(RoleCaller.Document(deny, allow)));
        Assert.Equal(Verdict.Silent, Evaluate(RoleCaller.Allow("kms:*")));
    }

    // The key k has the values before the bar.
    [Theory]
    [InlineData("StringEquals", "a|a", true)]
    [InlineData("StringEquals", "a|b", false)]
    [InlineData("StringEquals", "a|A", false)]
    [InlineData("StringEquals", "a|*", false)]
    [InlineData("StringEquals", "|a", false)]
    [InlineData("StringEquals", "a|b,a", true)]
    [InlineData("StringNotEquals", "a|b", true)]
    [InlineData("StringNotEquals", "a|b,a", false)]
    [InlineData("StringNotEquals", "|a", true)]
    [InlineData("StringEqualsIgnoreCase", "a|A", true)]
    [InlineData("StringEqualsIgnoreCase", "a|b", false)]
    [InlineData("StringNotEqualsIgnoreCase", "a|A", false)]
    [InlineData("StringLike", "abc|a*", true)]
    [InlineData("StringLike", "abc|a?c", true)]
    [InlineData("StringLike", "abc|A*", false)]
    [InlineData("StringLike", "|*", false)]
    [InlineData("StringNotLike", "abc|a*", false)]
    [InlineData("StringNotLike", "abc|b*", true)]
    [InlineData("ArnEquals", "arn:aws:iam::1:role/x|arn:aws:iam::1:role/*", true)]
    [InlineData("ArnLike", "arn:aws:iam::1:role/x|arn:aws:iam::1:role/*", true)]
    [InlineData("ArnLike", "arn:aws:iam::1:role/x|arn:aws:iam::2:role/*", false)]
    [InlineData("ArnLike", "arn:aws:iam::1:role/x|arn:*:role/x", false)]
    [InlineData("ArnNotEquals", "arn:aws:iam::1:role/x|arn:aws:iam::1:role/*", false)]
    [InlineData("ArnNotLike", "arn:aws:iam::1:role/x|arn:aws:iam::2:role/*", true)]
    [InlineData("Bool", "true|true", true)]
    [InlineData("Bool", "true|True", true)]
    [InlineData("Bool", "true|false", false)]
    [InlineData("Bool", "|false", false)]
    [InlineData("Null", "|true", true)]
    [InlineData("Null", "|false", false)]
    [InlineData("Null", "a|true", false)]
    [InlineData("Null", "a|false", true)]
    [InlineData("IpAddress", "127.0.0.1|127.0.0.0/8", true)]
    [InlineData("IpAddress", "127.0.0.1|127.0.0.1", true)]
    [InlineData("IpAddress", "127.0.0.1|10.0.0.0/8", false)]
    [InlineData("NotIpAddress", "127.0.0.1|10.0.0.0/8", true)]
    [InlineData("StringEqualsIfExists", "|a", true)]
    [InlineData("StringEqualsIfExists", "a|a", true)]
    [InlineData("StringEqualsIfExists", "b|a", false)]
    [InlineData("BoolIfExists", "|true", true)]
    [InlineData("ForAllValues:StringEquals", "a,b|a,b,c", true)]
    [InlineData("ForAllValues:StringEquals", "a,d|a,b,c", false)]
    [InlineData("ForAllValues:StringEquals", "|a", true)]
    [InlineData("ForAllValues:StringLike", "team-a,team-b|team-*", true)]
    [InlineData("ForAllValues:StringNotEquals", "b,c|a", true)]
    [InlineData("ForAllValues:StringNotEquals", "a,b|a", false)]
    [InlineData("ForAnyValue:StringEquals", "a,d|a,b", true)]
    [InlineData("ForAnyValue:StringEquals", "d,e|a,b", false)]
    [InlineData("ForAnyValue:StringEquals", "|a", false)]
    [InlineData("ForAnyValue:StringNotEquals", "|a", false)]
    [InlineData("ForAnyValue:StringLike", "x,team-b|team-*", true)]
    [InlineData("ForAllValues:StringEqualsIfExists", "b|a", false)]
    public void Every_operator_tests_a_key(string operatorName, string test, bool holds)
    {
        var (actual, expected) = (test.Split('|')[0], test.Split('|')[1].Split(','));
        var keys = new ConditionKeys();
        if (actual.Length > 0)
        {
            keys["K"] = actual.Split(',');
        }

        var policy = RoleCaller.Allow("*", "*", JsonSerializer.Serialize(new Dictionary<string, object> { [operatorName] = new { k = expected } }));

        Assert.Equal(holds ? Verdict.Allowed : Verdict.Silent, Evaluate(policy, Secret, keys));
    }

    [Theory]
    [InlineData("b", "2", true)]
    [InlineData("b", "3", false)]
    [InlineData("c", "2", false)]
    public void All_operators_and_all_keys_of_a_condition_must_hold(string first, string second, bool holds)
    {
        var keys = new ConditionKeys { ["a"] = ["b"], ["n"] = ["2"] };
        var sameOperator = RoleCaller.Allow("*", "*", $$$"""{"StringEquals":{"a":"{{{first}}}","n":"{{{second}}}"}}""");
        var twoOperators = RoleCaller.Allow("*", "*", $$$"""{"StringEquals":{"a":"{{{first}}}"},"StringLike":{"n":"{{{second}}}*"}}""");

        Assert.Equal(holds ? Verdict.Allowed : Verdict.Silent, Evaluate(sameOperator, Secret, keys));
        Assert.Equal(holds ? Verdict.Allowed : Verdict.Silent, Evaluate(twoOperators, Secret, keys));
    }

    [Theory]
    [InlineData("\"*\"", true, true)]
    [InlineData("""{"AWS":"*"}""", true, true)]
    [InlineData("""{"AWS":"arn:aws:iam::123456789012:role/caller"}""", true, true)]
    [InlineData("""{"AWS":["arn:aws:iam::123456789012:role/x","arn:aws:iam::123456789012:role/caller"]}""", true, true)]
    [InlineData("""{"AWS":"arn:aws:sts::123456789012:assumed-role/caller/session"}""", true, true)]
    [InlineData("""{"AWS":"arn:aws:iam::123456789012:role/x"}""", false, false)]
    [InlineData("""{"AWS":"arn:aws:iam::123456789012:role/*"}""", false, false)]
    [InlineData("""{"AWS":"arn:aws:iam::123456789012:root"}""", false, true)]
    [InlineData("""{"AWS":"123456789012"}""", false, true)]
    [InlineData("""{"AWS":"arn:aws:iam::111122223333:root"}""", false, false)]
    [InlineData("""{"Service":"lambda.amazonaws.com"}""", false, false)]
    public void A_resources_policy_is_about_its_principals(string principal, bool allows, bool denies)
    {
        Assert.Equal(allows ? Verdict.Allowed : Verdict.Silent, Of("Allow", "Principal"));
        Assert.Equal(denies ? Verdict.Denied : Verdict.Silent, Of("Deny", "Principal"));
        Assert.Equal(denies ? Verdict.Silent : Verdict.Denied, Of("Deny", "NotPrincipal"));

        Verdict Of(string effect, string element) => Policy.Parse(
            RoleCaller.Document($$""" "Effect":"{{effect}}","{{element}}":{{principal}},"Action":"*","Resource":"*" """), PolicyKind.Resource).Evaluate(Request(Secret, []));
    }

    private static bool IsAllowed(string policy, string resource = Secret) => Evaluate(policy, resource) is Verdict.Allowed;

    private static Verdict Evaluate(string policy, string resource = Secret, ConditionKeys? keys = null) =>
        Policy.Parse(policy, PolicyKind.Identity).Evaluate(Request(resource, keys ?? []));

    private static AccessRequest Request(string resource, ConditionKeys keys) => new(
        new Principal("123456789012", "arn:aws:sts::123456789012:assumed-role/caller/session", "arn:aws:iam::123456789012:role/caller"),
        "secretsmanager:GetSecretValue",
        resource,
        keys);
}
