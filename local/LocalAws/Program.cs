using System.Globalization;
using LocalAws;

const ushort DefaultPort = 4566;

var port = args switch
{
    [] => DefaultPort,
    ["--port", var text] when ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
    _ => (int?)null,
};
if (port is null)
{
    Console.Error.WriteLine($"Usage: aws [--port <number>]   the port of the services: {DefaultPort} unless given, 0 for any that is free");
    return 2;
}

try
{
    await using var aws = await EmbeddedAws.StartAsync(new EmbeddedAwsOptions { Port = port.Value });
    using var server = new EmbeddedAwsServer(aws);
    Console.WriteLine(
        $"# An empty AWS account {aws.AccountId} in {aws.Region}, on this machine's clock: Secrets Manager, API Gateway and Lambda. "
            + "Nothing is kept.");
    Console.WriteLine(server.Instructions);
    Console.WriteLine("# Ctrl+C ends it.");
    await server.InterruptedAsync();
    return 0;
}
catch (IOException exception)
{
    Console.Error.WriteLine($"{exception.Message}. Choose another with --port <number>, or --port 0 for any that is free.");
    return 1;
}
