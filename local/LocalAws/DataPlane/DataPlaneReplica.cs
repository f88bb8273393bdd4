using LocalAws.ApiGateway;

namespace LocalAws.DataPlane;

/// <summary>
/// The data plane's copy of the account's keys and usage plans, which lags behind. Recorded on AWS: for seconds to minutes, a new key is rejected and
/// a disabled one still accepted. A change reaches one node after the other, the last one after the whole lag.
/// </summary>
internal sealed class DataPlaneReplica(TimeProvider timeProvider, UsageMeter meter, int nodes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ApiStageId, ServedApi> _stages = new();
    private readonly Node[] _nodes = [.. Enumerable.Range(0, nodes).Select(_ => new Node())];
    private TimeSpan _activationLag;
    private long _requests;

    /// <summary>Gets or sets the time until a change has reached all nodes. A new value applies to the changes that have not arrived yet.</summary>
    public TimeSpan ActivationLag
    {
        get
        {
            lock (_gate)
            {
                return _activationLag;
            }
        }
        set
        {
            lock (_gate)
            {
                ApplyDueChanges();
                _activationLag = value;
            }
        }
    }

    /// <summary>Adds a stage. The data plane serves it at once.</summary>
    public void Serve(ApiStageId stage, ServedApi api)
    {
        lock (_gate)
        {
            _stages[stage] = api;
        }
    }

    /// <summary>Removes a stage. The data plane stops serving it at once.</summary>
    public void RemoveStage(ApiStageId stage)
    {
        lock (_gate)
        {
            _stages.Remove(stage);
        }
    }

    public void KeyCreated(string keyId, string value, bool enabled) =>
        Change(node => node.AddKey(new ServedKey(keyId, value) { Enabled = enabled }));

    public void KeyUpdated(string keyId, bool enabled) => Change(node => node.KeyOf(keyId).Enabled = enabled);

    public void KeyDeleted(string keyId) => Change(node => node.RemoveKey(keyId));

    public void KeyAttached(string planId, string keyId) => Change(node => node.KeyOf(keyId).PlanIds.Add(planId));

    public void KeyDetached(string planId, string keyId) => Change(node => node.KeyOf(keyId).PlanIds.Remove(planId));

    public void PlanChanged(string planId, UsagePlanSettings settings) =>
        Change(node => node.Plans[planId] = new ServedPlan([.. settings.Stages], settings.Throttle, settings.Quota));

    public void PlanDeleted(string planId) => Change(node => node.Plans.Remove(planId));

    /// <summary>Returns the API that a stage serves, or null if the stage does not exist.</summary>
    public ServedApi? ApiOf(ApiStageId stage)
    {
        lock (_gate)
        {
            return _stages.GetValueOrDefault(stage);
        }
    }

    /// <summary>
    /// Returns whether a stage accepts a caller with this key value, and counts the accepted request. Each request goes to the next node.
    /// </summary>
    public Admission Admit(ApiStageId stage, string? apiKey)
    {
        lock (_gate)
        {
            ApplyDueChanges();
            var node = _nodes[_requests++ % _nodes.Length];
            if (apiKey is null || node.Find(apiKey) is not { Enabled: true } key)
            {
                return Admission.Forbidden;
            }

            foreach (var planId in key.PlanIds)
            {
                if (node.Plans.TryGetValue(planId, out var plan) && plan.Stages.Contains(stage))
                {
                    return meter.Admit(planId, key.Id, plan.Throttle, plan.Quota);
                }
            }

            return Admission.Forbidden;
        }
    }

    private void Change(Action<Node> apply)
    {
        var now = timeProvider.GetUtcNow();
        lock (_gate)
        {
            foreach (var node in _nodes)
            {
                node.Changes.Enqueue((now, apply));
            }
        }
    }

    // First in, first out: changes arrive in the order in which they were made, whatever the lag was.
    private void ApplyDueChanges()
    {
        var now = timeProvider.GetUtcNow();
        for (var node = 0; node < _nodes.Length; node++)
        {
            _nodes[node].Apply(now - (_activationLag * (node + 1) / _nodes.Length));
        }
    }

    /// <summary>A node that serves requests.</summary>
    private sealed class Node
    {
        private readonly Dictionary<string, ServedKey> _keysById = new();
        private readonly Dictionary<string, ServedKey> _keysByValue = new();

        /// <summary>Gets the changes that have not arrived yet.</summary>
        public Queue<(DateTimeOffset At, Action<Node> Apply)> Changes { get; } = new();

        public Dictionary<string, ServedPlan> Plans { get; } = new();

        public void Apply(DateTimeOffset madeUntil)
        {
            while (Changes.TryPeek(out var change) && change.At <= madeUntil)
            {
                Changes.Dequeue().Apply(this);
            }
        }

        public ServedKey? Find(string value) => _keysByValue.GetValueOrDefault(value);

        public ServedKey KeyOf(string id) => _keysById[id];

        public void AddKey(ServedKey key) => _keysById[key.Id] = _keysByValue[key.Value] = key;

        public void RemoveKey(string id)
        {
            _keysById.Remove(id, out var key);
            _keysByValue.Remove(key!.Value);
        }
    }

    private sealed record ServedPlan(HashSet<ApiStageId> Stages, ThrottleSettings? Throttle, QuotaSettings? Quota);

    private sealed class ServedKey(string id, string value)
    {
        public string Id { get; } = id;

        public string Value { get; } = value;

        public bool Enabled { get; set; }

        public HashSet<string> PlanIds { get; } = new();
    }
}

/// <summary>A stage of an API.</summary>
internal readonly record struct ApiStageId(string RestApiId, string StageName);
