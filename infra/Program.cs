using Infra;
using Pulumi;

// Not RunAsync<RotationStack>(): Pulumi would show an exception of the constructor, such as a configuration error, with two stack traces.
return await Deployment.RunAsync<RotationStack>(new StackFactory(AppContext.BaseDirectory));
