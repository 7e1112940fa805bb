using Azure.Core;
using Azure.Core.Pipeline;

namespace Pipeline.Tests.Digests;

/// <summary>On the wire: what is put off for long is visible after a second, for tests whose clock runs faster than Azurite's.</summary>
internal sealed class HastyQueues : HttpPipelineSynchronousPolicy
{
    private const string Parameter = "visibilitytimeout=";

    public override void OnSendingRequest(HttpMessage message)
    {
        var uri = message.Request.Uri;
        if (message.Request.Method == RequestMethod.Post && uri.Query.Contains(Parameter, StringComparison.Ordinal) && !uri.Query.Contains(Parameter + "0", StringComparison.Ordinal))
            uri.Query = string.Join('&', uri.Query.Split('&').Select(part => part.Contains(Parameter, StringComparison.Ordinal) ? part[..(part.IndexOf('=') + 1)] + "1" : part));
    }
}
