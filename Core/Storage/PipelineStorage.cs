using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Storage;

/// <summary>Tables and queues of the setting PipelineStorage, which is also the Connection of the queue triggers.</summary>
public sealed class PipelineStorage
{
    public const string Connection = "PipelineStorage";

    private readonly TableServiceClient _tables;
    private readonly QueueServiceClient _queues;

    /// <param name="policies">Added to every call. Tests count transactions and break connections with them.</param>
    /// <exception cref="StartupException">The setting is missing or malformed.</exception>
    public PipelineStorage(IConfiguration configuration, IEnumerable<HttpPipelinePolicy> policies)
    {
        var tableOptions = new TableClientOptions();
        // A queue message must be valid XML, so the text is base64. QueueText reads both forms.
        var queueOptions = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        // A person waits for the answer, and the sender repeats a message that was not stored.
        queueOptions.Retry.MaxRetries = 2;
        queueOptions.Retry.NetworkTimeout = TimeSpan.FromSeconds(10);
        tableOptions.AddPolicy(new TableSpans(), HttpPipelinePosition.PerCall);
        foreach (var policy in policies)
        {
            tableOptions.AddPolicy(policy, HttpPipelinePosition.PerRetry);
            queueOptions.AddPolicy(policy, HttpPipelinePosition.PerRetry);
        }

        (_tables, _queues) = Connect(configuration, tableOptions, queueOptions);

        Practices = _tables.GetTableClient("Practices");
        Rejections = _tables.GetTableClient("Rejections");
        IdempotencyKeys = _tables.GetTableClient("IdempotencyKeys");
        Subscribers = _tables.GetTableClient("Subscribers");
        ConfirmationLimits = _tables.GetTableClient("ConfirmationLimits");
        Erasures = _tables.GetTableClient("Erasures");
        Digests = _tables.GetTableClient("Digests");
        Deliveries = _tables.GetTableClient("Deliveries");
        SubmissionQueue = _queues.GetQueueClient(QueueNames.Submissions);
        DeliveryQueue = _queues.GetQueueClient(QueueNames.Deliveries);
        MailQueue = _queues.GetQueueClient(QueueNames.Mail);
    }

    public TableClient Practices { get; }
    public TableClient Rejections { get; }
    public TableClient IdempotencyKeys { get; }
    public TableClient Subscribers { get; }
    public TableClient ConfirmationLimits { get; }
    public TableClient Erasures { get; }
    public TableClient Digests { get; }
    public TableClient Deliveries { get; }
    public QueueClient SubmissionQueue { get; }
    public QueueClient DeliveryQueue { get; }
    public QueueClient MailQueue { get; }

    public IReadOnlyList<TableClient> Tables =>
        [Practices, Rejections, IdempotencyKeys, Subscribers, ConfirmationLimits, Erasures, Digests, Deliveries];

    /// <summary>Every queue and its poison queue, so that both exist before they are needed.</summary>
    public IReadOnlyList<QueueClient> Queues =>
    [
        .. new[] { SubmissionQueue, DeliveryQueue, MailQueue }
            .SelectMany(queue => new[] { queue, _queues.GetQueueClient(queue.Name + QueueNames.PoisonSuffix) }),
    ];

    private static (TableServiceClient, QueueServiceClient) Connect(
        IConfiguration configuration, TableClientOptions tableOptions, QueueClientOptions queueOptions)
    {
        try
        {
            if (configuration[Connection] is { Length: > 0 } connectionString)
                return (new TableServiceClient(connectionString, tableOptions), new QueueServiceClient(connectionString, queueOptions));

            var section = configuration.GetSection(Connection);
            if (IdentityConnection.ServiceUri(section, "table") is not { } tableUri
                || IdentityConnection.ServiceUri(section, "queue") is not { } queueUri)
                throw new StartupException(
                    $"The setting {Connection} is missing. Set it to a storage account's connection string. With an identity, set "
                    + $"{Connection}__accountName, or {Connection}__tableServiceUri and {Connection}__queueServiceUri.");

            var credential = IdentityConnection.Credential(section);
            return (new TableServiceClient(tableUri, credential, tableOptions), new QueueServiceClient(queueUri, credential, queueOptions));
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException or InvalidOperationException)
        {
            // The exception's message may contain the key: do not show it.
            throw new StartupException(
                $"The setting {Connection} is neither a storage account's connection string nor a pair of addresses.", malformed);
        }
    }
}
