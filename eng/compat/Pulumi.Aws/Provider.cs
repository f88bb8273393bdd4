using Pulumi.Aws.Inputs;

namespace Pulumi.Aws
{
    public class Provider : ProviderResource
    {
        public Provider(string name, ProviderArgs? args = null, CustomResourceOptions? options = null)
            : base("aws", name, args ?? new ProviderArgs(), ResourceDefaults.Merge(options, "accessKey", "secretKey", "token"))
        {
        }

        [Output("profile")]
        public Output<string?> Profile { get; private set; } = null!;

        [Output("region")]
        public Output<string?> Region { get; private set; } = null!;
    }

    public sealed class ProviderArgs : ResourceArgs
    {
        public ProviderArgs()
        {
            Region = Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION")!;
            SkipCredentialsValidation = false;
            SkipRegionValidation = true;
        }

        [field: Input("allowedAccountIds", json: true)]
        public InputList<string> AllowedAccountIds { get => field ??= new(); set; }

        [Input("defaultTags", json: true)]
        public Input<ProviderDefaultTagsArgs>? DefaultTags { get; set; }

        [Input("profile")]
        public Input<string>? Profile { get; set; }

        [Input("region")]
        public Input<string>? Region { get; set; }

        [Input("skipCredentialsValidation", json: true)]
        public Input<bool>? SkipCredentialsValidation { get; set; }

        [Input("skipMetadataApiCheck", json: true)]
        public Input<bool>? SkipMetadataApiCheck { get; set; }

        [Input("skipRegionValidation", json: true)]
        public Input<bool>? SkipRegionValidation { get; set; }

        [Input("skipRequestingAccountId", json: true)]
        public Input<bool>? SkipRequestingAccountId { get; set; }
    }
}

namespace Pulumi.Aws.Inputs
{
    public sealed class ProviderDefaultTagsArgs : ResourceArgs
    {
        [field: Input("tags")]
        public InputMap<string> Tags { get => field ??= new(); set; }
    }
}
