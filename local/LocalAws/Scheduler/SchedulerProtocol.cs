using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalAws.Scheduler;

/// <summary>EventBridge Scheduler over HTTP (rest-json): the operations of a schedule.</summary>
internal sealed class SchedulerProtocol(SchedulerService scheduler) : IWireProtocol
{
    private const string ContentType = "application/json";

    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new EpochSeconds(decimals: 3) },
    };

    public string Service => "scheduler";

    public AwsException MissingAuthentication => new(403, "MissingAuthenticationTokenException", "Missing Authentication Token");

    public AwsException Throttled(TimeSpan retryAfter) => new(429, "ThrottlingException", "Rate exceeded");

    public WireOperation Find(WireRequest request) => (request.Method, request.Path) switch
    {
        ("POST", ["schedules", var name]) => OnNew("CreateSchedule", name, request, scheduler.CreateSchedule),
        ("PUT", ["schedules", var name]) => OnNew("UpdateSchedule", name, request, scheduler.UpdateSchedule),
        ("GET", ["schedules", var name]) => On("GetSchedule", name, request.Query("groupName"), scheduler.GetSchedule),
        ("DELETE", ["schedules", var name]) => On("DeleteSchedule", name, request.Query("groupName"), (schedule, group) =>
        {
            scheduler.DeleteSchedule(schedule, group);
            return new { };
        }),
        _ => new WireOperation("Unknown", "*", () => throw AwsException.NotHere(Service, $"{request.Method} {request.RawPath}")),
    };

    public WireResponse Error(AwsException error) => WireResponse.Json(error.Status, ContentType, new { error.Message }, Json) with
    {
        Headers = new Dictionary<string, string>() { ["x-amzn-ErrorType"] = error.Code },
    };

    // A member that is not read here would be one that has no effect.
    private static ScheduleRequest Read(WireRequest request) => RequestBody.Read<ScheduleRequest>(
        request.Body,
        Json,
        JsonNamingPolicy.CamelCase.ConvertName,
        new AwsException(400, "SerializationException", "The request body cannot be read."),
        CheckMembers);

    private static void CheckMembers(JsonElement body)
    {
        string[] known = [.. typeof(ScheduleRequest).GetProperties().Select(property => property.Name)];
        string[] ofTarget = [.. typeof(ScheduleTarget).GetProperties().Select(property => property.Name)];
        var target = body.GetProperty("Target");
        var unknown = body.EnumerateObject().Where(member => member.Name is not "ActionAfterCompletion" || !member.Value.ValueEquals("NONE"))
            .Select(member => member.Name).Except(known)
            .Concat(target.ValueKind is JsonValueKind.Object ? target.EnumerateObject().Select(member => member.Name).Except(ofTarget) : []);
        if (unknown.FirstOrDefault() is { } member)
        {
            throw ScheduleRules.NotHere(member);
        }
    }

    private static string? GroupOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(body.Span) is { ValueKind: JsonValueKind.Object } request
                && request.TryGetProperty("GroupName", out var group) && group.ValueKind is JsonValueKind.String
                    ? group.GetString()
                    : null;
        }
        catch (JsonException)
        {
            return null; // the operation itself rejects such a body
        }
    }

    private WireOperation OnNew(string operation, string name, WireRequest request, Func<ScheduleRequest, ScheduleResponse> run) =>
        On(operation, name, GroupOf(request.Body), (_, _) => run(Read(request) with { Name = name }));

    private WireOperation On(string operation, string name, string? group, Func<string, string?, object> run) => new(
        operation, scheduler.ArnOf(name, group), () => Task.FromResult(WireResponse.Json(200, ContentType, run(name, group), Json)));
}
