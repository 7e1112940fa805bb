using System.Text;
using CsCheck;
using Pipeline.Languages;
using Pipeline.Submissions;
using Pipeline.Submissions.Spam;
using Xunit;

namespace Pipeline.Core.Tests.Submissions;

public sealed class SubmissionRulesTests
{
    private static readonly SubmissionRules Rules = new(Some.Topics);

    [Fact]
    public void Topic_title_and_summary_are_enough()
    {
        var (submission, _) = Rules.Check(Some.Draft);

        Assert.Equal("Migra Movil", submission!.Title);
        Assert.Equal("", submission.Submitter);
    }

    [Fact]
    public void Text_is_trimmed_and_normalized()
    {
        var (submission, _) = Rules.Check(Some.Draft with
        {
            Topic = " Mainstreaming-Migration ",
            Title = "  Cafe\u0301 and\ncompany ",
            Summary = "First line of it\r\nsecond line of it\rthird  ",
            Email = " Angelica@EXAMPLE.org ",
            Country = "cr",
        });

        Assert.Equal("mainstreaming-migration", submission!.Topic);
        Assert.Equal("Caf\u00e9 and company", submission.Title);
        Assert.Equal("First line of it\nsecond line of it\nthird", submission.Summary);
        Assert.Equal("Angelica@example.org", submission.Email);
        Assert.Equal("CR", submission.Country);
    }

    [Fact]
    public void Case_spaces_and_composition_do_not_change_the_reference()
    {
        var (one, _) = Rules.Check(Some.Draft with { Submitter = "Camille Saade\u0301", Country = "jo" });
        var (other, _) = Rules.Check(
            Some.Draft with { Submitter = " Camille Saad\u00e9", Country = "JO", Topic = "MAINSTREAMING-MIGRATION" });

        Assert.Equal(one!.Reference, other!.Reference);
    }

    [Theory]
    [InlineData("\u200b\u200b\u200b\u200b")]
    [InlineData("\u202e\u2066 \u2069")]
    [InlineData("\u3164\u3164\u3164")]
    public void A_title_of_invisible_characters_is_refused(string title)
    {
        var (submission, errors) = Rules.Check(Some.Draft with { Title = title });

        Assert.Null(submission);
        Assert.Equal(["Enter a title"], errors.AllMessages);
    }

    [Fact]
    public void The_same_text_in_another_field_has_another_reference()
    {
        var (one, _) = Rules.Check(Some.Draft with { Honorific = "Ms.", Submitter = "" });
        var (other, _) = Rules.Check(Some.Draft with { Honorific = "", Submitter = "Ms." });

        Assert.NotEqual(one!.Reference, other!.Reference);
    }

    [Theory]
    [InlineData(3, 20, true)]
    [InlineData(200, 10_000, true)]
    [InlineData(2, 20, false)]
    [InlineData(201, 20, false)]
    [InlineData(3, 19, false)]
    [InlineData(3, 10_001, false)]
    public void Title_and_summary_have_limits(int title, int summary, bool fits)
    {
        foreach (var character in new[] { "a", "é", "م", "😀" })
        {
            var draft = Some.Draft with { Title = Repeat(character, title), Summary = Repeat(character, summary) };
            var (submission, errors) = Rules.Check(draft);
            Assert.Equal(fits, submission is not null);
            Assert.Equal(fits, !errors.Any);
        }
    }

    [Theory]
    [InlineData(nameof(SubmissionDraft.Honorific), 20)]
    [InlineData(nameof(SubmissionDraft.Submitter), 100)]
    [InlineData(nameof(SubmissionDraft.Organisation), 200)]
    public void Other_fields_have_limits(string field, int max)
    {
        SubmissionDraft With(string value) => field switch
        {
            nameof(SubmissionDraft.Honorific) => Some.Draft with { Honorific = value },
            nameof(SubmissionDraft.Submitter) => Some.Draft with { Submitter = value },
            _ => Some.Draft with { Organisation = value },
        };

        Assert.NotNull(Rules.Check(With(Repeat("ü", max))).Submission);
        Assert.Equal([field.ToLowerInvariant()], Rules.Check(With(Repeat("ü", max + 1))).Errors.ToDictionary().Keys);
    }

    [Fact]
    public void Every_field_is_cleaned_before_it_is_judged()
    {
        var clean = Some.Draft with
        {
            Honorific = "Ms.",
            Submitter = "Angelica Pinzon",
            Organisation = "IOM",
            Email = "a@example.org",
            Country = "CR",
            Link = "https://example.org/a",
        };
        string Dirty(string? text) => $"\ufeff\t{text![..1]}\u200b\0{text[1..]}\v\u2060\t";

        var (submission, errors) = Rules.Check(new SubmissionDraft
        {
            Topic = "\t\u200bMain\0streaming\u2011migration\v",
            Title = Dirty(clean.Title),
            Summary = Dirty(clean.Summary),
            Honorific = Dirty(clean.Honorific),
            Submitter = Dirty(clean.Submitter),
            Organisation = Dirty(clean.Organisation),
            Email = Dirty(clean.Email),
            Country = "\u200ec\0r\t",
            Link = Dirty(clean.Link),
        });

        Assert.Empty(errors.AllMessages);
        Assert.Equal(Rules.Check(clean).Submission, submission);
    }

