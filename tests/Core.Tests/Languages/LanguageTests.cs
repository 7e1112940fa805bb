using Pipeline.Languages;
using Xunit;

namespace Pipeline.Core.Tests.Languages;

public sealed class LanguageTests
{
    [Theory]
    [InlineData("en", 1, "1 March 2026")]
    [InlineData("fr", 1, "1er mars 2026")]
    [InlineData("fr", 2, "2 mars 2026")]
    [InlineData("es", 1, "1 de marzo de 2026")]
    [InlineData("ar", 1, "1 مارس 2026")]
    public void A_date_is_written_as_the_language_does(string language, int day, string written) =>
        Assert.Equal(written, Language.Find(language)!.Date(new DateOnly(2026, 3, day)));
}
