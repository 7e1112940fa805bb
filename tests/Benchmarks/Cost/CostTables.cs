using System.Globalization;
using Pipeline.Tests.Cost;

namespace Pipeline.Benchmarks.Cost;

/// <summary>The figures as tables in Markdown.</summary>
internal static class CostTables
{
    /// <summary>Megabytes of an instance, as Flex has them if nothing is said.</summary>
    public const double Usual = 2_048;
    private const double Small = 512;

    private static readonly (double Subscribers, double Submissions, double PageViews)[] Sites =
        [(1_000, 20, 5_000), (100_000, 200, 300_000), (10_000_000, 2_000, 20_000_000)];

    public static Month[] MonthsOf(FunctionTimes times, WireSizes sizes) =>
        [.. Sites.Select(site => new Month(site.Subscribers, site.Submissions, site.PageViews, times, sizes))];

    public static void Print(Month[] months, FunctionTimes times, WireSizes sizes, long peakBytes)
    {
        Console.WriteLine();
        Table(
            ["a month of", .. months.Select(month => $"{month.Subscribers:N0} subscribers")],
            ["submissions", .. months.Select(month => $"{month.Submissions:N0}")],
            ["page views", .. months.Select(month => $"{month.PageViews:N0}")],
            ["mails", .. months.Select(month => $"{month.Mails:N0}")],
            ["executions", .. months.Select(month => $"{month.Executions:N0}")],
            ["GB-seconds at 512 MB", .. months.Select(month => $"{month.GbSeconds(Small):N0}")],
            ["GB-seconds at 2,048 MB", .. months.Select(month => $"{month.GbSeconds(Usual):N0}")],
            ["transactions", .. months.Select(month => $"{month.Transactions:N0}")],
            ["GB of log", .. months.Select(month => $"{month.LogGigabytes:0.0}")],
            ["GB to the internet", .. months.Select(month => $"{month.Egress:N0}")],
            ["Functions at 512 MB", .. months.Select(month => Dollars(month.Functions(Small)))],
            ["Functions at 2,048 MB", .. months.Select(month => Dollars(month.Functions(Usual)))],
            ["storage", .. months.Select(month => Dollars(month.Storage))],
            ["log", .. months.Select(month => Dollars(month.Log))],
            ["traffic", .. months.Select(month => Dollars(month.Traffic))],
            ["**Azure at 2,048 MB**", .. months.Select(month => $"**{Dollars(month.Azure(Usual))}**")],
            ["**SendGrid**", .. months.Select(month => $"**{Dollars(month.SendGrid)}**")],
            ["**together**", .. months.Select(month => $"**{Dollars(month.Azure(Usual) + month.SendGrid)}**")],
            ["machine, disk and address", .. months.Select(month => Dollars(Machine(month)))],
            ["machine with SendGrid", .. months.Select(month => Dollars(Machine(month) + month.SendGrid))],
            ["machine with SES", .. months.Select(month => Dollars(Machine(month) + Price.Ses(month.Mails)))]);

        var million = new (string What, Load[] Alone, Load[] InOneGo)[]
        {
            Million("submissions, stored", [new(1e6, ExpectedCosts.Submission)]),
            Million("… with the editor's word and the mail", [new(1e6, ExpectedCosts.Submission), new(1e6, ExpectedCosts.Decision, More: Assumed.SendGridAnswer)]),
            Million(
                "digest mails",
                [
                    new(Math.Ceiling(1e6 / ExpectedCosts.RecipientsPerRange), ExpectedCosts.Range, More: Assumed.SendGridAnswer), new(1, ExpectedCosts.Issue),
                ]),
            Million("… with SendGrid's events", [
                    new(Math.Ceiling(1e6 / ExpectedCosts.RecipientsPerRange), ExpectedCosts.Range, More: Assumed.SendGridAnswer), new(1, ExpectedCosts.Issue),
                    new(1e6 * Assumed.EventsPerMail / Assumed.EventsPerPost, ExpectedCosts.EventPost),
                ]),
            Million("page views, half of them lists", [new(5e5, ExpectedCosts.PracticePage), new(5e5, ExpectedCosts.Page with { TableQueries = 0 })]),
        };
        Table(
            ["a million", "executions", "transactions", "records of log", "GB-s, each alone", "GB-s, in one go", "Azure, each alone", "Azure, in one go"],
            [.. million.Select(each => (string[])
            [
                each.What,
                $"{each.Alone.Sum(load => load.Times * load.Bill.Functions.Length):N0}",
                $"{each.Alone.Sum(load => load.Times * load.Bill.Transactions):N0}",
                $"{each.Alone.Sum(load => load.Records):N0}",
                $"{GbSecondsAlone(each.Alone, times):N0}",
                $"{GbSeconds(each.InOneGo, times):N0}",
                Dollars(AzureOf(each.Alone, GbSecondsAlone(each.Alone, times))),
                Dollars(AzureOf(each.InOneGo, GbSeconds(each.InOneGo, times))),
            ])]);

        Table(
            ["counted", "transactions", "queue", "table reads", "queries", "writes", "SendGrid calls", "executions"],
            Row("a submission, stored", ExpectedCosts.Submission), Row("the editor's word about it", ExpectedCosts.Decision), Row("a sweep without anything to do", ExpectedCosts.IdleSweep),
            Row("… its peeks at queues, for telemetry", ExpectedCosts.QueueAges),
            Row("an hourly look without an issue due", ExpectedCosts.IdlePublish), Row("an issue with one practice", ExpectedCosts.Issue), Row("… each further practice", ExpectedCosts.PracticeInIssue),
            Row("… each range of 900 recipients", ExpectedCosts.Range), Row("a post of SendGrid's events", ExpectedCosts.EventPost), Row("… each subscription it ends", ExpectedCosts.EndedSubscription),
            Row("a subscription, confirmed", ExpectedCosts.Subscription), Row("a list, once in two seconds", ExpectedCosts.Page), Row("a practice's page", ExpectedCosts.PracticePage),
            Row("a night's cleaning of a thousand", ExpectedCosts.Cleaning));

        Table(
            ["measured", "ms, median", "ms of processor", "runs"],
            [.. times.All.Select(each => (string[])[$"`{each.Function}`", Number(each.Seconds * 1_000), Number(each.Cpu * 1_000), $"{each.Runs}"])]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            Working set at its peak: {peakBytes / 1024 / 1024:N0} MiB. A page: {sizes.Page:N0} bytes. A digest to SendGrid: {sizes.Mail:N0} bytes a recipient.
            The idle sweeps of a day: {24 * 60:N0} executions, {24 * 60 * (ExpectedCosts.IdleSweep.Transactions + ExpectedCosts.QueueAges.Transactions):N0} transactions, {24 * 60 * times.Alone("Sweep", 0) * Usual / 1_024:N0} GB-seconds at 2,048 MB, {24 * 60 * times.Alone("Sweep", 0) * Small / 1_024:N0} at 512 MB.
            The host by itself in a month, at most: {HostOperations.Polls:N0} polls of queues, {HostOperations.LeaseRenewals:N0} renewals of leases, {HostOperations.StatusWrites:N0} statuses of timers.

            """));

        Table(["price", "$", "for a", "from"], [.. Price.All.Select(price => (string[])[price.What, string.Create(CultureInfo.InvariantCulture, $"{price.Dollars:0.######}"), price.For, price.Source])]);
    }

    private static (string, Load[], Load[]) Million(string what, Load[] loads) => (what, loads, [.. loads.Select(load => load with { InOneGo = true })]);

    // No overlap at all: what would be billed if each had its instance awake for itself.
    private static double GbSecondsAlone(Load[] loads, FunctionTimes times) =>
        loads.Sum(load => load.Times * load.Bill.Functions.Sum(function => times.Alone(function, load.More))) * Usual / 1_024;

    private static double GbSeconds(Load[] loads, FunctionTimes times) => Load.Seconds(loads, times, Usual) * Usual / 1_024;

    private static double AzureOf(Load[] loads, double gbSeconds) =>
        gbSeconds * Price.GbSecond.Dollars + loads.Sum(load => load.Times * load.Bill.Functions.Length) / 1e6 * Price.Execution.Dollars
        + loads.Sum(load => load.Times * (load.Bill.QueueOperations * Price.QueueOperation.Dollars + load.Bill.TableOperations * Price.TableOperation.Dollars)) / 10_000
        + loads.Sum(load => load.Records) * Assumed.BytesPerLogRecord / 1e9 * Price.Log.Dollars;

    private static double Machine(Month month) => Price.Address.Dollars + (month.Subscribers switch
    {
        <= 10_000 => Price.SmallMachine.Dollars + Price.SmallDisk.Dollars,
        <= 1_000_000 => Price.Machine.Dollars + Price.SmallDisk.Dollars,
        _ => Price.LargeMachine.Dollars + Price.LargeDisk.Dollars,
    });

    private static string[] Row(string what, BillableOperations bill) =>
    [
        what, $"{bill.Transactions}", $"{bill.QueueOperations}", $"{bill.TableReads}", $"{bill.TableQueries}", $"{bill.TableWrites + bill.TableDeletes}", $"{bill.SendGridCalls}",
        bill.Executions,
    ];

    private static string Dollars(double dollars) => dollars < 100 ? string.Create(CultureInfo.InvariantCulture, $"${dollars:0.00}") : string.Create(CultureInfo.InvariantCulture, $"${dollars:N0}");

    private static string Number(double number) => string.Create(CultureInfo.InvariantCulture, $"{number:0.0}");

    private static void Table(string[] head, params string[][] rows)
    {
        Console.WriteLine($"| {string.Join(" | ", head)} |");
        Console.WriteLine($"| {string.Join(" | ", head.Select((_, column) => column == 0 || rows.Any(row => row[column].Length > 14) ? "---" : "--:"))} |");
        foreach (var row in rows)
            Console.WriteLine($"| {string.Join(" | ", row)} |");
        Console.WriteLine();
    }
}
