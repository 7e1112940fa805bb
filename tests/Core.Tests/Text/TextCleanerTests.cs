using System.Text;
using CsCheck;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Core.Tests.Text;

public sealed class TextCleanerTests
{
    [Theory]
    [InlineData("A city hall\t", "A city hall")]
    [InlineData("\tA\tcity\t\thall", "A city  hall")]
    [InlineData("A plan\vof the city", "A plan\nof the city")]
    [InlineData("one\r\ntwo\rthree\ffour\u0085five\u2028six\u2029seven", "one\ntwo\nthree\nfour\nfive\nsix\nseven")]
    [InlineData("A\0 plan\u0007 of\u001b[31m\u007f\u009f", "A plan of[31m")]
    [InlineData("\u001fA plan\u001e", "A plan")]
    [InlineData("A\uffff plan\ufffe\ufdd0\U0010FFFF", "A plan")]
    public void Tabs_become_spaces_breaks_become_lines_and_other_controls_are_removed(string text, string clean)
    {
        Assert.Equal(clean, TextCleaner.Clean(text, multiline: true));
        Assert.Equal(clean.Replace('\n', ' '), TextCleaner.Clean(text, multiline: false));
    }

    [Theory]
    [InlineData("\u202Eturned around\u202C and back", "turned around and back")]
    [InlineData("\u202Aa\u202Bb\u202Dc", "abc")]
    [InlineData("\u2067شكرا\u2069 thanks", "\u2067شكرا\u2069 thanks")]
    [InlineData("\u2066\u2067ا\u2069\u2069", "\u2066\u2067ا\u2069\u2069")]
    [InlineData("open \u2067ا end", "open ا end")]
    [InlineData("ا end\u2069 open", "ا end open")]
    [InlineData("\u2069ا\u2067", "ا")]
    [InlineData("\u2068\u2067ا\u2069", "\u2067ا\u2069")]
    [InlineData("\u2067 ا", "ا")]
    public void Direction_marks_without_a_partner_are_removed(string text, string clean) =>
        Assert.Equal(clean, TextCleaner.Clean(text, multiline: false));

    [Theory]
    [InlineData("\u200e24\u200f/\u200e11", "24/11")]
    [InlineData("\u2066\u2067a\u2069\u2069", "a")]
    [InlineData("\u061c1-2", "1-2")]
    [InlineData("Ou\u200fjda", "Oujda")]
    public void Direction_marks_are_removed_from_a_text_without_letters_from_right_to_left(string text, string clean) =>
        Assert.Equal(clean, TextCleaner.Clean(text, multiline: false));

    [Fact]
    public void A_pair_of_direction_marks_ends_with_its_line() =>
        Assert.Equal("ا\ntwo \u2066three\u2069", TextCleaner.Clean("\u2067ا\ntwo\u2069 \u2066three\u2069", multiline: true));

    [Theory]
    [InlineData("می\u200cخواهم")]
    [InlineData("۲۰\u200cساله")]
    [InlineData("«کتاب»\u200cها")]
    [InlineData("۱۴۰۵ ه\u200d.ش")]
    [InlineData("رفته\u200cاند")]
    [InlineData("क्\u200dष")]
    [InlineData("👩\u200d👩\u200d👧\u200d👦")]
    [InlineData("👩🏽\u200d🚀")]
    [InlineData("🏳\ufe0f\u200d🌈")]
    [InlineData("🙂\u200d↔\ufe0f")]
    [InlineData("❤\ufe0f")]
    [InlineData("1\ufe0f\u20e3")]
    [InlineData("葛\U000E0100飾")]
    [InlineData("\u05d0\u200f!")]
    [InlineData("\u061c1-2 ا")]
    [InlineData("\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F")]
    [InlineData("\ue000 \U0010FFFD")]
    [InlineData("=cmd|' /C calc'!A0")]
    [InlineData("+1 -1 @SUM(A1)")]
    [InlineData("{{7*7}} {0} %s -name- <%name%>")]
    [InlineData("ភាសា\u200bខ្មែរ")]
    public void Characters_that_a_script_needs_are_kept(string text) => Assert.Equal(text, TextCleaner.Clean(text, multiline: false));

    [Theory]
    [InlineData("\ufeffa", "a")]
    [InlineData("in\u00advisible", "invisible")]
    [InlineData("pic\ufffcture", "picture")]
    [InlineData("\ufff9base\ufffanote\ufffb", "basenote")]
    [InlineData("hidden\U000E0041\U000E0042", "hidden")]
    [InlineData("\U0001F3F4\U000E0067 half a flag", "\U0001F3F4 half a flag")]
    [InlineData("\U0001F3F4\U000E007F", "\U0001F3F4")]
    [InlineData("a\ufe0f\ufe0e\U000E0101b", "a\ufe0fb")]
    [InlineData("a \ufe0fb", "a b")]
    [InlineData("\u200b \u2060a\u200b\u2060 ", "a")]
    [InlineData("2\u2062x\u206a", "2x")]
    [InlineData("Mi\u200bgra\u200d Mo\u200cvil\u2060", "Migra Movil")]
    [InlineData("Mi\u034fgra", "Migra")]
    [InlineData("\u200cسلام\u200c", "سلام")]
    [InlineData("ه\u200d\u200d\u200d", "ه\u200d")]
    [InlineData("ก\u200b\u200b\u200bข", "ก\u200bข")]
    [InlineData("🚀\u200d text", "🚀 text")]
    [InlineData("\U0001D173\U0001BCA0a", "a")]
    public void Invisible_characters_are_removed(string text, string clean) =>
        Assert.Equal(clean, TextCleaner.Clean(text, multiline: false));

