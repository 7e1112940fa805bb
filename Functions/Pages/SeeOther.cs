namespace Pipeline.Functions.Pages;

/// <summary>303: redirects after a post, so that a reload posts nothing again.</summary>
/// <param name="address">Relative to the requested host, or absolute for another site.</param>
public sealed class SeeOther(string address) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        PageHeaders.Write(httpContext.Response.Headers, PageHeaders.OwnPolicy(), CachePolicy.NoStore);
        httpContext.Response.Headers.Location = address;
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        return Task.CompletedTask;
    }
}
