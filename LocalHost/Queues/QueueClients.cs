using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;

namespace Pipeline.LocalHost.Queues;

/// <summary>Makes queue clients. Policies registered as services see each of their requests; tests count and break them there.</summary>
internal sealed class QueueClients(IEnumerable<HttpPipelinePolicy> policies)
{
    private readonly HttpPipelinePolicy[] _policies = [.. policies];

    public QueueClient Open(string connectionString, string name, string setting)
    {
        // Messages are read as they are: a client that decodes throws on a whole batch for one message that is not base64.
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        foreach (var policy in _policies)
            options.AddPolicy(policy, HttpPipelinePosition.PerRetry);
        try
        {
            return new QueueClient(connectionString, name, options);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            throw new StartException($"The setting {setting} is neither a connection string nor UseDevelopmentStorage=true: {exception.Message}", exception);
        }
    }
}
