using System.Text.RegularExpressions;
using Pulumi;

namespace InferenceApi;

/// <summary>The configuration of the stack. README.md describes it.</summary>
internal sealed partial record Settings(
    string Repository, string Branch, string? Environment, bool CreateOidcProvider, Uri? ModelUrl, bool AccessLogs, string? AlarmEmail)
{
    /// <summary>Gets the subjects of the tokens that the pipeline's role trusts: a job without an environment, and one of the environment.</summary>
    public IEnumerable<string> Subjects =>
        Environment is null
            ? [$"repo:{Repository}:ref:refs/heads/{Branch}"]
            : [$"repo:{Repository}:ref:refs/heads/{Branch}", $"repo:{Repository}:environment:{Environment}"];

    /// <exception cref="RunException">A setting is missing or invalid. The message names each. No resource was created.</exception>
    public static Settings Read(Config config)
    {
        var problems = new List<string>();
        var settings = new Settings(
            Text("githubRepository", RepositoryPattern(), "OWNER/REPO, or OWNER@OWNER-ID/REPO@REPO-ID") ?? "",
            Text("githubBranch", NamePattern(), "the name of a branch") ?? "main",
            Text("githubEnvironment", NamePattern(), "the name of an environment, without a colon"),
            Flag("createOidcProvider"),
            Text("modelUrl", UrlPattern(), "an https URL without a query and without {}") is { } url ? new Uri(url) : null,
            Flag("accessLogs"),
            Text("alarmEmail", EmailPattern(), "an e-mail address"));
        if (string.IsNullOrEmpty(config.Get("githubRepository")))
        {
            problems.Add("githubRepository is missing. Run: pulumi config set githubRepository OWNER/REPO");
        }

        return problems.Count == 0 ? settings : throw new RunException(string.Join(" ", problems.Select(problem => problem + ".")));

        string? Text(string name, Regex pattern, string form)
        {
            if (config.Get(name) is not { Length: > 0 } text)
            {
                return null;
            }

            if (!pattern.IsMatch(text))
            {
                problems.Add($"{name} must be {form}");
                return null;
            }

            return text;
        }

        bool Flag(string name)
        {
            var text = config.Get(name);
            if (!string.IsNullOrEmpty(text) && !bool.TryParse(text, out _))
            {
                problems.Add($"{name} must be true or false");
            }

            return bool.TryParse(text, out var flag) && flag;
        }
    }

    // No wildcard: the trust policy compares the whole subject. The two ids are both there or both absent.
    [GeneratedRegex(@"^[A-Za-z0-9-]+(/[A-Za-z0-9._-]+|@[0-9]+/[A-Za-z0-9._-]+@[0-9]+)\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex(@"^[A-Za-z0-9._/ -]{1,255}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^https://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~/-]*)?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UrlPattern();

    [GeneratedRegex(@"^[^\s@]+@[^\s@]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EmailPattern();
}
