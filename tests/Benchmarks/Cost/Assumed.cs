namespace Pipeline.Benchmarks.Cost;

/// <summary>Figures that are not counted, measured or looked up. docs/cost.md has the reason of each.</summary>
internal static class Assumed
{
    public const double HoursPerMonth = 730;
    public const double SecondsPerMonth = HoursPerMonth * 3_600;
    public const double IssuesPerMonth = 52 / 12.0;

    /// <summary>Seconds for a call with a thousand recipients.</summary>
    public const double SendGridAnswer = 1;

    /// <summary>New and ended subscriptions in a month, as shares of all.</summary>
    public const double SignUps = 0.03;
    public const double Ended = 0.01;

    /// <summary>The webhook is set to "processed", bounces, drops, complaints and unsubscriptions, but not to "delivered".</summary>
    public const double EventsPerMail = 1.05;
    public const double EventsPerPost = 100;

    /// <summary>Without the records of spans (one for each transaction and call) and of the app's own lines.</summary>
    public const int HostRecordsPerExecution = 3;
    public const double BytesPerLogRecord = 1_000;

    /// <summary>One record for each series of a metric, from the instance that runs Sweep.</summary>
    public const double MetricRecordsPerMinute = 15;

    /// <summary>With the keys of the row. The row of a delivery contains the keys of a thousand recipients.</summary>
    public const double BytesPerRow = 500;
    public const double BytesPerDelivery = 25_000;
    public const int BackupsKept = 30;
    public const int BlobWritesPerBackup = 10;

    private const int HttpConcurrency = 64;

    /// <summary>Functions in one group share instances. HTTP functions are one group; every other function has its own.</summary>
    public static string ScaleGroup(string function) => Concurrency(function) == HttpConcurrency ? "HTTP" : function;

    /// <summary>The maximum number of concurrent executions of a function on an instance.</summary>
    public static double Concurrency(string function) => function switch
    {
        // SendGrid__CallsInFlight.
        "DeliverDigest" or "SendMail" => 4,
        // host.json: batchSize and newBatchThreshold.
        "StoreSubmission" => 24,
        "Sweep" or "PublishDigest" or "CleanSubscribers" or "BackUpTables" => 1,
        // perInstanceConcurrency for HTTP in infra.
        _ => HttpConcurrency,
    };
}
