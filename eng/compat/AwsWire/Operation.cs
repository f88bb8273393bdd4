using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;
using Amazon.Util;

namespace AwsWire;

/// <summary>One operation: how its request becomes HTTP, and HTTP its response or its exception.</summary>
/// <typeparam name="TResponse">The type that a successful answer is read into.</typeparam>
internal sealed partial class Operation<TResponse> : InvokeOptionsBase, IMarshaller<IRequest, AmazonWebServiceRequest>
    where TResponse : AmazonWebServiceResponse, new()
{
    private readonly ServiceProtocol _protocol;
    private readonly string _name;
    private readonly string _method;
    private readonly string _path;
    private readonly Dictionary<string, string> _labels;

    /// <param name="protocol">The service.</param>
    /// <param name="name">The operation's name in the service model.</param>
    /// <param name="uri">
    /// Method and path, for example <c>GET /apikeys/{api_Key}</c>. A label names a member of the request, whatever its case and underscores.
    /// Other members are the query of a GET or DELETE, and the body of anything else.
    /// </param>
    /// <param name="errors">The exceptions that the operation declares: any other error becomes the service's base exception.</param>
    public Operation(ServiceProtocol protocol, string name, string uri, params Type[] errors)
    {
        _protocol = protocol;
        _name = name;
        (_method, _path) = uri.Split(' ') is [var method, var path] ? (method, path) : throw new ArgumentException(uri, nameof(uri));
        _labels = Label().Matches(_path).Select(match => match.Value).ToDictionary(
            label => label.Trim('{', '}').Replace("_", "", StringComparison.Ordinal),
            StringComparer.OrdinalIgnoreCase);
        RequestMarshaller = this;
        ResponseUnmarshaller = new Unmarshaller(protocol, errors);
    }

    private bool HasBody => _method is not ("GET" or "DELETE");

    /// <inheritdoc />
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var request = new DefaultRequest(input, _protocol.ServiceName) { HttpMethod = _method, ResourcePath = _path };
        request.Headers[HeaderKeys.XAmzApiVersion] = _protocol.ApiVersion;
        if (_protocol.TargetPrefix is not null)
        {
            request.Headers["X-Amz-Target"] = $"{_protocol.TargetPrefix}.{_name}";
        }
        else
        {
            // Without it API Gateway answers in HAL, where lists have other names.
            request.Headers[HeaderKeys.AcceptHeader] = "application/json";
        }

        var body = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(body);
        writer.WriteStartObject();
        foreach (var member in _protocol.Document.MembersOf(input.GetType()))
        {
            var value = member.Get(input) ?? (member.Name == "ClientRequestToken" ? Guid.NewGuid().ToString() : null);
            if (_labels.TryGetValue(member.Name, out var label))
            {
                request.AddPathResource(label, value as string ?? throw Missing(member));
            }
            else if (value is null)
            {
                continue;
            }
            else if (HasBody)
            {
                writer.WritePropertyName(member.Name);
                _protocol.Document.Write(writer, value);
            }
            else
            {
                request.UseQueryString = true;
                AddQuery(request.ParameterCollection, member.Name, value);
            }
        }

        if (HasBody)
        {
            writer.WriteEndObject();
            writer.Flush();
            request.Headers[HeaderKeys.ContentTypeHeader] = _protocol.ContentType;
            request.Content = body.WrittenSpan.ToArray();
        }

        return request;
    }

    private static void AddQuery(ParameterCollection query, string name, object value)
    {
        switch (value)
        {
            case List<string> list:
                query.Add(name, list);
                break;
            case bool flag:
                query.Add(name, flag ? "true" : "false");
                break;
            default:
                query.Add(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private Exception Missing(Member member)
    {
        var property = char.ToUpperInvariant(member.Name[0]) + member.Name[1..];
        return (Exception)Activator.CreateInstance(_protocol.ServiceException, $"Request object does not have required field {property} set");
    }

    [GeneratedRegex(@"\{\w+\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Label();

    private sealed class Unmarshaller(ServiceProtocol protocol, Type[] errors) : JsonResponseUnmarshaller
    {
        public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
        {
            using var body = new MemoryStream();
            input.Stream.CopyTo(body);
            if (body.Length == 0)
            {
                return new TResponse();
            }

            using var document = JsonDocument.Parse(body.GetBuffer().AsMemory(0, (int)body.Length));
            return (TResponse)protocol.Document.Read(document.RootElement, typeof(TResponse));
        }

        public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
        {
            var reader = new StreamingUtf8JsonReader(input.Stream);
            var error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
            var type = Array.Find(errors, candidate => CodeOf(candidate).Equals(error.Code, StringComparison.Ordinal)) ?? protocol.ServiceException;
            var exception = (AmazonServiceException)Activator.CreateInstance(
                type, error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode);
            if (exception is IRetryAfter throttled && input.ResponseData.IsHeaderPresent("Retry-After"))
            {
                throttled.RetryAfterSeconds = input.ResponseData.GetHeaderValue("Retry-After");
            }

            return exception;
        }

        // Three codes of Secrets Manager lack what their classes' names end in. No other code is taken for a class that it lacks the end of.
        private static string CodeOf(Type exception) => exception.Name switch
        {
            "DecryptionFailureException" or "EncryptionFailureException" or "InternalServiceErrorException" => exception.Name[..^"Exception".Length],
            _ => exception.Name,
        };
    }
}

/// <summary>An exception with the <c>Retry-After</c> header of the answer.</summary>
internal interface IRetryAfter
{
    string RetryAfterSeconds { get; set; }
}
