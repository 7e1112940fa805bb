namespace Pipeline.Tests.Cost;

/// <summary>Operations that the app needs for each purpose. CostTests count them in the running app, and fail if there are more.</summary>
/// <remarks>The benchmark "cost" multiplies them with prices, and docs/cost.md lists them.</remarks>
internal static class ExpectedCosts
{
    /// <summary>The maximum of a page of a query, and of the recipients of a call to SendGrid.</summary>
    public const int RowsPerPage = 1_000;

    /// <summary>The planned size of a range of a digest. It is below the maximum of a call, as the sizes of ranges vary.</summary>
    public const int RecipientsPerRange = 900;

    /// <summary>Accepted over HTTP, queued and stored. Under load sixteen submissions share one get.</summary>
    public static readonly BillableOperations Submission = new(
        QueuePuts: 1, QueueGets: 1, QueueDeletes: 1, TableWrites: 1, Executions: "AcceptSubmission, StoreSubmission", LogLines: 2);

    /// <summary>An editor's decision about a submission: the sweep's operations beside <see cref="IdleSweep"/>, and the mail.</summary>
    public static readonly BillableOperations Decision = new(
        QueuePuts: 1, QueueGets: 1, QueueDeletes: 1, TableReads: 3, TableWrites: 4, SendGridCalls: 1, Executions: "SendMail", LogLines: 2);

    /// <summary>A sweep of one topic without work.</summary>
    public static readonly BillableOperations IdleSweep = new(TableQueries: 4, Executions: "Sweep");

    /// <summary>The additional operations of a sweep with telemetry: a peek at each queue, for its age.</summary>
    public static readonly BillableOperations QueueAges = new(QueueGets: 6);

    /// <summary>An hourly run for one topic if no issue is due.</summary>
    public static readonly BillableOperations IdlePublish = new(TableQueries: 4, Executions: "PublishDigest");

    /// <summary>An issue with one practice and any number of recipients, if its ledger is one page.</summary>
    public static readonly BillableOperations Issue = new(
        TableReads: 4, TableQueries: 7, TableWrites: 4, Executions: "PublishDigest", LogLines: 4);

    /// <summary>Each further practice of an issue.</summary>
    public static readonly BillableOperations PracticeInIssue = new(TableReads: 1, TableWrites: 1);

    /// <summary>Up to a thousand recipients with one language. Each further language is another call to SendGrid.</summary>
    /// <remarks>Under load sixteen ranges share one get.</remarks>
    public static readonly BillableOperations Range = new(
        QueuePuts: 1, QueueGets: 1, QueueDeletes: 1, TableQueries: 1, TableWrites: 2, SendGridCalls: 1, Executions: "DeliverDigest",
        LogLines: 1);

    /// <summary>A post of SendGrid's events about one settled issue, with any number of events.</summary>
    public static readonly BillableOperations EventPost = new(TableQueries: 1, Executions: "ReceiveSendGridEvents", LogLines: 1);

    /// <summary>A bounce, a complaint or an unsubscription in such a post.</summary>
    public static readonly BillableOperations EndedSubscription = new(TableReads: 1, TableWrites: 1);

    /// <summary>A sign-up and its confirmation.</summary>
    public static readonly BillableOperations Subscription = new(
        QueuePuts: 1, QueueGets: 1, QueueDeletes: 1, TableReads: 3, TableWrites: 3, TableDeletes: 1, SendGridCalls: 1,
        Executions: "AcceptSubscription, PostConfirmation, SendMail, ShowConfirmation", LogLines: 2);

    /// <summary>A list of published practices if its copy in memory is older than Pipeline__PageAge; else it is free.</summary>
    public static readonly BillableOperations Page = new(TableQueries: 1, Executions: "ShowTopic");

    /// <summary>The page of one practice. It is read each time, as it shows the status of practices that are not published.</summary>
    public static readonly BillableOperations PracticePage = new(TableReads: 1, Executions: "ShowPractice");

    /// <summary>The nightly cleaning of up to a thousand subscribers without work. Each further thousand is one query.</summary>
    public static readonly BillableOperations Cleaning = new(TableQueries: 9, Executions: "CleanSubscribers", LogLines: 1);
}
