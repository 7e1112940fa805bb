namespace Pipeline.Practices;

/// <summary>Reads the published practices of a topic, incrementally after the first read.</summary>
internal sealed class PublishedTopicReader(TopicId topic, PracticeTable practices, TimeProvider time)
{
    private static readonly TimeSpan FullReadInterval = TimeSpan.FromMinutes(5);

    // A query for changes does not return deleted rows, so the keys of all rows are read at this interval.
    private static readonly TimeSpan KeysInterval = TimeSpan.FromMinutes(1);

    // A row gets its timestamp before it is readable, so a row may appear with a timestamp below the latest one read. Queries therefore
    // overlap by the longest write, but reread at most MaxReread rows: more than some dozens of writes are never in progress at once.
    // Azure's timestamps have a precision of 100 ns, Azurite's 1 ms. Rows of one batch may share a timestamp.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);
    private const int MaxReread = 100;

    private Dictionary<string, CachedPractice> _published = [];
    private Dictionary<string, DateTimeOffset> _newestTimestamps = [];
    private PublishedSnapshot _snapshot = PublishedSnapshot.Of([], [], null);
    private long? _lastFullRead;
    private long _lastKeys;

    /// <summary>One transaction if at most 900 rows changed since the last read, and once a minute the keys. Not thread-safe.</summary>
    public async Task<PublishedSnapshot> ReadAsync()
    {
        var begun = time.GetTimestamp();
        if (_newestTimestamps.Count > 0 && _lastFullRead is { } last && time.GetElapsedTime(last, begun) < FullReadInterval)
        {
            Apply(await practices.ModifiedSinceAsync(topic, Since(), CancellationToken.None), _published);
            if (time.GetElapsedTime(_lastKeys, begun) >= KeysInterval)
            {
                var keys = await practices.PublishedKeysAsync(topic, CancellationToken.None);
                Apply([], _published.Where(each => keys.Contains(each.Key)).ToDictionary());
                _lastKeys = begun;
            }
        }
        else
        {
            // A full read may miss concurrent writes, so the next query for changes starts from the old position.
            Apply(await practices.PublishedAsync(topic, CancellationToken.None), [], keepSince: _newestTimestamps.Count > 0);
            (_lastFullRead, _lastKeys) = (begun, begun);
        }

        return _snapshot;
    }

    private DateTimeOffset Since()
    {
        var since = _newestTimestamps.Values.Max() - Overlap;
        return _newestTimestamps.Count < MaxReread || _newestTimestamps.Values.Min() < since ? since : _newestTimestamps.Values.Min();
    }

    private void Apply(IReadOnlyList<PracticeRow> rows, Dictionary<string, CachedPractice> onto, bool keepSince = false)
    {
        var next = new Dictionary<string, CachedPractice>(onto);
        foreach (var row in rows)
            if (!row.IsListed)
                next.Remove(row.Key);
            else if (_published.TryGetValue(row.Key, out var cached) && cached.Timestamp == row.Timestamp)
                next[row.Key] = cached;
            else
                next[row.Key] = CachedPractice.Of(row);

        if (!keepSince)
            _newestTimestamps = _newestTimestamps.Concat(rows.Select(row => KeyValuePair.Create(row.Key, row.Timestamp)))
                .GroupBy(each => each.Key)
                .Select(each => KeyValuePair.Create(each.Key, each.Max(timestamp => timestamp.Value)))
                .OrderByDescending(each => each.Value).Take(MaxReread).ToDictionary();
        if (next.Count != _published.Count || next.Any(each => !_published.TryGetValue(each.Key, out var before) || before != each.Value))
        {
            CachedPractice[] sorted = [.. next.Values];
            Array.Sort(sorted, (first, second) => PracticeCursor.Compare(first.Cursor, second.Cursor));
            // Keep the old snapshot if the content is the same, so that cached pages stay valid.
            var lastModified = Later(_snapshot.LastModified, rows.Max(row => (DateTimeOffset?)row.Timestamp));
            var changed = PublishedSnapshot.Of(
                [.. sorted.Select(each => each.Practice)], sorted.Select(each => each.Hash), lastModified);
            _snapshot = changed.Version == _snapshot.Version ? _snapshot : changed;
        }

        _published = next;
    }

    private static DateTimeOffset? Later(DateTimeOffset? first, DateTimeOffset? second) => first is null || second > first ? second : first;

    private sealed record CachedPractice(Practice Practice, DateTimeOffset Timestamp, PracticeCursor Cursor, byte[] Hash)
    {
        public static CachedPractice Of(PracticeRow row) =>
            new(row.Practice, row.Timestamp, PracticeCursor.Of(row.Practice), PublishedSnapshot.Hash(row.Practice));
    }
}
