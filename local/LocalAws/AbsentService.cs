using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace LocalAws;

/// <summary>A service that is not embedded. Rejects each operation in the wire protocol of the request.</summary>
internal sealed class AbsentService(WireRequest request, string service) : IWireProtocol
{
    private const string Cbor = "rpc-v2-cbor";

    private static readonly JsonSerializerOptions Json = new();

    public string Service => service;

    public AwsException MissingAuthentication => new(403, "MissingAuthenticationTokenException", "Missing Authentication Token");

    private bool IsQuery =>
        request.Header("Content-Type")?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true;

    private bool IsXml => IsQuery || service is "s3";

    private bool IsCbor => request.Header("smithy-protocol") == Cbor;

    public AwsException Throttled(TimeSpan retryAfter) => new(400, "ThrottlingException", "Rate exceeded");

    public WireOperation Find(WireRequest request) => new("Unknown", "*", () => throw AwsException.NotHere(service, Operation));

    public WireResponse Error(AwsException error)
    {
        if (IsXml)
        {
            var body = new XElement(
                "ErrorResponse",
                new XElement("Error", new XElement("Type", "Sender"), new XElement("Code", error.Code), new XElement("Message", error.Message)));
            return new WireResponse(error.Status, "text/xml", Encoding.UTF8.GetBytes(body.ToString()));
        }

        if (IsCbor)
        {
            byte[] map = [0xA2, .. Text("__type"), .. Text(error.Code), .. Text("message"), .. Text(error.Message)];
            return new WireResponse(error.Status, "application/cbor", map)
            {
                Headers = new Dictionary<string, string>() { ["smithy-protocol"] = Cbor },
            };
        }

        // The JSON protocols read the code from the body or from a header.
        var contentType = request.Header("Content-Type") ?? "application/json";
        return WireResponse.Json(error.Status, contentType, new { __type = error.Code, message = error.Message }, Json) with
        {
            Headers = new Dictionary<string, string>() { ["x-amzn-ErrorType"] = error.Code },
        };
    }

    private string Operation => (request.Header("X-Amz-Target"), request.Path) switch
    {
        ({ } target, _) => target.Split('.')[^1],
        (_, [.., "operation", var operation]) when IsCbor => operation,
        _ when IsQuery => Encoding.UTF8.GetString(request.Body.Span).Split('&')
            .FirstOrDefault(parameter => parameter.StartsWith("Action=", StringComparison.Ordinal))?["Action=".Length..] ?? "",
        _ => $"{request.Method} {request.RawPath}",
    };

    // RFC 8949: a text string with its length in two bytes.
    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [0x79, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }
}
