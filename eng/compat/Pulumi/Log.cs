namespace Pulumi;

/// <summary>Messages of a program, which an engine would show. Without one errors fail the run and the rest goes nowhere.</summary>
public static class Log
{
    public static void Warn(string message, Resource? resource = null, int? streamId = null, bool? ephemeral = null) => _ = Deployment.Running;

    public static void Error(string message, Resource? resource = null, int? streamId = null, bool? ephemeral = null)
        => Deployment.Running.AddError(message);
}
