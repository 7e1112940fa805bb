using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using Pipeline.Digests;
using Pipeline.Practices;
using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Tests.Fuzzing;

/// <summary>Random rows as an admin may leave them: cells of other types, missing, long, or with nonsense.</summary>
/// <remarks>Half of the issues and deliveries have a true signature, so that the app reads what else is in them.</remarks>
internal sealed class FuzzedRows(RowOrigin origin, DateTimeOffset now)
{
    private static readonly Dictionary<string, string[]> Columns = new()
    {
        ["Practices"] =
        [
            "Status", "StatusApplied", "StatusTold", "Help", "Title", "Summary", "Honorific", "Submitter", "Email", "Organisation",
            "Country", "Link", "Language", "SubmittedOn", "PublishedOn", "DigestIssue", "Trace",
        ],
        ["Rejections"] =
            ["Kind", "Queue", "Reasons", "RejectedOn", "Requeue", "Help", "ResentOn", "ResentAs", "Payload", "Payload2", "Payload3"],
        ["Subscribers"] =
            ["Topic", "Email", "Status", "Language", "SubscribedOn", "ConfirmedOn", "EndedOn", "AskedOn", "Reason", "Help"],
        ["Digests"] =
        [
            "Status", "StatusApplied", "Practices", "Ranges", "Enqueued", "StartedOn", "ClosedOn", "Candidates", "Sent", "Skipped",
            "Failed", "Unknown", "Receipt", "Claimed", "Decision", "Help", "RevivedOn", "CleanedOn",
        ],
        ["Deliveries"] =
        [
            "Holder", "Status", "Attempts", "ClaimedOn", "NotBefore", "SettledOn", "Resends", "Reason", "Decision", "Help", "Recipients",
            "Sent", "Skipped", "Failed", "Unknown", "Frozen",
        ],
        ["ConfirmationLimits"] = ["Times", "LastOn"],
        ["Erasures"] = ["ErasedOn"],
        ["IdempotencyKeys"] = ["Reference", "BoundOn"],
    };

    private static readonly Gen<int> Count = Gen.Int[0, 6];

    private static readonly string[] Codes = ["", ".", "s", "ssss", "?", "..?s", "kkff", "????", "s.s.s"];

    private static readonly string[] Proven = ["", "0-1", "0-4", "2-9", "x", "1-0 0-1"];

    public IEnumerable<JsonNode> Many(string table, PCG random)
    {
        for (var i = Count.Next(random); i > 0; i--)
        {
            var (partition, key) = KeysOf(table, random);
            yield return One(table, partition, key, random);
        }
    }

    public JsonObject One(string table, string partition, string key, PCG random)
    {
        var row = new JsonObject
        {
            ["odata.etag"] = "W/\"1\"",
            ["PartitionKey"] = partition,
            ["RowKey"] = key,
            ["Timestamp@odata.type"] = "Edm.DateTime",
            ["Timestamp"] = Text(now.AddMinutes(-(int)(random.Next() % 3_000))),
        };
        foreach (var column in Columns.GetValueOrDefault(table, []))
            AddCell(row, column, random);
        if (table == "Subscribers" && random.OneIn(2))
        {
            row.Remove("Email@odata.type");
            row.Remove("Status@odata.type");
            (row["Email"], row["Status"]) = ($"reader{random.Next() % 50}@example.org", "Confirmed");
        }

        if (table == "Digests" && random.OneIn(2))
            row["Origin"] = OriginOfIssue(partition, key, random);
        if (table == "Deliveries" && random.OneIn(2))
            Sign(row, partition, key, random);
        return row;
    }

    private (string Partition, string Key) KeysOf(string table, PCG random)
    {
        var other = random.OneIn(8);
        var hash = SubscriberKeyText(random);
        var reference = Reference.Of($"{random.Next() % 100}").ToString();
        var issue = IssueName.Of(now.AddDays(-(int)(random.Next() % 9))).Value;
        return table switch
        {
            _ when other => (KeyText(random), KeyText(random)),
            "Subscribers" => ($"{PipelineApp.Topic}~{hash[..2]}", hash),
            "Practices" or "Rejections" => (PipelineApp.Topic, reference),
            "Digests" => (PipelineApp.Topic, issue),
            "Deliveries" => ($"{PipelineApp.Topic}~{issue}~0", hash),
            "Erasures" => ("erased", hash),
            _ => (hash[..2], hash),
        };
    }

