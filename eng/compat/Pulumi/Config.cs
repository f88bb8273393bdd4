using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Pulumi;

/// <summary>The stack's configuration under one prefix: by default the project's name.</summary>
public sealed class Config
{
    private readonly string _prefix;

    public Config(string? name = null)
    {
        name ??= Deployment.Instance.ProjectName;
        _prefix = name.EndsWith(":config", StringComparison.Ordinal) ? name[..^":config".Length] : name;
    }

    public string? Get(string key) => Deployment.Running.Config.GetValueOrDefault($"{_prefix}:{key}");

    public Output<string>? GetSecret(string key) => Secret(Get(key));

    public bool? GetBoolean(string key) => Value(key, Boolean);

    public Output<bool>? GetSecretBoolean(string key) => Secret(GetBoolean(key));

    public int? GetInt32(string key) => Value(key, Int32);

    public Output<int>? GetSecretInt32(string key) => Secret(GetInt32(key));

    public double? GetDouble(string key) => Value(key, Double);

    public Output<double>? GetSecretDouble(string key) => Secret(GetDouble(key));

    [return: MaybeNull]
    public T GetObject<T>(string key) => Object<T>(key, Get(key), options: null)!;

    [return: MaybeNull]
    public T GetObject<T>(string key, JsonSerializerOptions options) => Object<T>(key, Get(key), options)!;

    public Output<T>? GetSecretObject<T>(string key) => Get(key) is { } text ? Output.CreateSecret(Object<T>(key, text, options: null)!) : null;

    public Output<T>? GetSecretObject<T>(string key, JsonSerializerOptions options)
        => Object<T>(key, Get(key), options) is { } value ? Output.CreateSecret(value) : null;

    public string Require(string key) => Get(key) ?? throw new RunException(
        $"Missing Required configuration variable '{_prefix}:{key}'\n"
        + $"\tplease set a value using the command `pulumi config set {_prefix}:{key} <value>`");

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
        _ => throw NotA(key, text, nameof(System.Boolean)),
    };

    private int Int32(string key, string text)
        => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw NotA(key, text, nameof(System.Int32));

    private double Double(string key, string text)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw NotA(key, text, nameof(System.Double));

    private T? Object<T>(string key, string? text, JsonSerializerOptions? options)
    {
        try
        {
            return text is null ? default : JsonSerializer.Deserialize<T>(text, options);
        }
        catch (JsonException exception)
        {
            throw NotA(key, text!, typeof(T).FullName!, exception);
        }
    }

    /// <summary>The message shows the value, even of a secret.</summary>
    private RunException NotA(string key, string value, string type, Exception? cause = null)
        => new($"Configuration '{_prefix}:{key}' value '{value}' is not a valid {type}", cause);

    private static Output<string>? Secret(string? value) => value is null ? null : Output.CreateSecret(value);

    private static Output<T>? Secret<T>(T? value) where T : struct => value is { } known ? Output.CreateSecret(known) : null;
}
