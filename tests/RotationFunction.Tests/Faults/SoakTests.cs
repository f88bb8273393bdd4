using System.Globalization;

namespace RotationFunction.Tests;

/// <summary>Rotations over years, with faults all along. ROTATION_TESTS_SEED draws other faults.</summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    [Fact]
    public Task Five_secrets_for_thirty_days() => RunAsync(secrets: 5, days: 30, output.WriteLine);

    /// <summary>Takes minutes: <c>dotnet run build.cs soak</c>.</summary>
    [Fact(Explicit = true)]
    public Task Fifty_secrets_for_two_years() => RunAsync(secrets: 50, days: 730, Console.WriteLine);

    private static async Task RunAsync(int secrets, int days, Action<string> print)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("ROTATION_TESTS_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        await using var soak = new Soak(secrets, days, seed);
        await soak.RunAsync(print);
        Assert.InRange(soak.CutOffs, days / 10, days * secrets);
        Assert.True(soak.Violations.IsEmpty, $"{soak.Figures()}\n{soak.Violations.Count} violations, the first are\n{string.Join('\n', soak.Violations.Take(10))}");
    }
}
