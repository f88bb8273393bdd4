using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Amazon.SecretsManager;
using LocalAws;
using LocalAws.ApiGateway;
using Pulumi;

namespace Examples.Tests;

/// <summary>examples/inference-api, deployed and used, and what it declares.</summary>
public sealed partial class InferenceApiTests
{
    private const string Folder = "examples/inference-api";
    private const string Branch = "repo:octo-org/octo-repo:ref:refs/heads/main";
    private const string Protected = "repo:octo-org/octo-repo:environment:production";

    private static readonly Dictionary<string, string> Minimal = new() { ["githubRepository"] = "octo-org/octo-repo" };

    [Fact]
    public async Task It_is_deployed_called_by_each_client_as_the_pipelines_role_rotated_and_destroyed()
    {
        Assert.SkipUnless(await HasToolsAsync(), "The aws CLI, curl, jq or python3 with boto3 is not installed.");
        await using var account = await InferenceAccount.StartAsync(Deployer);
        account.Aws.Iam.CreateOpenIdConnectProvider(InferenceAccount.Issuer, InferenceAccount.Audience);
        await account.UpAsync(new(Minimal) { ["githubEnvironment"] = "production" });

        Assert.Equal((403, 403), (await account.CallAsync("health", key: null), await account.CallAsync("chat", key: null)));
        var first = account.KeyOf();
        await CallByEachClientAsync(account, Assume(account, Branch));
        await account.RotateAsync();
        await CallByEachClientAsync(account, Assume(account, Protected));
        Assert.Equal((200, 200), (await account.CallAsync("health", account.KeyOf()), await account.CallAsync("health", first)));
        Assert.True(first == account.KeyOf("AWSPREVIOUS") && first != account.KeyOf(), "the key was not rotated");

        Assert.False(account.Aws.ApiGateway.GetApiKey(account.ApiKeyId, includeValue: false).Enabled);
        await account.UpAsync(new(Minimal) { ["githubEnvironment"] = "production" });
        Assert.Empty(account.Deployment.Changes);
        await account.Deployment.RefreshAsync();
        Assert.Empty(account.Deployment.Changes);

        // Another environment changes whom the role trusts, and nothing else.
        await account.UpAsync(new(Minimal) { ["githubEnvironment"] = "staging" });
        Assert.Equal(["update aws:iam/role:Role pipeline"], account.Deployment.Changes);
        Assert.Equal("AccessDenied", Assert.Throws<AwsException>(() => Assume(account, Protected)).Code);
        Assert.NotNull(Assume(account, "repo:octo-org/octo-repo:environment:staging"));

        // Another model endpoint is another deployment of the same API.
        await account.UpAsync(new(Minimal) { ["githubEnvironment"] = "staging", ["modelUrl"] = "https://model.invalid" });
        Assert.Equal(
            ["update aws:apigateway/restApi:RestApi inference", "replace aws:apigateway/deployment:Deployment inference",
                "update aws:apigateway/stage:Stage prod", "delete aws:apigateway/deployment:Deployment inference"],
            account.Deployment.Changes);
        Assert.Equal((200, 500), (await account.CallAsync("health", account.KeyOf()), await account.CallAsync("chat", account.KeyOf())));

        await account.Deployment.DestroyAsync();
        Assert.Empty(account.Deployment.Resources);
        Assert.Empty(account.Aws.ApiGateway.GetRestApis(new()).Items);
        Assert.Empty(account.Aws.ApiGateway.GetUsagePlans(new()).Items);
        Assert.Empty(account.Aws.ApiGateway.GetApiKeys(new() { Limit = 500 }).Items);
        Assert.NotNull(account.Aws.SecretsManager.DescribeSecret(new() { SecretId = InferenceAccount.SecretName }).DeletedDate);
        Assert.NotNull(account.Aws.Iam.FindOpenIdConnectProvider(InferenceAccount.Issuer)); // not the stack's
    }

