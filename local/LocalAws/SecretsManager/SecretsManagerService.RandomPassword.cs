using System.Security.Cryptography;
using LocalAws.SecretsManager;

namespace LocalAws;

/// <content>Random passwords.</content>
public sealed partial class SecretsManagerService
{
    // AWS API reference.
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /// <summary>Generates a password. Stores nothing.</summary>
    /// <param name="request">The input of GetRandomPassword.</param>
    public static RandomPasswordResponse GetRandomPassword(GetRandomPasswordRequest request)
    {
        Constraints.Value("passwordLength", request.PasswordLength, 1, 4096);
        Constraints.Length("excludeCharacters", request.ExcludeCharacters?.Length, 0, 4096);
        var length = (int)(request.PasswordLength ?? 32);
        var types = Types(request);
        var characters = string.Concat(types) + Allowed(request.IncludeSpace == true ? " " : "", request);
        if (characters.Length == 0)
        {
            throw SecretsManagerErrors.InvalidParameter("Every character is excluded.");
        }

        if (request.RequireEachIncludedType == false)
        {
            types = [];
        }
        else if (length < types.Count)
        {
            throw SecretsManagerErrors.PasswordTooShort();
        }

        var password = RandomNumberGenerator.GetString(characters, length).ToCharArray();
        for (var index = 0; index < types.Count; index++)
        {
            password[index] = RandomNumberGenerator.GetString(types[index], 1)[0];
        }

        RandomNumberGenerator.Shuffle(password.AsSpan());
        return new RandomPasswordResponse { RandomPassword = new string(password) };
    }

    /// <summary>
    /// Returns the characters of each kind. A kind whose characters are all excluded is not required; AWS does not document its behaviour.
    /// </summary>
    private static List<string> Types(GetRandomPasswordRequest request)
    {
        IEnumerable<(bool? Excluded, string Characters)> types =
        [
            (request.ExcludeLowercase, "abcdefghijklmnopqrstuvwxyz"),
            (request.ExcludeUppercase, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            (request.ExcludeNumbers, "0123456789"),
            (request.ExcludePunctuation, Punctuation),
        ];
        return [.. types.Where(type => type.Excluded != true).Select(type => Allowed(type.Characters, request)).Where(type => type.Length > 0)];
    }

    private static string Allowed(string characters, GetRandomPasswordRequest request) =>
        string.Concat(characters.Except(request.ExcludeCharacters ?? ""));
}
