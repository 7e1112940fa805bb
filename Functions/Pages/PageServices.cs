using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Pipeline.Functions.Pages;

public static class PageServices
{
    /// <summary>Razor components as the pages need them: rendered on the server, without cookies or a browser that talks back.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services)
    {
        services.AddRazorComponents();
        // They bring data protection along, for what these pages do not have. As it comes it writes a key into the profile of
        // whoever runs this, with a warning that the key is not encrypted; so it is kept from its files.
        foreach (var keyRing in services.Where(LoadsKeys).ToList())
            services.Remove(keyRing);
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider>(_ => new EphemeralDataProtectionProvider()));
        return services;
    }

    private static bool LoadsKeys(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(IDataProtectionBuilder).Assembly;
}
