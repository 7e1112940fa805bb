using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Tests.Mail;

/// <summary>The contrast of text, by WCAG 2.2, success criterion 1.4.3.</summary>
internal static partial class Contrast
{
    /// <summary>Level AA, for text of any size.</summary>
    public const double MinRatio = 4.5;

    public static readonly Colour Black = new(0, 0, 0, 1);
    public static readonly Colour White = new(255, 255, 255, 1);

    /// <summary>1 (no difference) to 21 (black and white).</summary>
    public static double Ratio(Colour text, Colour background)
    {
        var (a, b) = (Luminance(text), Luminance(background));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(Colour colour) =>
        0.2126 * Linear(colour.Red) + 0.7152 * Linear(colour.Green) + 0.0722 * Linear(colour.Blue);

    private static double Linear(int channel)
    {
        var share = channel / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
    }

    public sealed record Colour(int Red, int Green, int Blue, double Alpha)
    {
        /// <summary>Parses a computed CSS colour, for example "rgba(34, 40, 43, 1)". Null for anything else.</summary>
        public static Colour? Parse(string css)
        {
            if (Rgba().Match(css) is not { Success: true } match)
                return null;
            var alpha = match.Groups[4].Success ? double.Parse(match.Groups[4].Value, CultureInfo.InvariantCulture) : 1;
            return new Colour(Number(match, 1), Number(match, 2), Number(match, 3), alpha);
        }

        private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$")]
    private static partial Regex Rgba();
}
