using LocalAws.ApiGateway;
using LocalAws.Iam;
using Microsoft.AspNetCore.Http;

namespace LocalAws;

/// <summary>
/// The endpoint of all services in all Regions. Finds the Region, the service and the operation, applies faults, and logs the call.
/// </summary>
internal sealed class ControlPlane(EmbeddedAws aws)
{
    public async Task AnswerAsync(HttpContext context)
    {
        var (answer, timesOut) = await AnswerAsync(await WireRequest.ReadAsync(context));
        await WireResponse.SendAsync(answer, timesOut, context);
    }

    /// <summary>Handles a request. If there is no response, the connection ends: at once, or when the caller gives up.</summary>
    public async Task<(WireResponse? Answer, bool TimesOut)> AnswerAsync(WireRequest request)
    {
        // An unsigned request names no Region, and one for an unknown Region is rejected.
        var region = (request.Scope is { } scope ? aws.Find(scope.Region) : null) ?? aws.Home;
        var protocol = ProtocolOf(region, request);
        var operation = protocol.Find(request);
        var call = aws.Calls.Begin(request.Scope?.AccessKeyId ?? "anonymous", protocol.Service, operation.Name, operation.Resource);

        var outage = region.Outage;
        var fault = outage ?? aws.Faults?.Invoke(call);
        if (fault is { IsConflict: true } && (protocol is not ApiGatewayProtocol || !ApiGatewayService.Conflicting.Contains(operation.Name)))
        {
            fault = null;
        }

        var isOut = fault is { TakesEffect: false } && ReferenceEquals(fault, outage);
        var (answer, error) = isOut ? Outcome(fault!, protocol) : await RunAsync(region, protocol, operation, request, fault);
        aws.Calls.End(call, answer?.Status ?? 0, error, aws.TimeProvider.GetUtcNow());
        if (request.Scope is not null && !isOut && fault is null or { TakesEffect: true })
        {
            region.CloudTrail.Record(protocol, operation, request, answer, error);
        }

        return (answer, answer is null && fault!.TimesOut);
    }

    private async Task<(WireResponse? Answer, string? ErrorCode)> RunAsync(
        AwsRegion region, IWireProtocol protocol, WireOperation operation, WireRequest request, Fault? fault)
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

            SigV4.Verify(request, request.Scope, region.Name,
                protocol.Service, aws.Iam.SecretAccessKeyOf(request.Scope.AccessKeyId), protocol.MissingAuthentication.Status);
            Authorization.Check(aws, region, protocol, operation, request);
            if (fault is { Delay.Ticks: > 0 })
            {
                await Task.Delay(fault.Delay, aws.TimeProvider, request.Aborted);
            }

            var answer = fault is { TakesEffect: false } ? null
                : await RunAsync(region, protocol, operation, request.Scope.AccessKeyId, stale: fault is { IsStale: true });
            return fault is null or { Answers: true } ? (answer, null) : Outcome(fault, protocol);
        }
        catch (AwsException error)
        {
            return Refused(protocol, error);
        }
    }

    private static (WireResponse? Answer, string? ErrorCode) Outcome(Fault fault, IWireProtocol protocol) => fault switch
    {
        { Refusal: { } refusal } => Refused(protocol, refusal(protocol)),
        { TimesOut: true } => (null, "TimeOut"),
        _ => (null, "ConnectionReset"),
    };

    private static (WireResponse? Answer, string? ErrorCode) Refused(IWireProtocol protocol, AwsException error) =>
        (protocol.Error(error), error.Code);

    private Task<WireResponse> RunAsync(AwsRegion region, IWireProtocol protocol, WireOperation operation, string caller, bool stale)
    {
        var isStrict = protocol is ApiGatewayProtocol && !aws.Onlookers.Contains(caller);
        if (isStrict && aws.Unknowns.ConcurrentModifications)
        {
            region.ApiGateway.Collide(operation);
        }

        if (stale && operation.IsRead && aws.StaleReads)
        {
            return Task.FromResult(region.AsBeforeTheLastWrite(RunNow));
        }

        if (!operation.IsRead && aws.StaleReads)
        {
            region.KeepForStaleReads(protocol.Service);
        }

        return (protocol is ApiGatewayProtocol && aws.Unknowns.ReadLag > TimeSpan.Zero, operation.IsRead) switch
        {
            (true, false) when isStrict => region.ApiGateway.RememberAsync(operation.RunAsync),
            (true, false) => region.ApiGateway.SettleAsync(operation.RunAsync),
            (true, true) when isStrict && operation.Name is "GetApiKeys" or "GetApiKey" or "GetUsagePlans" =>
                Task.FromResult(region.ApiGateway.AsBeforeTheLastWrites(RunNow)),
            _ => operation.RunAsync(),
        };

        WireResponse RunNow() => operation.RunAsync().GetAwaiter().GetResult();
    }

    private static IWireProtocol ProtocolOf(AwsRegion region, WireRequest request)
    {
        var service = request.Header("X-Amz-Target")?.StartsWith("secretsmanager.", StringComparison.OrdinalIgnoreCase) == true ? "secretsmanager"
            : request.Path is ["2015-03-31", "functions", ..] ? "lambda"
            : request.Scope?.Service ?? "apigateway";
        return region.Protocols.FirstOrDefault(protocol => protocol.Service == service) ?? new AbsentService(request, service);
    }
}
