namespace LocalAws.ApiGateway;

/// <summary>An API key in the state of the service.</summary>
internal sealed class StoredApiKey(string id, string value, DateTimeOffset created)
{
    public string Id { get; } = id;

    public string Value { get; } = value;

    public string? Name { get; set; }

    public string? Description { get; set; }

    public string? CustomerId { get; set; }

    public bool Enabled { get; set; }

    /// <summary>Gets API stages, each <c>{api}/{stage}</c>. They open nothing: only usage plans do.</summary>
    public IReadOnlyList<string> StageKeys { get; set; } = [];

    public DateTimeOffset Created { get; } = created;

    public DateTimeOffset LastUpdated { get; set; } = created;

    public Dictionary<string, string> Tags { get; set; } = new();

    /// <summary>Gets the plans that contain the key.</summary>
    public HashSet<StoredUsagePlan> Plans { get; set; } = [];

    /// <summary>Returns a copy of the key in its current state, in the same plans.</summary>
    public StoredApiKey Copy()
    {
        var copy = (StoredApiKey)MemberwiseClone();
        copy.Tags = new Dictionary<string, string>(Tags);
        return copy;
    }

    // Recorded on AWS: an empty name counts as missing.
    public ApiKey ToApiKey(bool value, bool tags) => new()
    {
        Id = Id,
        Value = value ? Value : null,
        Name = string.IsNullOrEmpty(Name) ? null : Name,
        CustomerId = CustomerId,
        Description = Description,
        Enabled = Enabled,
        StageKeys = StageKeys,
        CreatedDate = Created,
        LastUpdatedDate = LastUpdated,
        Tags = tags ? TagDictionary.CopyOf(Tags) : null,
    };

    public UsagePlanKey ToUsagePlanKey() => new() { Id = Id, Value = Value, Name = string.IsNullOrEmpty(Name) ? null : Name };
}
