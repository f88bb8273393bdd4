using Pulumi;
using Pulumi.Testing;

namespace Compat.Tests.StandIn;

/// <summary>What only the stand-ins do. It sets the process's environment and exit code: no other test may run beside these.</summary>
[Collection(nameof(PulumiProgramTests))]
public sealed class PulumiStandInTests : IDisposable
{
    private readonly int _exitCode = Environment.ExitCode;

    public void Dispose()
    {
        Environment.ExitCode = _exitCode;
        Environment.SetEnvironmentVariable("PULUMI_MONITOR", null);
    }

    [Fact]
    public async Task A_resource_that_waits_for_itself_fails_the_program()
    {
        var error = await Assert.ThrowsAsync<RunException>(() => Deployment.TestAsync(new PulumiMocks(), new TestOptions { IsPreview = false }, () =>
        {
            var group = new Group("group");
            new Thing("thing", options: new CustomResourceOptions { Parent = group, DependsOn = group });
        }));

        Assert.Contains("depends on itself", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_under_an_engine_says_that_it_was_built_with_stand_ins()
    {
        Environment.SetEnvironmentVariable("PULUMI_MONITOR", "127.0.0.1:1");
        var (before, error) = (Console.Error, new StringWriter());
        Console.SetError(error);
        try
        {
            Assert.NotEqual(0, await Deployment.RunAsync(() => { }));
        }
        finally
        {
            Console.SetError(before);
        }

        Assert.Contains("stand-ins", error.ToString(), StringComparison.Ordinal);
    }
}
