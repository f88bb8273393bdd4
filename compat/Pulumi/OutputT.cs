namespace Pulumi;

/// <summary>A value that is there once the resources that it comes from are.</summary>
public sealed class Output<T> : IOutput
{
    internal Output(Task<OutputData<T>> data)
    {
        Data = data;
        Deployment.Current?.Track(data);
    }

    internal Task<OutputData<T>> Data { get; }

    public static Output<T> Create(Task<T> value) => Output.Create(value);

    public Output<ValueTuple> Apply(Func<T, Task> func) => Apply(async value =>
    {
        await func(value);
        return default(ValueTuple);
    });

    public Output<TResult> Apply<TResult>(Func<T, TResult> func) => Apply(value => Output.Create(func(value)));

    public Output<TResult> Apply<TResult>(Func<T, Task<TResult>> func) => Apply(value => Output.Create(func(value)));

    public Output<TResult> Apply<TResult>(Func<T, Input<TResult>?> func) => Apply(value => func(value)?.ToOutput());

    public Output<TResult> Apply<TResult>(Func<T, Output<TResult>?> func) => new(ApplyAsync(func));

    /// <summary>A preview does not call the function with a value that is not known; an update calls it with what there is.</summary>
    private async Task<OutputData<TResult>> ApplyAsync<TResult>(Func<T, Output<TResult>?> func)
    {
        var data = await Data;
        if (!data.IsKnown && Deployment.Instance.IsDryRun)
        {
            return data.With(default(TResult)!);
        }

        return func(data.Value) is { } result ? (await result.Data).Tainted(data) : data.With(default(TResult)!);
    }

    async Task<OutputData<object?>> IOutput.GetDataAsync()
    {
        var data = await Data;
        return data.With<object?>(data.Value);
    }

    /// <summary>An output has no text before its value is there: this is a text that says so.</summary>
    /// <exception cref="InvalidOperationException">The environment asks for one, with PULUMI_ERROR_OUTPUT_STRING.</exception>
    public override string ToString()
    {
        const string Message = "Calling [ToString] on an [Output<T>] is not supported: use Output.Format, or Apply to get at the value.";
        return Environment.GetEnvironmentVariable("PULUMI_ERROR_OUTPUT_STRING") is "1" or "true" ? throw new InvalidOperationException(Message) : Message;
    }
}
