using System.Collections.Immutable;

namespace LocalAws.Iam;

/// <summary>A role in the service's state. Its changes take effect in order, each at its time.</summary>
internal sealed class StoredRole(string name, string arn, string uniqueId, string trustDocument, Policy trust)
{
    private readonly Lock _gate = new();
    private readonly Queue<(DateTimeOffset At, State State)> _coming = new();
    private State _effective = new(Exists: false, IsDeleted: false, trust, []);
    private Policy _trust = trust;
    private IReadOnlyList<Policy> _policies = [];

    public string Name { get; } = name;

    public string Arn { get; } = arn;

    /// <summary>Gets the id that no other role has, also not a later one of the same name.</summary>
    public string UniqueId { get; } = uniqueId;

    public string TrustDocument { get; private set; } = trustDocument;

    /// <summary>Gets the role's policies as they were put, by name.</summary>
    public ImmutableSortedDictionary<string, string> Documents { get; private set; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public void Put(ImmutableSortedDictionary<string, string> documents, IReadOnlyList<Policy> policies, DateTimeOffset effective)
    {
        (Documents, _policies) = (documents, policies);
        Change(new State(Exists: true, IsDeleted: false, _trust, _policies), effective);
    }

    public void PutTrust(string document, Policy trustPolicy, DateTimeOffset effective)
    {
        (TrustDocument, _trust) = (document, trustPolicy);
        Change(new State(Exists: true, IsDeleted: false, _trust, _policies), effective);
    }

    public void Delete(DateTimeOffset effective) => Change(new State(Exists: false, IsDeleted: true, _trust, []), effective);

    public bool IsDeleted(DateTimeOffset now) => At(now).IsDeleted;

    public bool Exists(DateTimeOffset now) => At(now).Exists;

    public bool IsTrusting(string service, string account, ConditionKeys keys, DateTimeOffset now) =>
        IsTrusting(new AccessRequest(new Principal(account, service, RoleArn: null), "sts:AssumeRole", Arn, keys), now);

    public bool IsTrusting(AccessRequest request, DateTimeOffset now) =>
        At(now) is { Exists: true } state && state.Trust.Evaluate(request) is Verdict.Allowed;

    public Verdict Evaluate(AccessRequest request, DateTimeOffset now)
    {
        var verdict = Verdict.Silent;
        foreach (var policy in At(now).Policies)
        {
            verdict = (Verdict)Math.Max((int)verdict, (int)policy.Evaluate(request));
        }

        return verdict;
    }

    private void Change(State state, DateTimeOffset at)
    {
        lock (_gate)
        {
            _coming.Enqueue((at, state));
        }
    }

    private State At(DateTimeOffset now)
    {
        lock (_gate)
        {
            while (_coming.TryPeek(out var next) && next.At <= now)
            {
                _effective = _coming.Dequeue().State;
            }

            return _effective;
        }
    }

    private sealed record State(bool Exists, bool IsDeleted, Policy Trust, IReadOnlyList<Policy> Policies);
}

/// <summary>A session of a role.</summary>
internal sealed record RoleSession(StoredRole Role, Principal Principal, RoleCredentials Credentials);
