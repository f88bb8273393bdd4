using System.Text;
using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson;
using LambdaHost.Tests.Handlers;

[assembly: LambdaSerializer(typeof(SourceGeneratorLambdaJsonSerializer<HandlersJson>))]

namespace LambdaHost.Tests.Handlers;

public sealed record Order(string Item, int Count);

[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(Dictionary<string, string>))]
public sealed partial class HandlersJson : JsonSerializerContext;

/// <summary>A handler of every signature that is supported.</summary>
public sealed class Signatures
{
    private int _invocations;

    public void Nothing() => _invocations++;

    public int Count() => ++_invocations;

    public static string Static() => "static";

    public void TakesOrder(Order order) => ArgumentNullException.ThrowIfNull(order);

    public string OfOrder(Order order) => Describe(order);

    public string OfOrderAndContext(Order order, ILambdaContext context) => $"{Describe(order)} {context.AwsRequestId}";

    public string OfContext(ILambdaContext context) => context.AwsRequestId;

    public Stream OfStream(Stream input) => Upper(input);

    public Stream OfStreamAndContext(Stream input, ILambdaContext context) => Upper(input);

    public async Task TaskOfOrder(Order order, ILambdaContext context) => await Task.Delay(1);

    public async Task TaskOnly() => await Task.Yield();

    public async Task<string> TaskOfOrderResult(Order order, ILambdaContext context)
    {
        await Task.Delay(1);
        return Describe(order);
    }

    public async Task<Stream> TaskOfStream(Stream input)
    {
        await Task.Yield();
        return Upper(input);
    }

    public Order MadeOrder(int count) => new("made", count);

    private static string Describe(Order order) => $"{order.Count} {order.Item}";

    private static MemoryStream Upper(Stream input)
    {
        using var reader = new StreamReader(input);
        return new MemoryStream(Encoding.UTF8.GetBytes(reader.ReadToEnd().ToUpperInvariant()));
    }
}

public sealed class Behaviours
{
    public Dictionary<string, string> Context(ILambdaContext context) => new()
    {
        ["requestId"] = context.AwsRequestId,
        ["arn"] = context.InvokedFunctionArn,
        ["function"] = context.FunctionName,
        ["version"] = context.FunctionVersion,
        ["memory"] = $"{context.MemoryLimitInMB}",
        ["logGroup"] = context.LogGroupName,
        ["logStream"] = context.LogStreamName,
        ["remainingMs"] = $"{(long)context.RemainingTime.TotalMilliseconds}",
        ["traceId"] = context.TraceId,
        ["traceVariable"] = Environment.GetEnvironmentVariable("_X_AMZN_TRACE_ID") ?? "",
        ["process"] = $"{Environment.ProcessId}",
    };

    public string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "(none)";

    public void Throws() => throw new NotSupportedException("thrown", new FormatException("its cause"));

    public async Task ThrowsLater()
    {
        await Task.Yield();
        throw new TimeoutException("thrown later");
    }

    public void Logs(ILambdaContext context)
    {
        context.Logger.LogInformation("created {keyId} in {durationMs} ms", "k1", 12L);
        context.Logger.LogWarning("two\nlines");
        context.Logger.LogError(new FormatException("wrong {format}"), "it failed for {keyId}", "k2");
    }

    public void Prints()
    {
        Console.WriteLine("a {line}");
        using var output = Console.OpenStandardOutput();
        output.Write("{\"raw\":1}\n"u8);
    }

    public string Large(int size) => new('x', size);

    public void Blocks()
    {
        Console.Write($"{Environment.ProcessId}\nblocking\n");
        Thread.Sleep(Timeout.Infinite);
    }

    public async Task<string> Slow()
    {
        await Task.Delay(TimeSpan.FromSeconds(1));
        return $"{Environment.ProcessId}";
    }

    public void Exits(int status) => Environment.Exit(status);
}

public sealed class FailingConstructor
{
    public FailingConstructor() => throw new InvalidOperationException("the constructor failed");

    public void Handle()
    {
    }
}

public static class FailingStaticConstructor
{
    private static readonly string Value = Fail();

    public static string Handle() => Value;

    private static string Fail() => throw new InvalidOperationException("the static constructor failed");
}

public sealed class NoDefaultConstructor(int number)
{
    public int Handle() => number;
}

/// <summary>Methods that cannot be handlers.</summary>
public sealed class Unsupported
{
    public async void AsyncVoid() => await Task.Yield();

    public void Params(params int[] a)
    {
    }

    public void ThreeParameters(int a, ILambdaContext b, int c)
    {
    }

    public void SecondNotContext(int a, int b)
    {
    }

    public void Overloaded(int a)
    {
    }

    public void Overloaded(string a)
    {
    }

    public T Generic<T>(T input) => input;
}
