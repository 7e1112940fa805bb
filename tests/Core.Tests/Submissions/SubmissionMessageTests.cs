using CsCheck;
using Pipeline.Languages;
using Pipeline.Submissions;
using Pipeline.Submissions.Spam;
using Xunit;

namespace Pipeline.Core.Tests.Submissions;

public sealed class SubmissionMessageTests
{
    private static readonly SubmissionRules Rules = new(Some.Topics);

    [Theory]
    [InlineData("Camille Saadé")]
    [InlineData("Nguyễn Thị Ánh")]
    [InlineData("محمد الأمين")]
    [InlineData("O'Brien <script>alert(\"1\")</script>")]
    [InlineData("back\\slash 😀 \u2028 \u202e")]
    public void Names_are_unchanged_and_readable(string name)
    {
        var submission = Rules.Check(Some.Draft with { Submitter = name }).Submission!;
        var text = SubmissionMessage.Write(submission, DateTimeOffset.UnixEpoch, Language.English);
        var read = SubmissionMessage.Parse(text);

        Assert.Null(read.Problem);
        Assert.Equal(submission, Rules.Check(read.Draft!).Submission);
        Assert.Equal(submission.Reference, read.Reference);
        Assert.Contains(name.Split(' ')[0], text.Replace("\\\\", "\\"));
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("hello", "not JSON")]
    [InlineData("[]", "not JSON")]
    [InlineData("5", "not JSON")]
    [InlineData("{\"title\":5}", "not JSON")]
    [InlineData("null", "empty")]
    [InlineData("{}", "no version")]
    [InlineData("{\"version\":0,\"title\":\"x\"}", "version 0")]
    [InlineData("{\"version\":2}", "version 2")]
    [InlineData("{\"version\":1}", "submittedOn")]
    [InlineData("{\"version\":1,\"submittedOn\":\"0001-01-01T00:00:00Z\"}", "submittedOn")]
    public void A_malformed_message_has_a_problem_in_words(string payload, string words)
    {
        var read = SubmissionMessage.Parse(payload);

        Assert.Null(read.Draft);
        Assert.Contains(words, read.Problem);
    }

    [Theory]
    [InlineData("\"extra\":\"\\ud800\"")]
    [InlineData("\"extra\":1,\"extra\":2")]
    public void A_member_that_cannot_be_read_does_not_stop_a_message_with_a_spam_mark(string member)
    {
        var message = $"{{\"version\":1,\"submittedOn\":\"2026-11-24T00:00:00Z\",\"spam\":\"links\",{member}}}";

        Assert.Equal("links", SubmissionMessage.Parse(message).Spam!.Name);
    }

    [Theory]
    [InlineData("\"ar\"", "ar")]
    [InlineData("\" FR \"", "fr")]
    [InlineData("\"tlh\"", "en")]
    [InlineData("null", "en")]
    public void The_language_is_read_and_is_English_by_default(string language, string code)
    {
        var read = SubmissionMessage.Parse($"{{\"version\":1,\"submittedOn\":\"2026-11-24T00:00:00Z\",\"language\":{language}}}");

        Assert.Equal((code, null), (read.Language.Code, read.Problem));
    }

    [Fact]
    public void A_byte_order_mark_is_ignored()
    {
        var submission = Rules.Check(Some.Draft).Submission!;
        var read = SubmissionMessage.Parse($"\uFEFF{SubmissionMessage.Write(submission, DateTimeOffset.UnixEpoch, Language.English)}");

        Assert.Equal((null, submission.Reference), (read.Problem, read.Reference));
    }

    [Fact]
    public void The_language_does_not_change_the_reference()
    {
        var submission = Rules.Check(Some.Draft).Submission!;
        var read = SubmissionMessage.Parse(SubmissionMessage.Write(submission, DateTimeOffset.UnixEpoch, Language.Find("es")!));

        Assert.Equal(("es", submission.Reference), (read.Language.Code, read.Reference));
    }

    [Fact]
    public void The_spam_layer_is_read_and_can_be_removed()
    {
        var submission = Rules.Check(Some.Draft with { Submitter = "محمد \"الأمين\" 😀", Country = "JO" }).Submission!;
        var unmarked = SubmissionMessage.Write(submission, DateTimeOffset.UnixEpoch, Language.Find("ar")!);
        var marked = SubmissionMessage.Write(submission, DateTimeOffset.UnixEpoch, Language.Find("ar")!, SpamLayer.Links);

        Assert.DoesNotContain("spam", unmarked, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"spam\":\"links\"", marked);
        Assert.Null(SubmissionMessage.Parse(unmarked).Spam);
        var read = SubmissionMessage.Parse(marked);
        Assert.Equal((SpamLayer.Links, unmarked), (read.Spam, read.Unmarked));
    }

    [Fact]
    public void An_unknown_spam_layer_is_spam_too()
    {
        var read = SubmissionMessage.Parse("{\"version\":1,\"submittedOn\":\"2026-11-24T00:00:00Z\",\"spam\":\"weather\"}");

        Assert.StartsWith("weather: ", read.Spam!.Reason);
    }

    [Fact]
    public void Parse_never_throws() => Gen.String.Sample(payload => { SubmissionMessage.Parse(payload); });
}
