using Demo;
using Spectre.Console;

var screen = new Screen(AnsiConsole.Console);
return await screen.RunAsync(() => Scenario.RunAsync(screen)) ? 0 : 1;
