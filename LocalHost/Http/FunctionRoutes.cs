using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.Azure.WebJobs.Extensions.Http;

namespace Pipeline.LocalHost.Http;

/// <summary>Finds the function for a request with the router of the Functions host.</summary>
internal static class FunctionRoutes
{
    /// <param name="functions">Name, route (if it is null or empty, the name is the route) and HTTP methods (empty: every method).</param>
    /// <param name="handle">Handles a request with the function of this name.</param>
    public static void Map(
        WebApplication web,
        IEnumerable<(string Name, string? Route, string[] Methods)> functions,
        string routePrefix,
        Func<HttpContext, string, Task> handle)
    {
        var router = new WebJobsRouter(web.Services.GetRequiredService<IInlineConstraintResolver>());
        var routes = router.CreateBuilder(new RouteHandler(handle), routePrefix);
        // The first match wins, and the Functions host orders them by name.
        foreach (var (name, route, methods) in functions.OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase))
        {
            var constraints = new RouteValueDictionary();
            if (methods.Length > 0)
                constraints["httpMethod"] = new HttpMethodRouteConstraint(methods);
            routes.MapFunctionRoute(name, string.IsNullOrEmpty(route) ? name : route, constraints, name);
        }

        router.AddFunctionRoutes(routes.Build(), null);
        web.UseRouter(router);
    }

    private sealed class RouteHandler(Func<HttpContext, string, Task> handle) : IWebJobsRouteHandler
    {
        public Task InvokeAsync(HttpContext context, string functionName) => handle(context, functionName);
    }
}
