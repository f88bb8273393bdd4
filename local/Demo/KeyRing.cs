using System.Text.Json;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Demo;

/// <summary>A minted key, without its value.</summary>
internal sealed record RingKey(string Id, bool Enabled, string Label);

/// <summary>The keys and their states so far.</summary>
internal sealed record KeyCounts(int Minted, int Disabled, int Deleted);

/// <summary>The minted keys of a secret, each with the labels that hold its value.</summary>
internal sealed class KeyRing(IAmazonSecretsManager secrets, IAmazonAPIGateway gateway, string secretName)
{
    private readonly HashSet<string> _seen = [];
    private readonly HashSet<string> _disabled = [];
    private readonly HashSet<string> _deleted = [];

    public KeyCounts Counts => new(_seen.Count, _disabled.Count, _deleted.Count);

    public async Task<IReadOnlyList<RingKey>> ReadAsync()
    {
        var labels = new Dictionary<string, string>();
        foreach (var label in new[] { "AWSPREVIOUS", "AWSCURRENT" })
        {
            if (await FindKeyAsync(label) is { } value)
            {
                labels[value] = label;
            }
        }

        var page = await gateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = secretName + "/", IncludeValues = true, Limit = 500 });
        var keys = (page.Items ?? []).OrderByDescending(key => key.CreatedDate).ToList();
        var ring = keys.ConvertAll(key => new RingKey(key.Id, key.Enabled == true, labels.GetValueOrDefault(key.Value, "")));

        _deleted.UnionWith(_seen.Except(ring.Select(key => key.Id)));
        _seen.UnionWith(ring.Select(key => key.Id));
        _disabled.UnionWith(ring.Where(key => !key.Enabled).Select(key => key.Id));
        return ring;
    }

    public async Task<string?> FindKeyAsync(string label)
    {
        try
        {
            var answer = await secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = secretName, VersionStage = label });
            return JsonDocument.Parse(answer.SecretString).RootElement.TryGetProperty("apiKey", out var apiKey) ? apiKey.GetString() : null;
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
    }
}
