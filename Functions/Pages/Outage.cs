using Azure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Functions.Pages.Layout;

namespace Pipeline.Functions.Pages;

/// <summary>What people see while storage does not answer: a page that says so, and no bare 500.</summary>
public static partial class Outage
{
    public static async Task<IResult> CoverAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (Exception fault) when (fault is RequestFailedException or AggregateException)
        {
            return new Result(fault);
        }
    }

    private sealed class Result(Exception fault) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            // Without the query: it may hold a token.
            LogOutage(httpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Outage)), fault, httpContext.Request.Method);
            return Page.Later<NoticePage>(new
            {
                Heading = "The pages are resting for a moment",
                Text = "What is stored here cannot be reached right now. Nothing is lost; try again in a minute.",
            }).ExecuteAsync(httpContext);
        }
    }

    [LoggerMessage(LogLevel.Error, "A page could not be answered ({Method}) because storage cannot be reached.")]
    private static partial void LogOutage(ILogger logger, Exception fault, string method);
}
