using Pipeline.Topics;

namespace Pipeline.Practices;

/// <summary>The published practices of one topic as they were last read, and what it takes to read only what has changed since.</summary>
internal sealed class PublishedTopicReader(TopicId topic, PracticeTable practices, TimeProvider time)
{
    /// <summary>A row that was deleted is in no query for changes, so now and then all of it is read.</summary>
    public static readonly TimeSpan WholeAge = TimeSpan.FromMinutes(5);

    // A row gets its stamp before it can be read, so one may turn up below the latest stamp that was read: what is asked for begins
    // somewhat earlier. So much earlier as a write may take, but not so that after a thousand writes in one go all of
    // them would be read each time; there are never more than some dozens of writes under way at once. Stamps count 100 ns in Azure
    // (Azurite's are of the millisecond, with digits after it that tell no order), and rows of one batch may share one.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);
    private const int MaxReadAgain = 100;

    private Dictionary<string, Held> shown = [];
    private Dictionary<string, DateTimeOffset> newest = [];
    private PublishedSnapshot list = PublishedSnapshot.Of([], [], null);
    private long? readWhole;

    /// <summary>One transaction where at most 900 rows have changed since the last time; never called twice at once.</summary>
    public async Task<PublishedSnapshot> ReadAsync()
    {
        var begun = time.GetTimestamp();
        if (newest.Count > 0 && readWhole is { } last && time.GetElapsedTime(last, begun) < WholeAge)
            Apply(await practices.WrittenSinceAsync(topic, Since(), CancellationToken.None), shown);
        else
        {
            // What is written meanwhile may be missing in it, so the next query for changes begins where this one would have begun.
            Apply(await practices.PublishedAsync(topic, CancellationToken.None), [], keepSince: newest.Count > 0);
            readWhole = begun;
        }

        return list;
    }

    private DateTimeOffset Since()
    {
        var since = newest.Values.Max() - Overlap;
        return newest.Count < MaxReadAgain || newest.Values.Min() < since ? since : newest.Values.Min();
    }

    private void Apply(IReadOnlyList<PracticeRow> rows, Dictionary<string, Held> onto, bool keepSince = false)
    {
        var next = new Dictionary<string, Held>(onto);
        foreach (var row in rows)
            if (!row.IsPublished)
                next.Remove(row.Key);
            else if (shown.TryGetValue(row.Key, out var held) && held.Stamp == row.Stamp)
                next[row.Key] = held;
            else
                next[row.Key] = Held.Of(row);

        if (!keepSince)
            newest = newest.Concat(rows.Select(row => KeyValuePair.Create(row.Key, row.Stamp))).GroupBy(each => each.Key)
                .Select(each => KeyValuePair.Create(each.Key, each.Max(stamp => stamp.Value)))
                .OrderByDescending(each => each.Value).Take(MaxReadAgain).ToDictionary();
        if (next.Count != shown.Count || next.Any(each => !shown.TryGetValue(each.Key, out var before) || before != each.Value))
        {
            Held[] sorted = [.. next.Values];
            Array.Sort(sorted, (first, second) => PracticeCursor.Compare(first.Place, second.Place));
            // The same list where only stamps differ that nobody sees, so that pages of it stay good.
            var changed = PublishedSnapshot.Of([.. sorted.Select(each => each.Practice)], sorted.Select(each => each.Hash), Later(list.WrittenOn, rows.Max(row => (DateTimeOffset?)row.Stamp)));
            list = changed.Version == list.Version ? list : changed;
        }

        shown = next;
    }

    private static DateTimeOffset? Later(DateTimeOffset? first, DateTimeOffset? second) => first is null || second > first ? second : first;

    private sealed record Held(Practice Practice, DateTimeOffset Stamp, PracticeCursor Place, byte[] Hash)
    {
        public static Held Of(PracticeRow row) =>
            new(row.Practice, row.Stamp, PracticeCursor.Of(row.Practice), PublishedSnapshot.Hash(row.Practice));
    }
}
