using System.Text;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Core.Tests.Text;

public sealed class TextCleanerTests
{
    [Theory]
    [InlineData("\u202Eturned around\u202C and back", "turned around and back")]
    [InlineData("\u202Aa\u202Bb\u202Dc", "abc")]
    [InlineData("\u2067شكرا\u2069 thanks", "\u2067شكرا\u2069 thanks")]
    [InlineData("\u2066\u2067a\u2069\u2069", "\u2066\u2067a\u2069\u2069")]
    [InlineData("open \u2067end", "open end")]
    [InlineData("end\u2069 open", "end open")]
    [InlineData("\u2069a\u2067", "a")]
    [InlineData("\u2068\u2067a\u2069", "\u2067a\u2069")]
    public void Direction_marks_without_a_partner_are_removed(string text, string clean) =>
        Assert.Equal(clean, TextCleaner.Clean(text, multiline: false));

    [Fact]
    public void A_pair_of_direction_marks_ends_with_its_line() =>
        Assert.Equal("one\ntwo \u2066three\u2069", TextCleaner.Clean("\u2067one\ntwo\u2069 \u2066three\u2069", multiline: true));

    [Theory]
    [InlineData("می\u200cخواهم")]
    [InlineData("क्\u200dष")]
    [InlineData("👩\u200d👩\u200d👧\u200d👦")]
    [InlineData("❤\ufe0f")]
    [InlineData("1\ufe0f\u20e3")]
    [InlineData("葛\U000E0100飾")]
    [InlineData("\u05d0\u200f!")]
    [InlineData("\u061c1-2")]
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

    [Theory]
    [InlineData("\uffff")]
    [InlineData("\ufffe")]
    [InlineData("\ufdd0")]
    [InlineData("\ufdef")]
    [InlineData("\U0001FFFE")]
    [InlineData("\U0010FFFF")]
    [InlineData("\v")]
    [InlineData("\t")]
    [InlineData("\u001f")]
    [InlineData("\u0080")]
    public void Control_characters_and_noncharacters_are_refused(string character) =>
        Assert.Null(TextCleaner.Clean("A title " + character, multiline: true));

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
    }

    [Theory]
    [InlineData(" \u202aangelica@example.org\u202c\ufeff\u200b", "angelica@example.org")]
    [InlineData("\u200e", "")]
    public void Invisible_characters_around_text_are_trimmed(string text, string trimmed) =>
        Assert.Equal(trimmed, TextCleaner.TrimInvisible(text));
}
