using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Functions.Pages;

public static class PageServices
{
    public static IServiceCollection AddPages(this IServiceCollection services) =>
        services.AddScoped<PageRequest>().AddSingleton<RenderedPages>();
}
