using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Css.Dom;
using AngleSharp.Dom;

namespace Pipeline.Tests.Mail;

public sealed partial class MailLint
{
    // Gmail cuts off a larger mail, with its unsubscribe link.
    private const int MaxHtmlBytes = 100 * 1024;

    private const string Active = "script, form, input, button, select, textarea, iframe, frame, object, embed, applet, "
        + "audio, video, base, meta[http-equiv], svg";

    private const string Remote = "link, img:not([src^='data:']), [srcset], [background], [poster], [ping]";

    private void CheckHtml(SentMail mail, IDocument document)
    {
        var bytes = Encoding.UTF8.GetByteCount(mail.Html);
        Expect(bytes < MaxHtmlBytes, MailRule.HtmlSize, $"{bytes} bytes");

        Expect(mail.Html.StartsWith("<!DOCTYPE html>", StringComparison.OrdinalIgnoreCase) && document.CharacterSet == "utf-8"
            && document.QuerySelector("meta[charset=utf-8]") is not null && document.Title == mail.Subject
            && Meta(document, "viewport").Contains("width=device-width", StringComparison.Ordinal)
            && !Meta(document, "viewport").Contains("scalable", StringComparison.Ordinal)
            && Meta(document, "color-scheme") == "light dark" && Meta(document, "supported-color-schemes") == "light dark",
            MailRule.HtmlHead, document.Head!.InnerHtml);

        // Gmail removes html and body, so that the element below them has the language too.
        foreach (var element in new[] { document.DocumentElement, document.Body!.FirstElementChild! })
            Expect(
                element.GetAttribute("lang") == _language.Code && element.GetAttribute("dir") == _language.Direction,
                MailRule.Language,
                element.LocalName);

        foreach (var element in document.All)
        {
            Expect(!element.Matches(Active) && !element.Attributes.Any(IsActive), MailRule.NothingActive, element.LocalName);
            Expect(!element.Matches(Remote), MailRule.NothingRemote, element.LocalName);
            Expect(!element.Matches("img:not([alt])"), MailRule.AltText, element.OuterHtml);
        }

        var styles = document.QuerySelectorAll("style").Select(style => style.TextContent)
            .Concat(document.QuerySelectorAll("[style]").Select(element => element.GetAttribute("style")!));
        foreach (var style in styles)
            Expect(!RemoteStyle().IsMatch(style), MailRule.NothingRemote, style);

        var levels = document.QuerySelectorAll("h1, h2, h3, h4, h5, h6").Select(heading => heading.LocalName[1] - '0').ToList();
        var skipsNoLevel = levels.Zip(levels.Skip(1)).All(pair => pair.Second <= pair.First + 1);
        Expect(
            levels is [1, ..] && levels.Count(level => level == 1) == 1 && skipsNoLevel,
            MailRule.Headings,
            string.Join(", ", levels));

        foreach (var link in document.QuerySelectorAll("a"))
        {
            var isClear = link.TextContent.Trim().Length > 1 && !VagueLink().IsMatch(link.TextContent);
            Expect(isClear && link.HasAttribute("href") && !link.HasAttribute("target"), MailRule.LinkText, link.OuterHtml);
        }

        foreach (var text in Texts(document))
        {
            Expect(IsVisible(text.ParentElement!), MailRule.NothingHidden, text.TextContent.Trim());
            var runsOtherWay = (IsRightToLeft ? LeftToRight() : RightToLeft()).IsMatch(text.TextContent);
            var nearest = text.ParentElement!.Closest("[dir], bdi");
            Expect(
                !runsOtherWay || nearest?.LocalName == "bdi" || nearest?.GetAttribute("dir") == "auto",
                MailRule.Direction,
                text.TextContent.Trim());
        }
    }

    private static bool IsActive(IAttr attribute) =>
        attribute.Name.StartsWith("on", StringComparison.Ordinal)
        || attribute.Value.TrimStart().StartsWith("javascript:", StringComparison.OrdinalIgnoreCase);

    private void CheckContrast(IDocument document, MailRule rule)
    {
        foreach (var text in Texts(document))
        {
            var element = text.ParentElement!;
            var ratio = Contrast.Ratio(Colour(element, "color") ?? Contrast.Black, Background(element));
            var shown = ratio.ToString("0.00", CultureInfo.InvariantCulture);
            Expect(ratio >= Contrast.MinRatio, rule, $"{shown} : 1 of {element.LocalName}.{element.ClassName}");
        }
    }

    private static string Meta(IDocument document, string name) =>
        document.QuerySelector($"meta[name={name}]")?.GetAttribute("content") ?? "";

    private static IEnumerable<INode> Texts(IDocument document) => document.Body!.Descendants<IText>()
        .Where(text => text.TextContent.Trim().Length > 0)
        .Where(text => text.ParentElement is not { LocalName: "style" or "script" or "title" });

    private static Contrast.Colour Background(IElement element)
    {
        for (var at = element; at is not null; at = at.ParentElement)
            if (Colour(at, "background-color") is { Alpha: > 0 } colour)
                return colour;
        return Contrast.White;
    }

    private static Contrast.Colour? Colour(IElement element, string property) =>
        Contrast.Colour.Parse(element.ComputeCurrentStyle().GetPropertyValue(property));

    private static bool IsVisible(IElement element)
    {
        for (var at = element; at is not null; at = at.ParentElement)
        {
            var style = at.ComputeCurrentStyle();
            if (at.HasAttribute("hidden") || style.GetDisplay() == "none" || style.GetVisibility() == "hidden")
                return false;
            if (style.GetPropertyValue("opacity") == "0" || style.GetPropertyValue("mso-hide") == "all")
                return false;
            if (Tiny().IsMatch(style.GetFontSize()) || Tiny().IsMatch(style.GetMaxHeight()))
                return false;
        }

        return true;
    }

    [GeneratedRegex(@"^[01](\.\d+)?(px|pt|em)?$")]
    private static partial Regex Tiny();

    [GeneratedRegex("url\\(|@import", RegexOptions.IgnoreCase)]
    private static partial Regex RemoteStyle();

    [GeneratedRegex(
        @"^\s*(click here|here|link|more|cliquez ici|ici|lien|plus|haga clic aquí|aquí|enlace|más|انقر هنا|هنا|رابط|المزيد)\s*$",
        RegexOptions.IgnoreCase)]
    private static partial Regex VagueLink();

    [GeneratedRegex(@"[\p{IsHebrew}\p{IsArabic}\p{IsSyriac}\p{IsThaana}]")]
    private static partial Regex RightToLeft();

    [GeneratedRegex(@"\p{IsBasicLatin}(?<=\p{L})")]
    private static partial Regex LeftToRight();
}
