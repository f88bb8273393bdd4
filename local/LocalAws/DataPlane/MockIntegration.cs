using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LocalAws.ApiGateway;

namespace LocalAws.DataPlane;

/// <summary>The integration that returns a response without a backend. AWS developer guide, "Set up mock integrations in API Gateway".</summary>
internal static partial class MockIntegration
{
    private const string Json = "application/json";

    /// <summary>Returns the response to a request, or null if the method has no such configuration.</summary>
    public static WireResponse? Answer(Method method, WireRequest request)
    {
        var integration = method.MethodIntegration!;
        var templates = integration.RequestTemplates ?? new Dictionary<string, string?>();
        if (!templates.TryGetValue(MediaType(request.Header("Content-Type")), out var template))
        {
            if (integration.PassthroughBehavior is "NEVER" || (integration.PassthroughBehavior is "WHEN_NO_TEMPLATES" && templates.Count > 0))
            {
                return new WireResponse(415, Json, """{"message": "Unsupported Media Type"}"""u8.ToArray());
            }

            template = Encoding.UTF8.GetString(request.Body.Span);
        }

        // Observed in the field: a request without a status, an integration without a response for the status, and a method without one are
        // configuration errors.
        if (StatusCode().Match(template ?? "") is not { Success: true } status
            || ResponseFor(status.Groups["status"].Value, integration) is not { } response
            || method.MethodResponses?.ContainsKey(response.StatusCode) != true)
        {
            return null;
        }

        var (type, body) = BodyOf(response, MediaType(request.Header("Accept")));
        return new WireResponse(int.Parse(response.StatusCode, CultureInfo.InvariantCulture), type, Encoding.UTF8.GetBytes(body));
    }

    private static string MediaType(string? header) => header?.Split(',', ';')[0].Trim() is { Length: > 0 } type ? type : Json;

    private static IntegrationResponse? ResponseFor(string status, Integration integration)
    {
        var responses = integration.IntegrationResponses?.Values.ToList() ?? [];
        return responses.Find(response => !string.IsNullOrEmpty(response.SelectionPattern) && Matches(response.SelectionPattern, status))
            ?? responses.Find(response => string.IsNullOrEmpty(response.SelectionPattern));
    }

    private static bool Matches(string pattern, string status) =>
        Regex.IsMatch(status, $"^(?:{pattern})$", RegexOptions.None, matchTimeout: TimeSpan.FromSeconds(1));

    private static (string Type, string Body) BodyOf(IntegrationResponse response, string accepted)
    {
        var templates = response.ResponseTemplates ?? new Dictionary<string, string?>();
        if (templates.TryGetValue(accepted, out var body))
        {
            return (accepted, body ?? "");
        }

        var (type, first) = templates.TryGetValue(Json, out body) ? new(Json, body) : templates.FirstOrDefault();
        return (type ?? Json, first ?? "");
    }

    // The template that AWS's console proposes, and the form of the CDK, without quotes.
    [GeneratedRegex("""^\s*\{(?:.*,)?\s*["']?statusCode["']?\s*:\s*(?<status>[1-5]\d\d)\s*(?:,.*)?\}\s*$""",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StatusCode();
}
