using Demo;
using Spectre.Console;

if (!AnsiConsole.Profile.Capabilities.Interactive)
{
    AnsiConsole.Profile.Width = 300; // no wrapping in a file or a pipe
}

var screen = new Screen(AnsiConsole.Console);
return await screen.RunAsync(() => Scenario.RunAsync(screen)) ? 0 : 1;
