namespace LocalAws;

/// <summary>
/// How an <see cref="EmbeddedAws"/> behaves where AWS's behaviour is not known; the ids are those of docs/aws-behaviour.md. What is built on AWS should work under either variant.
/// </summary>
public sealed record UnknownBehaviours
{
    /// <summary>list-9: the order in which keys and usage plans are listed.</summary>
    public ListingOrder ListingOrder { get; init; }

    /// <summary>update-5: whether UpdateApiKey leaves an enabled key enabled when <c>/enabled</c> is no boolean. Otherwise it disables the key.</summary>
    public bool JunkLeavesKeyEnabled { get; init; }

    /// <summary>update-8: whether CreateUsagePlanKey changes the key's lastUpdatedDate.</summary>
    public bool AttachChangesLastUpdatedDate { get; init; }

    /// <summary>update-9: whether an UpdateApiKey that changes nothing leaves lastUpdatedDate as it was.</summary>
    public bool SameValueLeavesLastUpdatedDate { get; init; }

    /// <summary>plan-4: whether GetUsagePlans answers 404 for a key that is unknown or in no plan. Otherwise the list is empty.</summary>
    public bool KeyWithoutPlansIsNotFound { get; init; }

    /// <summary>
    /// key-23: whether a call over HTTP that can answer ConflictException (<see cref="ApiGatewayService.Conflicting"/>) is refused for a concurrent modification before it is served:
    /// of the same call to the same resource each second one is served.
    /// </summary>
    public bool ConcurrentModifications { get; init; }

    /// <summary>plan-24: how long CreateUsagePlanKey takes over HTTP, and keeps other attaches of the account out.</summary>
    public TimeSpan AttachDuration { get; init; }

    /// <summary>list-16: how long GetApiKeys, GetApiKey and GetUsagePlans answer over HTTP as if a write that was made over HTTP had not been made yet.</summary>
    public TimeSpan ReadLag { get; init; }

    /// <summary>iam-27: whether a call to an API key lacks the condition keys aws:ResourceTag, so that a policy that has such a condition denies it.</summary>
    public bool KeysLackTagConditions { get; init; }

    /// <summary>rotation-39: how long DescribeSecret shows rotation as enabled after CancelRotateSecret.</summary>
    public TimeSpan CancelShowsAfter { get; init; }

    /// <summary>rotation-14: how long AWSPENDING stays on the rotated version when the rotation has finished.</summary>
    public TimeSpan PendingStays { get; init; }

    /// <summary>version-29: whether the first value of an empty secret gets AWSCURRENT although PutSecretValue names other labels only.</summary>
    public bool FirstValueIsCurrent { get; init; } = true;

    /// <summary>version-30: whether it does so when it fills the empty version of a rotation.</summary>
    public bool FirstRotatedValueIsCurrent { get; init; }

    /// <summary>event-1: whether EventBridge's invocations carry <c>aws:SourceAccount</c> when a function's policy is evaluated.</summary>
    public bool RulesNameTheirAccount { get; init; }
}

/// <summary>An order of listing.</summary>
public enum ListingOrder
{
    /// <summary>As in recordings of two keys.</summary>
    NewestFirst,

    /// <summary>As they were made.</summary>
    OldestFirst,

    /// <summary>By a hash of the id.</summary>
    Arbitrary,
}
