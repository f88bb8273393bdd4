using System.ComponentModel;
using System.Diagnostics;
using LocalAws;

namespace Conformance;

/// <summary>A client from outside this project: boto3.</summary>
public sealed class Boto3Tests
{
    private static readonly Lazy<Task<bool>> IsInstalled = new(async () =>
    {
        try
        {
            return (await RunAsync([], "-c", "import boto3")).ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    });

    [Theory, Shows("version-1", "version-3", "version-7", "version-17", "key-1", "key-3", "key-4", "key-11", "key-22", "list-1", "list-7", "list-11", "plan-1")]
    [InlineData("secret")]
    [InlineData("key")]
    public async Task A_life_goes_as_a_Python_script_expects_it(string life)
    {
        await using var account = await ConformanceAccount.StartAsync();
        await LiveAsync(account, life, ConformanceAccount.NewName());
    }

    [Fact, Shows("api-6", "api-7", "api-8", "api-10", "api-11", "api-12", "api-13", "api-14", "api-15", "api-16", "api-17", "api-18", "api-19", "api-20", "api-21")]
    public async Task An_api_is_made_as_a_Python_script_expects_it()
    {
        await using var account = await ConformanceAccount.StartAsync();
        await LiveAsync(account, "api", ConformanceAccount.NewName());
    }

    [Fact, Shows("data-15", "data-16", "data-17", "data-18")]
    public async Task A_stage_serves_what_a_Python_script_expects_of_it()
    {
        await using var account = await ConformanceAccount.StartAsync();
        Assert.SkipWhen(account.InvokeUrl is null, "CONFORMANCE_INVOKE_URL says not where clients call an API.");
        await LiveAsync(account, "calls", ConformanceAccount.NewName());
    }

    [Fact, Shows("function-1", "function-2", "function-3", "function-4", "function-5", "function-6", "function-7")]
    public async Task Policies_of_functions_are_refused_in_the_words_of_Lambda()
    {
        await using var account = await ConformanceAccount.StartAsync();
        string[] functions = account.Endpoint.IsEmbedded
            ? [account.FunctionArn, account.Embedded.Lambda.Register("plain", _ => Task.FromResult(ReadOnlyMemory<byte>.Empty))]
            : [account.FunctionArn];
        await LiveAsync(account, "policy", functions);
    }

    [Fact, Shows("api-2")]
    public async Task A_stage_is_shown_with_its_cache_and_its_settings()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var stage = await account.StageAsync();
        await LiveAsync(account, "stage", stage.ApiId, stage.Stage);
    }

    private static async Task LiveAsync(ConformanceAccount account, string life, params string[] arguments)
    {
        Assert.SkipUnless(await IsInstalled.Value, "python3 with boto3 is not installed.");
        var environment = new Dictionary<string, string>();
        if ((account.Endpoint.IsEmbedded ? account.Embedded.ServiceUrl : account.Endpoint.Url) is { } url)
        {
            environment = new()
            {
                ["AWS_ENDPOINT_URL"] = url.ToString(),
                ["AWS_ACCESS_KEY_ID"] = "AKIATEST",
                ["AWS_SECRET_ACCESS_KEY"] = "secret",
                ["AWS_DEFAULT_REGION"] = account.SecretsManager.Config.AuthenticationRegion,
                ["AWS_CONFIG_FILE"] = "/dev/null",
                ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
            };
        }

        var certificate = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        if (account.InvokeUrl is { } invokeUrl)
        {
            environment["INVOKE_URL"] = invokeUrl;
        }

        if (account.Endpoint.IsEmbedded)
        {
            await File.WriteAllTextAsync(certificate, EmbeddedAws.CertificatePem);
            environment["SSL_CERT_FILE"] = certificate;
        }

        var (exitCode, output) = await RunAsync(environment, [Path.Combine(AppContext.BaseDirectory, "life.py"), life, .. arguments]);
        File.Delete(certificate);

        Assert.True(exitCode == 0, output);
        Assert.Equal(life, output.Trim());
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
