using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>API Gateway in one Region: the keys there, their requests and their quotas.</summary>
internal sealed class Region
{
    /// <summary>Creates a Region.</summary>
    /// <param name="client">The client of API Gateway in the Region.</param>
    /// <param name="time">The clock.</param>
    /// <param name="name">The Region's code; null for the Region of the function and its secrets.</param>
    public Region(IAmazonAPIGateway client, TimeProvider time, string? name = null)
    {
        Name = name;
        ApiKeys = new ApiKeys(client, time);
        KeyUsage = new KeyUsage(client, ApiKeys, time);
        KeyRing = new KeyRing(ApiKeys, KeyUsage, time);
        Quotas = new Quotas(client, ApiKeys, KeyUsage, time);
    }

    /// <summary>Gets the Region's code; null for the Region of the function and its secrets, which no text names.</summary>
    public string? Name { get; }

    public ApiKeys ApiKeys { get; }

    public KeyUsage KeyUsage { get; }

    public KeyRing KeyRing { get; }

    public Quotas Quotas { get; }
}

/// <summary>An invocation and its secret in one Region: tags, log messages and errors are those of the Region.</summary>
internal sealed record RegionalSecret(Invocation Invocation, SecretDescription Secret, Region Region)
{
    public ApiKeys ApiKeys => Region.ApiKeys;

    public KeyRing KeyRing => Region.KeyRing;

    /// <summary>The same with the labels and tags that the secret has now.</summary>
    public RegionalSecret With(SecretDescription secret) => this with { Secret = Region.Name is { } name ? secret.In(name) : secret };
}

/// <summary>The keys of a secret in one Region, or why they could not be listed.</summary>
internal sealed record RegionalRing(RegionalSecret Secret, List<ApiKey> Keys, RotationException? Failure = null)
{
    /// <summary>Returns the minted key that has a value; null without one.</summary>
    public ApiKey? Find(ApiKeyValue value) => Keys.Find(key => key.Value == value.Text);
}
