using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Functions.Pages;
using Pipeline.Functions.Pages.Layout;
using Pipeline.Storage;

namespace Pipeline.Functions;

/// <summary>
/// What people and programs get while storage does not answer: 503 in words. No HTTP function may throw: the worker then answers
/// in its own way, which nobody understands.
/// </summary>
public static partial class Outage
{
    public static Task<IResult> CoverPageAsync(Func<Task<IResult>> answer) => CoverAsync(answer, () => Page.Later<NoticePage>(new
    {
        Heading = "The pages are resting for a moment",
        Text = "What is stored here cannot be reached right now. Nothing is lost; try again in a minute.",
    }));

    public static Task<IResult> CoverApiAsync(Func<Task<IResult>> answer) =>
        CoverAsync(answer, () => Problems.TryLater("What is stored here cannot be reached right now. Ask again later."));

    private static async Task<IResult> CoverAsync(Func<Task<IResult>> answer, Func<IResult> instead)
    {
        try
        {
            return await answer();
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            return new Result(fault, instead());
        }
    }

    private sealed class Result(Exception fault, IResult instead) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            // Without the address: it may hold a token.
            LogOutage(httpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Outage)), fault, httpContext.Request.Method);
            return instead.ExecuteAsync(httpContext);
        }
    }

    [LoggerMessage(LogLevel.Error, "A request could not be answered ({Method}) because storage cannot be reached.")]
    private static partial void LogOutage(ILogger logger, Exception fault, string method);
}
