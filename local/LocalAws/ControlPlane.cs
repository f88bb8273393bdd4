using Microsoft.AspNetCore.Http;

namespace LocalAws;

/// <summary>The one endpoint of all services: finds the service and the operation, asks for faults, logs.</summary>
internal sealed class ControlPlane(EmbeddedAws aws, IWireProtocol secretsManager, IWireProtocol apiGateway, IWireProtocol lambda)
{
    public async Task AnswerAsync(HttpContext context)
    {
        var request = await WireRequest.ReadAsync(context);
        var protocol = ProtocolOf(request);
        var operation = protocol.Find(request);
        var call = aws.Calls.Begin(request.Scope?.AccessKeyId ?? "anonymous", protocol.Service, operation.Name, operation.Resource);

        var (answer, error) = await RunAsync(protocol, operation, request, aws.Faults?.Invoke(call));
        aws.Calls.End(call, answer?.Status ?? 0, error, aws.TimeProvider.GetUtcNow());
        if (answer is null)
        {
            context.Abort();
        }
        else
        {
            await answer.SendAsync(context);
        }
    }

    private async Task<(WireResponse? Answer, string? ErrorCode)> RunAsync(
        IWireProtocol protocol, WireOperation operation, WireRequest request, Fault? fault)
    {
        try
        {
            if (request.Scope is null)
            {
                throw protocol.MissingAuthentication;
            }

            SigV4.Verify(request, request.Scope, aws.Region, protocol.Service, aws.SecretAccessKey, protocol.MissingAuthentication.Status);
            WireResponse? answer = null;
            if (fault is null or { AfterEffect: true })
            {
                answer = await operation.RunAsync();
            }

            if (fault is null)
            {
                return (answer, null);
            }

            return fault.Answer is null ? (null, "ConnectionReset") : throw fault.Answer;
        }
        catch (AwsException error)
        {
            return (protocol.Error(error), error.Code);
        }
    }

    private IWireProtocol ProtocolOf(WireRequest request)
    {
        if (request.Header("X-Amz-Target")?.StartsWith("secretsmanager.", StringComparison.OrdinalIgnoreCase) == true)
        {
            return secretsManager;
        }

        if (request.Path is ["2015-03-31", "functions", ..])
        {
            return lambda;
        }

        return request.Scope?.Service switch
        {
            "secretsmanager" => secretsManager,
            "lambda" => lambda,
            _ => apiGateway,
        };
    }
}
