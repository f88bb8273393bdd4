using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Amazon.APIGateway;

namespace RotationFunction;

/// <summary>
/// The Regions in which secrets have keys: the function's own, and those that a secret's tags name. What a secret needs in each of its Regions runs
/// in all of them at the same time. A secret with one Region has neither calls nor texts of others.
/// </summary>
/// <param name="home">API Gateway in the Region of the function and its secrets.</param>
/// <param name="apiGatewayOf">Creates a client of API Gateway in another Region.</param>
/// <param name="time">The clock.</param>
internal sealed partial class Regions(IAmazonAPIGateway home, Func<string, IAmazonAPIGateway> apiGatewayOf, TimeProvider time)
{
    // A client lives as long as the execution environment, like that of the own Region.
    private readonly ConcurrentDictionary<string, Lazy<Region>> _others = new();

    /// <summary>Gets the Region of the function and its secrets.</summary>
    public Region Home { get; } = new(home, time);

    /// <summary>Returns whether a text can be the code of a Region. It becomes a part of a host name, and comes from a tag or an event.</summary>
    public static bool IsName(string text) => NameOfRegion().IsMatch(text);

    /// <summary>Returns another Region.</summary>
    public Region In(string name) => _others.GetOrAdd(name, _ => new Lazy<Region>(() => new Region(apiGatewayOf(name), time, name))).Value;

    /// <summary>Returns a secret in another Region.</summary>
    public RegionalSecret In(string name, Invocation invocation, SecretDescription secret) => new(invocation.In(name), secret.In(name), In(name));

    /// <summary>Returns a secret in each of its Regions, first in its own.</summary>
    public List<RegionalSecret> Of(Invocation invocation, SecretDescription secret) =>
        [new(invocation, secret, Home), .. secret.Regions.Select(name => In(name, invocation, secret))];

    /// <summary>
    /// Lists the keys of a secret in each of its Regions, then reads the labels: see <see cref="KeyRing.ListAsync"/>. A Region whose keys cannot be
    /// listed has a failure.
    /// </summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="describeAsync">Describes the secret.</param>
    public async Task<(SecretDescription Secret, List<RegionalRing> Rings)> ListAsync(
        Invocation invocation, Func<Task<SecretDescription>> describeAsync)
    {
        // The own Region's before it is known whether there are others, so that a secret without them needs one description.
        var (own, failure) = await TryAsync(invocation, () => Home.KeyRing.ListAsync(invocation));
        var secret = await describeAsync();
        if (secret.Regions is [])
        {
            ThrowAny([failure]);
            return (secret, [new RegionalRing(new RegionalSecret(invocation, secret, Home), own!)]);
        }

        var listed = await Task.WhenAll(Of(invocation, secret).Skip(1).Select(async there =>
        {
            var (ring, failure) = await TryAsync(there.Invocation, () => there.KeyRing.ListAsync(there.Invocation));
            return new RegionalRing(there, ring ?? [], failure);
        }));
        secret = await describeAsync();
        // A Region that is new by now is the next rotation's: its clients come later. One that has gone has no clients.
        return (secret,
        [
            new RegionalRing(new RegionalSecret(invocation, secret, Home), own ?? [], failure),
            .. listed.Where(ring => secret.Regions.Contains(ring.Secret.Region.Name!))
                .Select(ring => ring with { Secret = ring.Secret.With(secret) }),
        ]);
    }

    /// <summary>Throws if the keys of a Region could not be listed.</summary>
    public static void CheckListed(IEnumerable<RegionalRing> rings) => ThrowAny(rings.Select(ring => ring.Failure));

    /// <summary>
    /// Runs something in each Region at the same time, and to its end in each. Then throws what failed; the message names the Regions. Skips a Region
    /// whose keys could not be listed, which is a failure.
    /// </summary>
    public static Task<List<T>> EachAsync<T>(IReadOnlyList<RegionalRing> rings, Func<RegionalRing, Task<T>> run) =>
        EachAsync(rings, ring => ring.Secret.Invocation, run, ring => ring.Failure);

    /// <summary>The same for something without a result.</summary>
    public static Task EachAsync(IReadOnlyList<RegionalRing> rings, Func<RegionalRing, Task> run) => EachAsync(rings, async ring =>
    {
        await run(ring);
        return true;
    });

    /// <summary>The same for Regions whose keys are not listed.</summary>
    public static Task<List<T>> EachAsync<T>(IEnumerable<RegionalSecret> regions, Func<RegionalSecret, Task<T>> run) =>
        EachAsync([.. regions], there => there.Invocation, run);

    /// <summary>The same for something without a result.</summary>
    public static Task EachAsync(IEnumerable<RegionalSecret> regions, Func<RegionalSecret, Task> run) => EachAsync(regions, async there =>
    {
        await run(there);
        return true;
    });

    /// <summary>Returns what was done in each Region as one text, in which the other Regions are named.</summary>
    public static string InWords(IEnumerable<(string? Region, string Done)> texts) =>
        string.Join(' ', texts.Select(text => text.Region is null ? text.Done : $"In Region {text.Region}: {text.Done}"));

    /// <summary>The same for other items.</summary>
    /// <param name="items">The items, one for each Region.</param>
    /// <param name="partOf">Returns the part of the invocation that is about an item.</param>
    /// <param name="run">Runs for an item.</param>
    /// <param name="failureOf">Returns the failure of an item that is skipped.</param>
    public static async Task<List<TResult>> EachAsync<T, TResult>(
        IReadOnlyList<T> items, Func<T, Invocation> partOf, Func<T, Task<TResult>> run, Func<T, RotationException?>? failureOf = null)
    {
        if (items is [var only] && partOf(only).Region is null)
        {
            return [await run(only)];
        }

        var results = await Task.WhenAll(items.Select(async item => failureOf?.Invoke(item) is { } failure
            ? (Result: default, Failure: failure) : await TryAsync(partOf(item), () => run(item))));
        ThrowAny(results.Select(result => result.Failure));
        return [.. results.Select(result => result.Result!)];
    }

    private static async Task<(T? Result, RotationException? Failure)> TryAsync<T>(Invocation invocation, Func<Task<T>> run)
    {
        try
        {
            return (await run(), null);
        }
        catch (Exception failure) when (failure is RotationException || Errors.IsOfAws(failure))
        {
            return (default, Errors.Of(invocation, failure));
        }
    }

    private static void ThrowAny(IEnumerable<RotationException?> failures)
    {
        switch (failures.OfType<RotationException>().Distinct().ToList())
        {
            case []:
                return;
            case [var only]:
                throw only;
            case var several:
                throw Errors.InSeveralRegions(several);
        }
    }

    // Such as eu-west-1, us-gov-east-1, us-iso-east-1, eusc-de-east-1.
    [GeneratedRegex(@"\A[a-z]{2,4}(-[a-z]{1,12}){1,3}-[0-9]{1,2}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameOfRegion();
}
