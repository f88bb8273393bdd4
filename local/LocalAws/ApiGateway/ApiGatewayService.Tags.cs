using LocalAws.ApiGateway;

namespace LocalAws;

/// <content>Tags of keys and usage plans.</content>
public sealed partial class ApiGatewayService
{
    /// <summary>Shows the tags of a key or a plan.</summary>
    /// <param name="resourceArn">Its ARN.</param>
    public ResourceTags GetTags(string resourceArn)
    {
        lock (_gate)
        {
            return new ResourceTags(TagDictionary.CopyOf(TagsOf(resourceArn)));
        }
    }

    /// <summary>Sets tags of a key or a plan.</summary>
    /// <param name="request">Which tags.</param>
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
        }
    }

    /// <summary>Takes tags off a key or a plan.</summary>
    /// <param name="request">Which tags.</param>
    public void UntagResource(UntagResourceRequest request)
    {
        lock (_gate)
        {
            var tags = TagsOf(request.ResourceArn);
            foreach (var key in request.TagKeys)
            {
                tags.Remove(key);
            }
        }
    }

    /// <summary>The tags that a policy's condition sees at a path. AWS developer guide: the keys of a plan have the plan's.</summary>
    internal IReadOnlyDictionary<string, string> TagsAt(string resourceArn)
    {
        lock (_gate)
        {
            var tags = PathOf(resourceArn) switch
            {
                ["", "apikeys", var keyId] => _keys.Find(keyId)?.Tags,
                ["", "usageplans", var planId, ..] => _plans.Find(planId)?.Tags,
                _ => null,
            };
            return TagDictionary.CopyOf(tags);
        }
    }

    // AWS developer guide: at most 50 tags of up to 128 and 256 characters; aws: is AWS's own prefix.
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

    private Dictionary<string, string> TagsOf(string resourceArn)
    {
        return PathOf(resourceArn) switch
        {
            ["", "apikeys", var keyId] => KeyOf(keyId).Tags,
            ["", "usageplans", var planId] => PlanOf(planId).Tags,
            _ => throw ApiGatewayErrors.NotFound("Invalid resource ARN specified"),
        };
    }
}
