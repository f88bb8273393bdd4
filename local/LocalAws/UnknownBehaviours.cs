namespace LocalAws;

/// <summary>
/// The variants of an <see cref="EmbeddedAws"/> where AWS's behaviour is not known. The ids are those of docs/aws-behaviour.md. Code for AWS should
/// work with every variant.
/// </summary>
public sealed record UnknownBehaviours
{
    /// <summary>list-9: gets the order in which keys and usage plans are listed.</summary>
    public ListingOrder ListingOrder { get; init; }

    /// <summary>
    /// update-5: gets whether UpdateApiKey leaves an enabled key enabled if <c>/enabled</c> is not a boolean. Otherwise it disables the key.
    /// </summary>
    public bool JunkLeavesKeyEnabled { get; init; }

    /// <summary>update-8: gets whether CreateUsagePlanKey changes the key's lastUpdatedDate.</summary>
    public bool AttachChangesLastUpdatedDate { get; init; }

    /// <summary>update-9: gets whether an UpdateApiKey that changes nothing keeps lastUpdatedDate.</summary>
    public bool SameValueLeavesLastUpdatedDate { get; init; }

    /// <summary>plan-4: gets whether GetUsagePlans returns 404 for a key that is unknown or in no plan. Otherwise the list is empty.</summary>
    public bool KeyWithoutPlansIsNotFound { get; init; }

    /// <summary>
    /// key-23: gets whether API Gateway first rejects a call over HTTP that can return ConflictException
    /// (<see cref="ApiGatewayService.Conflicting"/>) for a concurrent modification. Every second call of the same operation on the same resource
    /// succeeds.
    /// </summary>
    public bool ConcurrentModifications { get; init; }

    /// <summary>plan-24: gets the time that CreateUsagePlanKey takes over HTTP, in which it blocks other attaches of the account.</summary>
    public TimeSpan AttachDuration { get; init; }

    /// <summary>
    /// plan-32: gets the time after which GetUsage shows a request. It shows all requests of a key that has reached its quota at once.
    /// </summary>
    public TimeSpan UsageLag { get; init; } = TimeSpan.FromMinutes(40);

    /// <summary>plan-33: gets what GetUsage shows of a plan without a quota.</summary>
    public UsageWithoutQuota UsageWithoutQuota { get; init; }

    /// <summary>
    /// plan-34: gets whether GetUsage shows a day without requests as an empty list. Otherwise it shows 0 and the remaining requests.
    /// </summary>
    public bool DaysWithoutRequestsAreEmpty { get; init; }

    /// <summary>plan-35: gets whether GetUsage omits a key without requests in its days.</summary>
    public bool UnusedKeysAreAbsent { get; init; }

    /// <summary>list-16: gets the time in which GetApiKeys, GetApiKey and GetUsagePlans over HTTP do not see a write over HTTP.</summary>
    public TimeSpan ReadLag { get; init; }

    /// <summary>
    /// iam-27: gets whether a call on an API key lacks the condition keys aws:ResourceTag, so that a policy with such a condition denies it.
    /// </summary>
    public bool KeysLackTagConditions { get; init; }

    /// <summary>rotation-39: gets the time for which DescribeSecret shows rotation as enabled after CancelRotateSecret.</summary>
    public TimeSpan CancelShowsAfter { get; init; }

    /// <summary>rotation-14: gets the time for which AWSPENDING stays on the rotated version after the rotation.</summary>
    public TimeSpan PendingStays { get; init; }

    /// <summary>version-29: gets whether the first value of an empty secret gets AWSCURRENT even if PutSecretValue names only other labels.</summary>
    public bool FirstValueIsCurrent { get; init; } = true;

    /// <summary>version-30: gets whether the same happens to the value that fills the empty version of a rotation.</summary>
    public bool FirstRotatedValueIsCurrent { get; init; }

    /// <summary>replica-14: gets whether the status of a replica stays InSync while a change after the first copy has not reached it yet.</summary>
    public bool ReplicaStaysInSync { get; init; }
}

/// <summary>What GetUsage shows of the keys of a plan without a quota.</summary>
public enum UsageWithoutQuota
{
    /// <summary>Nothing: the keys are absent.</summary>
    Absent,

    /// <summary>No requests, whatever the keys were used for.</summary>
    Zero,

    /// <summary>The requests, and 0 remaining ones.</summary>
    Counted,
}

/// <summary>An order of listing.</summary>
public enum ListingOrder
{
    /// <summary>The order in recordings of two keys.</summary>
    NewestFirst,

    /// <summary>The order of creation.</summary>
    OldestFirst,

    /// <summary>The order of a hash of the id.</summary>
    Arbitrary,
}
