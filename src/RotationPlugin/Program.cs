using Pulumi.Experimental.Provider;
using RotationPlugin;

await ComponentProviderHost.Serve(args, packageName: RotatingApiKeys.PackageName);
