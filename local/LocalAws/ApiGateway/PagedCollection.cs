using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LocalAws.ApiGateway;

/// <summary>
/// Items by id, listed in pages, by default the newest first, as recorded on AWS, which documents no order. A position names the last item of a page,
/// so the next page starts after it, even if items were added or removed in between.
/// </summary>
internal sealed class PagedCollection<T>(ListingOrder order = ListingOrder.NewestFirst)
    where T : class
{
    // AWS API reference: "The default value is 25 and the maximum value is 500."
    private const int DefaultLimit = 25;
    private const int MaximumLimit = 500;

    private Dictionary<string, long> _sequenceById = new();
    private SortedList<long, T> _items = [];
    private long _sequence;

    public int Count => _items.Count;

    public IEnumerable<T> Items => _items.Values;

    public void Add(string id, T item)
    {
        var place = order switch
        {
            ListingOrder.OldestFirst => -++_sequence,
            ListingOrder.Arbitrary => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.ASCII.GetBytes(id))),
            _ => ++_sequence,
        };
        _sequenceById.Add(id, place);
        _items.Add(place, item);
    }

    /// <summary>Returns a collection of copies, in the same order.</summary>
    public PagedCollection<T> Copy(Func<T, T> copy)
    {
        var items = new SortedList<long, T>(_items.Count);
        foreach (var (place, item) in _items)
        {
            items.Add(place, copy(item));
        }

        return new PagedCollection<T>(order) { _sequenceById = new Dictionary<string, long>(_sequenceById), _items = items, _sequence = _sequence };
    }

    public bool Contains(string id) => _sequenceById.ContainsKey(id);

    public T? Find(string id) => _sequenceById.TryGetValue(id, out var sequence) ? _items[sequence] : null;

    public bool Remove(string id) => _sequenceById.Remove(id, out var sequence) && _items.Remove(sequence);

    /// <summary>Returns the next page of the matching items.</summary>
    public (IReadOnlyList<T> Items, string? Position) Page(string? position, int? limit, Func<T, bool> matches)
    {
        // Recorded on AWS: a limit of -1 is accepted.
        var size = limit is null or < 1 ? DefaultLimit : Math.Min(limit.Value, MaximumLimit);
        var page = new List<T>();
        long last = 0;
        for (var index = IndexBefore(position); index >= 0; index--)
        {
            var item = _items.GetValueAtIndex(index);
            if (!matches(item))
            {
                continue;
            }

            if (page.Count == size)
            {
                return (page, Encode(last));
            }

            page.Add(item);
            last = _items.GetKeyAtIndex(index);
        }

        return (page, null);
    }

    private static string Encode(long sequence) => Convert.ToBase64String(Encoding.ASCII.GetBytes(sequence.ToString(CultureInfo.InvariantCulture)));

    private int IndexBefore(string? position)
    {
        if (string.IsNullOrEmpty(position))
        {
            return _items.Count - 1;
        }

        var bytes = new byte[position.Length];
        if (!Convert.TryFromBase64String(position, bytes, out var length)
            || !long.TryParse(bytes.AsSpan(0, length), CultureInfo.InvariantCulture, out var sequence))
        {
            throw ApiGatewayErrors.BadRequest("Invalid position specified");
        }

        var (low, high) = (0, _items.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_items.GetKeyAtIndex(middle) < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }
}
