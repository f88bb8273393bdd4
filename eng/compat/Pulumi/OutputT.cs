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

    /// <summary>The function is not called with a value that is not known, in a preview or not.</summary>
    private async Task<OutputData<TResult>> ApplyAsync<TResult>(Func<T, Output<TResult>?> func)
    {
        var data = await Data;
        return data.IsKnown && func(data.Value) is { } result ? (await result.Data).Tainted(data) : data.With(default(TResult)!);
    }

    async Task<OutputData<object?>> IOutput.GetDataAsync()
    {
        var data = await Data;
        return data.With<object?>(data.Value);
    }

    /// <summary>An output has no text before its value is there: this is a text that says so, and a warning.</summary>
    /// <exception cref="InvalidOperationException">No program is running, or PULUMI_ERROR_OUTPUT_STRING asks for it.</exception>
    public override string ToString()
    {
        const string Message = "Calling [ToString] on an [Output<T>] is not supported: use Output.Format, or Apply to get at the value.";
        var isError = Environment.GetEnvironmentVariable("PULUMI_ERROR_OUTPUT_STRING");
        if (isError == "1" || string.Equals(isError, "true", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException(Message);
        }

        Log.Warn(Message);
        return Message;
    }
}
