namespace Pipeline.Tests.Cost;

/// <summary>
/// What things cost, as CostTests count it in the running app: a change that makes one of them dearer fails there. The benchmark "cost"
/// puts prices to these, and docs/cost.md names them.
/// </summary>
internal static class Counted
{
    /// <summary>Of a table's query and of a call to SendGrid.</summary>
    public const int RowsPerPage = 1_000;

    /// <summary>A range of a digest is cut for so many, as hash ranges vary and a thousand is the most that a call takes.</summary>
    public const int RecipientsPerRange = 900;

    /// <summary>Accepted over HTTP, queued and stored, alone: under load sixteen share one get (IntakeTests hold it to 3.2).</summary>
    public static readonly Bill Submission = new(QueuePuts: 1, QueueGets: 1, QueueDeletes: 1, TableWrites: 1, Executions: "AcceptSubmission, StoreSubmission", LogLines: 2);

    /// <summary>An editor's word about it: what a sweep does besides looking, and the mail to the submitter.</summary>
    public static readonly Bill Decision = new(
        QueuePuts: 1, QueueGets: 1, QueueDeletes: 1, TableReads: 2, TableWrites: 3, SendGridCalls: 1, Executions: "SendMail", LogLines: 2);

    /// <summary>The sweep of one topic that finds nothing to do.</summary>
    public static readonly Bill IdleSweep = new(TableQueries: 4, Executions: "Sweep");

    /// <summary>What a sweep adds where telemetry goes somewhere: a peek at each queue, for its age.</summary>
    public static readonly Bill QueueAges = new(QueueGets: 6);

    /// <summary>The hourly look of one topic when no issue is due.</summary>
    public static readonly Bill IdlePublish = new(TableQueries: 3, Executions: "PublishDigest");

    /// <summary>An issue with one practice, whatever the number of its recipients, as long as its ledger is a page; each further practice is <see cref="PracticeInIssue"/>.</summary>
    public static readonly Bill Issue = new(TableReads: 4, TableQueries: 7, TableWrites: 4, Executions: "PublishDigest", LogLines: 4);

    public static readonly Bill PracticeInIssue = new(TableReads: 1, TableWrites: 1);

    /// <summary>Up to a thousand recipients who read one language; each further language is a call to SendGrid. Under load sixteen share one get.</summary>
    public static readonly Bill Range = new(
        QueuePuts: 1, QueueGets: 1, QueueDeletes: 1, TableQueries: 1, TableWrites: 2, SendGridCalls: 1, Executions: "DeliverDigest", LogLines: 1);

    /// <summary>A post of SendGrid's events about one issue that is settled, however many they are.</summary>
    public static readonly Bill EventPost = new(TableQueries: 1, Executions: "ReceiveSendGridEvents", LogLines: 1);

    /// <summary>A bounce, a complaint or an unsubscription in such a post.</summary>
    public static readonly Bill EndedSubscription = new(TableReads: 1, TableWrites: 1);

    /// <summary>An address asks to subscribe and confirms.</summary>
    public static readonly Bill Subscription = new(
        QueuePuts: 1, QueueGets: 1, QueueDeletes: 1, TableReads: 3, TableWrites: 3, TableDeletes: 1, SendGridCalls: 1,
        Executions: "AcceptSubscription, PostConfirmation, SendMail, ShowConfirmation", LogLines: 2);

    /// <summary>A list of what is published when what is in memory is older than Pipeline__PageAge; else it takes no transaction.</summary>
    public static readonly Bill Page = new(TableQueries: 1, Executions: "ShowTopic");

    /// <summary>The page of one practice, each time: it tells its submitter where it stands before it is published.</summary>
    public static readonly Bill PracticePage = new(TableReads: 1, Executions: "ShowPractice");

    /// <summary>The nightly cleaning of up to a thousand subscribers when nothing is to be cleaned; each further thousand is one query.</summary>
    public static readonly Bill Cleaning = new(TableQueries: 4, Executions: "CleanSubscribers", LogLines: 1);
}
