using System.Collections.Immutable;
using Pulumi;
using Pulumi.Testing;
using Pulumi.Utilities;

namespace Compat.Tests;

public class PulumiOutputTests
{
    [Fact]
    public async Task What_is_made_of_a_secret_is_secret()
    {
        var (secret, plain) = (Output.CreateSecret("s"), Output.Create("p"));

        Assert.True(await Output.IsSecretAsync(Output.All<string>(plain, secret)));
        Assert.True(await Output.IsSecretAsync(Output.Tuple(plain, secret)));
        Assert.True(await Output.IsSecretAsync(Output.Format($"{plain}{secret}")));
        Assert.True(await Output.IsSecretAsync(secret.Apply(_ => plain)));
        Assert.True(await Output.IsSecretAsync(plain.Apply(_ => secret)));
        Assert.False(await Output.IsSecretAsync(Output.Tuple(plain, plain)));
    }

    [Fact]
    public async Task What_is_made_of_an_unknown_is_unknown()
    {
        var (unknown, known) = (OutputUtilities.CreateUnknown("u"), Output.Create("k"));

        Assert.False(await OutputUtilities.GetIsKnownAsync(Output.All(known, unknown)));
        Assert.False(await OutputUtilities.GetIsKnownAsync(Output.Tuple(known, unknown, known)));
        Assert.False(await OutputUtilities.GetIsKnownAsync(Output.Format($"{unknown}")));
        Assert.True(await OutputUtilities.GetIsKnownAsync(Output.Tuple(known, known)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_function_is_not_called_with_an_unknown_value(bool isPreview)
    {
        var called = false;
        await Deployment.TestAsync(new PulumiMocks(), new TestOptions { IsPreview = isPreview }, () =>
        {
            OutputUtilities.CreateUnknown("u").Apply(_ => called = true);
            OutputUtilities.CreateUnknown(() => Task.FromResult(called = true));
        });

        Assert.False(called);
    }

    [Fact]
    public async Task An_unknown_value_is_not_shown()
        => Assert.Null(await OutputUtilities.GetValueAsync(OutputUtilities.CreateUnknown("u")));

    [Fact]
    public async Task An_output_that_is_null_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => { Input<string> input = (Output<string>)null!; });
        Assert.Throws<ArgumentNullException>(() => { Output.Create((Task<string>)null!); });
        Assert.Throws<ArgumentNullException>(() => { Output.CreateSecret((Output<string>)null!); });
        Assert.Throws<ArgumentNullException>(() => { Output.All(Output.Create("a"), null!); });
        Assert.Throws<ArgumentNullException>(() => { Output.Tuple(Output.Create("a"), (Output<string>)null!); });
        Assert.Throws<ArgumentNullException>(() => { new FileArchive(null!); });

        var (known, missing) = ((Input<string>)"a", (Input<string>)null!);
        await Assert.ThrowsAsync<NullReferenceException>(() => OutputUtilities.GetValueAsync(Output.All(known, missing)));
        await Assert.ThrowsAsync<NullReferenceException>(() => OutputUtilities.GetValueAsync(Output.Tuple(known, missing)));
        await Assert.ThrowsAsync<NullReferenceException>(() => OutputUtilities.GetValueAsync(new InputList<string> { known, missing }.ToOutput()));
        Assert.Null(await OutputUtilities.GetValueAsync(missing.ToOutput()));
    }

    [Fact]
    public async Task What_is_made_of_a_resource_depends_on_it()
    {
        var (resources, outputs) = await Deployment.TestAsync(new PulumiMocks(), new TestOptions { IsPreview = false }, () =>
        {
            var (one, two) = (new Thing("one"), new Thing("two"));
            return new Dictionary<string, object?>
            {
                ["both"] = Output.Format($"{one.Id} {two.Text}"),
                ["inner"] = one.Id.Apply(_ => two.Id),
            };
        });

        Assert.Equal(["one", "two"], await NamesAsync("both"));
        Assert.Equal(["one", "two"], await NamesAsync("inner"));

        async Task<IEnumerable<string>> NamesAsync(string output)
            => (await OutputUtilities.GetDependenciesAsync((Output<string>)outputs[output]!)).Select(resource => resource.GetResourceName()).Order();
    }

    [Fact]
    public async Task Lists_take_values_inputs_and_outputs()
    {
        InputList<string> list = new() { "a", Output.Create("b"), { (Input<string>)"c", "d" } };
        list.AddRange(new[] { "e" });
        InputList<string> fromOutput = Output.Create(new List<string> { "g" });

        Assert.Equal(["a", "b", "c", "d", "e", "g"], await OutputUtilities.GetValueAsync(list.Concat(fromOutput).ToOutput()));
        Assert.Equal(["a", "b", "c", "d", "e"], await OutputUtilities.GetValueAsync(list.ToOutput()));
    }

    [Fact]
    public async Task Lists_and_maps_are_enumerated_when_all_of_them_is_known()
    {
        InputList<string> list = new() { "a", "b" };
        InputMap<string> map = new() { ["k"] = "v" };
        var unknown = OutputUtilities.CreateUnknown("u");

        Assert.Equal((2, 1), (await list.CountAsync(), await map.CountAsync()));
        list.Add(unknown);
        map.Add("u", unknown);
        Assert.Equal((0, 0), (await list.CountAsync(), await map.CountAsync()));
    }

    [Fact]
    public async Task A_list_that_is_not_there_stays_so()
    {
        InputList<string> list = default(ImmutableArray<string>);

        Assert.True((await OutputUtilities.GetValueAsync(list.ToOutput())).IsDefault);
    }

    [Fact]
    public async Task Maps_take_values_inputs_and_outputs()
    {
        InputMap<string> map = new() { ["a"] = "1", ["b"] = Output.Create("2") };
        map.Add("c", "3");
        InputMap<string> other = new Dictionary<string, string> { ["b"] = "5" };

        var merged = await OutputUtilities.GetValueAsync(InputMap<string>.Merge(map, other).ToOutput());

        Assert.Equal(["a=1", "b=5", "c=3"], merged.Select(item => $"{item.Key}={item.Value}").Order());
    }

    [Fact]
    public async Task Maps_do_not_take_another_value_for_a_key()
    {
        InputMap<string> same = new() { ["a"] = "1" };
        same["a"] = Output.Create("1");
        InputMap<string> other = new() { ["a"] = "1" };
        other["a"] = "2";

        Assert.Equal("1", (await OutputUtilities.GetValueAsync(same.ToOutput()))["a"]);
        await Assert.ThrowsAsync<ArgumentException>(() => OutputUtilities.GetValueAsync(other.ToOutput()));
    }

    [Fact]
    public async Task Unions_take_either_type()
    {
        InputUnion<string, int> text = "t";
        InputUnion<string, int> number = Output.Create(3);

        Assert.Equal("t", (await OutputUtilities.GetValueAsync(text.ToOutput())).AsT0);
        Assert.Equal(3, (await OutputUtilities.GetValueAsync(number.ToOutput())).Match(_ => 0, value => value));
        Assert.Equal("System.Int32: 3", Union<string, int>.FromT1(3).ToString());
        Assert.Throws<InvalidOperationException>(() => Union<string, int>.FromT1(3).AsT0);
    }

    private static async Task<T> ValueInRunAsync<T>(Func<Output<T>> make)
    {
        Output<T>? made = null;
        await Deployment.TestAsync(new PulumiMocks(), new TestOptions(), () => { made = make(); });
        return await OutputUtilities.GetValueAsync(made!);
    }
}

internal static class AsyncEnumerables
{
    public static async Task<int> CountAsync<T>(this IAsyncEnumerable<T> items)
    {
        var count = 0;
        await foreach (var item in items)
        {
            count++;
        }

        return count;
    }
}
