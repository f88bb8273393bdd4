using System.Collections.Immutable;
using System.Text;
using LocalAws;
using Pulumi.Testing;

namespace Deployer.Tests;

/// <summary>What the deployer does at the same time, and in which order, with functions that are invoked when a resource comes and goes.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class ParallelTests
{
    private const string Invocation = "aws:lambda/invocation:Invocation";

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Independent_resources_come_and_go_at_once_up_to_the_number_that_is_set(int parallel)
    {
        await using var account = ProbedAccount.Start(parallel);
        account.Expects = parallel;
        var names = Enumerable.Range(0, 6).Select(number => $"key{number}");
        await account.Deployment.UpAsync(mocks => Task.WhenAll(names.Select(name => ProbedAccount.MakeAsync(mocks, name))));
        Assert.Equal(parallel, account.MostAtOnce());

        await account.Deployment.DestroyAsync();
        Assert.Equal(parallel, account.MostAtOnce());
        Assert.Empty(account.Deployment.Resources);
    }

    [Fact]
    public async Task What_depends_on_a_resource_is_deleted_before_it()
    {
        await using var account = ProbedAccount.Start(parallel: 8);
        await account.Deployment.UpAsync(async mocks =>
        {
            await ProbedAccount.MakeAsync(mocks, "first");
            await Task.WhenAll(ProbedAccount.MakeAsync(mocks, "left"), ProbedAccount.MakeAsync(mocks, "right"));
            await ProbedAccount.MakeAsync(mocks, "last");
        });
        account.Events.Clear();

        // The program leaves out the left one, which is deleted alone; then everything goes.
        await account.Deployment.UpAsync(async mocks =>
        {
            await ProbedAccount.MakeAsync(mocks, "first");
            await ProbedAccount.MakeAsync(mocks, "right");
            await ProbedAccount.MakeAsync(mocks, "last");
        });
        await account.Deployment.DestroyAsync();
        var began = account.Events.Where(happened => happened.EndsWith(" began", StringComparison.Ordinal));
        Assert.Equal(["delete left began", "delete last began", "delete right began", "delete first began"], began);
    }

    [Fact]
    public async Task What_a_program_no_longer_has_goes_before_what_it_depends_on_also_where_that_went_later()
    {
        await using var account = ProbedAccount.Start(parallel: 8);
        await account.Deployment.UpAsync(async mocks =>
        {
            await ProbedAccount.MakeAsync(mocks, "first");
            await ProbedAccount.MakeAsync(mocks, "second");
        });
        account.Fails = "delete second";
        await Assert.ThrowsAnyAsync<Exception>(() => account.Deployment.UpAsync(mocks => ProbedAccount.MakeAsync(mocks, "first")));
        account.Fails = null;
        account.Events.Clear();

        await account.Deployment.DestroyAsync();
        Assert.Equal(["delete second began", "delete second ended", "delete first began", "delete first ended"], account.Events);
    }

    /// <summary>As the official runner does; what is being made then is made to its end.</summary>
    [Fact]
    public async Task A_runner_that_returns_at_the_first_error_leaves_a_deployment_that_can_be_destroyed_at_once()
    {
        await using var account = ProbedAccount.Start(parallel: 2);
        account.Expects = 2;
        account.Fails = "create bad";
        var mayFail = new TaskCompletionSource();
        account.MayFail = mayFail.Task;
        Task<string> slow = null!, waiting = null!;
        var failed = await Assert.ThrowsAnyAsync<Exception>(() => account.Deployment.UpAsync(async mocks =>
        {
            account.Holds = "create slow";
            slow = ProbedAccount.MakeAsync(mocks, "slow");
            var bad = ProbedAccount.MakeAsync(mocks, "bad");
            // Both places are taken before there is a third.
            await account.BeganAsync("create slow", "create bad");
            waiting = ProbedAccount.MakeAsync(mocks, "waiting");
            mayFail.SetResult();
            _ = bad.ContinueWith(_ => account.Release(TimeSpan.FromMilliseconds(200)), TaskScheduler.Default);
            await bad;
        }));

        Assert.Contains("injected", failed.Message, StringComparison.Ordinal);
        Assert.True(slow.IsCompletedSuccessfully);
        Assert.EndsWith(" slow", account.Deployment.Resources[^1], StringComparison.Ordinal);
        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting);

        account.Events.Clear();
        await account.Deployment.DestroyAsync();
        Assert.Equal(["delete slow began", "delete slow ended"], account.Events);
        Assert.Empty(account.Deployment.Resources);
    }

    [Fact]
    public async Task After_a_failed_delete_those_that_were_under_way_are_gone_and_the_rest_is_still_there()
    {
        await using var account = ProbedAccount.Start(parallel: 2);
        await account.Deployment.UpAsync(async mocks =>
        {
            await ProbedAccount.MakeAsync(mocks, "below");
            await Task.WhenAll(ProbedAccount.MakeAsync(mocks, "good"), ProbedAccount.MakeAsync(mocks, "bad"));
        });
        (account.Expects, account.Fails) = (2, "delete bad");

        await Assert.ThrowsAnyAsync<Exception>(account.Deployment.DestroyAsync);
        Assert.Equal([$"{Invocation} below", $"{Invocation} bad"], account.Deployment.Resources);

        (account.Expects, account.Fails) = (1, null);
        await account.Deployment.DestroyAsync();
        Assert.Empty(account.Deployment.Resources);
    }

    /// <summary>An account with one function that remembers who invoked it when, and what runs at the same time.</summary>
    private sealed class ProbedAccount : IAsyncDisposable
    {
        private readonly Lock _gate = new();
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _running;
        private int _most;

        private ProbedAccount(EmbeddedAws aws, int parallel)
        {
            Aws = aws;
            Deployment = new LocalDeployment(new LocalDeploymentOptions
            {
                Aws = aws,
                Parallel = parallel,
                RunFunction = _ => throw new NotSupportedException(),
            });
            aws.Lambda.Register("probe", InvokeAsync);
        }

        public LocalDeployment Deployment { get; }

        public List<string> Events { get; } = [];

        /// <summary>How many invocations each one waits for, for a moment.</summary>
        public int Expects { get; set; } = 1;

        public string? Fails { get; set; }

        /// <summary>What the one that fails waits for.</summary>
        public Task MayFail { get; set; } = Task.CompletedTask;

        public string? Holds { get; set; }

        private EmbeddedAws Aws { get; }

        public static ProbedAccount Start(int parallel) => new(EmbeddedAws.Create(new EmbeddedAwsOptions()), parallel);

        public void Release(TimeSpan after) => _ = Task.Delay(after).ContinueWith(_ => _held.TrySetResult(), TaskScheduler.Default);

        public static async Task<string> MakeAsync(IMocks mocks, string name) => (await mocks.NewResourceAsync(new MockResourceArgs
        {
            Type = Invocation,
            Name = name,
            Inputs = new Dictionary<string, object>
            {
                ["functionName"] = "probe",
                ["lifecycleScope"] = "CRUD",
                ["input"] = $$"""{"name": "{{name}}"}""",
            }.ToImmutableDictionary(),
        })).id!;

        public async Task BeganAsync(params string[] invocations)
        {
            while (!Array.TrueForAll(invocations, Began))
            {
                await Task.Delay(10);
            }

            bool Began(string invocation)
            {
                lock (_gate)
                {
                    return Events.Contains(invocation + " began");
                }
            }
        }

        public int MostAtOnce() => Interlocked.Exchange(ref _most, 0);

        public ValueTask DisposeAsync() => Aws.DisposeAsync();

        private async Task<ReadOnlyMemory<byte>> InvokeAsync(FunctionInvocation invocation)
        {
            using var payload = System.Text.Json.JsonDocument.Parse(invocation.Payload);
            var what = $"{payload.RootElement.GetProperty("tf").GetProperty("action")} {payload.RootElement.GetProperty("name")}";
            Happened($"{what} began");
            lock (_gate)
            {
                _most = Math.Max(_most, ++_running);
            }

            for (var waited = 0; waited < 100 && Volatile.Read(ref _running) < Expects; waited++)
            {
                await Task.Delay(10);
            }

            await Task.Delay(50); // more than are expected would come now
            if (what == Holds)
            {
                await _held.Task;
            }

            Interlocked.Decrement(ref _running);
            if (what == Fails)
            {
                await MayFail;
                throw new InvalidOperationException("injected");
            }

            Happened($"{what} ended");
            return Encoding.UTF8.GetBytes("{}");
        }

        private void Happened(string what)
        {
            lock (_gate)
            {
                Events.Add(what);
            }
        }
    }
}
