using Microsoft.Extensions.Time.Testing;
using Pipeline.Submissions;
using Pipeline.Submissions.Spam;
using Xunit;

namespace Pipeline.Core.Tests.Submissions.Spam;

public sealed class SpamFilterTests
{
    private static readonly SubmissionOrigin Form = SubmissionOrigin.Api with { ByForm = true };

    private static readonly SubmissionRules Rules = new(Some.Topics);

    private readonly SpamFilter _filter = new(new DuplicateLimit(new FakeTimeProvider()));

    [Theory]
    [InlineData(null, null)]
    [InlineData(0.0, "time")]
    [InlineData(0.999, "time")]
    [InlineData(1.0, null)]
    [InlineData(86_400.0 * 365, null)]
    public void Within_a_second_nobody_fills_in_a_form(double? seconds, string? layer) =>
        Assert.Equal(layer, Judge(Form with { FormAge = seconds is { } age ? TimeSpan.FromSeconds(age) : null }));

    [Fact]
    public void Whatever_is_in_the_trap_was_not_typed_by_a_person() => Assert.Equal("honeypot", Judge(Form with { HoneypotFilled = true }));

    [Fact]
    public void Links_count_wherever_they_come_from()
    {
        var links = string.Join(' ', Enumerable.Repeat("https://example.org/", 4));

        Assert.Equal("links", Judge(Form, summary: links));
        Assert.Equal("links", Judge(SubmissionOrigin.Api, summary: links));
    }

    [Fact]
    public void Programs_may_send_many_of_a_kind_and_people_may_not()
    {
        Assert.All(Enumerable.Range(0, 50), number => Assert.Null(Judge(SubmissionOrigin.Api, $"Practice {number}")));
        Assert.All(Enumerable.Range(50, DuplicateLimit.MaxPerSummary), number => Assert.Null(Judge(Form, $"Practice {number}")));

        Assert.Equal("repeats", Judge(Form, "Practice 60"));
    }

    [Fact]
    public void Every_reason_begins_with_the_name_of_its_layer() => Assert.All(
        new[] { SpamLayer.Honeypot, SpamLayer.Time, SpamLayer.Links, SpamLayer.DuplicateLimit },
        layer => Assert.Equal((layer, $"{layer.Name}: {layer.Finding}"), (SpamLayer.FromName(layer.Name), layer.Reason)));

    private string? Judge(SubmissionOrigin origin, string title = "Migra Movil", string? summary = null) =>
        _filter.Classify(Rules.Check(Some.Draft with { Title = title, Summary = summary ?? Some.Draft.Summary }).Submission!, origin)?.Name;
}
