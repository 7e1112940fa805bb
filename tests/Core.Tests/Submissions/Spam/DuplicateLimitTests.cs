using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Submissions;
using Pipeline.Submissions.Spam;
using Xunit;

namespace Pipeline.Core.Tests.Submissions.Spam;

public sealed class DuplicateLimitTests
{
    private const string Summary = "A bus that brings advice to people in border areas.";

    private static readonly SubmissionRules Rules = new(Some.Topics);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly DuplicateLimit _limit;

    public DuplicateLimitTests() => _limit = new DuplicateLimit(_time);

    [Fact]
    public void The_eleventh_within_an_hour_is_one_too_many()
    {
        Assert.All(Enumerable.Range(1, DuplicateLimit.MaxPerSummary), number => Assert.False(Sent(number)));
        Assert.True(Sent(11));
        Assert.True(Sent(12));
    }

    [Fact]
    public void The_same_submission_again_is_no_other_one_and_gets_the_same_answer()
    {
        Assert.All(Enumerable.Repeat(1, 50), number => Assert.False(Sent(number)));
        Assert.All(Enumerable.Range(2, 9), number => Assert.False(Sent(number)));
        Assert.True(Sent(11));

        Assert.True(Sent(11));
        Assert.All(Enumerable.Range(1, 10), number => Assert.False(Sent(number)));
    }

    [Fact]
    public void An_hour_later_nobody_knows_of_it()
    {
        for (var number = 1; number <= DuplicateLimit.MaxPerSummary; number++)
            Sent(number);

        _time.Advance(DuplicateLimit.Window);
        Assert.True(Sent(11));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.False(Sent(12));
    }

    [Fact]
    public void As_long_as_it_goes_on_it_is_caught()
    {
        var caught = Enumerable.Range(1, 200).Count(number =>
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            return Sent(number);
        });

        Assert.Equal(190, caught);
    }

    [Theory]
    [InlineData("a BUS that brings: advice, to people in border areas!!! 😀")]
    [InlineData("A  bus\nthat brings advice - to people in border areas")]
    public void Case_spaces_and_signs_make_no_othersummary(string varied)
    {
        for (var number = 1; number <= DuplicateLimit.MaxPerSummary; number++)
            Sent(number);

        Assert.True(Sent(11, varied));
        Assert.False(Sent(12, "A bus that brings advice to people in border towns."));
    }

    [Fact]
    public void Whatever_is_appended_to_a_longsummary_makes_no_other_one()
    {
        var summary = string.Concat(Enumerable.Repeat("advice to people in border areas ", 20));
        for (var number = 1; number <= DuplicateLimit.MaxPerSummary; number++)
            Sent(number, summary + Guid.NewGuid());

        Assert.True(Sent(11, summary + Guid.NewGuid()));
    }

    [Fact]
    public void Signs_between_the_letters_change_nothing() => Gen.Select(
        Gen.String[Gen.Char['a', 'z'], 20, 60], Gen.String[Gen.Int[0, 5].Select(i => " .-!\n…"[i]), 1, 20]).Sample((letters, signs) =>
    {
        var fresh = new DuplicateLimit(_time);
        for (var number = 1; number <= DuplicateLimit.MaxPerSummary; number++)
            fresh.IsExceeded(Submission(number, letters));

        return fresh.IsExceeded(Submission(11, letters[..5] + signs + letters[5..].ToUpperInvariant()));
    }, iter: 200);

    [Fact]
    public void Beyond_what_is_remembered_the_oldest_is_forgotten()
    {
        for (var number = 1; number <= DuplicateLimit.MaxPerSummary; number++)
            Sent(number);
        for (var number = 1; number < DuplicateLimit.Capacity; number++)
            Sent(number, $"Another summary, and it has the number {number}.");

        // Of the first ten, the last one alone is left.
        Assert.All(Enumerable.Range(11, 9), number => Assert.False(Sent(number)));
    }

    [Fact]
    public void Side_by_side_ten_of_them_come_through()
    {
        var caught = 0;
        Parallel.For(0, 500, number =>
        {
            if (Sent(number))
                Interlocked.Increment(ref caught);
        });

        Assert.Equal(490, caught);
    }

    private bool Sent(int number, string summary = Summary) => _limit.IsExceeded(Submission(number, summary));

    private static Submission Submission(int number, string summary) =>
        Rules.Check(Some.Draft with { Title = $"Practice {number}", Summary = summary }).Submission!;
}
