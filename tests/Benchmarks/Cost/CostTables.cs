using System.Globalization;
using Pipeline.Tests.Cost;

namespace Pipeline.Benchmarks.Cost;

internal static class CostTables
{
    /// <summary>Memory of an instance, the default of Flex.</summary>
    public const double DefaultMegabytes = 2_048;
    private const double SmallMegabytes = 512;

    private static readonly (double Subscribers, double Submissions, double PageViews)[] Sites =
        [(1_000, 20, 5_000), (100_000, 200, 300_000), (10_000_000, 2_000, 20_000_000)];

    public static Month[] MonthsOf(FunctionTimes times, WireSizes sizes) =>
        [.. Sites.Select(site => new Month(site.Subscribers, site.Submissions, site.PageViews, times, sizes))];

    public static void Print(Month[] months, FunctionTimes times, WireSizes sizes, long peakBytes)
    {
        Console.WriteLine();
        PrintMonths(months);
        PrintMillions(times);
        PrintCounts();
        Table(
            ["measured", "ms, median", "ms of processor", "runs"],
            [.. times.All.Select(each => Row(
                $"`{each.Function}`", Number(each.Seconds * 1_000), Number(each.ProcessorSeconds * 1_000), $"{each.Runs}"))]);
        PrintFigures(times, sizes, peakBytes);
        Table(
            ["price", "$", "for a", "from"],
            [.. Price.All.Select(price => Row(
                price.What, string.Create(CultureInfo.InvariantCulture, $"{price.Dollars:0.######}"), price.For, price.Source))]);
    }

    private static void PrintMonths(Month[] months)
    {
        Table(
            ["a month of", .. months.Select(month => $"{month.Subscribers:N0} subscribers")],
            Row("submissions", month => $"{month.Submissions:N0}"),
            Row("page views", month => $"{month.PageViews:N0}"),
            Row("mails", month => $"{month.Mails:N0}"),
            Row("executions", month => $"{month.Executions:N0}"),
            Row("GB-seconds at 512 MB", month => $"{month.GbSeconds(SmallMegabytes):N0}"),
            Row("GB-seconds at 2,048 MB", month => $"{month.GbSeconds(DefaultMegabytes):N0}"),
            Row("transactions", month => $"{month.Transactions:N0}"),
            Row("GB of log", month => $"{month.LogGigabytes:0.0}"),
            Row("GB to the internet", month => $"{month.Egress:N0}"),
            Row("Functions at 512 MB", month => Dollars(month.Functions(SmallMegabytes))),
            Row("Functions at 2,048 MB", month => Dollars(month.Functions(DefaultMegabytes))),
            Row("storage", month => Dollars(month.Storage)),
            Row("log", month => Dollars(month.Log)),
            Row("traffic", month => Dollars(month.Traffic)),
            Row("**Azure at 2,048 MB**", month => $"**{Dollars(month.Azure(DefaultMegabytes))}**"),
            Row("**SendGrid**", month => $"**{Dollars(month.SendGrid)}**"),
            Row("**together**", month => $"**{Dollars(month.Azure(DefaultMegabytes) + month.SendGrid)}**"),
            Row("machine, disk and address", month => Dollars(Machine(month))),
            Row("machine with SendGrid", month => Dollars(Machine(month) + month.SendGrid)),
            Row("machine with SES", month => Dollars(Machine(month) + Price.Ses(month.Mails))));

        string[] Row(string what, Func<Month, string> figure) => [what, .. months.Select(figure)];
    }

    private static void PrintMillions(FunctionTimes times)
    {
        var submission = new Load(1e6, ExpectedCosts.Submission);
        var decision = new Load(1e6, ExpectedCosts.Decision, ExtraSeconds: Assumed.SendGridAnswer);
        var issue = new Load(1, ExpectedCosts.Issue);
        var ranges = new Load(
            Math.Ceiling(1e6 / ExpectedCosts.RecipientsPerRange), ExpectedCosts.Range, ExtraSeconds: Assumed.SendGridAnswer);
        var events = new Load(1e6 * Assumed.EventsPerMail / Assumed.EventsPerPost, ExpectedCosts.EventPost);
        var practicePages = new Load(5e5, ExpectedCosts.PracticePage);
        var lists = new Load(5e5, ExpectedCosts.Page with { TableQueries = 0 });
        Table(
            [
                "a million", "executions", "transactions", "records of log", "GB-s, each alone", "GB-s, in one go", "Azure, each alone",
                "Azure, in one go",
            ],
            Row("submissions, stored", submission),
            Row("… with the editor's word and the mail", submission, decision),
            Row("digest mails", ranges, issue),
            Row("… with SendGrid's events", ranges, issue, events),
            Row("page views, half of them lists", practicePages, lists));

        string[] Row(string what, params Load[] alone)
        {
            Load[] inOneGo = [.. alone.Select(load => load with { InOneGo = true })];
            var (gbSecondsAlone, gbSeconds) = (GbSecondsAlone(alone, times), GbSeconds(inOneGo, times));
            return
            [
                what,
                $"{alone.Sum(load => load.Times * load.Bill.Functions.Length):N0}",
                $"{alone.Sum(load => load.Times * load.Bill.Transactions):N0}",
                $"{alone.Sum(load => load.Records):N0}",
                $"{gbSecondsAlone:N0}",
                $"{gbSeconds:N0}",
                Dollars(AzureOf(alone, gbSecondsAlone)),
                Dollars(AzureOf(inOneGo, gbSeconds)),
            ];
        }
    }

