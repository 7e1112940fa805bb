using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.EmptyWorker;

public sealed class EmptyFunctions
{
    [Function(nameof(Answer))]
    public static IResult Answer([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "answer")] HttpRequest request) =>
        Results.Text("Hello World!");

    [Function(nameof(Take))]
    public static void Take([QueueTrigger("messages")] string message)
    {
    }
}
