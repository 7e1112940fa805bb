using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.Azure.WebJobs.Extensions.Http;

namespace Pipeline.LocalHost.Http;

/// <summary>Finds the function of a request with the Functions host's own router.</summary>
internal static class FunctionRoutes
{
    /// <param name="functions">Name, route (null or empty: the name), and HTTP methods (none: every one).</param>
    /// <param name="answer">Answers a request with the function of this name.</param>
    public static void Map(
        WebApplication web, IEnumerable<(string Name, string? Route, string[] Methods)> functions, string routePrefix, Func<HttpContext, string, Task> answer)
    {
        var router = new WebJobsRouter(web.Services.GetRequiredService<IInlineConstraintResolver>());
        var routes = router.CreateBuilder(new Handler(answer), routePrefix);
        // The first match answers, and the Functions host tries them by name.
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

    private sealed class Handler(Func<HttpContext, string, Task> answer) : IWebJobsRouteHandler
    {
        public Task InvokeAsync(HttpContext context, string functionName) => answer(context, functionName);
    }
}
