using System.Text;

namespace LocalAws.SecretsManager;

/// <summary>Returns lists in pages.</summary>
internal static class Pages
{
    /// <summary>
    /// Returns a page of a list, ordered by key. The token contains the last key of the page before and not the next item, so items can be added and
    /// removed between two pages.
    /// </summary>
    /// <param name="list">The list and its order. A token of another list is rejected.</param>
    /// <param name="items">The whole list.</param>
    /// <param name="keyOf">Returns an item's key, which is unique and sets its place in the order.</param>
    /// <param name="descending">Whether the highest key comes first.</param>
    /// <param name="maxResults">The maximum number of items on the page.</param>
    /// <param name="nextToken">The token of the page before.</param>
    /// <param name="limit">The largest and the default value of <paramref name="maxResults"/>.</param>
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
