using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Xunit;

namespace Pipeline.Tests.Pages;

/// <summary>Reads pages and submits their forms as a browser does.</summary>
public static class PageReader
{
    public static async Task<(HttpStatusCode Status, IHtmlDocument Page)> OpenAsync(
        this PipelineApp app, string address, string? language = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address.TrimStart('/'));
        if (language is not null)
            request.Headers.Add("Accept-Language", language);
        using var answer = await app.Http.SendAsync(request, Cancellation);
        return (answer.StatusCode, await ReadAsync(answer));
    }

    public static async Task<IHtmlDocument> ReadAsync(HttpResponseMessage answer) =>
        new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync(Cancellation));

    /// <param name="button">The value of the button to press. Null if the page has only one button.</param>
    /// <param name="typed">Values that replace those in the fields of the page.</param>
    public static Task<HttpResponseMessage> PressAsync(
        this PipelineApp app, IHtmlDocument page, string? button = null, params (string Field, string Value)[] typed)
    {
        var buttons = page.QuerySelectorAll("main button").OfType<IHtmlButtonElement>();
        var pressed = Assert.Single(buttons, each => button is null || each.Value == button);
        var form = pressed.Form!;
        Dictionary<string, string> fields = [];
        foreach (var element in form.Elements)
            if (FieldOf(element) is var (name, value))
                fields[name] = value;
        if (pressed.Name is { Length: > 0 } step)
            fields[step] = pressed.Value;
        foreach (var (field, value) in typed)
            fields[field] = value;
        return app.Http.PostAsync(form.GetAttribute("action")!.TrimStart('/'), new FormUrlEncodedContent(fields), Cancellation);
    }

    private static (string Name, string Value)? FieldOf(IHtmlElement element) => element switch
    {
        IHtmlInputElement { Name: { Length: > 0 } name } input => (name, input.Value),
        IHtmlTextAreaElement { Name: { Length: > 0 } name } area => (name, area.Value),
        IHtmlSelectElement { Name: { Length: > 0 } name } select => (name, select.Value ?? ""),
        _ => null,
    };
}
