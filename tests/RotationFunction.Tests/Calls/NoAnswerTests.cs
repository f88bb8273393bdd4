using System.Net;
using System.Net.Sockets;
using System.Text;
using Amazon.APIGateway;
using Amazon.Runtime;
using Amazon.SecretsManager;
using LambdaHost;

namespace RotationFunction.Tests;

/// <summary>A call that ends without an answer of AWS, however it ends, is reported with the secret and what to do.</summary>
public sealed class NoAnswerTests
{
    private const string SecretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/orders-AbCdEf";

    [Theory]
    [InlineData("http", null)] // as a missing VPC endpoint looks
    [InlineData("http", "HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("http", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nContent-Type: application/x-amz-json-1.1\r\n\r\n{\"ARN\":")]
    [InlineData("http", "220 mail.example.com ESMTP\r\n")]
    [InlineData("https", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("https", null)]
    public async Task A_service_that_does_not_answer_as_it_should_is_reported_with_the_secret_and_what_to_do(string scheme, string? answer)
    {
        using var service = new TcpListener(IPAddress.Loopback, 0);
        service.Start();
        var answering = AnswerAsync(service, answer);
        var url = $"{scheme}://127.0.0.1:{((IPEndPoint)service.LocalEndpoint).Port}";
        var credentials = new BasicAWSCredentials("AKIAFUNCTION", "secret");
        using var secrets = new AmazonSecretsManagerClient(
            credentials,
            new AmazonSecretsManagerConfig { ServiceURL = url, AuthenticationRegion = "eu-west-1", Timeout = TimeSpan.FromSeconds(1), MaxErrorRetry = 0, HttpClientFactory = new WholeAnswers() });
        using var gateway = new AmazonAPIGatewayClient(credentials, new AmazonAPIGatewayConfig { ServiceURL = url, AuthenticationRegion = "eu-west-1" });
        using var api = new HttpClient();
        var function = new Function(new Settings(TimeSpan.Zero), secrets, gateway, api, Stream.Null, TimeProvider.System);
        var step = new RotationEvent { Step = "createSecret", SecretId = SecretArn, ClientRequestToken = RotationFixture.NewToken() };
        var context = new InvocationContext("r", "arn", DateTimeOffset.UtcNow.AddMinutes(15), TimeProvider.System, new TemplateLogger(_ => { }));

        var failure = await Assert.ThrowsAsync<RotationException>(() => function.FunctionHandler(step, context).WaitAsync(TimeSpan.FromMinutes(1)));

        Assert.StartsWith($"createSecret of secret {SecretArn}, version {step.ClientRequestToken}: a call to AWS ended without a response (", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("A function in a VPC needs a route to Secrets Manager and API Gateway.", failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.InnerException);
        service.Stop();
        await answering;
    }

    [Fact]
    public void A_call_of_the_deployed_function_fails_within_a_minute() =>
        // Three tries, and the waits between them.
        Assert.InRange(NoAnswer.Timeout * 3, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(50));

    /// <summary>Read whole, an endless answer would take all the memory there is.</summary>
    [Theory]
    [InlineData(64 * 1024 * 1024, true, true)]
    [InlineData((64 * 1024 * 1024) + 1, true, false)]
    [InlineData((64 * 1024 * 1024) + 1, false, false)]
    public async Task An_answer_is_read_up_to_64_MiB(int length, bool isDeclared, bool isRead)
    {
        using var service = new TcpListener(IPAddress.Loopback, 0);
        service.Start();
        var sending = SendAsync();
        using var client = new WholeAnswers().CreateHttpClient(new AmazonSecretsManagerConfig { Timeout = TimeSpan.FromMinutes(1) });
        var reading = client.GetAsync(new Uri($"http://127.0.0.1:{((IPEndPoint)service.LocalEndpoint).Port}"), HttpCompletionOption.ResponseHeadersRead);

        if (isRead)
        {
            using var answer = await reading;
            Assert.Equal(length, (await answer.Content.ReadAsByteArrayAsync()).Length);
        }
        else
        {
            Assert.Equal(HttpRequestError.ConfigurationLimitExceeded, (await Assert.ThrowsAsync<HttpRequestException>(() => reading)).HttpRequestError);
        }

        await sending.WaitAsync(TimeSpan.FromMinutes(1));

        async Task SendAsync()
        {
            using var connection = await service.AcceptTcpClientAsync();
            var stream = connection.GetStream();
            using var request = new StreamReader(stream, leaveOpen: true);
            while (await request.ReadLineAsync() is { Length: > 0 })
            {
                // To the end: what is left unread would reset the connection.
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nConnection: close\r\n{(isDeclared ? $"Content-Length: {length}\r\n" : "")}\r\n"));
            try
            {
                await stream.WriteAsync(new byte[length]);
            }
            catch (IOException) when (!isRead)
            {
                // The client has hung up.
            }
        }
    }

    private static async Task AnswerAsync(TcpListener service, string? answer)
    {
        var connections = new List<TcpClient>();
        try
        {
            while (true)
            {
                connections.Add(await service.AcceptTcpClientAsync());
                if (answer is not null)
                {
                    await connections[^1].GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
                }
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }
}
