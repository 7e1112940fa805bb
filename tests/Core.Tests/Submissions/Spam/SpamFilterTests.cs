using Microsoft.Extensions.Time.Testing;
using Pipeline.Submissions;
using Pipeline.Submissions.Spam;
using Xunit;

namespace Pipeline.Core.Tests.Submissions.Spam;

public sealed class SpamFilterTests
{
    private static readonly SubmissionOrigin Form = new(HoneypotFilled: false, FormAge: TimeSpan.FromMinutes(1));

    private static readonly SubmissionRules Rules = new(Some.Topics);

    private readonly SpamFilter _filter = new(new DuplicateLimit(new FakeTimeProvider()));

    [Theory]
    [InlineData(null, null)]
    [InlineData(0.0, "time")]
    [InlineData(0.999, "time")]
    [InlineData(1.0, null)]
    [InlineData(86_400.0 * 365, null)]
    public void A_form_that_is_sent_within_a_second_is_spam(double? seconds, string? layer) =>
        Assert.Equal(layer, LayerOf(Form with { FormAge = seconds is { } age ? TimeSpan.FromSeconds(age) : null }));

    [Fact]
    public void A_filled_honeypot_is_spam() => Assert.Equal("honeypot", LayerOf(Form with { HoneypotFilled = true }));

    [Fact]
    public void Links_are_checked_from_the_form_and_from_the_API()
    {
        var links = string.Join(' ', Enumerable.Repeat("https://example.org/", 4));

        Assert.Equal("links", LayerOf(Form, summary: links));
        Assert.Equal("links", LayerOf(SubmissionOrigin.Api, summary: links));
    }

    [Fact]
    public void The_duplicate_limit_counts_the_form_and_the_API_together()
    {
        Assert.All(Enumerable.Range(0, DuplicateLimit.MaxPerSummary), number => Assert.Null(
            LayerOf(number % 2 == 0 ? SubmissionOrigin.Api : Form, $"Practice {number}")));

        Assert.Equal("repeats", LayerOf(Form, "Practice 10"));
        Assert.Equal("repeats", LayerOf(SubmissionOrigin.Api, "Practice 11"));
    }

    [Fact]
    public void Every_reason_begins_with_the_name_of_its_layer() => Assert.All(
        new[] { SpamLayer.Honeypot, SpamLayer.Time, SpamLayer.Links, SpamLayer.DuplicateLimit },
        layer => Assert.Equal((layer, $"{layer.Name}: {layer.Finding}"), (SpamLayer.FromName(layer.Name), layer.Reason)));

    private string? LayerOf(SubmissionOrigin origin, string title = "Migra Movil", string summary = Some.Summary) =>
        _filter.Classify(Rules.Check(Some.Draft with { Title = title, Summary = summary }).Submission!, origin)?.Name;
}
