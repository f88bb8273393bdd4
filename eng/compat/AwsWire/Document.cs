using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Amazon.Runtime;

namespace AwsWire;

/// <summary>
/// Requests and responses as JSON. The official marshallers are code for each type, compiled ahead of time. A JSON serializer would make its code
/// for them in each new process, and a function's first rotation would take a fifth longer; this only looks the members up.
/// </summary>
/// <param name="memberNames">The protocol's names of the members; null: their own.</param>
internal sealed class Document(JsonNamingPolicy memberNames)
{
    private readonly ConcurrentDictionary<Type, Member[]> _members = new();

    /// <summary>The members of a type that are part of the document, in the order of their declaration.</summary>
    public Member[] MembersOf(Type type) => _members.GetOrAdd(type, _ =>
        // Requests and responses inherit others from AWSSDK.Core, of the transport.
        [.. type.GetProperties().Where(property => property.DeclaringType.Assembly != typeof(AmazonWebServiceRequest).Assembly)
            .Select(property => Member.Of(property, memberNames))]);

    public void Write(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int or long or double:
                json.WriteRawValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case DateTime time:
                json.WriteNumberValue((decimal)(time.ToUniversalTime() - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond);
                break;
            case ConstantClass constant:
                json.WriteStringValue(constant.Value);
                break;
            case MemoryStream blob:
                json.WriteBase64StringValue(blob.ToArray());
                break;
            case IDictionary map:
                json.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    json.WritePropertyName((string)entry.Key);
                    Write(json, entry.Value);
                }

                json.WriteEndObject();
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (var item in list)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStartObject();
                foreach (var member in MembersOf(value.GetType()))
                {
                    if (member.Get(value) is { } set)
                    {
                        json.WritePropertyName(member.Name);
                        Write(json, set);
                    }
                }

                json.WriteEndObject();
                break;
        }
    }

    public object Read(JsonElement json, Type type)
    {
        if (json.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (type == typeof(string))
        {
            return json.GetString();
        }

        if (type == typeof(bool?))
        {
            return json.GetBoolean();
        }

        if (type == typeof(int?))
        {
            return json.GetInt32();
        }

        if (type == typeof(long?) || type == typeof(long))
        {
            return json.GetInt64();
        }

        if (type == typeof(double?))
        {
            return json.GetDouble();
        }

        if (type == typeof(DateTime?))
        {
            return ReadTime(json);
        }

        if (type == typeof(MemoryStream))
        {
            return new MemoryStream(json.GetBytesFromBase64());
        }

        if (type.IsSubclassOf(typeof(ConstantClass)))
        {
            // A value newer than the client is read too.
            return Activator.CreateInstance(type, json.GetString());
        }

        var value = Activator.CreateInstance(type);
        if (value is IDictionary map)
        {
            foreach (var entry in json.EnumerateObject())
            {
                map[entry.Name] = Read(entry.Value, type.GenericTypeArguments[1]);
            }
        }
        else if (value is IList list)
        {
            foreach (var item in json.EnumerateArray())
            {
                list.Add(Read(item, type.GenericTypeArguments[0]));
            }
        }
        else
        {
            foreach (var member in MembersOf(type))
            {
                if (json.TryGetProperty(member.Name, out var set))
                {
                    member.Set(value, Read(set, member.Type));
                }
            }
        }

        return value;
    }

    // Seconds since 1970, with a fraction or without; AWSSDK.Core cuts them to the millisecond, and so does this.
    private static DateTime ReadTime(JsonElement json) => json.ValueKind == JsonValueKind.String
        ? json.GetDateTime().ToUniversalTime()
        : DateTime.UnixEpoch.AddMilliseconds((long)(json.GetDecimal() * 1000));
}
