using System.Xml.Linq;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;

namespace Pipeline.Tests.Digests;

/// <summary>Makes delayed messages visible at once, for tests that move the app's clock: Azurite has the real clock.</summary>
internal sealed class ShortVisibilityTimeouts(string connectionString) : HttpPipelinePolicy
{
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        if (message.Request.Method != RequestMethod.Post || message.Response.IsError || !IsDelayed(message.Request.Uri.Query))
            return;

        // The request is signed, so its timeout cannot be changed.
        var queue = new QueueClient(connectionString, message.Request.Uri.Path.Split('/')[^2]);
        var added = XDocument.Parse(message.Response.Content.ToString()).Descendants("QueueMessage").Single();
        await queue.UpdateMessageAsync(
            added.Element("MessageId")!.Value, added.Element("PopReceipt")!.Value, (string?)null, TimeSpan.Zero, Cancellation);
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("The app calls storage only asynchronously.");

    private static bool IsDelayed(string query) => System.Web.HttpUtility.ParseQueryString(query)["visibilitytimeout"] is not (null or "0");
}
