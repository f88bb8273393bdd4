using Demo;
using LocalAws;
using Spectre.Console;

if (args is not ([] or ["--serve"]))
{
    Console.Error.WriteLine("Usage: demo [--serve]   --serve deploys the same stack and keeps it running for the AWS CLI");
    return 2;
}

if (!AnsiConsole.Profile.Capabilities.Interactive)
{
    AnsiConsole.Profile.Width = 300; // no wrapping in a file or a pipe
}

var screen = new Screen(AnsiConsole.Console);
var time = new MovableTime();
// On AWS a new key is active after seconds to minutes. Here it is active after three seconds, and the probe waits for it.
await using var aws = await EmbeddedAws.StartAsync(new EmbeddedAwsOptions
{
    TimeProvider = time,
    ActivationLag = TimeSpan.FromSeconds(3),
    RotationRetryDelay = TimeSpan.FromSeconds(1),
    Unknowns = new UnknownBehaviours { AttachDuration = TimeSpan.FromSeconds(1) },
});
using var deployment = new Deployment(aws, screen.ShowWarning);
return args is ["--serve"]
    ? await Server.RunAsync(aws, deployment, screen)
    : await screen.RunAsync(() => new Scenario(aws, time, deployment, screen).RunAsync()) ? 0 : 1;
