using LocalAws.DataPlane;

namespace LocalAws.ApiGateway;

/// <summary>A usage plan as the service keeps it.</summary>
internal sealed class StoredUsagePlan(string id, CreateUsagePlanRequest request)
{
    public string Id { get; } = id;

    public string Name { get; set; } = request.Name;

    public string? Description { get; set; } = request.Description;

    public HashSet<ApiStageId> Stages { get; } = [];

    public Dictionary<string, string> Tags { get; } = TagDictionary.CopyOf(request.Tags);

    public PagedCollection<StoredApiKey> Keys { get; } = new();

    public UsagePlan ToUsagePlan(bool tags) => new()
    {
        Id = Id,
        Name = Name,
        Description = Description,
        ApiStages = [.. Stages.Select(stage => new ApiStage(stage.RestApiId, stage.StageName))],
        Throttle = request.Throttle,
        Quota = request.Quota,
        Tags = tags ? TagDictionary.CopyOf(Tags) : null,
    };
}
