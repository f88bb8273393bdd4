using Infra;
using Pulumi;

// Not RunAsync<RotationStack>(): what a constructor throws would be shown with two stack traces, a wrong configuration as well.
return await Deployment.RunAsync<RotationStack>(new StackFactory(AppContext.BaseDirectory));
