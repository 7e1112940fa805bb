using Microsoft.AspNetCore.Components;
using Pipeline.Rendering;

namespace Pipeline.Mail;

public sealed class MailRenderer(IServiceScopeFactory scopes)
{
    public async Task<string> RenderAsync<TComponent>(IDictionary<string, object?> parameters) where TComponent : IComponent
    {
        await using var scope = scopes.CreateAsyncScope();
        return await ComponentHtml.RenderAsync<TComponent>(scope.ServiceProvider, parameters);
    }
}
