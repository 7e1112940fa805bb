using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Mailbox;

namespace Pipeline.LocalHost.Http;

/// <summary>What this host serves besides the functions. Each feature of it has its services and its endpoints here, in one line each.</summary>
internal static class BuiltInEndpoints
{
    public static void AddServices(IServiceCollection services)
    {
        services.AddMailbox();
    }

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMailbox();
    }
}
