using System.Collections.Immutable;

namespace Pulumi.Aws.ApiGateway;

public class ApiKey : CustomResource
{
    public ApiKey(string name, ApiKeyArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:apigateway/apiKey:ApiKey", name, args ?? new ApiKeyArgs(), ResourceDefaults.Merge(options, "value"))
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("createdDate")]
    public Output<string> CreatedDate { get; private set; } = null!;

    [Output("customerId")]
    public Output<string?> CustomerId { get; private set; } = null!;

    [Output("description")]
    public Output<string> Description { get; private set; } = null!;

    [Output("enabled")]
    public Output<bool?> Enabled { get; private set; } = null!;

    [Output("name")]
    public Output<string> Name { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;

    [Output("tags")]
    public Output<ImmutableDictionary<string, string>?> Tags { get; private set; } = null!;

    [Output("value")]
    public Output<string> Value { get; private set; } = null!;
}

public sealed class ApiKeyArgs : ResourceArgs
{
    public ApiKeyArgs() => Description = "Managed by Pulumi";

    [Input("customerId")]
    public Input<string>? CustomerId { get; set; }

    [Input("description")]
    public Input<string>? Description { get; set; }

    [Input("enabled")]
    public Input<bool>? Enabled { get; set; }

    [Input("name")]
    public Input<string>? Name { get; set; }

    [Input("region")]
    public Input<string>? Region { get; set; }

    [field: Input("tags")]
    public InputMap<string> Tags { get => field ??= new(); set; }

    [Input("value")]
    public Input<string>? Value { get; set => field = value is null ? null : (Input<string>)Output.CreateSecret(value.ToOutput()); }
}
