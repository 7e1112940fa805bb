using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Pipeline.Digests;

namespace Pipeline.Chaos;

/// <summary>Compares the promises with the tables, the receipts and the mails that SendGrid accepted.</summary>
internal sealed partial class FinalCheck(string connectionString, Client client, SendGridStandIn sendGrid, Ledger ledger)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public async Task RunAsync()
    {
        var practices = await RowsAsync("Practices");
        CheckSubmissions(practices, await RowsAsync("Rejections"));
        CheckSubscriptions(await RowsAsync("Subscribers"));
        var published = practices.Where(row => row.GetString("Status") is "Published" && !ledger.WasDeclined(row.RowKey))
            .Select(row => row.RowKey).ToHashSet();
        foreach (var issue in await RowsAsync("Digests"))
        {
            await CheckIssueAsync(issue);
            CheckPracticesOfMails(issue, published);
        }

        CheckMailedPractices(practices);
    }

    public async Task<List<TableEntity>> RowsAsync(string table) =>
        await new TableClient(connectionString, table).QueryAsync<TableEntity>().ToListAsync();

    private void CheckSubmissions(List<TableEntity> practices, List<TableEntity> rejections)
    {
        var rows = practices.Concat(rejections).ToLookup(row => row.RowKey);
        foreach (var (title, reference) in ledger.References)
            if (rows[reference].Count() is var count && count != 1)
                ledger.Break("An accepted submission is in one row.", $"{title} ({reference}) is in {count} rows");
        foreach (var same in practices.GroupBy(row => row.GetString("Title")).Where(rows => rows.Count() > 1))
            ledger.Break("A submission is stored once.", $"{same.Key} is in {same.Count()} rows");
        ledger.Count("submissions accepted", ledger.References.Count);
        ledger.Count("rows in Practices", practices.Count);
        foreach (var kind in rejections.GroupBy(row => row.GetString("Kind")))
            ledger.Count($"rows in Rejections ({kind.Key})", kind.Count());
    }

    private void CheckSubscriptions(List<TableEntity> subscribers)
    {
        var status = subscribers.ToDictionary(row => row.GetString("Email"), row => row.GetString("Status"));
        foreach (var person in ledger.People)
        {
            var expected = person.UnsubscribedOn is not null ? "Unsubscribed" : "Confirmed";
            if (person.ConfirmedOn is not null && status.GetValueOrDefault(person.Email) != expected)
                ledger.Break(
                    "A subscription has the status that was answered.",
                    $"{person.Email} is {status.GetValueOrDefault(person.Email) ?? "missing"} and should be {expected}");
        }

        ledger.Count("people who asked to subscribe", ledger.People.Count);
        ledger.Count("people who confirmed", ledger.People.Count(person => person.ConfirmedOn is not null));
        ledger.Count("people who unsubscribed", ledger.People.Count(person => person.UnsubscribedOn is not null));
    }

    private async Task CheckIssueAsync(TableEntity row)
    {
        var name = row.RowKey;
        ledger.AddIssue(name);
        var answer = await client.RepeatAsync(
            "GET /api/digests/{topic}/{issue}", () => new(HttpMethod.Get, $"api/digests/{Users.Topic}/{name}"), [200],
            CancellationToken.None);
        var receipt = JsonSerializer.Deserialize<Receipt>(answer!.Body, Json)!;
        if (receipt.Status != "Closed" || !receipt.Verified)
            ledger.Break("An issue is closed with a verified receipt.", $"{answer.Body} {row.GetString("Help")}");
        if (receipt.Candidates != receipt.Sent + receipt.Skipped + receipt.Failed + receipt.Unknown)
            ledger.Break("The numbers of a receipt add up.", answer.Body);

        var mails = sendGrid.Mails.Where(mail => mail.Issue == $"{Users.Topic}/{name}").ToLookup(mail => mail.To);
        foreach (var twice in mails.Where(mail => mail.Count() > 1))
            ledger.Break("A subscriber gets an issue once.", $"{twice.Key} got {name} {twice.Count()} times");
        if (mails.Count < receipt.Sent || mails.Count > receipt.Sent + receipt.Unknown)
            ledger.Break("A receipt agrees with SendGrid.", $"{mails.Count} mails were accepted: {answer.Body}");

        var missing = new List<string>();
        foreach (var person in ledger.People)
        {
            var got = mails.Contains(person.Email);
            if (got && (person.ConfirmationBegan is null || mails[person.Email].Any(mail => mail.On < person.ConfirmationBegan)))
                ledger.Break("Only confirmed subscribers get an issue.", $"{person.Email} got {name}");
            if (got && person.UnsubscribedOn < receipt.StartedOn)
                ledger.Break("No issue is sent after an unsubscription.", $"{person.Email} got {name}");
            if (!got && person.ConfirmedOn < receipt.StartedOn
                && !(person.UnsubscriptionBegan < (receipt.ClosedOn ?? DateTimeOffset.MaxValue)))
                missing.Add(person.Email);
        }

        // An issue is sent to no subscriber if all its practices were declined meanwhile.
        var isWithdrawn = PracticesOf(row).All(ledger.WasDeclined);
        if (missing.Count > receipt.Unknown + receipt.Failed && !isWithdrawn)
            ledger.Break("Confirmed subscribers get each issue.", $"without it: {string.Join(", ", missing)}; {answer.Body}");
        ledger.Count("issues", 1);
        ledger.Count("mails of issues accepted by SendGrid", mails.Count);
        ledger.Count("recipients sent", receipt.Sent);
        ledger.Count("recipients skipped", receipt.Skipped);
        ledger.Count("recipients failed", receipt.Failed);
        ledger.Count("recipients unknown", receipt.Unknown);
        ledger.Count("recipients unknown or failed who did not get the issue", missing.Count);
    }

    /// <param name="published">The practices that were never declined.</param>
    private void CheckPracticesOfMails(TableEntity issue, HashSet<string> published)
    {
        var listed = PracticesOf(issue);
        var expected = listed.Where(published.Contains).ToList();
        foreach (var mail in sendGrid.Mails.Where(mail => mail.Issue == $"{Users.Topic}/{issue.RowKey}"))
        {
            var shown = PracticesIn(mail);
            // A mail has the first practices of a long issue, so that others are in no mail.
            var isWhole = listed.Length <= DigestContent.MaxEntries
                ? expected.All(shown.Contains)
                : shown.Count >= Math.Min(expected.Count, DigestContent.MaxEntries);
            if (!isWhole)
                ledger.Break(
                    "A mail has the practices of its issue.", $"{mail.To}, {issue.RowKey}: {shown.Count} of {string.Join(", ", expected)}");
        }
    }

    private static HashSet<string> PracticesIn(AcceptedMail mail) =>
        [.. PracticeLink().Matches(mail.Html).Select(link => link.Groups[1].Value)];

    private static string[] PracticesOf(TableEntity issue) =>
        issue.GetString("Practices").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private void CheckMailedPractices(List<TableEntity> practices)
    {
        var issues = new Dictionary<string, HashSet<string>>();
        foreach (var mail in sendGrid.Mails.Where(mail => mail.Issue is not null))
            foreach (var reference in PracticesIn(mail))
            {
                ledger.Mailed(reference, mail.On);
                if (!issues.TryGetValue(reference, out var names))
                    issues[reference] = names = [];
                names.Add(mail.Issue!);
            }

        foreach (var (reference, names) in issues.Where(each => each.Value.Count > 1))
            ledger.Break("A practice is in one issue.", $"{reference} is in {string.Join(" and ", names)}");
        var published = practices.Where(row => row.GetString("Status") is "Published");
        foreach (var row in published.Where(row => !ledger.HasIssue(row.GetString("DigestIssue"))))
            ledger.Break("A published practice is in an issue.", $"{row.RowKey}: '{row.GetString("DigestIssue")}'");
        ledger.Count("practices in mails", issues.Count);
        foreach (var (outcome, count) in sendGrid.Outcomes)
            ledger.Count($"calls of SendGrid: {outcome}", count);
    }

    [GeneratedRegex($"/practices/{Users.Topic}/([0-9A-Z-]+)")]
    private static partial Regex PracticeLink();

    private sealed record Receipt(
        string Status, int Candidates, int Sent, int Skipped, int Failed, int Unknown, DateTimeOffset StartedOn, DateTimeOffset? ClosedOn,
        bool Verified);
}
