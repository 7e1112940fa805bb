namespace Pipeline.Functions.Http;

/// <summary>
/// GET of an address that no other function has: 404 in words. The Functions host tries functions in the order of their names, so this name
/// must be the last one; a test checks that.
/// </summary>
public sealed class UnknownAddress
{
    [Function(nameof(UnknownAddress))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{*path}")] HttpRequest request) =>
        ErrorAnswers.NoSuchAddress(request);
}