    [Theory]
    [InlineData("\ufe0f\ufe0f\ufe0f")]
    [InlineData("\u0301\u0301\u0301")]
    [InlineData("\u034f\u180e\u17b4\u17b5")]
    [InlineData("\U000E0001\U000E0041\U000E0042\U000E007F")]
    [InlineData("\u061c\u200e\u200f\u200b\u200c\u200d\u2060\ufeff")]
    [InlineData("\u00ad\u00ad\u00ad\u00ad")]
    [InlineData("\ufffc\ufffc\ufffc")]
    [InlineData("\u2068\u2069\u2066\u2069")]
    [InlineData("\u2028\u2029\u0085\f\r\n")]
    public void Text_of_invisible_characters_is_empty(string text) => Assert.Equal("", TextCleaner.Clean(text, multiline: true));

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        Assert.Null(TextCleaner.Clean("half " + '\ud83d' + " a smile", multiline: true));
        Assert.Null(TextCleaner.Clean("" + '\udc00' + '\ud800', multiline: false));
    }

    [Fact]
    public void Cleaning_a_clean_text_changes_nothing()
    {
        string[] pieces =
        [
            "a", "e", "\u0301", "\u0323", "\u034f", " ", "\t", "\n", "\v", "\0", "\ufffe", "ه", "ی", "\u064e", "א", "क", "\u094d", "\u0958",
            "ក", "\u17b6", "\u1100", "\u1161", "葛", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u061c", "\u2060", "\u2066",
            "\u2067",
            "\u2069", "\u202e", "\u00ad", "\ufeff", "\ufe0f", "\U000E0101", "\u180e", "\u180b", "ᠠ", "👩", "🏽", "🚀", "\U0001F3F4",
            "\U000E0067", "\U000E007F", "1", "\u20e3", "«", "\u3164", "\u2028",
        ];
        Gen.Int[0, pieces.Length - 1].Array[0, 12].Sample(numbers =>
        {
            var text = string.Concat(numbers.Select(number => pieces[number]));
            foreach (var multiline in (bool[])[true, false])
                if (TextCleaner.Clean(text, multiline) is { } clean)
                    Assert.Equal(clean, TextCleaner.Clean(clean, multiline));
        }, iter: 20_000);
    }

    [Theory]
    [InlineData("ཧྐྵྨླྺྼྻྂ")]
    [InlineData("בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים")]
    [InlineData("ٱلرَّحْمَٰنِ ٱلرَّحِيمِ")]
    [InlineData("လွှင့်ပြောင်းရွှေ့")]
    [InlineData("ที่นี้")]
    [InlineData("ශ්‍රී ක්‍ෂේ")]
    public void A_letter_can_have_the_marks_that_its_script_needs(string text)
    {
        Assert.False(TextCleaner.HasTooManyMarks(text.Normalize(NormalizationForm.FormD)));
        Assert.Equal(text.Normalize(), TextCleaner.Clean(text.Normalize(NormalizationForm.FormD), multiline: false));
    }

    [Fact]
    public void A_letter_with_too_many_marks_is_refused()
    {
        Assert.NotNull(TextCleaner.Clean("a" + new string('\u0301', TextCleaner.MaxMarks), multiline: false));
        Assert.Null(TextCleaner.Clean("a" + new string('\u0301', TextCleaner.MaxMarks + 1), multiline: false));
        // Invisible characters and spacing marks do not begin a new letter.
        Assert.True(TextCleaner.HasTooManyMarks("a" + string.Concat(Enumerable.Repeat("\u0301\u200d\u0323\u202e", 7))));
        Assert.True(TextCleaner.HasTooManyMarks("a" + string.Concat(Enumerable.Repeat("\u302e\U0001D165", 7))));
        // Neither do characters that are removed.
        Assert.All("\0\u001f\u00ad\ufdd0\ufffc\u2065", removed => Assert.Null(TextCleaner.Clean(
            "a" + string.Concat(Enumerable.Repeat($"\u0301\u0323{removed}", 7)), multiline: false)));
    }

    [Theory]
    [InlineData(" \u202aangelica@example.org\u202c\ufeff\u200b", "angelica@example.org")]
    [InlineData("\u200e", "")]
    public void Invisible_characters_around_text_are_trimmed(string text, string trimmed) =>
        Assert.Equal(trimmed, TextCleaner.TrimInvisible(text));
}
