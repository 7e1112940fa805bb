using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Storage;

/// <summary>The tables and queues of the setting PipelineStorage, which the queue triggers name as their Connection, too.</summary>
public sealed class PipelineStorage
{
    public const string Connection = "PipelineStorage";

    private readonly TableServiceClient tables;
    private readonly QueueServiceClient queues;

    /// <param name="policies">Added to every call on the wire; tests count transactions and break connections with them.</param>
    /// <exception cref="StartException">The setting is missing or malformed.</exception>
    public PipelineStorage(IConfiguration configuration, IEnumerable<HttpPipelinePolicy> policies)
    {
        var tableOptions = new TableClientOptions();
        // A queue takes no text that XML cannot hold. QueueText reads both forms.
        var queueOptions = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        // A person waits for the answer of the form, and a message that was not taken is sent again by its sender.
        queueOptions.Retry.MaxRetries = 2;
        queueOptions.Retry.NetworkTimeout = TimeSpan.FromSeconds(10);
        tableOptions.AddPolicy(new TableSpans(), HttpPipelinePosition.PerCall);
        foreach (var policy in policies)
        {
            tableOptions.AddPolicy(policy, HttpPipelinePosition.PerRetry);
            queueOptions.AddPolicy(policy, HttpPipelinePosition.PerRetry);
        }

        (tables, queues) = Connect(configuration, tableOptions, queueOptions);

        Practices = tables.GetTableClient("Practices");
        Rejections = tables.GetTableClient("Rejections");
        IdempotencyKeys = tables.GetTableClient("IdempotencyKeys");
        Subscribers = tables.GetTableClient("Subscribers");
        ConfirmationLimits = tables.GetTableClient("ConfirmationLimits");
        Erasures = tables.GetTableClient("Erasures");
        Digests = tables.GetTableClient("Digests");
        Deliveries = tables.GetTableClient("Deliveries");
        SubmissionQueue = queues.GetQueueClient(QueueNames.Submissions);
        DeliveryQueue = queues.GetQueueClient(QueueNames.Deliveries);
        MailQueue = queues.GetQueueClient(QueueNames.Mail);
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

    public IReadOnlyList<TableClient> Tables => [Practices, Rejections, IdempotencyKeys, Subscribers, ConfirmationLimits, Erasures, Digests, Deliveries];

    /// <summary>Every queue with the one its poison messages go to, so that nobody meets a missing one in Storage Explorer.</summary>
    public IReadOnlyList<QueueClient> Queues =>
    [
        .. new[] { SubmissionQueue, DeliveryQueue, MailQueue }
            .SelectMany(queue => new[] { queue, queues.GetQueueClient(queue.Name + QueueNames.PoisonSuffix) }),
    ];

    private static (TableServiceClient, QueueServiceClient) Connect(
        IConfiguration configuration, TableClientOptions tableOptions, QueueClientOptions queueOptions)
    {
        try
        {
            if (configuration[Connection] is { Length: > 0 } connectionString)
                return (new TableServiceClient(connectionString, tableOptions), new QueueServiceClient(connectionString, queueOptions));

            var section = configuration.GetSection(Connection);
            if (IdentityConnection.ServiceUri(section, "table") is not { } tableUri || IdentityConnection.ServiceUri(section, "queue") is not { } queueUri)
                throw new StartException(
                    $"The setting {Connection} is missing: it is a storage account's connection string, or where an identity is used "
                    + $"{Connection}__accountName, or {Connection}__tableServiceUri and {Connection}__queueServiceUri together.");

            var credential = IdentityConnection.Credential(section);
            return (new TableServiceClient(tableUri, credential, tableOptions), new QueueServiceClient(queueUri, credential, queueOptions));
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException or InvalidOperationException)
        {
            // The text of the exception may repeat the key, so it is not shown.
            throw new StartException($"The setting {Connection} is neither a storage account's connection string nor a pair of addresses.", malformed);
        }
    }
}
