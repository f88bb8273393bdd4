using System.Globalization;
using System.Text.Json;

namespace Pulumi;

/// <summary>The stack's configuration under one prefix: by default the project's name.</summary>
public sealed class Config
{
    private readonly Deployment _deployment = Deployment.Running;
    private readonly string _prefix;

    public Config(string? name = null)
    {
        name ??= Deployment.Instance.ProjectName;
        _prefix = name.EndsWith(":config", StringComparison.Ordinal) ? name[..^":config".Length] : name;
    }

    public string? Get(string key) => _deployment.Config.GetValueOrDefault($"{_prefix}:{key}");

    public Output<string>? GetSecret(string key) => Secret(Get(key));

    public bool? GetBoolean(string key) => Value(key, Boolean);

    public Output<bool>? GetSecretBoolean(string key) => Secret(GetBoolean(key));

    public int? GetInt32(string key) => Value(key, Int32);

    public Output<int>? GetSecretInt32(string key) => Secret(GetInt32(key));

    public double? GetDouble(string key) => Value(key, Double);

    public Output<double>? GetSecretDouble(string key) => Secret(GetDouble(key));

    public T GetObject<T>(string key) => Object<T>(key, Get(key), options: null)!;

    public T GetObject<T>(string key, JsonSerializerOptions options) => Object<T>(key, Get(key), options)!;

    public Output<T>? GetSecretObject<T>(string key) => Get(key) is { } text ? Output.CreateSecret(Object<T>(key, text, options: null)!) : null;

    public Output<T>? GetSecretObject<T>(string key, JsonSerializerOptions options)
        => Get(key) is { } text ? Output.CreateSecret(Object<T>(key, text, options)!) : null;

    public string Require(string key) => Get(key) ?? throw new RunException(
        $"Missing required configuration variable '{_prefix}:{key}'\n\tplease set a value using the command `pulumi config set {_prefix}:{key} <value>`");

    public Output<string> RequireSecret(string key) => Output.CreateSecret(Require(key));

    public bool RequireBoolean(string key) => Boolean(key, Require(key));

    public Output<bool> RequireSecretBoolean(string key) => Output.CreateSecret(RequireBoolean(key));

    public int RequireInt32(string key) => Int32(key, Require(key));

    public Output<int> RequireSecretInt32(string key) => Output.CreateSecret(RequireInt32(key));

    public double RequireDouble(string key) => Double(key, Require(key));

    public Output<double> RequireSecretDouble(string key) => Output.CreateSecret(RequireDouble(key));

    public T RequireObject<T>(string key) => Object<T>(key, Require(key), options: null)!;

    public T RequireObject<T>(string key, JsonSerializerOptions options) => Object<T>(key, Require(key), options)!;

    public Output<T> RequireSecretObject<T>(string key) => Output.CreateSecret(RequireObject<T>(key));

    public Output<T> RequireSecretObject<T>(string key, JsonSerializerOptions options) => Output.CreateSecret(RequireObject<T>(key, options));

    private T? Value<T>(string key, Func<string, string, T> parse) where T : struct => Get(key) is { } text ? parse(key, text) : null;

    private bool Boolean(string key, string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ => throw NotA(key, "boolean"),
    };

    private int Int32(string key, string text)
        => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : throw NotA(key, "int32");

    private double Double(string key, string text)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw NotA(key, "double");

    private T? Object<T>(string key, string? text, JsonSerializerOptions? options)
    {
        try
        {
            return text is null ? default : JsonSerializer.Deserialize<T>(text, options);
        }
        catch (JsonException exception)
        {
            throw new RunException(NotA(key, typeof(T).Name).Message, exception);
        }
    }

    /// <summary>The official message shows the value too: it may be a secret, so this one does not.</summary>
    private RunException NotA(string key, string type) => new($"Configuration '{_prefix}:{key}' is not a valid {type}");

    private static Output<string>? Secret(string? value) => value is null ? null : Output.CreateSecret(value);

    private static Output<T>? Secret<T>(T? value) where T : struct => value is { } known ? Output.CreateSecret(known) : null;
}
