using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Pipeline.Settings;

namespace Pipeline.Functions.Http;

public static class HttpServices
{
    // What a connection may hold before a function reads it. The default is a megabyte.
    private const int MaxUnreadBytes = 64 * 1024;

    public static IServiceCollection AddHttp(this IServiceCollection services)
    {
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The functions have limits of their own, and answer with 413 in words; Kestrel would cut the connection to the host.
            kestrel.Limits.MaxRequestBodySize = null;
            // The host has Kestrel's own limits, and adds headers. What it accepts must not be refused here.
            kestrel.Limits.MaxRequestHeaderCount = 200;
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        });
        services.Configure<SocketTransportOptions>(sockets => sockets.MaxReadBufferSize = MaxUnreadBytes);
        return services.AddSettings(ClientLimitOptions.Read).AddSingleton<ClientLimit>().AddSingleton<BodyMemory>()
            .WithoutDataProtectionKeys();
    }

    /// <summary>
    /// The worker adds MVC and with it data protection, which nothing here uses. It would write a key into the home folder.
    /// </summary>
    private static IServiceCollection WithoutDataProtectionKeys(this IServiceCollection services)
    {
        foreach (var keyLoader in services.Where(IsKeyLoader).ToList())
            services.Remove(keyLoader);
        return services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider>(_ => new EphemeralDataProtectionProvider()));
    }

    private static bool IsKeyLoader(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(IDataProtectionBuilder).Assembly;
}
