namespace Pipeline.Functions.Http;

/// <summary>
/// 404 for a GET of any other address. The Functions host tries functions in the order of their names, so this must be the last one.
/// </summary>
public sealed class UnknownAddress
{
    [Function(nameof(UnknownAddress))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{*path}")] HttpRequest request) =>
        ErrorAnswers.NoSuchAddress(request);
}