    private static string SubscriberKeyText(PCG random) => random.OneIn(3)
        ? new string('0', 32)
        : new SubscriberKey(((UInt128)random.Next64() << 64) | random.Next64()).ToString();

    private static string KeyText(PCG random) =>
        new([.. Cell(FuzzedText.Short.Next(random)).Where(character => !char.IsControl(character) && !"/\\#?".Contains(character))]);

    private static void AddCell(JsonObject row, string column, PCG random)
    {
        void Add(string? type, JsonNode value)
        {
            if (type is not null)
                row[$"{column}@odata.type"] = type;
            row[column] = value;
        }

        switch (random.Next() % 20)
        {
            case 0:
                break;
            case 1:
                Add(null, (int)random.Next());
                break;
            case 2:
                Add("Edm.Int64", ((long)random.Next64()).ToString(CultureInfo.InvariantCulture));
                break;
            case 3:
                Add(null, random.OneIn(2) ? 1.5 : 1e300);
                break;
            case 4:
                Add(null, random.OneIn(2));
                break;
            case 5:
                Add("Edm.Guid", Guid.Empty.ToString());
                break;
            case 6:
                Add("Edm.Binary", Convert.ToBase64String(BitConverter.GetBytes(random.Next64())));
                break;
            case 7:
                Add("Edm.DateTime", random.OneIn(2) ? "1601-01-01T00:00:00Z" : "9999-12-31T23:59:59.9999999Z");
                break;
            case 8 or 9 or 10 or 11 when column.EndsWith("On", StringComparison.Ordinal) || column == "NotBefore":
                Add("Edm.DateTime", Text(DateTimeOffset.UnixEpoch.AddDays(random.Next() % 40_000)));
                break;
            case 8 or 9 when column is "Ranges" or "Attempts" or "Resends":
                Add(null, (int)(random.Next() % 12));
                break;
            default:
                Add(null, Cell(FuzzedText.Any.Next(random)));
                break;
        }
    }

    // Storage has no halves of surrogate pairs.
    private static string Cell(string text) =>
        new([.. text.Where(character => !char.IsSurrogate(character)).Take(32 * 1024)]);

    private string OriginOfIssue(string topic, string issue, PCG random)
    {
        // The app makes an issue without ranges closed.
        var ranges = (int)(random.Next() % 4);
        return origin.OfIssue(new DigestIssue
        {
            Topic = topic,
            Name = issue,
            Status = IssueStatus.Sending,
            Practices = [],
            HadPractices = random.OneIn(2),
            Ranges = ranges,
            Enqueued = ranges == 0 || random.OneIn(2),
            StartedOn = now.AddMinutes(-(int)(random.Next() % 9_000)),
            ClosedOn = ranges == 0 || random.OneIn(3) ? now : null,
            Receipt = "",
        });
    }

    private void Sign(JsonObject row, string partition, string key, PCG random)
    {
        var to = random.OneIn(2) ? HashRange.End : new string('f', 32);
        if (partition.Split('~') is not [var topic, var issue, ..] || !HashRange.TryParse(key, to, out var range))
            return;
        var (outcomes, proven) = (Codes[random.Next() % Codes.Length], Proven[random.Next() % Proven.Length]);
        var delivery = new Delivery
        {
            Topic = topic,
            Issue = issue,
            Range = range,
            IssueStartedOn = now.AddMinutes(-(int)(random.Next() % 100)),
            Id = "id",
            LeaseId = "lease",
            Status = DeliveryStatus.Claimed,
            Recipients = [],
            Outcomes = new Outcomes(outcomes),
            Attempts = 1,
            ClaimedOn = now,
        };
        (row["To"], row["Id"], row["Origin"]) = (range.ToText, "id", origin.OfDelivery(delivery));
        (row["Outcomes"], row["Proven"], row["OutcomesSigned"]) = (outcomes, proven, origin.OfOutcomes("id", outcomes, proven));
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
