using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LocalAws;

namespace Deployer;

/// <summary><c>aws.lambda.Function</c></summary>
internal sealed class FunctionType(LocalDeploymentOptions options) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("name");

    public override string AutoNamed => "name";

    public override async Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var arn = await RegisterAsync(inputs);
        return (inputs.Text("name"), new()
        {
            ["arn"] = arn,
            ["qualifiedArn"] = arn + ":$LATEST",
            ["version"] = "$LATEST",
        });
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes) => RegisterAsync(inputs);

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        options.Aws.Lambda.Delete(resource.Id);
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) => Task.FromResult(options.Aws.Lambda.Functions.Contains(resource.Id));

    private Task<string> RegisterAsync(Inputs inputs) => Propagation.RetryAsync(
        options.Aws.TimeProvider,
        () => Task.FromResult(Register(inputs)),
        refused => refused.Message.Contains("The role defined for the function cannot be assumed by Lambda", StringComparison.Ordinal));

    private string Register(Inputs inputs)
    {
        var function = new DeclaredFunction(inputs.Text("name"), inputs.Text("role"), inputs.Nested("environment")?.Map("variables") ?? []);
        return options.Aws.Lambda.Register(function.Name, options.RunFunction(function), new FunctionOptions
        {
            RoleArn = function.RoleArn,
            Environment = function.Environment,
            ReservedConcurrency = inputs.Number("reservedConcurrentExecutions") is { } reserved and not -1
                ? reserved : null, // -1 is the provider's "none"
            Timeout = TimeSpan.FromSeconds(inputs.Number("timeout") ?? 3), // Lambda's own default
        });
    }
}

/// <summary><c>aws.lambda.Alias</c></summary>
internal sealed class AliasType(LambdaService lambda) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("functionName", "name");

    public override string AutoNamed => "name";

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var arn = lambda.CreateAlias(inputs.Text("functionName"), inputs.Text("name"), inputs.Text("functionVersion"));
        return Task.FromResult((arn, new Dictionary<string, object> { ["arn"] = arn }));
    }

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        lambda.DeleteAlias(resource.Inputs.Text("functionName"), resource.Inputs.Text("name"));
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) =>
        Idempotent.ExistsAsync(() => Task.FromResult(lambda.HasAlias(resource.Inputs.Text("functionName"), resource.Inputs.Text("name"))));
}

/// <summary><c>aws.lambda.Permission</c></summary>
internal sealed class PermissionType(LambdaService lambda) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) =>
        Names("action", "function", "principal", "qualifier", "sourceAccount", "sourceArn", "statementId");

    public override string AutoNamed => "statementId";

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        lambda.AddPermission(new AddPermissionRequest
        {
            FunctionName = inputs.Text("function"),
            Qualifier = inputs.Find("qualifier"),
            StatementId = inputs.Text("statementId"),
            Action = inputs.Text("action"),
            Principal = inputs.Text("principal"),
            SourceAccount = inputs.Find("sourceAccount"),
            SourceArn = inputs.Find("sourceArn"),
        });
        return Task.FromResult((inputs.Text("statementId"), new Dictionary<string, object>()));
    }

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        lambda.RemovePermission(resource.Inputs.Text("function"), resource.Id, resource.Inputs.Find("qualifier"));
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) => Idempotent.ExistsAsync(() =>
    {
        using var policy = JsonDocument.Parse(lambda.GetPolicy(resource.Inputs.Text("function"), resource.Inputs.Find("qualifier")).Policy);
        return Task.FromResult(policy.RootElement.GetProperty("Statement")
            .EnumerateArray().Any(statement => statement.GetProperty("Sid").ValueEquals(resource.Id)));
    });
}

/// <summary>
/// <c>aws.lambda.Invocation</c>. With the scope CRUD it invokes the function for every change of the resource, otherwise only when it is created.
/// </summary>
internal sealed class InvocationType(LambdaService lambda, ProviderCalls calls) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) =>
        IsCrud(inputs) ? Names("functionName", "qualifier", "triggers") : Names("functionName", "qualifier", "triggers", "input");

    // Infra.Tests check that the stack passes the name as a string.
    public override IReadOnlySet<string> Literals { get; } = Names("functionName");

    public override async Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var result = await InvokeAsync(inputs, "create", before: null);
        return ($"{inputs.Text("functionName")}_$LATEST_{Guid.NewGuid():N}", new() { ["result"] = result });
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes) =>
        InvokeAsync(inputs, "update", resource.Inputs);

    public override Task DeleteAsync(DeployedResource resource) =>
        IsCrud(resource.Inputs) ? InvokeAsync(resource.Inputs, "delete", resource.Inputs) : Task.CompletedTask;

    private static bool IsCrud(Inputs inputs) => inputs.Find("lifecycleScope") == "CRUD";

    private async Task<string> InvokeAsync(Inputs inputs, string action, Inputs? before)
    {
        var payload = JsonNode.Parse(inputs.Text("input"))!.AsObject();
        if (IsCrud(inputs))
        {
            payload[inputs.Find("terraformKey") ?? "tf"] =
                new JsonObject { ["action"] = action, ["prev_input"] = before is null ? null : JsonNode.Parse(before.Text("input")) };
        }

        var result = await calls.MakeAsync(() => lambda.InvokeAsync(inputs.Text("functionName"), JsonSerializer.SerializeToUtf8Bytes(payload)));
        return Encoding.UTF8.GetString(result.Span);
    }
}
