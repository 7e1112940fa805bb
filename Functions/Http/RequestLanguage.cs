using Microsoft.Azure.Functions.Worker.Middleware;

namespace Pipeline.Functions.Http;

/// <summary>
/// Runs the function in the language of its request: that of the address (?lang=fr), else the first known one in Accept-Language.
/// </summary>
public sealed class RequestLanguage : IFunctionsWorkerMiddleware
{
    public const string Parameter = "lang";

    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next) =>
        Of(context.GetHttpContext()!.Request).RunAsync(() => next(context));

    public static Language Of(HttpRequest request) => InAddress(request) ?? Language.Preferred(request.Headers.AcceptLanguage);

    /// <summary>Null if the address names no known language.</summary>
    public static Language? InAddress(HttpRequest request) => Language.Find(request.Query[Parameter]);
}
