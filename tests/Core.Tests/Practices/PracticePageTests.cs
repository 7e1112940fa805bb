using CsCheck;
using Pipeline.Languages;
using Pipeline.Practices;
using Xunit;

namespace Pipeline.Core.Tests.Practices;

public sealed class PracticePageTests
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    /// <summary>A change of one practice between two pages.</summary>
    private enum Change
    {
        Published,
        Edited,
        Withdrawn,
        PublishedAgain,
        Swept,
    }

    [Fact]
    public void A_practice_that_stays_published_is_on_exactly_one_page() =>
        Gen.Select(
            Gen.Int[0, 60],
            Gen.Int[1, 7],
            Gen.Select(Gen.Enum<Change>(), Gen.Int[0, 99]).Array[0, 6].Array[0, 40],
            (count, limit, pauses) => (count, limit, pauses))
        .Sample(sample =>
        {
            // Three share a time, as if one edit published them. The last ones have no PublishedOn yet.
            bool IsSwept(int number) => number <= sample.count - 3;
            List<Practice> all =
            [
                .. Enumerable.Range(0, sample.count).Select(number => Practice(number, Monday.AddMinutes(number / 3), IsSwept(number))),
            ];
            var edits = 0;
            HashSet<Practice> hidden = [];
            List<string> seen = [];
            // Published from the first page to the last.
            HashSet<string> stayed = [.. References(all)];

            string? next = null;
            for (var page = 0; ; page++)
            {
                var shown = PracticePage.Of(Sorted(all.Except(hidden)), sample.limit, next);
                seen.AddRange(References(shown.Practices));
                if (shown.Next is null)
                    break;
                next = shown.Next;
                foreach (var (change, number) in page < sample.pauses.Length ? sample.pauses[page] : [])
                    Apply(change, number);
            }

            return seen.Distinct().Count() == seen.Count && stayed.IsSubsetOf(seen);

            void Apply(Change change, int number)
            {
                if (change == Change.Published)
                    all.Add(Practice(1000 + all.Count, NextEdit(), isSwept: false));
                else if (change == Change.Swept)
                    Sweep();
                else if (all.Count > 0)
                    ApplyTo(number % all.Count, change);
            }

            void Sweep()
            {
                for (var i = 0; i < all.Count; i++)
                    if (all[i].EditedOn is { } edited && !hidden.Contains(all[i]))
                        all[i] = all[i] with { PublishedOn = edited, EditedOn = null };
            }

            void ApplyTo(int index, Change change)
            {
                var practice = all[index];
                if (change == Change.Edited && !hidden.Contains(practice))
                {
                    // Before a sweep an edit moves a practice to the top, which the reader has left.
                    all[index] = practice.EditedOn is null
                        ? practice with { Title = practice.Title + "!" }
                        : practice with { EditedOn = NextEdit() };
                    if (practice.EditedOn is not null)
                        stayed.Remove(practice.Reference.ToString());
                }
                else if (change == Change.Withdrawn && hidden.Add(practice))
                    stayed.Remove(practice.Reference.ToString());
                else if (change == Change.PublishedAgain)
                    hidden.Remove(practice);
            }

            DateTimeOffset NextEdit() => Monday.AddYears(1).AddMinutes(++edits);
        });

    [Fact]
    public void A_cursor_keeps_its_place_if_its_practice_is_gone()
    {
        List<Practice> all = [.. Enumerable.Range(0, 9).Select(i => Practice(i, Monday.AddHours(-i), isSwept: true))];
        var first = PracticePage.Of(all, 3, null);
        Assert.Equal(References(all[..3]), References(first.Practices));

        all.RemoveAt(2);
        Assert.Equal(References(all[2..5]), References(PracticePage.Of(all, 3, first.Next).Practices));
    }

    [Fact]
    public void A_reference_is_a_cursor_too_and_other_text_is_the_first_page()
    {
        List<Practice> all = [.. Enumerable.Range(0, 9).Select(i => Practice(i, Monday.AddHours(-i), isSwept: true))];

        var typed = all[2].Reference.ToString().ToLowerInvariant();
        Assert.Equal(References(all[3..6]), References(PracticePage.Of(all, 3, typed).Practices));
        string?[] others =
        [
            null, "", "7KQ2", ".", "-1.0.x", $"0.zz.{all[2].Reference}", $"{long.MaxValue:x}0.0.{all[2].Reference}", "0.0.7KQ2",
            $"0.{all[2].Reference}", Reference.Of("none").ToString(),
        ];
        foreach (var other in others)
            Assert.Equal(References(all[..3]), References(PracticePage.Of(all, 3, other).Practices));
        Assert.Empty(PracticePage.Of(all, 3, $"0.0.{all[2].Reference}").Practices);
    }

    [Fact]
    public void Practices_that_were_published_at_the_same_time_are_in_the_order_of_their_submission()
    {
        List<Practice> all =
            [.. Enumerable.Range(0, 9).Select(i => Practice(i, Monday, isSwept: true) with { SubmittedOn = Monday.AddHours(-i) })];

        Assert.Equal(References(all), References(Sorted(Enumerable.Reverse(all))));
    }

    [Fact]
    public void A_cursor_needs_no_escaping_in_an_address()
    {
        for (var i = 0; i < 50; i++)
        {
            var cursor = PracticeCursor.Of(Practice(i, Monday, isSwept: i % 2 == 0)).ToString();

            Assert.Equal(cursor, Uri.EscapeDataString(cursor));
            Assert.True(PracticeCursor.TryParse(cursor, out var read));
            Assert.Equal(cursor, read.ToString());
        }
    }

    private static List<Practice> Sorted(IEnumerable<Practice> practices)
    {
        List<Practice> sorted = [.. practices];
        sorted.Sort((first, second) => PracticeCursor.Compare(PracticeCursor.Of(first), PracticeCursor.Of(second)));
        return sorted;
    }

    private static IEnumerable<string> References(IEnumerable<Practice> practices) =>
        practices.Select(practice => practice.Reference.ToString());

    /// <param name="isSwept">False if a sweep has not set PublishedOn yet.</param>
    private static Practice Practice(int number, DateTimeOffset publishedOn, bool isSwept) => new()
    {
        Topic = "topic",
        Reference = Reference.Of($"{number}"),
        Status = PracticeStatus.Published,
        Title = $"Practice {number}",
        Summary = "",
        SubmittedOn = Monday.AddMinutes(-number % 2),
        PublishedOn = isSwept ? publishedOn : null,
        EditedOn = isSwept ? null : publishedOn,
        Language = Language.English,
    };
}
