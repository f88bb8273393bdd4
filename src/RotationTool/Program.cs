using System.CommandLine;
using RotationTool;

Argument<string> secret = new("SECRET") { Description = "The secret's name or ARN." };
Argument<string?> secretOrAll = new("SECRET") { Description = "The secret's name or ARN. Default: all secrets.", Arity = ArgumentArity.ZeroOrOne };
Option<string?> function = new("--function") { Description = "Show only the secrets that this function rotates.", HelpName = "NAME" };
Option<bool> json = new("--json") { Description = "Print JSON, for scripts." };
Option<bool> wait = new("--wait")
{
    Description = "Wait until the rotation is complete. If a step does not progress, report problems and the command that shows its log.",
};
Option<int> timeout = new("--timeout")
{
    Description = "With --wait: how many seconds to wait.",
    HelpName = "SECONDS",
    DefaultValueFactory = _ => 900,
};
foreach (var argument in new Argument[] { secret, secretOrAll })
{
    // A mistyped option must not be treated as a secret.
    argument.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value: ['-', ..] option }])
        {
            result.AddError($"Unrecognized option '{option}'.");
        }
    });
}

var screen = new Screen();

var root = new RootCommand(
    "Shows, rotates, checks, revokes and rolls back API Gateway keys that RotationLambda rotates. Never reads or shows a key value.")
{
    Command("status", "Shows a secret's rotation schedule, keys and problems.", (account, parsed, cancel) =>
        new StatusCommand(account, screen).RunAsync(parsed.GetValue(secretOrAll), parsed.GetValue(function), parsed.GetValue(json), cancel),
        secretOrAll, function, json),
    Command("rotate", "Rotates a secret's key now.", (account, parsed, cancel) =>
        new Rotate(account, screen).RunAsync(
            parsed.GetRequiredValue(secret), parsed.GetValue(wait) ? TimeSpan.FromSeconds(parsed.GetValue(timeout)) : null, cancel),
        secret, wait, timeout),
    Command("check", "Verifies everything that a rotation requires, and calls the API with AWSCURRENT's key.", Acting("check"), secret),
    Command(
        "revoke", "Disables AWSPREVIOUS's key and any other that neither AWSCURRENT nor a rotation in progress needs.",
        Acting("revokePrevious"), secret),
    Command("rollback", "Moves AWSCURRENT back to AWSPREVIOUS's key.", Acting("rollback"), secret),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count == 0 && parsed.CommandResult.Command.Name == "status"
    && parsed.GetValue(secretOrAll) is not null && parsed.GetValue(function) is not null)
{
    screen.Error("--function filters the list of all secrets. Omit --function or SECRET.");
    return (int)ExitCode.Usage;
}

var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
return parsed.Errors.Count > 0 ? (int)ExitCode.Usage : exitCode;

Command Command(string name, string description, Func<RotationAccount, ParseResult, CancellationToken, Task<ExitCode>> run, params Symbol[] symbols)
{
    var command = new Command(name, description);
    foreach (var symbol in symbols)
    {
        if (symbol is Argument argument)
        {
            command.Add(argument);
        }
        else
        {
            command.Add((Option)symbol);
        }
    }

    command.SetAction(async (parsed, cancel) => await ErrorReporter.RunAsync(screen, async () =>
    {
        using var account = new RotationAccount();
        return await run(account, parsed, cancel);
    }, cancel));
    return command;
}

Func<RotationAccount, ParseResult, CancellationToken, Task<ExitCode>> Acting(string action) => async (account, parsed, cancel) =>
{
    var found = await account.FindAsync(parsed.GetRequiredValue(secret), cancel);
    var result = await screen.WaitAsync(action, () => account.ActAsync(found, action, cancel));
    screen.Print(result.Message);
    screen.Show(result.Findings ?? []);
    return result.Healthy == false ? ExitCode.Wrong : ExitCode.Fine;
};
