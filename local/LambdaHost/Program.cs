using System.Runtime.InteropServices;
using LambdaHost;

using var stop = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    var environment = new LambdaEnvironment(Environment.GetEnvironmentVariable);
    using var api = new RuntimeApi(environment.RuntimeApi);
    var log = new RuntimeLog(Console.Out, environment.LogsJson, TimeProvider.System);
    Console.SetOut(new ConsoleLog(log, Console.Out));
    return await new RuntimeLoop(api, environment, log).RunAsync(stop.Token) ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 0;
}
catch (RuntimeApiException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
