using System.Globalization;
using LambdaHost;
using LocalAws;
using Spectre.Console;

namespace Demo;

/// <summary>The output of the demo: a live status line on a terminal, plain lines elsewhere.</summary>
internal sealed class Screen(IAnsiConsole console)
{
    private static readonly string[] Steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];

    private StatusContext? _live;
    private string _doing = "starting";

    /// <summary>Runs the demo with its live line.</summary>
    public Task<bool> RunAsync(Func<Task<bool>> demo) => !console.Profile.Capabilities.Interactive
        ? demo()
        : console.Status().Spinner(Spinner.Known.Dots).StartAsync(_doing, status =>
        {
            _live = status;
            return demo();
        });

    /// <summary>Prints a heading that says what happens next.</summary>
    public void Announce(string what)
    {
        _doing = what;
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]{what}[/]");
    }

    /// <summary>Prints lines unchanged.</summary>
    public void Print(string lines) => console.WriteLine(lines);

    /// <summary>Prints a warning of the function.</summary>
    public void ShowWarning(LogEntry entry)
    {
        if (entry.Level is not "Information")
        {
            console.MarkupLineInterpolated($"  [yellow]{entry.Level}[/]: {entry.Message}");
        }
    }

    /// <summary>Runs the deployment and prints the created resources.</summary>
    public async Task DeployAsync(Deployment deployment)
    {
        Announce("Deploying the stack of infra/, for one key of an API: a rotation every day");
        foreach (var resource in await deployment.DeployAsync())
        {
            console.WriteLine("  " + resource);
        }
    }

    /// <summary>Updates the live line.</summary>
    public void Update(long sent, long refused)
    {
        if (_live is not null)
        {
            _live.Status = $"{Markup.Escape(_doing)}: {sent:N0} requests sent, {refused:N0} refused";
        }
    }

    /// <summary>Prints a completed step.</summary>
    public void Show(StepRecord step)
    {
        if (step.Error is null)
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture,
                $"  {step.Step,-12} [green]passed[/] in {step.Duration.TotalMilliseconds,5:F0} ms");
        }
        else
        {
            console.MarkupLineInterpolated($"  {step.Step,-12} [red]failed[/]: {step.Error}");
            console.MarkupLine("  Secrets Manager tries the rotation again from createSecret");
        }
    }

    /// <summary>Prints the keys with their ids and labels, never with their values.</summary>
    public void Show(IReadOnlyList<RingKey> ring)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("key", "enabled", "label");
        foreach (var key in ring)
        {
            table.AddRow(Markup.Escape(key.Id), key.Enabled ? "yes" : "no", key.Label);
        }

        console.Write(table);
    }

    /// <summary>Prints the summary.</summary>
    public void Summarize(long sent, long refused, KeyCounts keys, IReadOnlyList<RotationRecord> rotations, string functionAccessKey)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("Result").AddColumns("", "").HideHeaders();
        table.AddRow("requests sent", sent.ToString("N0", CultureInfo.InvariantCulture));
        table.AddRow("requests refused", refused == 0 ? "[green]0[/]" : $"[red]{refused}[/]");
        table.AddRow("keys minted, disabled, deleted", $"{keys.Minted}, {keys.Disabled}, {keys.Deleted}");
        foreach (var step in Steps)
        {
            // Only rotations without a retry: a retry makes additional calls.
            var runs = rotations.Where(rotation => rotation.Steps.Count == Steps.Length)
                .SelectMany(rotation => rotation.Steps).Where(run => run.Step == step).ToList();
            var calls = runs[^1].Calls.Count(call => call.Call.AccessKeyId == functionAccessKey);
            table.AddRow(step,
                string.Create(CultureInfo.InvariantCulture, $"{calls} AWS calls, {runs.Average(run => run.Duration.TotalMilliseconds):F0} ms"));
        }

        console.WriteLine();
        console.Write(table);
    }
}
