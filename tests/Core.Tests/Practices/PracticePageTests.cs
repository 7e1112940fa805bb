using CsCheck;
using Pipeline.Languages;
using Pipeline.Practices;
using Xunit;

namespace Pipeline.Core.Tests.Practices;

public sealed class PracticePageTests
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    /// <summary>What happens to one practice between two pages.</summary>
    private enum Event
    {
        Published,
        Edited,
        TakenBack,
        PublishedAgain,
        Swept,
    }

    [Fact]
    public void Whoever_follows_next_sees_what_stays_published_exactly_once() =>
        Gen.Select(
            Gen.Int[0, 60],
            Gen.Int[1, 7],
            Gen.Select(Gen.Enum<Event>(), Gen.Int[0, 99]).Array[0, 6].Array[0, 40],
            (count, limit, pauses) => (count, limit, pauses))
        .Sample(sample =>
        {
            // Some share a time, as those do that one sweep has published under a coarse clock; the last ones are not stamped yet.
            List<Practice> all = [.. Enumerable.Range(0, sample.count).Select(i => Some(i, i > sample.count - 3 ? null : Monday.AddMinutes(i / 3)))];
            HashSet<Practice> hidden = [];
            List<string> seen = [];
            // Those that were there all the time.
            HashSet<string> stayed = [.. Names(all)];
            // Those that had a place to hold when the page was shown.
            HashSet<string> placed = [];

            string? next = null;
            for (var page = 0; ; page++)
            {
                var shown = PracticePage.Of(Sorted(all.Except(hidden)), sample.limit, next);
                seen.AddRange(Names(shown.Practices));
                if (shown.Next is null)
                    break;
                next = shown.Next;
                placed = [.. Names(all.Where(practice => practice.PublishedOn is not null))];
                foreach (var (what, which) in page < sample.pauses.Length ? sample.pauses[page] : [])
                    Happens(what, which);
            }

            return seen.Distinct().Count() == seen.Count && stayed.IsSubsetOf(seen);

            void Happens(Event what, int which)
            {
                if (what == Event.Published)
                    all.Add(Some(1000 + all.Count, null));
                else if (what == Event.Swept)
                    for (var i = 0; i < all.Count; i++)
                        all[i] = all[i].PublishedOn is null && !hidden.Contains(all[i]) ? all[i] with { PublishedOn = Monday.AddYears(1).AddMinutes(all.Count) } : all[i];
                else if (all.Count > 0)
                    Changes(what, which % all.Count);
            }

            void Changes(Event what, int which)
            {
                var practice = all[which];
                if (what == Event.Edited && !hidden.Contains(practice))
                    all[which] = practice with { Title = practice.Title + "!" };
                // One that was not stamped when the page ended with it has no place to hold, also where a sweep has stamped it since.
                else if (what == Event.TakenBack && placed.Contains(practice.Reference.ToString()) && hidden.Add(practice))
                    stayed.Remove(practice.Reference.ToString());
                else if (what == Event.PublishedAgain)
                    hidden.Remove(practice);
            }
        });

    [Fact]
    public void The_place_is_held_where_the_practice_itself_is_gone()
    {
        List<Practice> all = [.. Enumerable.Range(0, 9).Select(i => Some(i, Monday.AddHours(-i)))];
        var first = PracticePage.Of(all, 3, null);
        Assert.Equal(Names(all[..3]), Names(first.Practices));

        all.RemoveAt(2);
        Assert.Equal(Names(all[2..5]), Names(PracticePage.Of(all, 3, first.Next).Practices));
    }

    [Fact]
    public void A_reference_alone_is_a_place_too_and_anything_else_is_the_start()
    {
        List<Practice> all = [.. Enumerable.Range(0, 9).Select(i => Some(i, Monday.AddHours(-i)))];

        Assert.Equal(Names(all[3..6]), Names(PracticePage.Of(all, 3, all[2].Reference.ToString().ToLowerInvariant()).Practices));
        foreach (var odd in (string?[])[null, "", "7KQ2", ".", "-1.x", "zz." + all[2].Reference, $"{long.MaxValue:x}0.{all[2].Reference}", Reference.Of("none").ToString()])
            Assert.Equal(Names(all[..3]), Names(PracticePage.Of(all, 3, odd).Practices));
        Assert.Empty(PracticePage.Of(all, 3, $"0.{all[2].Reference}").Practices);
    }

    [Fact]
    public void The_place_goes_into_an_address_as_it_is() =>
        Assert.All(Enumerable.Range(0, 50).Select(i => PracticeCursor.Of(Some(i, i % 2 == 0 ? null : Monday)).ToString()), place =>
        {
            Assert.Equal(place, Uri.EscapeDataString(place));
            Assert.True(PracticeCursor.TryParse(place, out var read));
            Assert.Equal(place, read.ToString());
        });

    private static List<Practice> Sorted(IEnumerable<Practice> practices)
    {
        List<Practice> sorted = [.. practices];
        sorted.Sort((first, second) => PracticeCursor.Compare(PracticeCursor.Of(first), PracticeCursor.Of(second)));
        return sorted;
    }

    private static IEnumerable<string> Names(IEnumerable<Practice> practices) => practices.Select(practice => practice.Reference.ToString());

    private static Practice Some(int number, DateTimeOffset? publishedOn) => new()
    {
        Topic = "topic",
        Reference = Reference.Of($"{number}"),
        Status = PracticeStatus.Published,
        Title = $"Practice {number}",
        Summary = "",
        SubmittedOn = Monday,
        PublishedOn = publishedOn,
        Language = Language.English,
    };
}
