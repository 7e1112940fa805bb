using Pipeline.Tests.Cost;

namespace Pipeline.Benchmarks.Cost;

/// <summary>A month of a site with a weekly digest, with its costs in dollars.</summary>
internal sealed class Month
{
    private readonly List<Load> _loads;
    private readonly FunctionTimes _times;
    private readonly WireSizes _sizes;

    public Month(double subscribers, double submissions, double pageViews, FunctionTimes times, WireSizes sizes)
    {
        (Subscribers, Submissions, PageViews, _times, _sizes) = (subscribers, submissions, pageViews, times, sizes);
        var signUps = subscribers * Assumed.SignUps;
        Mails = subscribers * Assumed.IssuesPerMonth + submissions + signUps;
        var (pages, nights) = (Math.Ceiling(subscribers / ExpectedCosts.RowsPerPage), Assumed.HoursPerMonth / 24);
        var furtherPages = (pages - 1) * _times.Seconds("CleanSubscribers");
        _loads =
        [
            new(Assumed.HoursPerMonth * 60, ExpectedCosts.IdleSweep),
            new(Assumed.HoursPerMonth * 60, ExpectedCosts.QueueAges),
            new(Assumed.HoursPerMonth, ExpectedCosts.IdlePublish),
            new(nights, ExpectedCosts.Cleaning, ExtraSeconds: furtherPages),
            new(nights * (pages - 1), new BillableOperations(TableQueries: 1)),
            // The backup reads about the same rows. Storage has its blobs.
            new(nights, ExpectedCosts.Cleaning with { Executions = "BackUpTables" }, ExtraSeconds: furtherPages),
            new(nights * (pages - 1), new BillableOperations(TableQueries: 1)),
            new(submissions, ExpectedCosts.Submission),
            new(submissions, ExpectedCosts.Decision, ExtraSeconds: Assumed.SendGridAnswer),
            new(Assumed.IssuesPerMonth, ExpectedCosts.Issue),
            new(submissions, ExpectedCosts.PracticeInIssue),
            new(Ranges, ExpectedCosts.Range, InOneGo: true, ExtraSeconds: Assumed.SendGridAnswer),
            new(Mails * Assumed.EventsPerMail / Assumed.EventsPerPost, ExpectedCosts.EventPost),
            new(subscribers * Assumed.Ended, ExpectedCosts.EndedSubscription),
            new(signUps, ExpectedCosts.Subscription, ExtraSeconds: Assumed.SendGridAnswer),
            new(pageViews / 2, ExpectedCosts.PracticePage),
            new(pageViews / 2, ExpectedCosts.Page with { TableQueries = 0 }),
            // At most one query in two seconds.
            new(Math.Min(pageViews / 2, Assumed.SecondsPerMonth / 2), new BillableOperations(TableQueries: 1)),
        ];
    }

    public double Subscribers { get; }
    public double Submissions { get; }
    public double PageViews { get; }
    public double Mails { get; }
    public double Ranges => Math.Ceiling(Subscribers / ExpectedCosts.RecipientsPerRange) * Assumed.IssuesPerMonth;
    public double Executions => _loads.Sum(load => load.Times * load.Bill.Functions.Length);
    public double Transactions => _loads.Sum(load => load.Times * load.Bill.Transactions) + HostOperations.Polls;

    public double LogGigabytes
    {
        get
        {
            var metrics = Assumed.HoursPerMonth * 60 * Assumed.MetricRecordsPerMinute;
            return (_loads.Sum(load => load.Records) + metrics) * Assumed.BytesPerLogRecord / 1e9;
        }
    }

    /// <summary>Gigabytes to the internet.</summary>
    public double Egress => (PageViews * _sizes.Page + Mails * _sizes.Mail) / 1e9;

    public double GbSeconds(double megabytes) => Load.Seconds(_loads, _times, megabytes) * megabytes / 1_024;

    public double Functions(double megabytes) =>
        Math.Max(0, GbSeconds(megabytes) - Price.Free.GbSeconds) * Price.GbSecond.Dollars
        + Math.Max(0, Executions - Price.Free.Executions) / 1e6 * Price.Execution.Dollars;

    public double Storage
    {
        get
        {
            var queue = _loads.Sum(load => load.Times * load.Bill.QueueOperations) + HostOperations.Polls;
            var table = _loads.Sum(load => load.Times * load.Bill.TableOperations);
            var writes = HostOperations.StatusWrites + Assumed.HoursPerMonth / 24 * Assumed.BlobWritesPerBackup;
            var operations = queue * Price.QueueOperation.Dollars + table * Price.TableOperation.Dollars
                + writes * Price.BlobWrite.Dollars + HostOperations.LeaseRenewals * Price.BlobOperation.Dollars;
            // Ledgers are kept for a year.
            var gigabytes = (Subscribers * Assumed.BytesPerRow + Ranges * 12 * Assumed.BytesPerDelivery) / 1e9;
            return operations / 10_000
                + gigabytes * Price.TableStorage.Dollars + gigabytes * Assumed.BackupsKept * Price.BlobStorage.Dollars;
        }
    }

    public double Log => Math.Max(0, LogGigabytes - 5) * Price.Log.Dollars;

    public double Traffic => Math.Max(0, Egress - 100) * Price.Egress.Dollars;

    public double Azure(double megabytes) => Functions(megabytes) + Storage + Log + Traffic;

    public double SendGrid => Price.SendGrid(Mails);
}
