using System.Globalization;
using CsCheck;

namespace RotationFunction.Tests;

/// <summary>
/// Random lives of a secret: rotations with faults in them, and everything that people and deployments do meanwhile. Whatever happened,
/// the invariants hold at every call, and once it is left alone a secret rotates and has exactly its keys.
/// A life that fails is cut down to the shortest one that does, and printed with its seed.
/// </summary>
public sealed class ModelTests
{
    [Fact]
    public Task Whatever_happens_to_a_secret_it_ends_well() => LiveAsync(100, Life.Any);

    /// <summary>ROTATION_TESTS_LIVES sets another number.</summary>
    [Fact]
    [Trait("Category", "Proof")]
    public Task Whatever_happens_to_thousands_of_secrets_they_end_well() => LiveAsync(Lives, Life.Any);

    [Fact]
    public Task Whatever_happens_to_a_secret_in_two_Regions_it_ends_well() => LiveAsync(40, Life.AnyInTwoRegions);

    [Fact]
    [Trait("Category", "Proof")]
    public Task Whatever_happens_to_a_thousand_secrets_in_two_Regions_they_end_well() => LiveAsync(Lives / 3, Life.AnyInTwoRegions);

    private static int Lives =>
        int.TryParse(Environment.GetEnvironmentVariable("ROTATION_TESTS_LIVES"), CultureInfo.InvariantCulture, out var lives) ? lives : 3000;

    private static Task LiveAsync(int lives, Gen<Life> any) => any.SampleAsync(
        life => life.LiveAsync(),
        iter: lives,
        threads: Environment.ProcessorCount,
        print: life => life.ToString());
}
