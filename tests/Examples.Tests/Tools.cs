namespace Examples.Tests;

/// <summary>A folder that is the whole PATH of a process: the tools that it has. Each notes what everybody on the machine may see of it.</summary>
internal sealed class Tools : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    /// <summary>A PATH with these tools of this machine, and what each machine has.</summary>
    public Tools(params string[] names)
    {
        foreach (var name in new[] { "mktemp", "rm", "cat" })
        {
            File.CreateSymbolicLink(System.IO.Path.Combine(_folder, name), Find(name));
        }

        foreach (var name in names)
        {
            Add(name, $"exec {name} \"$@\"");
        }
    }

    public string Path => _folder;

    /// <summary>The arguments and variables that the tools were started with.</summary>
    public string Seen => File.Exists(Log) ? File.ReadAllText(Log) : "";

    private string Log => System.IO.Path.Combine(_folder, "seen.log");

    /// <summary>Where this machine has a tool.</summary>
    public static string Find(string name) => Environment.GetEnvironmentVariable("PATH")!
        .Split(System.IO.Path.PathSeparator).Select(folder => System.IO.Path.Combine(folder, name)).First(File.Exists);

    /// <summary>A tool that does what the script says.</summary>
    public void Add(string name, string script)
    {
        var path = System.IO.Path.Combine(_folder, name);
        File.WriteAllText(path, $"""
            #!/bin/bash
            PATH='{Environment.GetEnvironmentVariable("PATH")}'
            printf '%s\n' "$0 $*" >>'{Log}'
            env >>'{Log}'
            {script}
            """);
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException();
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