    [Fact]
    public void Characters_that_nobody_sees_do_not_count()
    {
        var (_, errors) = Rules.Check(new SubmissionDraft
        {
            Topic = Some.TopicId,
            Title = "\ta\0b\u001f\t",
            Summary = new string('\t', 30),
            Email = "\u200b\0",
            Country = "\t\u200e",
            Link = "\v",
        });

        Assert.Equal(["Title must be 3 characters or more; it has 2", "Enter a summary of the practice"], errors.AllMessages);
        Assert.NotNull(Rules.Check(Some.Draft with { Title = new string('a', 200) + "\t\u200b\0" }).Submission);
    }

    [Fact]
    public void Too_many_marks_on_a_letter_are_refused()
    {
        var (_, errors) = Rules.Check(Some.Draft with
        {
            Title = "Za" + Repeat("\u0301", 10_000),
            Summary = "A summary with a" + Repeat("\u0301\u0323", 60_000),
        });

        Assert.Equal(
            [
                "Title has more than 12 accents or marks on one letter; take some of them out",
                "Summary has more than 12 accents or marks on one letter; take some of them out",
            ],
            errors.AllMessages);
    }

    [Theory]
    [InlineData("en", "Title must be 200 characters or fewer; it has 1,234")]
    [InlineData("fr", "Titre\u00a0: le maximum est de 200 caractères\u00a0; il y en a 1\u202f234")]
    [InlineData("es", "Título: el máximo es de 200 caracteres; ahora hay 1.234")]
    [InlineData("ar", "عنوان الممارسة: الحد الأقصى لعدد الأحرف 200، وعددها الآن 1,234")]
    public async Task Errors_are_in_the_current_language(string language, string sentence)
    {
        var draft = Some.Draft with { Title = Repeat("a", 1_234) };

        var (_, errors) = await Language.Find(language)!.RunAsync(() => Task.FromResult(Rules.Check(draft)));

        Assert.Equal([sentence], errors.AllMessages);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() => Assert.Equal(
        ["Title has half of a character, such as half of an emoji; delete it and type it again"],
        Rules.Check(Some.Draft with { Title = "half " + '\ud83d' + " a smile" }).Errors.AllMessages);

    [Fact]
    public void An_accent_in_an_email_address_is_explained() => Assert.Equal(
        ["Before the @, use only unaccented letters from a to z, digits, and signs such as . - _"],
        Rules.Check(Some.Draft with { Email = "désirée@example.org" }).Errors.AllMessages);

    [Theory]
    [InlineData("XX")]
    [InlineData("CRI")]
    [InlineData("Costa Rica")]
    [InlineData("12")]
    public void Unknown_countries_are_refused(string country) =>
        Assert.Equal(["country"], Rules.Check(Some.Draft with { Country = country }).Errors.ToDictionary().Keys);

    [Fact]
    public void All_errors_are_reported_in_the_order_of_the_form()
    {
        var (_, errors) = Rules.Check(new SubmissionDraft { Email = "nobody", Country = "XX", Link = "x" });

        Assert.Equal(["topic", "title", "summary", "email", "country", "link"], errors.ToDictionary().Keys);
        Assert.All(errors.AllMessages, sentence => Assert.DoesNotMatch("(?i)please|valid|required", sentence));
    }

    [Fact]
    public void An_accepted_submission_fits_into_a_queue_message()
    {
        // 64 KiB hold 48 KiB before base64.
        const int maxBytes = 48 * 1024;
        var characters = Gen.Int[0, 8].Select(i => new[] { "a", "\"", "\\", "\n", "é", "م", "\u2028", "😀", "𝒳" }[i]);
        Gen.Select(characters, characters, characters).Sample((one, two, three) =>
        {
            string[] cycle = [one, two, three];
            string Text(int length) => $"x{string.Concat(Enumerable.Range(0, length - 2).Select(i => cycle[i % 3]))}x";
            var (submission, errors) = Rules.Check(new SubmissionDraft
            {
                Topic = Some.Topics.All[0].Id,
                Title = Text(200),
                Summary = Text(10_000),
                Honorific = Text(20),
                Submitter = Text(100),
                Email = Repeat("a", 64) + "@" + Repeat("b", 60) + "." + Repeat("c", 60) + "." + Repeat("d", 60) + ".org",
                Organisation = Text(200),
                Country = "AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF",
                Link = "https://example.org/" + Repeat("a", 1_980),
            });

            Assert.Empty(errors.AllMessages);
            var message = SubmissionMessage.Write(submission!, DateTimeOffset.MaxValue, Language.English, SpamLayer.Honeypot);
            Assert.InRange(Encoding.UTF8.GetByteCount(message), 1, maxBytes);
        }, iter: 200);
    }

    private static string Repeat(string text, int times) => new StringBuilder().Insert(0, text, times).ToString();
}
