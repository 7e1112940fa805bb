using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Css.Dom;
using AngleSharp.Dom;

namespace Pipeline.Tests.Mail;

public sealed partial class MailLint
{
    // Beyond it Gmail cuts a mail, and the link to unsubscribe with it.
    private const int LargestHtml = 100 * 1024;

    private const string Active = "script, form, input, button, select, textarea, iframe, frame, object, embed, applet, audio, video, base, meta[http-equiv], svg";

    private void CheckHtml(SentMail mail, IDocument document)
    {
        var bytes = Encoding.UTF8.GetByteCount(mail.Html);
        Expect(bytes < LargestHtml, MailRule.HtmlSize, $"{bytes} bytes");

        Expect(mail.Html.StartsWith("<!DOCTYPE html>", StringComparison.OrdinalIgnoreCase) && document.CharacterSet == "utf-8"
            && document.QuerySelector("meta[charset=utf-8]") is not null && document.Title == mail.Subject
            && Meta(document, "viewport").Contains("width=device-width", StringComparison.Ordinal)
            && !Meta(document, "viewport").Contains("scalable", StringComparison.Ordinal)
            && Meta(document, "color-scheme") == "light dark" && Meta(document, "supported-color-schemes") == "light dark",
            MailRule.HtmlHead, document.Head!.InnerHtml);

        // Gmail takes html and body away, so that the element below them says it too.
        foreach (var element in new[] { document.DocumentElement, document.Body!.FirstElementChild! })
            Expect(element.GetAttribute("lang") == language.Code && element.GetAttribute("dir") == language.Direction, MailRule.Language, element.LocalName);

        foreach (var element in document.All)
        {
            Expect(!element.Matches(Active) && !element.Attributes.Any(attribute => attribute.Name.StartsWith("on", StringComparison.Ordinal)
                || attribute.Value.TrimStart().StartsWith("javascript:", StringComparison.OrdinalIgnoreCase)), MailRule.NothingActive, element.LocalName);
            Expect(!element.Matches("link, img:not([src^='data:']), [srcset], [background], [poster], [ping]"), MailRule.NothingRemote, element.LocalName);
            Expect(!element.Matches("img:not([alt])"), MailRule.AltText, element.OuterHtml);
        }

        foreach (var style in document.QuerySelectorAll("style").Select(style => style.TextContent).Concat(document.QuerySelectorAll("[style]").Select(element => element.GetAttribute("style")!)))
            Expect(!style.Contains("url(", StringComparison.OrdinalIgnoreCase) && !style.Contains("@import", StringComparison.OrdinalIgnoreCase), MailRule.NothingRemote, style);

        var levels = document.QuerySelectorAll("h1, h2, h3, h4, h5, h6").Select(heading => heading.LocalName[1] - '0').ToList();
        Expect(levels is [1, ..] && levels.Count(level => level == 1) == 1 && levels.Zip(levels.Skip(1)).All(pair => pair.Second <= pair.First + 1),
            MailRule.Headings, string.Join(", ", levels));

        foreach (var link in document.QuerySelectorAll("a"))
            Expect(link.TextContent.Trim().Length > 1 && !VagueLink().IsMatch(link.TextContent) && link.HasAttribute("href") && !link.HasAttribute("target"),
                MailRule.LinkText, link.OuterHtml);

        foreach (var text in Texts(document))
        {
            Expect(IsVisible(text.ParentElement!), MailRule.NothingHidden, text.TextContent.Trim());
            Expect(!(IsRightToLeft ? LeftToRight() : RightToLeft()).IsMatch(text.TextContent) || text.ParentElement!.Closest("[dir], bdi") is { } nearest
                && (nearest.LocalName == "bdi" || nearest.GetAttribute("dir") == "auto"), MailRule.Direction, text.TextContent.Trim());
        }
    }

    private void CheckContrast(IDocument document, MailRule rule)
    {
        foreach (var text in Texts(document))
        {
            var element = text.ParentElement!;
            var ratio = Contrast.Ratio(Colour(element, "color") ?? Contrast.Black, Background(element));
            Expect(ratio >= Contrast.Readable, rule, string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00} : 1 of {element.LocalName}.{element.ClassName}"));
        }
    }

    private static string Meta(IDocument document, string name) => document.QuerySelector($"meta[name={name}]")?.GetAttribute("content") ?? "";

    private static IEnumerable<INode> Texts(IDocument document) =>
        document.Body!.Descendants<IText>().Where(text => text.TextContent.Trim().Length > 0 && text.ParentElement is not { LocalName: "style" or "script" or "title" });

    private static Contrast.Colour Background(IElement element)
    {
        for (var at = element; at is not null; at = at.ParentElement)
            if (Colour(at, "background-color") is { Alpha: > 0 } colour)
                return colour;
        return Contrast.White;
    }

    private static Contrast.Colour? Colour(IElement element, string property) => Contrast.Colour.Parse(element.ComputeCurrentStyle().GetPropertyValue(property));

    private static bool IsVisible(IElement element)
    {
        for (var at = element; at is not null; at = at.ParentElement)
        {
            var style = at.ComputeCurrentStyle();
            if (at.HasAttribute("hidden") || style.GetDisplay() == "none" || style.GetVisibility() == "hidden" || style.GetPropertyValue("opacity") == "0"
                || Tiny().IsMatch(style.GetFontSize()) || Tiny().IsMatch(style.GetMaxHeight()) || style.GetPropertyValue("mso-hide") == "all")
                return false;
        }

        return true;
    }

    [GeneratedRegex(@"^[01](\.\d+)?(px|pt|em)?$")]
    private static partial Regex Tiny();

    [GeneratedRegex(@"^\s*(click here|here|link|more|cliquez ici|ici|lien|plus|haga clic aquí|aquí|enlace|más|انقر هنا|هنا|رابط|المزيد)\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex VagueLink();

    [GeneratedRegex(@"[\p{IsHebrew}\p{IsArabic}\p{IsSyriac}\p{IsThaana}]")]
    private static partial Regex RightToLeft();

    [GeneratedRegex(@"\p{IsBasicLatin}(?<=\p{L})")]
    private static partial Regex LeftToRight();
}
