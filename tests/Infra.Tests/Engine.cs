using System.Collections.Immutable;
using Pulumi.Testing;

namespace Infra.Tests;

/// <summary>A resource that a program registered.</summary>
/// <param name="Type">Its type token.</param>
/// <param name="Name">Its name in the program.</param>
/// <param name="Inputs">What the provider is given.</param>
internal sealed record Registered(string Type, string Name, ImmutableDictionary<string, object> Inputs)
{
    public string Text(string input) => Assert.IsType<string>(Inputs.GetValueOrDefault(input));

    public ImmutableDictionary<string, object> Nested(string input) => Assert.IsType<ImmutableDictionary<string, object>>(Inputs.GetValueOrDefault(input), exactMatch: false);

    public override string ToString() => $"{Type} {Name}";
}

/// <summary>Makes resources as AWS would: with ids and ARNs, and with values where AWS returns some.</summary>
internal sealed class Engine : IMocks
{
    public const string AccountId = "123456789012";
    public const string Region = "eu-central-1";

    /// <summary>Stands in for each value that must not be seen.</summary>
    public const string Value = "TheValueOfAKey0123456789";

    private readonly List<Registered> _registered = [];
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Which resource is not finished until <see cref="Release"/>.</summary>
    public Predicate<Registered>? Holds { get; init; }

    /// <summary>False as in the preview of a first deployment.</summary>
    public bool KnowsIds { get; init; } = true;

    public IReadOnlyList<Registered> Registered
    {
        get
        {
            lock (_registered)
            {
                return [.. _registered];
            }
        }
    }

    public void Release() => _released.TrySetResult();

    public async Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
    {
        var resource = new Registered(args.Type!, args.Name!, args.Inputs);
        lock (_registered)
        {
            _registered.Add(resource);
        }

        if (Holds?.Invoke(resource) == true)
        {
            await _released.Task;
        }

        return KnowsIds ? (Id(resource), State(resource)) : (null, args.Inputs);
    }

    public Task<object> CallAsync(MockCallArgs args) => Task.FromResult<object>(args.Token switch
    {
        "aws:index/getPartition:getPartition" => new Dictionary<string, object> { ["partition"] = "aws", ["dnsSuffix"] = "amazonaws.com", ["reverseDnsPrefix"] = "com.amazonaws" },
        "aws:index/getRegion:getRegion" => new Dictionary<string, object> { ["region"] = Region, ["description"] = "Frankfurt", ["endpoint"] = "ec2" },
        "aws:index/getCallerIdentity:getCallerIdentity" => new Dictionary<string, object> { ["accountId"] = AccountId, ["arn"] = "arn", ["userId"] = "me", ["id"] = AccountId },
        _ => throw new InvalidOperationException($"No answer to {args.Token}."),
    });

    private static string Id(Registered resource) => resource.Type switch
    {
        "aws:apigateway/apiKey:ApiKey" or "aws:apigateway/usagePlan:UsagePlan" => "id" + string.Concat(resource.Name.Where(char.IsAsciiLetterOrDigit)),
        _ => resource.Name + "-id",
    };

    private static Dictionary<string, object> State(Registered resource)
    {
        var state = resource.Inputs.ToDictionary();
        var name = (string)state.GetValueOrDefault("name", resource.Name + "-1234567");
        state["name"] = name;
        switch (resource.Type)
        {
            case "aws:secretsmanager/secret:Secret":
                state["arn"] = $"arn:aws:secretsmanager:{Region}:{AccountId}:secret:{name}-AbCdEf";
                break;
            case "aws:iam/role:Role":
                state["arn"] = $"arn:aws:iam::{AccountId}:role/{name}";
                break;
            case "aws:lambda/function:Function":
                state["arn"] = $"arn:aws:lambda:{Region}:{AccountId}:function:{name}";
                break;
            case "aws:cloudwatch/eventRule:EventRule":
                state["arn"] = $"arn:aws:events:{Region}:{AccountId}:rule/{name}";
                break;
            case "aws:sns/topic:Topic":
                state["arn"] = $"arn:aws:sns:{Region}:{AccountId}:{name}";
                break;
            case "aws:apigateway/apiKey:ApiKey" or "aws:apigateway/usagePlanKey:UsagePlanKey":
                state["value"] = Value;
                break;
            case "aws:lambda/invocation:Invocation":
                state["result"] = "{}";
                break;
        }

        return state;
    }
}
