namespace LocalAws.ApiGateway;

/// <summary>A usage plan in the state of the service.</summary>
internal sealed class StoredUsagePlan(string id, UsagePlanSettings settings)
{
    public string Id { get; } = id;

    public UsagePlanSettings Settings { get; set; } = settings;

    public Dictionary<string, string> Tags { get; init; } = new();

    public PagedCollection<StoredApiKey> Keys { get; private init; } = new();

    /// <summary>Returns a copy of the plan in its current state, with copies of its keys.</summary>
    public StoredUsagePlan Copy(PagedCollection<StoredApiKey> keys) =>
        new(Id, Settings) { Tags = new Dictionary<string, string>(Tags), Keys = Keys.Copy(key => keys.Find(key.Id)!) };

    public UsagePlan ToUsagePlan(bool tags) => new()
    {
        Id = Id,
        Name = Settings.Name ?? "",
        Description = Settings.Description,
        ApiStages = [.. Settings.Stages.Select(stage => new ApiStage(stage.RestApiId, stage.StageName))],
        Throttle = Settings.Throttle,
        Quota = Settings.Quota,
        ProductCode = Settings.ProductCode,
        Tags = tags ? TagDictionary.CopyOf(Tags) : null,
    };
}
