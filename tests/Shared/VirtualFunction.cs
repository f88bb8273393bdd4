using System.Collections.Concurrent;
using Amazon.Lambda.Core;
using Amazon.Runtime;
using LambdaHost;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>
/// The function in an account that lives by a <see cref="VirtualTime"/>, in as many environments as are invoked at once. As on Lambda, each has clients of
/// its own.
/// </summary>
/// <param name="aws">The account.</param>
/// <param name="settings">The function's settings.</param>
/// <param name="credentials">The function's credentials, or null for one that may do everything.</param>
/// <param name="log">Takes the lines of its log.</param>
internal sealed class VirtualFunction(EmbeddedAws aws, Settings settings, AWSCredentials? credentials = null, Action<LogEntry>? log = null)
{
    private readonly ConcurrentBag<InProcessFunction<RotationEvent, ActionResult?>> _idle = [];
    private readonly AWSCredentials _credentials = credentials ?? new BasicAWSCredentials("AKIAFUNCTION", aws.SecretAccessKey);
    private readonly ILambdaLogger _logger = new TemplateLogger(log ?? (_ => { }));

    /// <summary>The clients of all its environments.</summary>
    public VirtualClients Clients { get; } = new(aws);

    /// <exception cref="TimeoutException">The invocation took longer than its deadline allows.</exception>
    public async Task<ReadOnlyMemory<byte>> InvokeAsync(FunctionInvocation invocation)
    {
        if (!_idle.TryTake(out var environment))
        {
            environment = Start();
        }

        try
        {
            var answer = await environment.InvokeAsync(
                invocation.Payload, new InvocationContext(invocation.RequestId, invocation.FunctionArn, invocation.Deadline, aws.TimeProvider, _logger));
            return aws.TimeProvider.GetUtcNow() < invocation.Deadline
                ? answer
                : throw new TimeoutException("The invocation took longer than its deadline allows.");
        }
        finally
        {
            _idle.Add(environment);
        }
    }

    private InProcessFunction<RotationEvent, ActionResult?> Start()
    {
        var function = new Function(
            settings, Clients.SecretsManager(_credentials), Clients.ApiGateway(_credentials), new HttpClient(aws.CreateTransport()), Stream.Null, aws.TimeProvider,
            region => Clients.ApiGateway(_credentials, region));
        return new InProcessFunction<RotationEvent, ActionResult?>(function.FunctionHandler);
    }
}
