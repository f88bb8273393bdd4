using System.Text;

namespace LocalAws.SecretsManager;

/// <summary>Lists in pages.</summary>
internal static class Pages
{
    /// <summary>
    /// A page of a list in the order of its keys. The token says where the last page ended and not which item comes next, so that items may come and
    /// go between two pages.
    /// </summary>
    /// <param name="list">Which list, in which order; a token of another one is refused.</param>
    /// <param name="items">The whole list.</param>
    /// <param name="keyOf">An item's key: its place in the order, and its own.</param>
    /// <param name="descending">Whether the highest key comes first.</param>
    /// <param name="maxResults">The most items on the page.</param>
    /// <param name="nextToken">The last page's token.</param>
    /// <param name="limit">The highest that <paramref name="maxResults"/> may be, and what it is where it is null.</param>
    public static (IReadOnlyList<T> Items, string? NextToken) Of<T>(
        string list, IEnumerable<T> items, Func<T, string> keyOf, bool descending, int? maxResults, string? nextToken, int limit = 100)
    {
        // AWS API reference.
        Constraints.Value("maxResults", maxResults, 1, limit);

        list = $"{list}/{(descending ? "desc" : "asc")}\n";
        if (nextToken is not null)
        {
            var last = Read(list, nextToken);
            items = items.Where(item => string.CompareOrdinal(keyOf(item), last) is var order && (descending ? order < 0 : order > 0));
        }

        var ordered = descending ? items.OrderByDescending(keyOf, StringComparer.Ordinal) : items.OrderBy(keyOf, StringComparer.Ordinal);
        var count = maxResults ?? limit;
        var page = ordered.Take(count + 1).ToList();
        return page.Count <= count ? (page, null) : (page[..count], Convert.ToBase64String(Encoding.UTF8.GetBytes(list + keyOf(page[count - 1]))));
    }

    private static string Read(string list, string nextToken)
    {
        var bytes = new byte[nextToken.Length];
        var text = Convert.TryFromBase64String(nextToken, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
        return text.StartsWith(list, StringComparison.Ordinal)
            ? text[list.Length..]
            : throw new AwsException(400, "InvalidNextTokenException", "The NextToken value is invalid.");
    }
}
