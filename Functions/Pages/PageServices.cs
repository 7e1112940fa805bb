using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Functions.Pages;

public static class PageServices
{
    /// <summary>What the pages need besides the domain.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services) =>
        services.AddScoped<PageRequest>().AddSingleton<RenderedPages>();
}
