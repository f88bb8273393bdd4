using InferenceApi;
using Pulumi;

return await Deployment.RunAsync<ProtectedApi>();