    private static void PrintCounts() => Table(
        ["counted", "transactions", "queue", "table reads", "queries", "writes", "SendGrid calls", "executions"],
        Row("a submission, stored", ExpectedCosts.Submission),
        Row("the editor's word about it", ExpectedCosts.Decision),
        Row("a sweep without anything to do", ExpectedCosts.IdleSweep),
        Row("… its peeks at queues, for telemetry", ExpectedCosts.QueueAges),
        Row("an hourly look without an issue due", ExpectedCosts.IdlePublish),
        Row("an issue with one practice", ExpectedCosts.Issue),
        Row("… each further practice", ExpectedCosts.PracticeInIssue),
        Row("… each range of 900 recipients", ExpectedCosts.Range),
        Row("a post of SendGrid's events", ExpectedCosts.EventPost),
        Row("… each subscription it ends", ExpectedCosts.EndedSubscription),
        Row("a subscription, confirmed", ExpectedCosts.Subscription),
        Row("a list, once in two seconds", ExpectedCosts.Page),
        Row("a practice's page", ExpectedCosts.PracticePage),
        Row("a night's cleaning of a thousand", ExpectedCosts.Cleaning));

    private static void PrintFigures(FunctionTimes times, WireSizes sizes, long peakBytes)
    {
        const int minutes = 24 * 60;
        var transactions = minutes * (ExpectedCosts.IdleSweep.Transactions + ExpectedCosts.QueueAges.Transactions);
        var seconds = minutes * times.BilledSeconds("Sweep", 0);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            Peak working set: {peakBytes / 1024 / 1024:N0} MiB. A page: {sizes.Page:N0} bytes.
            A digest to SendGrid: {sizes.Mail:N0} bytes a recipient.
            The idle sweeps of a day: {minutes:N0} executions, {transactions:N0} transactions,
            {seconds * DefaultMegabytes / 1_024:N0} GB-seconds at 2,048 MB, {seconds * SmallMegabytes / 1_024:N0} at 512 MB.
            The host itself in a month, at most: {HostOperations.Polls:N0} polls of queues,
            {HostOperations.LeaseRenewals:N0} renewals of leases, {HostOperations.StatusWrites:N0} statuses of timers.

            """));
    }

    // Without overlap: every execution has an instance for itself.
    private static double GbSecondsAlone(Load[] loads, FunctionTimes times) =>
        loads.Sum(load => load.Times * load.Bill.Functions.Sum(function => times.BilledSeconds(function, load.ExtraSeconds)))
        * DefaultMegabytes / 1_024;

    private static double GbSeconds(Load[] loads, FunctionTimes times) =>
        Load.Seconds(loads, times, DefaultMegabytes) * DefaultMegabytes / 1_024;

    private static double AzureOf(Load[] loads, double gbSeconds)
    {
        var executions = loads.Sum(load => load.Times * load.Bill.Functions.Length);
        var queue = loads.Sum(load => load.Times * load.Bill.QueueOperations);
        var table = loads.Sum(load => load.Times * load.Bill.TableOperations);
        var gigabytes = loads.Sum(load => load.Records) * Assumed.BytesPerLogRecord / 1e9;
        return gbSeconds * Price.GbSecond.Dollars + executions / 1e6 * Price.Execution.Dollars
            + (queue * Price.QueueOperation.Dollars + table * Price.TableOperation.Dollars) / 10_000
            + gigabytes * Price.Log.Dollars;
    }

    private static double Machine(Month month) => Price.Address.Dollars + (month.Subscribers switch
    {
        <= 10_000 => Price.SmallMachine.Dollars + Price.SmallDisk.Dollars,
        <= 1_000_000 => Price.Machine.Dollars + Price.SmallDisk.Dollars,
        _ => Price.LargeMachine.Dollars + Price.LargeDisk.Dollars,
    });

    private static string[] Row(string what, BillableOperations bill) => Row(
        what, $"{bill.Transactions}", $"{bill.QueueOperations}", $"{bill.TableReads}", $"{bill.TableQueries}",
        $"{bill.TableWrites + bill.TableDeletes}", $"{bill.SendGridCalls}", bill.Executions);

    private static string[] Row(params string[] cells) => cells;

    private static string Dollars(double dollars) =>
        dollars.ToString(dollars < 100 ? "'$'0.00" : "'$'#,0", CultureInfo.InvariantCulture);

    private static string Number(double number) => string.Create(CultureInfo.InvariantCulture, $"{number:0.0}");

    private static void Table(string[] head, params string[][] rows)
    {
        Console.WriteLine($"| {string.Join(" | ", head)} |");
        Console.WriteLine($"| {string.Join(" | ", head.Select((_, column) => IsText(column) ? "---" : "--:"))} |");
        foreach (var row in rows)
            Console.WriteLine($"| {string.Join(" | ", row)} |");
        Console.WriteLine();

        bool IsText(int column) => column == 0 || rows.Any(row => row[column].Length > 14);
    }
}
