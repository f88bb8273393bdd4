using System.Globalization;
using RotationFunction;
using Spectre.Console;

namespace RotationTool;

/// <summary>The output for a person. Commands are on lines of their own, without wrapping, so that they can be copied.</summary>
internal sealed class Screen
{
    private const int Longest = 6000; // the error of a step and a command, which must not be cut

    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
    private readonly IAnsiConsole _errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public Screen()
    {
        // A file or a pipe has no width.
        if (Console.IsOutputRedirected)
        {
            _console.Profile.Width = 1000;
        }
    }

    /// <summary>Shows a status during work that may take minutes.</summary>
    public Task<T> WaitAsync<T>(string doing, Func<Task<T>> work) =>
        _console.Profile.Capabilities.Interactive ? _console.Status().StartAsync(Markup.Escape(doing), _ => work()) : work();

    /// <summary>Prints a line without wrapping.</summary>
    public void Print(string line) => _console.Profile.Out.Writer.WriteLine(LogText.Sanitize(line, Longest));

    /// <summary>Prints JSON. Escapes characters beyond ASCII, which only strings can contain.</summary>
    public void PrintJson(string json) => _console.Profile.Out.Writer.WriteLine(
        string.Concat(json.Select(character => character is '\n' or (>= ' ' and <= '~') ? $"{character}" : $"\\u{(int)character:x4}")));

    /// <summary>Prints that a step of a rotation has passed.</summary>
    public void StepPassed(string step, TimeSpan since) =>
        _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"  {step,-12}  [green]passed[/]  after {since.TotalSeconds:F0} s");

    public void Error(string text)
    {
        _errors.Markup("[red]Error:[/] ");
        _errors.Profile.Out.Writer.WriteLine(LogText.Sanitize(text, Longest));
    }

    /// <summary>Prints a table with a row for each secret.</summary>
    public void Show(IReadOnlyList<(RotatedSecret Secret, ActionResult Status)> secrets)
    {
        var table = NewTable("secret", "function", "last rotated", "next rotation", "keys", "state");
        foreach (var (secret, status) in secrets)
        {
            table.AddRow(
                Cell(secret.Name),
                Cell(secret.FunctionName ?? "none"),
                Cell(Time(status.Rotation?.LastRotated)),
                Cell(status.Rotation is { Enabled: false } ? "off" : Time(status.Rotation?.NextRotation)),
                Cell(status.Keys is { } keys ? $"{keys.Count(key => key.Enabled)} of {keys.Count} enabled{In(status.Regions)}" : ""),
                status.Healthy == true ? Cell("OK", "green") : Cell(status.Rotation?.HoursOverdue > 0 ? "overdue" : "problem", "red"));
        }

        _console.Write(table);
        foreach (var (secret, status) in secrets)
        {
            Show(status.Findings ?? [], secret.Name + ": ");
        }

        static string In(IReadOnlyList<RegionStatus>? others) => others is { Count: > 0 } ? $" in {others.Count + 1} Regions" : "";
    }

    /// <summary>Prints one secret with its keys.</summary>
    public void Show(RotatedSecret secret, ActionResult status)
    {
        _console.MarkupLineInterpolated($"[bold]{LogText.Sanitize(secret.Name)}[/], rotated by {LogText.Sanitize(secret.FunctionName ?? "nothing")}");
        if (status.Rotation is { } rotation)
        {
            var grid = new Grid().AddColumn(new GridColumn().Padding(2, 0, 3, 0)).AddColumn();
            AddRow("schedule", rotation.Enabled ? rotation.Schedule ?? "none" : "rotation is off");
            AddRow("last rotated", Time(rotation.LastRotated));
            AddRow("next rotation", Time(rotation.NextRotation));
            AddRow("in progress", rotation.PendingVersion);
            AddRow("overlap", rotation.Overlap);
            AddRow("hold", rotation.Hold);
            foreach (var region in status.Regions ?? [])
            {
                AddRow(region.Region, $"replica {region.Replica ?? "missing"}{Described(region.ReplicaMessage)}, template key {region.TemplateKeyId}, "
                    + (region.UsagePlanIds is { } plans ? $"usage plans {string.Join(", ", plans)}" : "could not be read"));
            }

            _console.Write(grid);

            void AddRow(string name, string? value)
            {
                if (!string.IsNullOrEmpty(value))
                {
                    grid.AddRow(Cell(name), Cell(value));
                }
            }
        }

        var hasRegions = status.Regions is { Count: > 0 };
        string[] columns = ["key", "kind", "labels", "state", "age", "usage plans", "last used (UTC)"];
        var table = NewTable(hasRegions ? ["Region", .. columns] : columns);
        foreach (var key in status.Keys ?? [])
        {
            table.AddRow(
            [
                .. hasRegions ? [Cell(key.Region ?? secret.Arn.Split(':')[3])] : Array.Empty<Text>(),
                Cell(key.KeyId),
                Cell(key.Kind),
                Cell(string.Join(", ", key.Labels)),
                key.Stray ? Cell("stray", "yellow")
                    : key.HeldUntil is { } end ? Cell($"until {Time(end)}", "yellow")
                    : key.Enabled ? Cell("enabled", "green") : Cell("disabled", "grey"),
                Cell(key.AgeDays is { } days ? $"{days} d" : ""),
                Cell(string.Join(", ", key.UsagePlanIds)),
                Cell(Used(key)),
            ]);
        }

        _console.Write(table);
        Print(status.Message);
        Show(status.Findings ?? []);
    }

    /// <summary>Prints findings and the commands that fix them.</summary>
    public void Show(IReadOnlyList<Finding> findings, string prefix = "")
    {
        foreach (var finding in findings)
        {
            _console.Markup("[red]![/] ");
            Print(prefix + finding.Problem);
            if (finding.Command is { } command)
            {
                Print("  " + command);
            }
        }
    }

    private static Table NewTable(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))));
        }

        return table;
    }

    private static Text Cell(string text, string colour = "default") => new(LogText.Sanitize(text), Style.Parse(colour));

    private static string Described(string? message) => message is null ? "" : $" ({message})";

    private static string Used(KeyStatus key)
    {
        return string.Join("; ", (key.Usage ?? []).Select(usage => key.Usage!.Count == 1 ? In(usage) : $"{usage.UsagePlanId}: {In(usage)}"));

        static string In(KeyUsageStatus usage) => usage switch
        {
            { LastUsed: { } day } => $"{Day(day)}, {usage.RequestsIn7Days?.ToString(CultureInfo.InvariantCulture) ?? "unknown"} in 7 days",
            { Since: { } day } => $"not since {Day(day)}",
            _ => "unknown",
        };

        static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private static string Time(DateTime? time) => time is { } utc ? utc.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) : "";
}
