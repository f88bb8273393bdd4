using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace LocalAws.Tests;

/// <summary><c>dotnet run build.cs aws</c>, as its user starts it.</summary>
public sealed class CommandTests
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task An_SDK_uses_it_with_the_environment_that_it_prints_and_an_interrupt_ends_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no kill.");
        using var command = new Command("--port", "0");
        var environment = await command.EnvironmentAsync();
        using var client = new AmazonSecretsManagerClient(
            new BasicAWSCredentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]),
            new AmazonSecretsManagerConfig { ServiceURL = environment["AWS_ENDPOINT_URL"], AuthenticationRegion = environment["AWS_REGION"] });

        Assert.Empty((await client.ListSecretsAsync(new ListSecretsRequest(), TestContext.Current.CancellationToken)).SecretList ?? []);
        var secret = await client.CreateSecretAsync(new CreateSecretRequest { Name = "payments", SecretString = "v1" }, TestContext.Current.CancellationToken);

        Assert.StartsWith("arn:aws:secretsmanager:eu-west-1:123456789012:secret:payments-", secret.ARN, StringComparison.Ordinal);
        Assert.Contains("An empty AWS account 123456789012 in eu-west-1", command.Output, StringComparison.Ordinal);
        Assert.Equal(environment["AWS_REGION"], environment["AWS_DEFAULT_REGION"]);

        await command.SignalAsync("-INT");
        Assert.Equal(0, await command.EndAsync());
    }

    [Fact]
    public async Task The_certificate_that_it_names_opens_the_data_plane_and_goes_with_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no kill.");
        using var command = new Command("--port", "0");
        await command.EnvironmentAsync();
        var words = command.Output.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        var certificate = words[Array.IndexOf(words, "--cacert") + 1];
        var url = new Uri(words.Single(word => word.StartsWith("https://", StringComparison.Ordinal)));

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(certificate);
        using var handler = new SocketsHttpHandler { UseProxy = false, SslOptions = { CertificateChainPolicy = policy } };
        using var http = new HttpClient(handler);
        using var answer = await http.GetAsync(new Uri(url, "/abcdefghij/prod/"), TestContext.Current.CancellationToken);
        Assert.Equal("""{"message":"Missing Authentication Token"}""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        await command.SignalAsync("-TERM");
        Assert.Equal(0, await command.EndAsync());
        Assert.False(File.Exists(certificate));
    }

    [Fact]
    public async Task It_listens_on_the_port_that_was_asked_for_and_says_so_when_that_is_taken()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        using var refused = new Command("--port", port);
        Assert.Equal(1, await refused.EndAsync());
        Assert.Equal(
            $"Cannot listen on port {port} of 127.0.0.1: {new SocketException((int)SocketError.AddressAlreadyInUse).Message}. "
            + "Choose another with --port <number>, or --port 0 for any that is free.",
            refused.Output.Trim());

        probe.Stop();
        using var command = new Command("--port", port);
        Assert.Equal($"http://127.0.0.1:{port}", (await command.EnvironmentAsync())["AWS_ENDPOINT_URL"]);
    }

    [Theory]
    [InlineData("--port")]
    [InlineData("--port", "65536")]
    [InlineData("--port", "-1")]
    [InlineData("--port", "http")]
    [InlineData("4566")]
    public async Task Other_arguments_are_refused(params string[] arguments)
    {
        using var command = new Command(arguments);
        Assert.Equal(2, await command.EndAsync());
        Assert.Contains("Usage: aws [--port <number>]", command.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aws", "--version", "aws secretsmanager create-secret --name payments --secret-string v1 --query Name --output text")]
    [InlineData("python3", "-c 'import boto3'", """python3 -c 'import boto3; print(boto3.client("secretsmanager").create_secret(Name="payments", SecretString="v1")["Name"])'""", Traits = ["Category", "Proof"])]
    public async Task What_it_prints_is_pasted_into_a_shell_and_other_clients_use_it(string client, string probe, string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for Bash.");
        Assert.SkipUnless((await BashAsync($"{client} {probe}", [])).ExitCode == 0, $"Bash, or {client} with what the script needs, is not installed.");
        using var command = new Command("--port", "0");
        await command.EnvironmentAsync();

        var (exitCode, output) = await BashAsync(
            $"{command.Output}\n{script}", new() { ["AWS_PROFILE"] = "none", ["AWS_CONFIG_FILE"] = "/dev/null", ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null" });

        Assert.True(exitCode == 0, output);
        Assert.Equal("payments", output.Trim());
    }

    private static async Task<(int ExitCode, string Output)> BashAsync(string script, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    private sealed class Command : IDisposable
    {
        private readonly Process _process;
        private readonly Task<string> _errors;

        public Command(params string[] arguments)
        {
            _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "LocalAws.dll"), .. arguments])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            _errors = _process.StandardError.ReadToEndAsync();
        }

        public string Output { get; private set; } = "";

        /// <summary>The variables that it says to export, once it has said everything.</summary>
        public async Task<Dictionary<string, string>> EnvironmentAsync()
        {
            using var timeout = new CancellationTokenSource(LongestWait);
            while (!Output.Contains("Ctrl+C", StringComparison.Ordinal))
            {
                Output += await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line ? line + "\n" : throw new InvalidOperationException($"It ended:\n{Output}{await _errors}");
            }

            return Output.Split('\n').Where(line => line.StartsWith("export ", StringComparison.Ordinal))
                .Select(line => line["export ".Length..].Split('=', 2)).ToDictionary(variable => variable[0], variable => variable[1]);
        }

        public async Task SignalAsync(string signal)
        {
            using var kill = Process.Start("kill", [signal, $"{_process.Id}"]);
            await kill.WaitForExitAsync();
        }

        public async Task<int> EndAsync()
        {
            using var timeout = new CancellationTokenSource(LongestWait);
            Output += await _process.StandardOutput.ReadToEndAsync(timeout.Token) + await _errors;
            await _process.WaitForExitAsync(timeout.Token);
            return _process.ExitCode;
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            _process.Dispose();
        }
    }
}
