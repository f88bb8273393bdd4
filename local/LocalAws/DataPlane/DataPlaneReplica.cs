using LocalAws.ApiGateway;

namespace LocalAws.DataPlane;

/// <summary>
/// What the data plane knows: a copy of the account's keys and usage plans that lags behind. Recorded on AWS: a new key is refused, and a
/// disabled one still served, for seconds to minutes.
/// </summary>
internal sealed class DataPlaneReplica(TimeProvider timeProvider, UsageMeter meter)
{
    private readonly Lock _gate = new();
    private readonly Queue<(DateTimeOffset At, Action Apply)> _changes = new();
    private readonly HashSet<ApiStageId> _stages = [];
    private readonly Dictionary<string, Dictionary<string, bool>> _methods = new();
    private readonly Dictionary<string, ServedKey> _keysById = new();
    private readonly Dictionary<string, ServedKey> _keysByValue = new();
    private readonly Dictionary<string, ServedPlan> _plans = new();
    private TimeSpan _activationLag;

    /// <summary>How long a change takes to arrive. A new lag holds for the changes that have not arrived yet.</summary>
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

    /// <summary>Stages are served at once.</summary>
    public void AddStage(ApiStageId stage)
    {
        lock (_gate)
        {
            _stages.Add(stage);
        }
    }

    /// <summary>And no longer served at once.</summary>
    public void RemoveStage(ApiStageId stage)
    {
        lock (_gate)
        {
            _stages.Remove(stage);
        }
    }

    /// <summary>So are methods. The first one of an API leaves it with that one only.</summary>
    public void SetMethod(string restApiId, string path, bool apiKeyRequired)
    {
        lock (_gate)
        {
            if (!_methods.TryGetValue(restApiId, out var methods))
            {
                _methods.Add(restApiId, methods = new Dictionary<string, bool>());
            }

            methods[path.Trim('/')] = apiKeyRequired;
        }
    }

    public void KeyCreated(string keyId, string value, bool enabled) => Change(() =>
        _keysById[keyId] = _keysByValue[value] = new ServedKey(keyId, value) { Enabled = enabled });

    public void KeyUpdated(string keyId, bool enabled) => Change(() => _keysById[keyId].Enabled = enabled);

    public void KeyDeleted(string keyId) => Change(() =>
    {
        _keysById.Remove(keyId, out var key);
        _keysByValue.Remove(key!.Value);
    });

    public void KeyAttached(string planId, string keyId) => Change(() => _keysById[keyId].PlanIds.Add(planId));

    public void KeyDetached(string planId, string keyId) => Change(() => _keysById[keyId].PlanIds.Remove(planId));

    public void PlanChanged(string planId, UsagePlanSettings settings) =>
        Change(() => _plans[planId] = new ServedPlan([.. settings.Stages], settings.Throttle, settings.Quota));

    public void PlanDeleted(string planId) => Change(() => _plans.Remove(planId));

    /// <summary>Whether a path of a stage is for callers with a key only; null where nothing is there.</summary>
    public bool? RequiresKey(ApiStageId stage, string path)
    {
        lock (_gate)
        {
            if (!_stages.Contains(stage))
            {
                return null;
            }

            if (!_methods.TryGetValue(stage.RestApiId, out var methods))
            {
                return true;
            }

            return methods.TryGetValue(path.Trim('/'), out var required) ? required : null;
        }
    }

    /// <summary>Whether a stage serves a caller that sends this value; counts the request where it does.</summary>
    public Admission Admit(ApiStageId stage, string? apiKey)
    {
        lock (_gate)
        {
            ApplyDueChanges();
            if (apiKey is null || !_keysByValue.TryGetValue(apiKey, out var key) || !key.Enabled)
            {
                return Admission.Forbidden;
            }

            foreach (var planId in key.PlanIds)
            {
                if (_plans.TryGetValue(planId, out var plan) && plan.Stages.Contains(stage))
                {
                    return meter.Admit(planId, key.Id, plan.Throttle, plan.Quota);
                }
            }

            return Admission.Forbidden;
        }
    }

    private void Change(Action apply)
    {
        lock (_gate)
        {
            _changes.Enqueue((timeProvider.GetUtcNow(), apply));
        }
    }

    // First in, first out: whatever the lag was, changes arrive in the order in which they were made.
    private void ApplyDueChanges()
    {
        var due = timeProvider.GetUtcNow() - _activationLag;
        while (_changes.TryPeek(out var change) && change.At <= due)
        {
            _changes.Dequeue().Apply();
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
