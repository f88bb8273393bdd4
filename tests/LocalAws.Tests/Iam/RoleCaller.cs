using System.Text;
using System.Text.Json;

namespace LocalAws.Tests.Iam;

/// <summary>Somebody who calls as a role, with requests as they are on the wire.</summary>
internal sealed class RoleCaller(EmbeddedAws aws, string roleName = "caller")
{
    public const string TrustsLambda = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}""";

    private readonly RoleCredentials _credentials = Create(aws, roleName);

    /// <summary>The Region that it calls.</summary>
    public string Region { get; set; } = aws.Region;

    /// <summary>A document with these statements, given without their braces.</summary>
    public static string Document(params string[] statements) =>
        $$"""{"Version":"2012-10-17","Statement":[{{string.Join(',', statements.Select(statement => $"{{{statement}}}"))}}]}""";

    public static string Allow(string action, string resource = "*", string condition = "{}") =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"{{action}}","Resource":"{{resource}}","Condition":{{condition}}}]}""";

    /// <summary>Gives the role this policy, in place of the one before.</summary>
    public RoleCaller With(string policy)
    {
        aws.Iam.PutRolePolicy(roleName, "policy", policy);
        return this;
    }

    /// <summary>Calls Secrets Manager.</summary>
    public Task<Answer> CallAsync(string operation, string body) => CallAsync("secretsmanager", "POST", "/", body, operation);

    /// <summary>Calls any service.</summary>
    /// <param name="service">The service.</param>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The path and query.</param>
    /// <param name="body">The body.</param>
    /// <param name="operation">Secrets Manager's operation.</param>
    /// <param name="token">The session token to send in place of the right one.</param>
    public async Task<Answer> CallAsync(string service, string method, string path, string body = "", string? operation = null, string? token = null)
    {
        using var http = new HttpClient(new SigningHandler(_credentials.AccessKeyId, service, Region, secretAccessKey: _credentials.SecretAccessKey) { InnerHandler = aws.CreateTransport() });
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(aws.ServiceUrl, path));
        request.Headers.Add("X-Amz-Security-Token", token ?? _credentials.SessionToken);
        if (operation is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Amz-Target", "secretsmanager." + operation);
        }

        if (body.Length > 0)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
        }

        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (response.IsSuccessStatusCode)
        {
            return new Answer((int)response.StatusCode, null, null);
        }

        var error = JsonSerializer.Deserialize<JsonElement>(text);
        var code = response.Headers.TryGetValues("x-amzn-ErrorType", out var types) ? types.Single() : error.GetProperty("__type").GetString();
        var message = error.EnumerateObject().FirstOrDefault(property => property.NameEquals("message") || property.NameEquals("Message"));
        return new Answer((int)response.StatusCode, code, message.Value.ValueKind is JsonValueKind.String ? message.Value.GetString() : null);
    }

    private static RoleCredentials Create(EmbeddedAws aws, string roleName)
    {
        try
        {
            aws.Iam.CreateRole(roleName, TrustsLambda);
        }
        catch (AwsException exists) when (exists.Code is "EntityAlreadyExists")
        {
            // A policy names the role, so the test has created it before.
        }

        return aws.Iam.AssumeRole(roleName, "session");
    }
}

/// <summary>What a service answered, without any value.</summary>
internal sealed record Answer(int Status, string? Code, string? Message)
{
    public bool IsSuccess => Code is null;

    public bool IsDenied => Code is "AccessDeniedException";
}
