using System.Collections.Immutable;
using LocalAws;
using Pulumi.Testing;

namespace Deployer.Tests;

/// <summary>A function's reserved concurrency is deployed, changed and taken away.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class ReservedConcurrencyTests
{
    [Fact]
    public async Task A_function_runs_as_often_at_once_as_its_declaration_says_until_it_says_nothing()
    {
        await using var aws = EmbeddedAws.Create();
        var end = new TaskCompletionSource();
        var deployment = new LocalDeployment(new()
        {
            Aws = aws,
            RunFunction = _ => async invocation =>
            {
                await end.Task;
                return invocation.Payload;
            },
        });
        aws.Iam.CreateRole("function", """{"Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}""");

        await DeployAsync(1);
        var first = aws.Lambda.InvokeAsync("probe", "{}"u8.ToArray());
        Assert.Equal("TooManyRequestsException", (await ThrottledAsync()).Code);
        await DeployAsync(2);
        var second = aws.Lambda.InvokeAsync("probe", "{}"u8.ToArray());
        Assert.Equal(429, (await ThrottledAsync()).Status);
        await DeployAsync(null);
        var third = aws.Lambda.InvokeAsync("probe", "{}"u8.ToArray());

        end.SetResult();
        await Task.WhenAll(first, second, third);
        Assert.Equal(2, aws.Lambda.ThrottlesOf("probe"));

        Task DeployAsync(int? reserved) => deployment.UpAsync(mocks => mocks.NewResourceAsync(new MockResourceArgs
        {
            Type = "aws:lambda/function:Function",
            Name = "probe",
            Inputs = Inputs(reserved),
        }));

        Task<AwsException> ThrottledAsync() => Assert.ThrowsAsync<AwsException>(() => aws.Lambda.InvokeAsync("probe", "{}"u8.ToArray()));
    }

    /// <summary>The provider's SDK tries again.</summary>
    [Fact]
    public async Task An_invocation_that_is_throttled_while_resources_are_made_at_once_is_made_in_the_end()
    {
        await using var aws = EmbeddedAws.Create();
        var runs = 0;
        aws.Lambda.Register(
            "probe",
            async invocation =>
            {
                Interlocked.Increment(ref runs);
                await Task.Delay(300);
                return invocation.Payload;
            },
            new FunctionOptions { ReservedConcurrency = 1 });
        var deployment = new LocalDeployment(new() { Aws = aws, Parallel = 3, RunFunction = _ => throw new NotSupportedException() });

        await deployment.UpAsync(mocks => Task.WhenAll(Enumerable.Range(0, 3).Select(number => mocks.NewResourceAsync(new MockResourceArgs
        {
            Type = "aws:lambda/invocation:Invocation",
            Name = $"probe{number}",
            Inputs = new Dictionary<string, object> { ["functionName"] = "probe", ["input"] = "{}" }.ToImmutableDictionary(),
        }))));

        Assert.Equal((3, 3), (runs, deployment.Resources.Count));
        Assert.NotEqual(0, aws.Lambda.ThrottlesOf("probe"));
    }

    private static ImmutableDictionary<string, object> Inputs(int? reserved)
    {
        var inputs = new Dictionary<string, object> { ["name"] = "probe", ["role"] = "arn:aws:iam::123456789012:role/function", ["timeout"] = 60 };
        if (reserved is { } number)
        {
            inputs["reservedConcurrentExecutions"] = number;
        }

        return inputs.ToImmutableDictionary();
    }
}
