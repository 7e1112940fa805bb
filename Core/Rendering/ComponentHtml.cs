using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Pipeline.Rendering;

/// <summary>A Razor component as HTML, for pages and mails: whatever people wrote is encoded.</summary>
public static class ComponentHtml
{
    /// <param name="services">Those that live as long as this rendering.</param>
    public static async Task<string> RenderAsync<TComponent>(IServiceProvider services, IDictionary<string, object?> parameters)
        where TComponent : IComponent
    {
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var component = await renderer.RenderComponentAsync<TComponent>(ParameterView.FromDictionary(parameters));
            return component.ToHtmlString();
        });
    }
}
