using Azure.Core;
using Azure.Core.Pipeline;

namespace Pipeline.Tests.Digests;

/// <summary>Shortens visibility timeouts to a second, for tests that move the app's clock: Azurite has the real clock.</summary>
internal sealed class ShortVisibilityTimeouts : HttpPipelineSynchronousPolicy
{
    private const string Parameter = "visibilitytimeout=";

    public override void OnSendingRequest(HttpMessage message)
    {
        var uri = message.Request.Uri;
        if (message.Request.Method == RequestMethod.Post && HasTimeout(uri.Query))
            uri.Query = string.Join('&', uri.Query.Split('&').Select(Shorten));
    }

    private static bool HasTimeout(string query) =>
        query.Contains(Parameter, StringComparison.Ordinal) && !query.Contains($"{Parameter}0", StringComparison.Ordinal);

    private static string Shorten(string parameter) =>
        parameter.Contains(Parameter, StringComparison.Ordinal) ? $"{parameter[..(parameter.IndexOf('=') + 1)]}1" : parameter;
}
