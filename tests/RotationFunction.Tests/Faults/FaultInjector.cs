using System.Text;
using System.Text.Json;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>
/// Stands between the function and an embedded AWS in this process: counts the function's calls, makes the planned ones go wrong,
/// and has the invariants checked after every call that changes something.
/// </summary>
internal sealed class FaultInjector : IDisposable
{
    // Set while something runs that is not the run whose calls are counted: a twin, a late event, another secret's rotation.
    private static readonly AsyncLocal<bool> Uncounted = new();
    private static readonly AsyncLocal<Fault?> NextFault = new();
    private static readonly AsyncLocal<DateTimeOffset> Deadline = new();
    private static readonly AsyncLocal<int> CallNumber = new();

    private readonly SemaphoreSlim _gate = new(initialCount: 1);
    private readonly Dictionary<string, List<FunctionInvocation>> _events = [];
    private readonly List<string> _tokens = [];
    private readonly Dictionary<int, Func<Task>> _interruptions = [];
    private RotationFixture _fixture = null!;
    private Invariants _invariants = null!;
    private Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> _run = null!;
    private FunctionInvocation? _invocation;
    private Dictionary<int, FaultKind> _plan = [];
    private readonly HashSet<string> _sent = [];
    private bool _isDead;

    /// <summary>The calls since <see cref="Plan"/>, without those of twins and late events.</summary>
    public List<MadeCall> Calls { get; } = [];

    public HttpMessageHandler Between(HttpMessageHandler transport) => new Handler(this, transport);

    public void Attach(RotationFixture fixture, Invariants invariants)
    {
        (_fixture, _invariants, _run) = (fixture, invariants, fixture.OnInvoke);
        fixture.OnInvoke = InvokeAsync;
        fixture.Aws.Faults = call =>
        {
            if (!Uncounted.Value && CallNumber.Value is > 0 and var number)
            {
                lock (Calls)
                {
                    Calls[number - 1] = Calls[number - 1] with { Operation = call.Operation };
                }
            }

            return NextFault.Value;
        };
    }

    /// <summary>From now on counts anew; these calls go wrong.</summary>
    public void Plan(params ReadOnlySpan<PlannedFault> faults)
    {
        Calls.Clear();
        _sent.Clear();
        _interruptions.Clear();
        _plan = [];
        foreach (var fault in faults)
        {
            _plan.Add(fault.Call, fault.Kind);
        }
    }

    /// <summary>Has something done before the n-th call.</summary>
    public void Interrupt(int call, Func<Task> interruption) => _interruptions[call] = interruption;

    /// <summary>Delivers all events of a rotation again: the latest is 1, the one before 2.</summary>
    public Task RepeatAsync(int rotation) => RunNestedAsync(rotation <= _tokens.Count ? [.. _events[_tokens[^rotation]]] : []);

    /// <summary>One invocation with any event, whose calls are counted and go wrong as planned.</summary>
    public Task<ReadOnlyMemory<byte>> InvokeAsync(string eventJson) => InvokeAsync(Invocation(eventJson));

    /// <summary>One invocation with any event in which nothing goes wrong, also while another one runs.</summary>
    public async Task ActAsync(string eventJson)
    {
        Uncounted.Value = true;
        await RunAsync(Invocation(eventJson));
    }

    public void Dispose() => _gate.Dispose();

    private FunctionInvocation Invocation(string eventJson) =>
        new(Guid.NewGuid().ToString(), _fixture.FunctionArn, Encoding.UTF8.GetBytes(eventJson), _fixture.Time.GetUtcNow().AddMinutes(15));

    private async Task<ReadOnlyMemory<byte>> InvokeAsync(FunctionInvocation invocation)
    {
        using var received = JsonDocument.Parse(invocation.Payload);
        if (received.RootElement.TryGetProperty("SecretId", out var secret) && secret.GetString() != _fixture.SecretArn)
        {
            Uncounted.Value = true;
            return await RunAsync(invocation);
        }

        if (received.RootElement.TryGetProperty("ClientRequestToken", out var token))
        {
            Remember(token.GetString()!, invocation);
        }

        (_invocation, _isDead) = (invocation, false);
        try
        {
            return await RunAsync(invocation);
        }
        finally
        {
            if (Calls.Count > 0)
            {
                Calls[^1] = Calls[^1] with { IsLast = true };
            }
        }
    }

    private void Remember(string token, FunctionInvocation invocation)
    {
        if (!_events.TryGetValue(token, out var events))
        {
            _tokens.Add(token);
            _events.Add(token, events = []);
        }

        events.Add(invocation);
    }

