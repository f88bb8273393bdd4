using System.Security.Cryptography;
using LocalAws.ApiGateway;

namespace LocalAws;

/// <content>API keys.</content>
public sealed partial class ApiGatewayService
{
    // Recorded on AWS: 125,001 characters are rejected. The limit itself is not known.
    private const int MaximumDescription = 125_000;

    private static readonly string[] KeyPatchPaths = ["/description", "/enabled", "/name", "/customerId"];

    // AWS API reference, "Patch operations". Usage plans have replaced stages, and no operation returns labels.
    private static readonly string[] KeyListPaths = ["/stages", "/labels"];

    private PagedCollection<StoredApiKey> _keys;
    private readonly Dictionary<string, StoredApiKey> _keysByValue = new();

    /// <summary>The quota of API keys in the account and Region. AWS: 10,000.</summary>
    public int MaximumApiKeys { get; set; } = 10_000;

    /// <summary>Creates a key. Its value is unique in the account and Region; an error does not name the key that holds it.</summary>
    /// <param name="request">The input of CreateApiKey.</param>
    public ApiKey CreateApiKey(CreateApiKeyRequest request)
    {
        CheckName(request.Name);
        CheckDescription(request.Description);
        CheckTags(request.Tags);
        // Recorded on AWS: an empty value counts as missing.
        var value = string.IsNullOrEmpty(request.Value)
            ? RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 40)
            : request.Value;
        if (value.Length < 20)
        {
            throw ApiGatewayErrors.BadRequest("API Key value should be at least 20 characters");
        }

        if (value.Length > 128)
        {
            throw ApiGatewayErrors.BadRequest("API Key value exceeds maximum size of 128 characters");
        }

        _confidential.Add(value);

        lock (_gate)
        {
            if (_keysByValue.ContainsKey(value))
            {
                throw ApiGatewayErrors.DuplicateValue();
            }

            if (_keys.Count >= MaximumApiKeys)
            {
                throw ApiGatewayErrors.LimitExceeded("API Key quota exceeded");
            }

            var key = new StoredApiKey(NewId(), value, Now)
            {
                Name = request.Name,
                Description = request.Description,
                CustomerId = request.CustomerId,
                Enabled = request.Enabled,
                Tags = TagDictionary.CopyOf(request.Tags),
            };
            _keys.Add(key.Id, key);
            _keysByValue.Add(value, key);
            _replica.KeyCreated(key.Id, value, key.Enabled);
            return key.ToApiKey(value: true, tags: key.Tags.Count > 0);
        }
    }

    /// <summary>Returns a key with its tags.</summary>
    /// <param name="apiKey">The key's id.</param>
    /// <param name="includeValue">Whether to return the key's value.</param>
    public ApiKey GetApiKey(string apiKey, bool includeValue = false)
    {
        lock (_gate)
        {
            return KeyOf(apiKey).ToApiKey(includeValue, tags: true);
        }
    }

    /// <summary>Lists keys without tags.</summary>
    /// <param name="request">The input of GetApiKeys.</param>
    public ApiKeys GetApiKeys(GetApiKeysRequest request)
    {
        lock (_gate)
        {
            var (keys, position) = _keys.Page(
                request.Position,
                request.Limit,
                key => NameMatches(key, request.NameQuery)
                    && (string.IsNullOrEmpty(request.CustomerId) || key.CustomerId == request.CustomerId));
            return new ApiKeys { Items = [.. keys.Select(key => key.ToApiKey(request.IncludeValues, tags: false))], Position = position };
        }
    }

    /// <summary>Updates a key's description, name, customer id, or whether it is enabled. Its value never changes.</summary>
    /// <param name="request">The input of UpdateApiKey.</param>
    public ApiKey UpdateApiKey(UpdateApiKeyRequest request)
    {
        var operations = request.PatchOperations ?? [];
        foreach (var operation in operations)
        {
            CheckKeyPatch(operation);
        }

        lock (_gate)
        {
            var key = KeyOf(request.ApiKey);
            var before = (key.Name, key.Description, key.CustomerId, key.Enabled);
            foreach (var operation in operations)
            {
                ApplyKeyPatch(key, operation, _aws.Unknowns);
            }

            if (!_aws.Unknowns.SameValueLeavesLastUpdatedDate || before != (key.Name, key.Description, key.CustomerId, key.Enabled))
            {
                key.LastUpdated = Now;
            }

            _replica.KeyUpdated(key.Id, key.Enabled);
            // Recorded on AWS: without the value, and with an empty map if there are no tags.
            return key.ToApiKey(value: false, tags: true);
        }
    }

    /// <summary>Deletes a key, and detaches it from its usage plans.</summary>
    /// <param name="apiKey">The key's id.</param>
    public void DeleteApiKey(string apiKey)
    {
        lock (_gate)
        {
            var key = KeyOf(apiKey);
            foreach (var plan in key.Plans)
            {
                plan.Keys.Remove(key.Id);
            }

            _keys.Remove(key.Id);
            _keysByValue.Remove(key.Value);
            _replica.KeyDeleted(key.Id);
        }
    }

    // Recorded on AWS: nameQuery is a case-sensitive prefix.
    private static bool NameMatches(StoredApiKey key, string? nameQuery) =>
        string.IsNullOrEmpty(nameQuery) || key.Name?.StartsWith(nameQuery, StringComparison.Ordinal) == true;

    private static void CheckKeyPatch(PatchOperation operation)
    {
        string[] allowed = operation.Op switch
        {
            "replace" => KeyPatchPaths,
            "add" or "remove" => KeyListPaths,
            _ => [],
        };
        if (!allowed.Contains(operation.Path))
        {
            throw ApiGatewayErrors.InvalidPatchPath(operation, allowed);
        }

        if (operation.Path is "/name")
        {
            CheckName(operation.Value);
        }

        if (operation.Path is "/description")
        {
            CheckDescription(operation.Value);
        }
    }

    private static void ApplyKeyPatch(StoredApiKey key, PatchOperation operation, UnknownBehaviours unknowns)
    {
        switch (operation.Path)
        {
            case "/stages" when operation.Op is "add":
                key.StageKeys = [.. key.StageKeys.Union([operation.Value ?? ""])];
                break;
            case "/stages":
                key.StageKeys = [.. key.StageKeys.Where(stage => stage != operation.Value)];
                break;
            case "/name":
                key.Name = operation.Value;
                break;
            case "/description":
                key.Description = operation.Value;
                break;
            case "/customerId":
                key.CustomerId = operation.Value;
                break;
            case "/enabled":
                // Recorded on AWS: a value that is not a boolean is no error, and leaves a disabled key disabled.
                if (!unknowns.JunkLeavesKeyEnabled || bool.TryParse(operation.Value, out _))
                {
                    key.Enabled = string.Equals(operation.Value, "true", StringComparison.OrdinalIgnoreCase);
                }

                break;
        }
    }

    private static void CheckName(string? name)
    {
        if (name?.Length > 1024)
        {
            throw ApiGatewayErrors.BadRequest("Invalid API Key name, can be at most 1024 characters.");
        }
    }

    private static void CheckDescription(string? description)
    {
        if (description?.Length > MaximumDescription)
        {
            throw ApiGatewayErrors.BadRequest("Invalid API Key description specified.");
        }
    }

    private StoredApiKey KeyOf(string? keyId) => _keys.Find(keyId ?? "") ?? throw ApiGatewayErrors.UnknownKey();
}
