using LocalAws.ApiGateway;

namespace LocalAws;

/// <content>Tags of keys, usage plans, REST APIs and stages.</content>
public sealed partial class ApiGatewayService
{
    /// <summary>Returns the tags of a key, a plan, a REST API or a stage.</summary>
    /// <param name="resourceArn">The ARN of the resource.</param>
    public ResourceTags GetTags(string resourceArn)
    {
        lock (_gate)
        {
            return new ResourceTags(TagDictionary.CopyOf(TagsOf(resourceArn)));
        }
    }

    /// <summary>Sets tags of a key, a plan, a REST API or a stage.</summary>
    /// <param name="request">The input of TagResource.</param>
    public void TagResource(TagResourceRequest request)
    {
        CheckTags(request.Tags);
        lock (_gate)
        {
            var tags = TagsOf(request.ResourceArn);
            if (tags.Keys.Union(request.Tags.Keys).Count() > 50)
            {
                throw ApiGatewayErrors.BadRequest("A resource can have at most 50 tags");
            }

            foreach (var (key, value) in request.Tags)
            {
                tags[key] = value;
            }

            Keep(request.ResourceArn, tags);
        }
    }

    /// <summary>Removes tags from a key, a plan, a REST API or a stage.</summary>
    /// <param name="request">The input of UntagResource.</param>
    public void UntagResource(UntagResourceRequest request)
    {
        lock (_gate)
        {
            var tags = TagsOf(request.ResourceArn);
            foreach (var key in request.TagKeys)
            {
                tags.Remove(key);
            }

            Keep(request.ResourceArn, tags);
        }
    }

    /// <summary>
    /// Returns the tags that a policy's condition evaluates for a path. AWS developer guide: children of a plan or a REST API have its tags, and a
    /// stage also has its own.
    /// </summary>
    internal IReadOnlyDictionary<string, string> TagsAt(string resourceArn)
    {
        lock (_gate)
        {
            var tags = PathOf(resourceArn) switch
            {
                ["", "apikeys", var keyId] => _keys.Find(keyId)?.Tags,
                ["", "usageplans", var planId, ..] => _plans.Find(planId)?.Tags,
                ["", "restapis", var apiId, ..] => _restApis.Find(apiId)?.Tags,
                _ => null,
            };
            var seen = TagDictionary.CopyOf(tags);
            if (PathOf(resourceArn) is ["", "restapis", var id, "stages", var stageName]
                && _restApis.Find(id)?.Stages.GetValueOrDefault(stageName)?.Tags is { } own)
            {
                foreach (var (key, value) in own)
                {
                    seen[key] = value;
                }
            }

            return seen;
        }
    }

    // AWS developer guide: at most 50 tags, with at most 128 and 256 characters. aws: is AWS's own prefix.
    private static void CheckTags(IReadOnlyDictionary<string, string>? tags)
    {
        if (tags is null)
        {
            return;
        }

        if (tags.Count > 50)
        {
            throw ApiGatewayErrors.BadRequest("A resource can have at most 50 tags");
        }

        foreach (var (key, value) in tags)
        {
            if (key.Length is 0 or > 128 || value.Length > 256 || key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
            {
                throw ApiGatewayErrors.BadRequest("Invalid tag specified");
            }
        }
    }

    private string[] PathOf(string resourceArn) =>
        resourceArn.StartsWith(Arn("/"), StringComparison.Ordinal) ? resourceArn[Arn("").Length..].Split('/') : [];

    // A copy for a stage: an earlier result must not change.
    private Dictionary<string, string> TagsOf(string resourceArn) => PathOf(resourceArn) switch
    {
        ["", "apikeys", var keyId] => KeyOf(keyId).Tags,
        ["", "usageplans", var planId] => PlanOf(planId).Tags,
        ["", "restapis", var apiId] => RestApiOf(apiId).Tags,
        ["", "restapis", var apiId, "stages", var stageName] => TagDictionary.CopyOf(StageOf(RestApiOf(apiId), stageName).Tags),
        _ => throw ApiGatewayErrors.NotFound("Invalid resource ARN specified"),
    };

    private void Keep(string resourceArn, Dictionary<string, string> tags)
    {
        if (PathOf(resourceArn) is ["", "restapis", var apiId, "stages", var stageName])
        {
            var stages = RestApiOf(apiId).Stages;
            stages[stageName] = stages[stageName] with { Tags = tags.Count == 0 ? null : tags };
        }
    }
}