    private async Task<ReadOnlyMemory<byte>> RunAsync(FunctionInvocation invocation)
    {
        Deadline.Value = invocation.Deadline;
        return await _run(invocation);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Func<Task<HttpResponseMessage>> send)
    {
        var id = request.Headers.TryGetValues("amz-sdk-invocation-id", out var values) ? values.First() : throw new InvalidOperationException("Not a call of the SDK.");
        EndIfOver();
        if (Uncounted.Value || Count(id) is not { } number)
        {
            return await SendCheckedAsync(request, send);
        }

        CallNumber.Value = number;
        if (_interruptions.TryGetValue(number, out var interruption))
        {
            await interruption();
        }

        return _plan.TryGetValue(number, out var kind) ? await SendAsync(kind, request, send) : await SendCheckedAsync(request, send);
    }

    /// <summary>The call's number; null when the SDK only sends it again.</summary>
    private int? Count(string id)
    {
        lock (Calls) // two may be made at the same time
        {
            if (!_sent.Add(id))
            {
                return null;
            }

            Calls.Add(new MadeCall("", IsLast: false));
            return Calls.Count;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(FaultKind kind, HttpRequestMessage request, Func<Task<HttpResponseMessage>> send)
    {
        NextFault.Value = FaultKinds.OfEmbeddedAws(kind);
        switch (kind)
        {
            case FaultKind.KilledBefore:
                throw Die();
            case FaultKind.Twin:
                await RunNestedAsync([_invocation!]);
                break;
            case FaultKind.LateEvents:
                await RepeatAsync(rotation: 3);
                await RepeatAsync(rotation: 2);
                break;
        }

        var answer = await SendCheckedAsync(request, send, passes: kind == FaultKind.LambdaTimeOut ? TimeSpan.FromMinutes(16) : TimeSpan.Zero);
        return kind is FaultKind.KilledAfter or FaultKind.LambdaTimeOut ? throw Die() : answer;
    }

    private async Task<HttpResponseMessage> SendCheckedAsync(HttpRequestMessage request, Func<Task<HttpResponseMessage>> send, TimeSpan passes = default)
    {
        // What a call only read can violate nothing.
        var reads = request.Method == HttpMethod.Get
            || (request.Headers.TryGetValues("X-Amz-Target", out var target) && target.First() is "secretsmanager.DescribeSecret" or "secretsmanager.GetSecretValue");
        // Two secrets may rotate at once: the invariants hold between calls, and time passes there.
        await _gate.WaitAsync();
        try
        {
            EndIfOver();
            return await send();
        }
        finally
        {
            if (!reads)
            {
                await _invariants.CheckAsync();
            }

            _fixture.Time.Advance(passes);
            _gate.Release();
        }
    }

    /// <summary>What has run out of its time is ended by Lambda.</summary>
    private void EndIfOver()
    {
        if ((_isDead && !Uncounted.Value) || _fixture.Time.GetUtcNow() > Deadline.Value)
        {
            throw new ProcessDiedException();
        }
    }

    private async Task RunNestedAsync(IReadOnlyList<FunctionInvocation> invocations)
    {
        Uncounted.Value = true;
        foreach (var invocation in invocations)
        {
            try
            {
                await RunAsync(invocation with { RequestId = Guid.NewGuid().ToString(), Deadline = _fixture.Time.GetUtcNow().AddMinutes(15) });
            }
            catch (Exception failure) when (failure is RotationException or ProcessDiedException)
            {
                // A late event is refused, and of two twins one may be: what counts is that the invariants hold.
            }
        }
    }

    private ProcessDiedException Die()
    {
        _isDead = true;
        return new ProcessDiedException();
    }

    private sealed class Handler(FaultInjector faults, HttpMessageHandler transport) : DelegatingHandler(transport)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            faults.SendAsync(request, () => base.SendAsync(request, cancellationToken));
    }
}

/// <summary>A call that the function made.</summary>
/// <param name="Operation">Its operation; empty when the function died before it.</param>
/// <param name="IsLast">Whether the invocation ended after it.</param>
internal sealed record MadeCall(string Operation, bool IsLast)
{
    /// <summary>Whether it can be refused for another's change.</summary>
    public bool Conflicts => ApiGatewayService.Conflicting.Contains(Operation);

    public bool IsRead => Operation.StartsWith("Get", StringComparison.Ordinal) || Operation.StartsWith("Describe", StringComparison.Ordinal);
}

/// <summary>What the function's own code sees of its process dying: its call does not return, and no other one does.</summary>
internal sealed class ProcessDiedException : Exception;
