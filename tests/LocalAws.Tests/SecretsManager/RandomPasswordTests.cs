using Amazon.SecretsManager.Model;

namespace LocalAws.Tests.SecretsManager;

public sealed class RandomPasswordTests
{
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    [Fact]
    public async Task A_password_has_32_characters_with_one_of_each_kind_and_no_space()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var first = await DrawAsync(account, new GetRandomPasswordRequest());
        var second = await DrawAsync(account, new GetRandomPasswordRequest());

        Assert.Equal(32, first.Length);
        AssertHasEachKind(first);
        Assert.DoesNotContain(' ', first);
        Assert.All(first, character => Assert.InRange(character, '!', '~'));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task A_short_password_still_has_one_of_each_kind()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        for (var draw = 0; draw < 20; draw++)
        {
            var password = await DrawAsync(account, new GetRandomPasswordRequest { PasswordLength = 4 });
            Assert.Equal(4, password.Length);
            AssertHasEachKind(password);
        }
    }

    [Fact]
    public async Task A_password_shorter_than_its_kinds_is_refused_unless_they_need_not_be_there()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        await AssertAws.RefusesAsync(
            400,
            "InvalidParameterException",
            "Password length is too short based on the required types.",
            () => DrawAsync(account, new GetRandomPasswordRequest { PasswordLength = 3 }));
        Assert.Single(await DrawAsync(account, new GetRandomPasswordRequest { PasswordLength = 1, RequireEachIncludedType = false }));
        Assert.Single(await DrawAsync(
            account,
            new GetRandomPasswordRequest { PasswordLength = 1, ExcludeNumbers = true, ExcludePunctuation = true, ExcludeUppercase = true }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4097)]
    public async Task A_password_has_1_to_4096_characters(int length)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        Assert.Equal(4096, (await DrawAsync(account, new GetRandomPasswordRequest { PasswordLength = 4096 })).Length);

        await AssertAws.RefusesAsync(
            400, "ValidationException", text: null, () => DrawAsync(account, new GetRandomPasswordRequest { PasswordLength = length }));
    }

    [Fact]
    public async Task What_is_excluded_is_not_in_it()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        async Task<string> Long(GetRandomPasswordRequest request)
        {
            request.PasswordLength = 2000;
            return await DrawAsync(account, request);
        }

        Assert.DoesNotContain(await Long(new() { ExcludeNumbers = true }), char.IsAsciiDigit);
        Assert.DoesNotContain(await Long(new() { ExcludeUppercase = true }), char.IsAsciiLetterUpper);
        Assert.DoesNotContain(await Long(new() { ExcludeLowercase = true }), char.IsAsciiLetterLower);
        Assert.All(await Long(new() { ExcludePunctuation = true }), character => Assert.True(char.IsAsciiLetterOrDigit(character)));
        Assert.DoesNotContain(await Long(new() { ExcludeCharacters = "aZ0\"\\/@" }), "aZ0\"\\/@".Contains);
        Assert.Contains(' ', await Long(new() { IncludeSpace = true }));
        Assert.DoesNotContain(' ', await Long(new() { IncludeSpace = true, ExcludeCharacters = " " }));
    }

    [Fact]
    public async Task Without_any_character_left_nothing_is_drawn()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        await AssertAws.RefusesAsync(400, "InvalidParameterException", text: null, () => DrawAsync(account, new GetRandomPasswordRequest
        {
            ExcludeNumbers = true,
            ExcludePunctuation = true,
            ExcludeUppercase = true,
            ExcludeCharacters = "abcdefghijklmnopqrstuvwxyz",
        }));
    }

    private static void AssertHasEachKind(string password)
    {
        Assert.Contains(password, char.IsAsciiLetterLower);
        Assert.Contains(password, char.IsAsciiLetterUpper);
        Assert.Contains(password, char.IsAsciiDigit);
        Assert.Contains(password, Punctuation.Contains);
    }

    private static async Task<string> DrawAsync(LocalAwsAccount account, GetRandomPasswordRequest request) =>
        (await account.SecretsManager.GetRandomPasswordAsync(request)).RandomPassword;
}
