using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Functions.Pages;
using Pipeline.Functions.Pages.Layout;
using Pipeline.Storage;

namespace Pipeline.Functions;

/// <summary>
/// Answers a request in its language, and in words also where storage does not answer (503) or something of ours is broken (500). No
/// HTTP function may throw: the worker then answers in its own way, which nobody understands.
/// </summary>
public static partial class Outage
{
    public static Task<IResult> CoverPageAsync(HttpRequest request, Func<Task<IResult>> answer) => CoverAsync(
        request, answer,
        () => Page.Later<NoticePage>(new { Heading = LayoutTexts.OutageHeading, Text = LayoutTexts.OutageText }),
        () => Page.Personal<NoticePage>(
            new { Heading = LayoutTexts.BrokenHeading, Text = LayoutTexts.BrokenText, LinkAddress = "/", LinkText = LayoutTexts.ToTheFrontPage },
            StatusCodes.Status500InternalServerError));

    public static Task<IResult> CoverPageAsync(HttpRequest request, Func<IResult> answer) =>
        CoverPageAsync(request, () => Task.FromResult(answer()));

    public static Task<IResult> CoverApiAsync(HttpRequest request, Func<Task<IResult>> answer)
    {
        Cors.Write(request);
        return CoverAsync(
            request, answer,
            () => Problems.TryLater("What is stored here cannot be reached right now. Ask again later."),
            () => Problems.Of(StatusCodes.Status500InternalServerError, "Something is broken here. It is our fault, and the log says what it is; try again later."));
    }

    private static Task<IResult> CoverAsync(HttpRequest request, Func<Task<IResult>> answer, Func<IResult> later, Func<IResult> broken) =>
        Visit.LanguageOf(request).RunAsync(async () =>
        {
            try
            {
                return await answer();
            }
            catch (OperationCanceledException) when (request.HttpContext.RequestAborted.IsCancellationRequested)
            {
                // Nobody is there to read an answer.
                return Results.Empty;
            }
            // What is cancelled although somebody waits for it: the app is told to stop.
            catch (Exception fault) when (StorageFault.Is(fault) || fault is OperationCanceledException)
            {
                LogOutage(Logger(request), fault, request.Method);
                return later();
            }
#pragma warning disable CA1031 // Whatever it is, somebody waits for an answer.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                LogBroken(Logger(request), fault, request.Method);
                return broken();
            }
        });

    private static ILogger Logger(HttpRequest request) =>
        request.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Outage));

    // Without the address: it may hold a token.
    [LoggerMessage(LogLevel.Error, "A request could not be answered ({Method}) because storage cannot be reached, or the app stops.")]
    private static partial void LogOutage(ILogger logger, Exception fault, string method);

    [LoggerMessage(LogLevel.Error, "A request could not be answered ({Method}) because of a fault of ours.")]
    private static partial void LogBroken(ILogger logger, Exception fault, string method);
}
