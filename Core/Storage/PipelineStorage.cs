using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Storage;

/// <summary>Tables and queues of the setting PipelineStorage, which is also the Connection of the queue triggers.</summary>
public sealed partial class PipelineStorage
{
    public const string Connection = "PipelineStorage";

    private readonly TableServiceClient _tables;
    private readonly QueueServiceClient _queues;
    private readonly ILogger _logger;
    private bool _isCreated;

    /// <param name="policies">Added to every call. Tests count transactions and break connections with them.</param>
    /// <exception cref="StartupException">The setting is missing or malformed.</exception>
    public PipelineStorage(
        IConfiguration configuration, IEnumerable<HttpPipelinePolicy> policies, TimeProvider time, ILogger<PipelineStorage> logger)
    {
        _logger = logger;
        var tableOptions = new TableClientOptions();
        // A queue message must be valid XML, so the text is base64. QueueText reads both forms.
        var queueOptions = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        tableOptions.AddPolicy(new TableSpans(), HttpPipelinePosition.PerCall);
        tableOptions.AddPolicy(new MissingStorage(TryRecreateTablesAsync), HttpPipelinePosition.PerCall);
        queueOptions.AddPolicy(new MissingStorage(TryRecreateQueuesAsync), HttpPipelinePosition.PerCall);
        tableOptions.WithLimits(time, policies);
        queueOptions.WithLimits(time, policies);

        (_tables, _queues) = Connect(configuration, tableOptions, queueOptions, time);

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
        HealthQueue = _queues.GetQueueClient(QueueNames.Health);
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

    /// <summary>The health check writes to it. Its messages expire after a second, and no function reads them.</summary>
    public QueueClient HealthQueue { get; }

    public IReadOnlyList<TableClient> Tables =>
        [Practices, Rejections, IdempotencyKeys, Subscribers, ConfirmationLimits, Erasures, Digests, Deliveries];

    /// <summary>Every queue and its poison queue, so that both exist before they are needed.</summary>
    public IReadOnlyList<QueueClient> Queues =>
    [
        .. new[] { SubmissionQueue, DeliveryQueue, MailQueue }
            .SelectMany(queue => new[] { queue, _queues.GetQueueClient(queue.Name + QueueNames.PoisonSuffix) }),
    ];

    /// <summary>Also the one for health checks.</summary>
    public IReadOnlyList<QueueClient> AllQueues => [.. Queues, HealthQueue];

    /// <summary>Creates the tables and queues that do not exist. One that is missing later is created again and logged.</summary>
    /// <exception cref="StartupException">Storage failed.</exception>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(
        [
            .. Tables.Select(table => ExplainAsync(
                table.CreateIfNotExistsAsync(cancellationToken), table.Uri, StorageErrorMessage.TableRole)),
            .. AllQueues.Select(queue => ExplainAsync(
                queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken), queue.Uri, StorageErrorMessage.QueueRole)),
        ]);
        _isCreated = true;
    }

    private static async Task ExplainAsync(Task create, Uri address, string role)
    {
        try
        {
            await create;
        }
        catch (Exception fault) when (StorageErrorMessage.Of(fault, address, role) is { } sentence)
        {
            throw new StartupException(sentence, fault);
        }
    }

    // A process that did not create them must not do it by mistake: a command of an operator may have the wrong account.
    private async Task<bool> TryRecreateTablesAsync(CancellationToken cancellationToken)
    {
        if (!_isCreated)
            return false;
        await Task.WhenAll(Tables.Select(async table =>
        {
            var created = await table.CreateIfNotExistsAsync(cancellationToken);
            if (created.GetRawResponse().Status != 409)
                LogTableRecreated(table.Name);
        }));
        return true;
    }

    private async Task<bool> TryRecreateQueuesAsync(CancellationToken cancellationToken)
    {
        if (!_isCreated)
            return false;
        await Task.WhenAll(AllQueues.Select(async queue =>
        {
            if (await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken) is not null)
                LogQueueRecreated(queue.Name);
        }));
        return true;
    }

    private static (TableServiceClient, QueueServiceClient) Connect(
        IConfiguration configuration, TableClientOptions tableOptions, QueueClientOptions queueOptions, TimeProvider time)
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

            var credential = IdentityConnection.Credential(section, time);
            return (new TableServiceClient(tableUri, credential, tableOptions), new QueueServiceClient(queueUri, credential, queueOptions));
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException or InvalidOperationException)
        {
            // The exception's message may contain the key: do not show it.
            throw new StartupException(
                $"The setting {Connection} is neither a storage account's connection string nor a pair of addresses.", malformed);
        }
    }

    [LoggerMessage(LogLevel.Error, "The table {Table} was missing and was created again. It is empty: restore its rows from a backup.")]
    private partial void LogTableRecreated(string table);

    [LoggerMessage(LogLevel.Error, "The queue {Queue} was missing and was created again. The messages that it had are lost.")]
    private partial void LogQueueRecreated(string queue);
}
