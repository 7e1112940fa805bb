namespace Pipeline.Benchmarks.Cost;

/// <summary>What is neither counted, measured nor looked up. docs/cost.md names each with its reason.</summary>
internal static class Assumed
{
    public const double HoursPerMonth = 730;
    public const double SecondsPerMonth = HoursPerMonth * 3_600;
    public const double IssuesPerMonth = 52 / 12.0;

    /// <summary>To a call with a thousand recipients, in seconds.</summary>
    public const double SendGridAnswer = 1;

    /// <summary>Of what is subscribed: new ones in a month, and those that end.</summary>
    public const double SignUps = 0.03;
    public const double Ended = 0.01;

    /// <summary>The webhook is set to tell "processed", bounces, drops, complaints and unsubscriptions, but not "delivered".</summary>
    public const double EventsPerMail = 1.05;
    public const double EventsPerPost = 100;

    /// <summary>Three of the host's for each execution; further ones for each transaction and call (spans), and our own lines.</summary>
    public const int HostRecordsPerExecution = 3;
    public const double BytesPerLogRecord = 1_000;

    /// <summary>A record for each series of a metric, from the instance that sweeps.</summary>
    public const double MetricRecordsPerMinute = 15;

    /// <summary>A row of a table, with its keys; a delivery's row holds a thousand recipients' keys.</summary>
    public const double BytesPerRow = 500;
    public const double BytesPerDelivery = 25_000;
    public const int BackupsKept = 30;
    public const int BlobWritesPerBackup = 10;

    private const int HttpAtOnce = 64;

    /// <summary>Which functions share instances: those with an HTTP trigger do, every other has its own.</summary>
    public static string ScaleGroup(string function) => AtOnce(function) == HttpAtOnce ? "HTTP" : function;

    /// <summary>How many executions of a function an instance has in hand at once.</summary>
    public static double AtOnce(string function) => function switch
    {
        // SendGrid__CallsInFlight.
        "DeliverDigest" or "SendMail" => 4,
        // host.json: batchSize and newBatchThreshold.
        "StoreSubmission" => 24,
        "Sweep" or "PublishDigest" or "CleanSubscribers" or "BackUpTables" => 1,
        // perInstanceConcurrency for HTTP in infra.
        _ => HttpAtOnce,
    };
}
