using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Functions.Pages;

/// <summary>
/// GET of whatever no other function answers: 404 in words. The Functions host tries functions in the order of their names, so this name
/// has to be the last one; a test sees to that.
/// </summary>
public sealed class UnknownAddress
{
    [Function(nameof(UnknownAddress))]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{*path}")] HttpRequest request) =>
        request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
            ? Outage.CoverApiAsync(request, () => Task.FromResult(Problems.Of(StatusCodes.Status404NotFound, "There is nothing at this address.")))
            : Outage.CoverPageAsync(request, Missing.Address);
}
