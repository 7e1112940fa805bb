namespace Pipeline.Functions.Pages;

/// <summary>303: what was posted is taken, and the address to look at is another one. Reloading that posts nothing again.</summary>
/// <param name="address">Relative to the host that was asked, which need not be the one in Pipeline__BaseUrl; absolute for another site's.</param>
public sealed class SeeOther(string address) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        PageHeaders.Write(httpContext.Response.Headers, PageHeaders.OwnPolicy(), CachePolicy.Person);
        httpContext.Response.Headers.Location = address;
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        return Task.CompletedTask;
    }
}