    [Theory]
    [InlineData("octo-org/octo-repo", "", Branch, true)]
    [InlineData("octo-org/octo-repo", "", Protected, false)]
    [InlineData("octo-org/octo-repo", "production", Branch, true)]
    [InlineData("octo-org/octo-repo", "production", Protected, true)]
    [InlineData("octo-org/octo-repo", "production", "repo:octo-org/octo-repo:environment:staging", false)]
    [InlineData("octo-org/octo-repo", "production", "repo:octo-org/octo-repo:environment:production2", false)]
    [InlineData("octo-org/octo-repo", "production", "repo:octo-org/octo-repo:ref:refs/heads/main2", false)]
    [InlineData("octo-org/octo-repo", "production", "repo:octo-org/octo-repo:ref:refs/heads/feature", false)]
    [InlineData("octo-org/octo-repo", "production", "repo:octo-org/octo-repo:ref:refs/tags/main", false)]
    [InlineData("octo-org/octo-repo", "production", "repo:octo-org/octo-repo:pull_request", false)]
    [InlineData("octo-org/octo-repo", "production", "repo:octo-org/octo-repo2:ref:refs/heads/main", false)]
    [InlineData("octo-org/octo-repo", "production", "repo:other/octo-repo:ref:refs/heads/main", false)]
    [InlineData("octo-org/octo-repo", "production", "repo:octo-org@1/octo-repo@2:ref:refs/heads/main", false)]
    [InlineData("octo-org@1/octo-repo@2", "production", "repo:octo-org@1/octo-repo@2:ref:refs/heads/main", true)]
    [InlineData("octo-org@1/octo-repo@2", "production", "repo:octo-org@1/octo-repo@2:environment:production", true)]
    [InlineData("octo-org@1/octo-repo@2", "production", "repo:octo-org@1/octo-repo@3:ref:refs/heads/main", false)]
    [InlineData("octo-org@1/octo-repo@2", "production", Branch, false)] // the name may have another owner by now
    public async Task The_role_trusts_the_branch_and_the_environment_of_the_repository(
        string repository, string environment, string subject, bool trusted)
    {
        var declared = await DeclareAsync(new() { ["githubRepository"] = repository, ["githubEnvironment"] = environment });
        await using var aws = EmbeddedAws.Create();
        aws.Iam.CreateOpenIdConnectProvider(InferenceAccount.Issuer, InferenceAccount.Audience, "another");
        aws.Iam.CreateOpenIdConnectProvider("https://gitlab.com", InferenceAccount.Audience);
        aws.Iam.CreateRole("pipeline", (string)declared.Inputs["Role pipeline"]["assumeRolePolicy"]);

        Assert.Equal(trusted, Trusts(InferenceAccount.Issuer, InferenceAccount.Audience));
        Assert.False(Trusts(InferenceAccount.Issuer, "another"));
        Assert.False(Trusts("https://gitlab.com", InferenceAccount.Audience));

        bool Trusts(string issuer, string audience)
        {
            try
            {
                return aws.Iam.AssumeRoleWithWebIdentity("pipeline", "test", new(issuer, audience, subject)) is not null;
            }
            catch (AwsException denied) when (denied.Code is "AccessDenied")
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task The_role_reads_the_current_and_the_previous_key_and_does_nothing_else()
    {
        await using var account = await InferenceAccount.StartAsync(Deployer);
        await account.UpAsync(new(Minimal) { ["createOidcProvider"] = "true" });
        var other = account.Aws.SecretsManager.CreateSecret(
            new() { Name = "other", SecretString = "{}", ClientRequestToken = Guid.NewGuid().ToString() });
        using var client = account.SecretsManager(Assume(account, Branch));
        var current = await client.GetSecretValueAsync(new() { SecretId = InferenceAccount.SecretName });

        var labelled = await client.GetSecretValueAsync(new() { SecretId = InferenceAccount.SecretName, VersionStage = "AWSCURRENT" });
        Assert.True(current.SecretString == labelled.SecretString && current.SecretString.Contains(account.KeyOf(), StringComparison.Ordinal));
        Assert.NotNull(await client.GetSecretValueAsync(new() { SecretId = InferenceAccount.SecretName, VersionStage = "AWSPREVIOUS" }));
        await AssertDeniedAsync(() => client.GetSecretValueAsync(new() { SecretId = InferenceAccount.SecretName, VersionStage = "AWSPENDING" }));
        await AssertDeniedAsync(() => client.GetSecretValueAsync(new() { SecretId = InferenceAccount.SecretName, VersionId = current.VersionId }));
        await AssertDeniedAsync(() => client.GetSecretValueAsync(new() { SecretId = other.Arn }));
        await AssertDeniedAsync(() => client.DescribeSecretAsync(new() { SecretId = InferenceAccount.SecretName }));
        await AssertDeniedAsync(() => client.RotateSecretAsync(new() { SecretId = InferenceAccount.SecretName }));

        await account.Deployment.DestroyAsync();
        Assert.Null(account.Aws.Iam.FindOpenIdConnectProvider(InferenceAccount.Issuer));
    }

    [Fact]
    public async Task The_model_endpoint_gets_the_request_without_the_key()
    {
        await using var model = await LoopbackApi.StartAsync();
        var declared = await DeclareAsync(new(Minimal) { ["modelUrl"] = "https://model.example.com/v1/" });
        var document = (string)declared.Inputs["RestApi inference"]["body"];
        await using var aws = await EmbeddedAws.StartAsync();
        var (url, key) = Serve(aws, document.Replace("https://model.example.com/v1", $"{model.Url}v1", StringComparison.Ordinal));
        using var http = EmbeddedAws.CreateHttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, url + "chat/completions?stream=false");
        request.Content = new StringContent("a prompt");
        request.Headers.Add("x-api-key", key);

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("status 200", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("a prompt", Assert.Single(model.Bodies));
        Assert.True(model.Keys.Single() == "removed", "the model endpoint got the key");
        // The probe's method does not call the model.
        using var health = new HttpRequestMessage(HttpMethod.Get, url + "health") { Headers = { { "x-api-key", key } } };
        using var healthy = await http.SendAsync(health, TestContext.Current.CancellationToken);
        Assert.True(healthy.IsSuccessStatusCode);
        Assert.True(model.Keys.Count == 1, "the model endpoint was called");
    }

    [Fact]
    public async Task The_provider_is_created_only_if_asked_for()
    {
        var found = await DeclareAsync(Minimal);
        Assert.Contains("getOpenIdConnectProvider", found.Calls);
        Assert.DoesNotContain("OpenIdConnectProvider github", found.Inputs.Keys);

        var created = await DeclareAsync(new(Minimal) { ["createOidcProvider"] = "true" });
        Assert.DoesNotContain("getOpenIdConnectProvider", created.Calls);
        Assert.Equal(InferenceAccount.Issuer, created.Inputs["OpenIdConnectProvider github"]["url"]);

        await using var account = await InferenceAccount.StartAsync();
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => account.UpAsync(Minimal));
        Assert.Contains($"finding IAM OIDC Provider by url ({InferenceAccount.Issuer}): not found", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Access_logs_need_the_accounts_role_and_show_no_key()
    {
        var settings = new Dictionary<string, string>(Minimal) { ["accessLogs"] = "true", ["createOidcProvider"] = "true" };
        var without = await DeclareAsync(Minimal);
        Assert.DoesNotContain("accessLogSettings", without.Inputs["Stage prod"].Keys);

        var declared = await DeclareAsync(settings);
        var logs = (System.Collections.Immutable.ImmutableDictionary<string, object>)declared.Inputs["Stage prod"]["accessLogSettings"];
        Assert.Equal("arn:aws:test:::access", logs["destinationArn"]);
        Assert.Contains("$context.identity.apiKeyId", (string)logs["format"], StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\$context\.identity\.apiKey(?!Id)", (string)logs["format"]);

        await using var account = await InferenceAccount.StartAsync(Deployer);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => account.UpAsync(settings));
        Assert.Contains("CloudWatch Logs role ARN must be set in account settings to enable logging", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_calls_of_this_stage_raise_an_alarm_on_the_stacks_topic()
    {
        var declared = await DeclareAsync(new(Minimal) { ["alarmEmail"] = "on-call@example.com" });
        var alarm = declared.Inputs["MetricAlarm refused-calls"];
        var dimensions = (System.Collections.Immutable.ImmutableDictionary<string, object>)alarm["dimensions"];

        Assert.Equal(("AWS/ApiGateway", "4XXError"), ((string)alarm["namespace"], (string)alarm["metricName"]));
        Assert.Equal(("inference", "prod"), ((string)dimensions["ApiName"], (string)dimensions["Stage"]));
        Assert.Equal("arn:aws:test:::rotation", Assert.Single((System.Collections.Immutable.ImmutableArray<object>)alarm["alarmActions"]));
        Assert.Equal("on-call@example.com", declared.Inputs["TopicSubscription rotation"]["endpoint"]);
        var metrics = (System.Collections.Immutable.ImmutableDictionary<string, object>)declared.Inputs["MethodSettings prod"]["settings"];
        Assert.True((bool)metrics["metricsEnabled"]);
    }

    [Theory]
    [InlineData("githubRepository", "", "githubRepository is missing")]
    [InlineData("githubRepository", "octo-org", "githubRepository must be")]
    [InlineData("githubRepository", "octo-org/*", "githubRepository must be")]
    [InlineData("githubRepository", "octo-org@1/octo-repo", "githubRepository must be")]
    [InlineData("githubRepository", "octo-org/octo-repo@2", "githubRepository must be")]
    [InlineData("githubRepository", "octo-org/octo-repo\n", "githubRepository must be")]
    [InlineData("githubBranch", "*", "githubBranch must be")]
    [InlineData("githubEnvironment", "a:b", "githubEnvironment must be")]
    [InlineData("modelUrl", "http://model.example.com", "modelUrl must be")]
    [InlineData("modelUrl", "https://model.example.com/{id}", "modelUrl must be")]
    [InlineData("modelUrl", "https://user@model.example.com", "modelUrl must be")]
    [InlineData("accessLogs", "yes", "accessLogs must be")]
    [InlineData("createOidcProvider", "1", "createOidcProvider must be")]
    [InlineData("alarmEmail", "nobody", "alarmEmail must be")]
    public async Task An_invalid_setting_is_named_before_anything_is_created(string setting, string value, string expected)
    {
        var declared = new InferenceAccount.Declared();
        var refused = await Assert.ThrowsAsync<RunException>(() => InferenceAccount.RunAsync(declared, new(Minimal) { [setting] = value }));
        Assert.Contains(expected, refused.ToString(), StringComparison.Ordinal);
        Assert.Empty(declared.Inputs);
    }

    [Fact]
    public void Its_pages_name_the_settings_of_Pulumi_yaml_and_its_package_is_this_version()
    {
        var declared = SettingOfProject().Matches(Read("Pulumi.yaml")).Select(match => match.Groups["name"].Value).Order();
        var described = SettingOfPage().Matches(Read("README.md")).Select(match => match.Groups["name"].Value).Order();
        Assert.NotEmpty(declared);
        Assert.Equal(declared, described);

        var properties = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Directory.Build.props"));
        var version = VersionPattern().Match(properties).Groups["version"].Value;
        Assert.Contains($"Include=\"RotationLambda.Components\" Version=\"{version}\"", Read("InferenceApi.csproj"), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_workflows_pin_actions_ask_for_a_token_and_store_no_key()
    {
        foreach (var workflow in new[] { "call-api.yml", "deploy.yml" }.Select(file => Read(".github/workflows/" + file)))
        {
            Assert.Contains("id-token: write", workflow, StringComparison.Ordinal);
            Assert.All(
                UsesPattern().Matches(workflow), uses => Assert.Matches("^[a-z-]+/[a-z-]+@[0-9a-f]{40} # v[0-9.]+$", uses.Groups["action"].Value));
            Assert.All(SecretsPattern().Matches(workflow), secret => Assert.Equal("secrets.PULUMI_ACCESS_TOKEN", secret.Value));
            Assert.All(VariablePattern().Matches(workflow), variable =>
                Assert.Contains($"gh variable set {variable.Groups["name"].Value} ", Read("README.md"), StringComparison.Ordinal));
        }
    }

    private static async Task<bool> HasToolsAsync() =>
        !OperatingSystem.IsWindows()
        && await ClientProcess.SucceedsAsync("aws", "--version")
        && await ClientProcess.SucceedsAsync("curl", "--version")
        && await ClientProcess.SucceedsAsync("jq", "--version")
        && await ClientProcess.SucceedsAsync("python3", "-c", "import boto3");

    private static RoleCredentials Assume(InferenceAccount account, string subject) => account.Aws.Iam.AssumeRoleWithWebIdentity(
        account.PipelineRole, "GitHubActions", new(InferenceAccount.Issuer, InferenceAccount.Audience, subject));

    /// <summary>The ARN of a role with the policies of docs/deploy.md and of the example's page, as an administrator creates it.</summary>
    private static string Deployer(EmbeddedAws aws)
    {
        var statements = PolicyIn(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "deploy.md")))["Statement"]!.AsArray();
        foreach (var statement in PolicyIn(Read("README.md")).AsArray())
        {
            statements.Add(statement!.DeepClone());
        }

        var policy = new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = statements.DeepClone() }.ToJsonString()
            .Replace("function:rotation-", "function:inference-api-", StringComparison.Ordinal)
            .Replace("/aws/lambda/rotation-", "/aws/lambda/inference-api-", StringComparison.Ordinal)
            .Replace("dashboard/rotation-", "dashboard/inference-api-", StringComparison.Ordinal)
            .Replace("REGION", aws.Region, StringComparison.Ordinal)
            .Replace("ACCOUNT", aws.AccountId, StringComparison.Ordinal)
            .Replace("SECRETS", "inference-api/*", StringComparison.Ordinal);
        const string Trust = """{"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}""";
        var role = aws.Iam.CreateRole("deployer", Trust);
        aws.Iam.PutRolePolicy("deployer", "stack", policy);
        return role.Arn;
    }

    private static JsonNode PolicyIn(string page) => JsonNode.Parse(PolicyPattern().Match(page).Groups["policy"].Value)!;

    private static async Task<InferenceAccount.Declared> DeclareAsync(Dictionary<string, string> settings)
    {
        await using var account = await InferenceAccount.StartAsync(); // for the function's package
        var declared = new InferenceAccount.Declared();
        await InferenceAccount.RunAsync(declared, settings);
        return declared;
    }

    private static async Task CallByEachClientAsync(InferenceAccount account, RoleCredentials role)
    {
        var url = $"{account.Url}/chat/completions";
        using var secretsManager = account.SecretsManager(role);
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPem(EmbeddedAws.CertificatePem);
        var primary = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, SslOptions = { CertificateChainPolicy = trust } };
        var (secret, age) = (InferenceAccount.SecretName, TimeSpan.FromMinutes(5));
        using var http = new HttpClient(new RotatedApiKeyHandler(secretsManager, secret, age, TimeProvider.System) { InnerHandler = primary });
        Assert.Equal("""{"ok":true}""", await http.GetStringAsync(new Uri(url)));

        var shell = await account.RunAsync(role, "bash", ["examples/shell/call-api.sh", InferenceAccount.SecretName, url]);
        Assert.Equal(new Answer(0, """{"ok":true}""", ""), shell);

        const string Python = """
            import boto3, sys
            from rotated_api_key import RotatedApiKey
            with RotatedApiKey(boto3.client("secretsmanager"), sys.argv[1]).call(sys.argv[2]) as response:
                print(response.status, response.read().decode(), end="")
            """;
        var python = await account.RunAsync(role, "python3", ["-c", Python, InferenceAccount.SecretName, url], ("PYTHONPATH", "examples/python"));
        Assert.Equal(new Answer(0, """200 {"ok":true}""", ""), python);

        // As GitHub runs a step with shell: bash. The runner does not print the line of the mask.
        var step = string.Join('\n', StepPattern().Match(Read(".github/workflows/call-api.yml")).Groups["line"].Captures.Select(line => line.Value));
        var workflow = await account.RunAsync(
            role, "bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step], ("API_URL", account.Url), ("SECRET_NAME", secret));
        var lines = workflow.Output.Split('\n');
        Assert.True((workflow.ExitCode, workflow.Errors) == (0, ""), $"The step ended with {workflow.ExitCode}.");
        Assert.True(lines[0] == "::add-mask::" + account.KeyOf(), "the key is not masked first");
        Assert.Equal(["""{"ok":true}"""], lines[1..]);
        foreach (var text in new[] { shell.Output, shell.Errors, python.Output, python.Errors, workflow.Errors, lines[1] })
        {
            account.Print(text);
        }
    }

    private static (string Url, string Key) Serve(EmbeddedAws aws, string document)
    {
        var api = aws.ApiGateway.ImportRestApi(new() { Body = document }).Id;
        aws.ApiGateway.CreateDeployment(new CreateDeploymentRequest { RestApiId = api, StageName = "prod" });
        var key = aws.ApiGateway.CreateApiKey(new() { Name = "key", Enabled = true });
        var plan = aws.ApiGateway.CreateUsagePlan(new() { Name = "plan", ApiStages = [new(api, "prod")] }).Id;
        aws.ApiGateway.CreateUsagePlanKey(new() { UsagePlanId = plan, KeyId = key.Id });
        return (aws.InvokeUrl(api, "prod").ToString(), key.Value!);
    }

    private static async Task AssertDeniedAsync(Func<Task> call) =>
        Assert.Equal("AccessDeniedException", (await Assert.ThrowsAsync<AmazonSecretsManagerException>(call)).ErrorCode);

    private static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, Folder, file)).ReplaceLineEndings("\n");

    [GeneratedRegex(@"```json\r?\n(?<policy>[\[{]\r?\n.*?)```", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex PolicyPattern();

    [GeneratedRegex(@"^  (?<name>[a-zA-Z]+):$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SettingOfProject();

    [GeneratedRegex(@"^\| `(?<name>[a-zA-Z]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SettingOfPage();

    [GeneratedRegex("<Version>(?<version>[^<]+)</Version>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionPattern();

    [GeneratedRegex("uses: (?<action>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UsesPattern();

    [GeneratedRegex(@"\bsecrets\.\w+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretsPattern();

    [GeneratedRegex(@"\bvars\.(?<name>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VariablePattern();

    [GeneratedRegex(@"^ +run: \|\n(          (?<line>.*)\n?)+", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StepPattern();
}
