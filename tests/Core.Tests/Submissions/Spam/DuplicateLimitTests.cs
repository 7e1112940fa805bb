using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Submissions;
using Pipeline.Submissions.Spam;
using Xunit;

namespace Pipeline.Core.Tests.Submissions.Spam;

public sealed class DuplicateLimitTests
{
    private static readonly SubmissionRules Rules = new(Some.Topics);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly DuplicateLimit _limit;

    public DuplicateLimitTests() => _limit = new DuplicateLimit(_time);

    [Fact]
    public void The_eleventh_within_an_hour_exceeds_the_limit()
    {
        Assert.All(Enumerable.Range(1, DuplicateLimit.MaxPerSummary), number => Assert.False(IsExceeded(number)));
        Assert.True(IsExceeded(11));
        Assert.True(IsExceeded(12));
    }

    [Fact]
    public void The_same_submission_counts_once_and_gets_the_same_answer()
    {
        Assert.All(Enumerable.Repeat(1, 50), number => Assert.False(IsExceeded(number)));
        Assert.All(Enumerable.Range(2, 9), number => Assert.False(IsExceeded(number)));
        Assert.True(IsExceeded(11));

        Assert.True(IsExceeded(11));
        Assert.All(Enumerable.Range(1, 10), number => Assert.False(IsExceeded(number)));
    }

    [Fact]
    public void A_summary_is_forgotten_after_an_hour()
    {
        Submit(DuplicateLimit.MaxPerSummary);

        _time.Advance(DuplicateLimit.Window);
        Assert.True(IsExceeded(11));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.False(IsExceeded(12));
    }

    [Fact]
    public void The_limit_stays_exceeded_while_submissions_continue()
    {
        var caught = Enumerable.Range(1, 200).Count(number =>
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            return IsExceeded(number);
        });

        Assert.Equal(190, caught);
    }

    [Theory]
    [InlineData("a BUS that brings: advice, to people in border areas!!! 😀")]
    [InlineData("A  bus\nthat brings advice - to people in border areas")]
    [InlineData("Ａ ｂｕｓ ｔｈａｔ ｂｒｉｎｇｓ ａｄｖｉｃｅ ｔｏ ｐｅｏｐｌｅ ｉｎ ｂｏｒｄｅｒ ａｒｅａｓ")]
    [InlineData("Á b\u0336us that brings advicé to people in 𝐛𝐨𝐫𝐝𝐞𝐫 areas" + "\u3164\u00a0.....")]
    public void Case_spaces_and_signs_do_not_make_another_summary(string varied)
    {
        Submit(DuplicateLimit.MaxPerSummary);

        Assert.True(IsExceeded(11, varied));
        Assert.False(IsExceeded(12, "A bus that brings advice to people in border towns."));
    }

    [Fact]
    public void Text_before_or_after_a_long_summary_does_not_make_another_summary()
    {
        var summary = string.Concat(Enumerable.Repeat("advice to people in border areas ", 20));
        Submit(DuplicateLimit.MaxPerSummary, _ => $"{summary} at the end");

        Assert.True(IsExceeded(11, summary + Guid.NewGuid()));
        Assert.True(IsExceeded(12, $"{Guid.NewGuid()} {summary} at the end"));
    }

    [Theory]
    [InlineData("😀")]
    [InlineData("W")]
    [InlineData("&")]
    public void Summaries_without_words_are_not_compared(string character) => Assert.All(
        Enumerable.Range(1, 20), number => Assert.False(IsExceeded(number, string.Concat(Enumerable.Repeat(character, 1_000)))));

    [Fact]
    public void Signs_between_letters_are_ignored() => Gen.Select(
        Gen.String[Gen.Char['a', 'z'], 20, 60], Gen.String[Gen.Int[0, 5].Select(i => " .-!\n…"[i]), 1, 20]).Sample((letters, signs) =>
    {
        var fresh = new DuplicateLimit(_time);
        for (var number = 1; number <= DuplicateLimit.MaxPerSummary; number++)
            fresh.IsExceeded(Submission(number, letters));

        return fresh.IsExceeded(Submission(11, letters[..5] + signs + letters[5..].ToUpperInvariant()));
    }, iter: 200);

    [Fact]
    public void Beyond_the_capacity_the_oldest_is_forgotten()
    {
        Submit(DuplicateLimit.MaxPerSummary);
        Submit(DuplicateLimit.Capacity - 1, number => $"Another summary, and it has the number {number}.");

        // Of the first ten submissions only the last is remembered.
        Assert.All(Enumerable.Range(11, 9), number => Assert.False(IsExceeded(number)));
    }

    [Fact]
    public void Ten_concurrent_submissions_pass()
    {
        var caught = 0;
        Parallel.For(0, 500, number =>
        {
            if (IsExceeded(number))
                Interlocked.Increment(ref caught);
        });

        Assert.Equal(490, caught);
    }

    private void Submit(int count, Func<int, string>? summary = null)
    {
        for (var number = 1; number <= count; number++)
            IsExceeded(number, summary?.Invoke(number) ?? Some.Summary);
    }

    private bool IsExceeded(int number, string summary = Some.Summary) => _limit.IsExceeded(Submission(number, summary));

    private static Submission Submission(int number, string summary) =>
        Rules.Check(Some.Draft with { Title = $"Practice {number}", Summary = summary }).Submission!;
}
