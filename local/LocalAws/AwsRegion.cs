using LocalAws.ApiGateway;
using LocalAws.DataPlane;
using LocalAws.Lambda;
using LocalAws.Scheduler;
using LocalAws.SecretsManager;

namespace LocalAws;

/// <summary>One Region of an <see cref="EmbeddedAws"/>. What is created in a Region does not exist in another one.</summary>
public sealed class AwsRegion
{
    internal AwsRegion(EmbeddedAws account, string name, EmbeddedAwsOptions options, AccountState state)
    {
        Name = name;
        var meter = new UsageMeter(options.TimeProvider, options.Unknowns.UsageLag);
        DataPlane = new DataPlaneReplica(options.TimeProvider, meter, options.DataPlaneNodes) { ActivationLag = options.ActivationLag };
        Logs = new LogsService(account, name);
        Events = new EventsService(account, this, state.Stopped);
        CloudTrail = new CloudTrailService(account, this, options.TrailLag, state.Stopped);
        Lambda = new LambdaService(account, this);
        ApiGateway = new ApiGatewayService(account, name, DataPlane, meter, state.Confidential);
        SecretsManager = new SecretsManagerService(account, this, options, state);
        var lambda = new LambdaProtocol(Lambda);
        Scheduler = new SchedulerService(account, this, lambda, state.Stopped);
        Protocols = [new SecretsManagerProtocol(SecretsManager), new ApiGatewayProtocol(ApiGateway), lambda, new SchedulerProtocol(Scheduler)];
    }

    /// <summary>Gets the Region's code, such as <c>eu-west-1</c>.</summary>
    public string Name { get; }

    /// <summary>Gets Secrets Manager, without HTTP.</summary>
    public SecretsManagerService SecretsManager { get; }

    /// <summary>Gets API Gateway's control plane, without HTTP.</summary>
    public ApiGatewayService ApiGateway { get; }

    /// <summary>Gets Lambda, without HTTP.</summary>
    public LambdaService Lambda { get; }

    /// <summary>Gets EventBridge Scheduler, without HTTP.</summary>
    public SchedulerService Scheduler { get; }

    /// <summary>Gets EventBridge, which holds the rules for events of Secrets Manager and of CloudTrail.</summary>
    public EventsService Events { get; }

    /// <summary>Gets CloudTrail, which holds the trails whose home is the Region.</summary>
    public CloudTrailService CloudTrail { get; }

    /// <summary>Gets CloudWatch Logs, which holds the output of functions in other processes.</summary>
    public LogsService Logs { get; }

    /// <summary>
    /// Gets or sets the fault of every call to this Region over HTTP, or null if the Region can be reached. It applies to the control plane and to
    /// the deployed APIs, before signatures and permissions are checked. <see cref="Fault.ConnectionReset"/>, <see cref="Fault.TimeOut"/> and
    /// <see cref="Fault.Error"/> with a status of 5xx are faults of a Region. Replication to and from the Region continues:
    /// <see cref="SecretsManagerService.ReplicationStopped"/> stops it.
    /// </summary>
    public Fault? Outage { get; set; }

    internal DataPlaneReplica DataPlane { get; }

    internal IReadOnlyList<IWireProtocol> Protocols { get; }

    /// <summary>Keeps the state of a service for a read that does not see the next write.</summary>
    internal void KeepForStaleReads(string service)
    {
        switch (service)
        {
            case "secretsmanager":
                SecretsManager.KeepForStaleReads();
                break;
            case "apigateway":
                ApiGateway.KeepForStaleReads();
                break;
        }
    }

    internal T AsBeforeTheLastWrite<T>(Func<T> read) => SecretsManager.AsBeforeTheLastWrite(() => ApiGateway.AsBeforeTheLastWrite(read));

    internal void Stop()
    {
        SecretsManager.Stop();
        Scheduler.Stop();
    }
}

/// <summary>What the Regions of an account share.</summary>
/// <param name="Confidential">The values that must never be printed.</param>
/// <param name="Replication">The copying of secrets between the Regions.</param>
/// <param name="Stopped">Canceled when the account is disposed.</param>
internal sealed record AccountState(ConfidentialValues Confidential, SecretReplication Replication, CancellationToken Stopped);
