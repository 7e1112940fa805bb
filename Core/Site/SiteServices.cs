namespace Pipeline.Site;

public static class SiteServices
{
    public static IServiceCollection AddSite(this IServiceCollection services) => services
        .AddSettings(SiteOptions.Read);
}
