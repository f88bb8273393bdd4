using LocalAws.Iam;
using Microsoft.AspNetCore.Http;

namespace LocalAws;

/// <summary>The endpoint of all services. Finds the service and the operation, applies faults, and logs the call.</summary>
internal sealed class ControlPlane(
    EmbeddedAws aws, IWireProtocol secretsManager, IWireProtocol apiGateway, IWireProtocol lambda, IWireProtocol scheduler)
{
    private readonly IWireProtocol[] _protocols = [secretsManager, apiGateway, lambda, scheduler];

    public async Task AnswerAsync(HttpContext context)
    {
        var (answer, timesOut) = await AnswerAsync(await WireRequest.ReadAsync(context));
        if (timesOut)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        if (answer is null)
        {
            context.Abort();
        }
        else
        {
            await answer.SendAsync(context);
        }
    }

    /// <summary>Handles a request. If there is no response, the connection ends: at once, or when the caller gives up.</summary>
    public async Task<(WireResponse? Answer, bool TimesOut)> AnswerAsync(WireRequest request)
    {
        var protocol = ProtocolOf(request);
        var operation = protocol.Find(request);
        var call = aws.Calls.Begin(request.Scope?.AccessKeyId ?? "anonymous", protocol.Service, operation.Name, operation.Resource);

        var fault = aws.Faults?.Invoke(call);
        if (fault is { IsConflict: true } && (protocol != apiGateway || !ApiGatewayService.Conflicting.Contains(operation.Name)))
        {
            fault = null;
        }

        var (answer, error) = await RunAsync(protocol, operation, request, fault);
        aws.Calls.End(call, answer?.Status ?? 0, error, aws.TimeProvider.GetUtcNow());
        return (answer, answer is null && fault!.TimesOut);
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

            if (protocol is AbsentService)
            {
                return (await operation.RunAsync(), null);
            }

            SigV4.Verify(request, request.Scope, aws.Region, protocol.Service, aws.Iam.SecretAccessKeyOf(request.Scope.AccessKeyId), protocol.MissingAuthentication.Status);
            Authorization.Check(aws, protocol, operation, request);
            if (fault is { Delay.Ticks: > 0 })
            {
                await Task.Delay(fault.Delay, aws.TimeProvider, request.Aborted);
            }

            var answer = fault is { TakesEffect: false } ? null : await RunAsync(protocol, operation, request.Scope.AccessKeyId, stale: fault is { IsStale: true });
            return fault switch
            {
                null or { Answers: true } => (answer, null),
                { Refusal: { } refusal } => throw refusal(protocol),
                { TimesOut: true } => (null, "TimeOut"),
                _ => (null, "ConnectionReset"),
            };
        }
        catch (AwsException error)
        {
            return (protocol.Error(error), error.Code);
        }
    }

    private Task<WireResponse> RunAsync(IWireProtocol protocol, WireOperation operation, string caller, bool stale)
    {
        var isStrict = protocol == apiGateway && !aws.Onlookers.Contains(caller);
        if (isStrict && aws.Unknowns.ConcurrentModifications)
        {
            aws.ApiGateway.Collide(operation);
        }

        if (stale && operation.IsRead && aws.StaleReads)
        {
            return Task.FromResult(aws.AsBeforeTheLastWrite(RunNow));
        }

        if (!operation.IsRead && aws.StaleReads)
        {
            aws.KeepForStaleReads(protocol.Service);
        }

        return (protocol == apiGateway && aws.Unknowns.ReadLag > TimeSpan.Zero, operation.IsRead) switch
        {
            (true, false) when isStrict => aws.ApiGateway.RememberAsync(operation.RunAsync),
            (true, false) => aws.ApiGateway.SettleAsync(operation.RunAsync),
            (true, true) when isStrict && operation.Name is "GetApiKeys" or "GetApiKey" or "GetUsagePlans" => Task.FromResult(aws.ApiGateway.AsBeforeTheLastWrites(RunNow)),
            _ => operation.RunAsync(),
        };

        WireResponse RunNow() => operation.RunAsync().GetAwaiter().GetResult();
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

        return request.Scope is { Service: var service }
            ? Array.Find(_protocols, protocol => protocol.Service == service) ?? new AbsentService(request, service)
            : apiGateway;
    }
}
