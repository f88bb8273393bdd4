using System.CommandLine;
using RotationTool;

Argument<string> secret = new("SECRET") { Description = "The secret's name or ARN." };
Argument<string?> secretOrAll = new("SECRET") { Description = "The secret's name or ARN; all secrets when left out.", Arity = ArgumentArity.ZeroOrOne };
Option<string?> function = new("--function") { Description = "Only the secrets that this function rotates.", HelpName = "NAME" };
Option<bool> json = new("--json") { Description = "Print JSON, for scripts." };
Option<bool> wait = new("--wait") { Description = "Follow the rotation to its end; when a step stands still, say what is wrong and where its log is." };
Option<int> timeout = new("--timeout") { Description = "With --wait: give up waiting after so many seconds.", HelpName = "SECONDS", DefaultValueFactory = _ => 900 };
foreach (var argument in new Argument[] { secret, secretOrAll })
{
    // A mistyped option must not be taken for a secret.
    argument.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value: ['-', ..] option }])
        {
            result.AddError($"Unrecognized option '{option}'.");
        }
    });
}

var screen = new Screen();

var root = new RootCommand("Shows, rotates, checks, revokes and rolls back API Gateway keys that RotationLambda rotates. No key value is ever read or shown.")
{
    Command("status", "Shows when a secret rotates, its keys, and what is wrong.", (account, parsed, cancel) =>
        new StatusCommand(account, screen).RunAsync(parsed.GetValue(secretOrAll), parsed.GetValue(function), parsed.GetValue(json), cancel), secretOrAll, function, json),
    Command("rotate", "Rotates a secret's key now.", (account, parsed, cancel) =>
        new Rotate(account, screen).RunAsync(parsed.GetRequiredValue(secret), parsed.GetValue(wait) ? TimeSpan.FromSeconds(parsed.GetValue(timeout)) : null, cancel), secret, wait, timeout),
    Command("check", "Verifies all that a rotation would, and calls the API with AWSCURRENT's key.", Acting("check"), secret),
    Command("revoke", "Disables the keys that clients should not use any more: AWSPREVIOUS's.", Acting("revokePrevious"), secret),
    Command("rollback", "Goes back to AWSPREVIOUS's key.", Acting("rollback"), secret),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count == 0 && parsed.CommandResult.Command.Name == "status" && parsed.GetValue(secretOrAll) is not null && parsed.GetValue(function) is not null)
{
    screen.Error("--function chooses among all secrets: leave it out, or the secret.");
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
