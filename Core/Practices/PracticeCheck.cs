namespace Pipeline.Practices;

/// <summary>Judges a row of Practices as an admin left it: which status to apply, and what to explain.</summary>
public sealed class PracticeCheck(TopicCatalog topics, TimeProvider time)
{
    private const string Help = "Help";

    // Issues are created when they are due, or drafted some days before.
    private const int MaxIssueDaysAhead = 31;

    private static readonly int KeyColumns = new TableEntity("", "").Count;

    /// <summary>Null if the row is right as it is.</summary>
    public PracticeUpdate? Judge(TableEntity row)
    {
        var now = time.GetUtcNow();
        if (topics.Find(row.PartitionKey)?.Id.Value != row.PartitionKey)
            return Explain(row, AdminTexts.PracticeOfUnknownTopic);
        if (PracticeReader.Read(row, now) is not { } practice)
            return Explain(row, AdminTexts.PracticeKeyNotReference);

        var columns = new TableEntity(row.PartitionKey, row.RowKey);
        PracticeStatus? applied = null;
        if (!practice.IsStatusUnclear)
        {
            var word = practice.Status.ToString();
            applied = row.Text(PracticeReader.StatusApplied) == word ? null : practice.Status;
            if (applied is not null || row.Text("Status") != word)
                (columns["Status"], columns[PracticeReader.StatusApplied]) = (word, word);
            if (practice.LacksPublishedOn)
                columns["PublishedOn"] = practice.EditedOn;
        }

        var help = string.Join(' ', Sentences(row, practice, now));
        if (row.Text(Help) != help)
            columns[Help] = help;
        return columns.Count == KeyColumns
            ? null
            : new PracticeUpdate(columns, row.ETag, applied, Announced(row, practice, applied), practice.Trace);
    }

    private static PracticeUpdate? Explain(TableEntity row, string help) => row.Text(Help) == help
        ? null
        : new PracticeUpdate(new TableEntity(row.PartitionKey, row.RowKey) { [Help] = help }, row.ETag);

    private static PracticeStatus? Announced(TableEntity row, Practice practice, PracticeStatus? applied)
    {
        // An address that was corrected after this sentence asked for it gets the mail that it has missed.
        var isNew = applied is not null || row.Text(Help).Contains(AdminTexts.PracticeEmailNotAddress, StringComparison.Ordinal);
        var told = row.Text("StatusTold");
        var status = practice.Status.ToString();
        return isNew && practice is { IsStatusUnclear: false, Status: not PracticeStatus.Pending }
            && EmailAddress.TryParse(practice.Email, out _)
            && told != status && !told.StartsWith($"{status} ", StringComparison.Ordinal)
                ? practice.Status
                : null;
    }

    private static IEnumerable<string> Sentences(TableEntity row, Practice practice, DateTimeOffset now)
    {
        if (practice.IsStatusUnclear)
            yield return AdminTexts.PracticeStatusNotUnderstood(row.Text("Status"));
        else if (practice.Status == PracticeStatus.Pending)
            yield return AdminTexts.PracticePending;
        if (practice.Title.Length == 0)
            yield return AdminTexts.PracticeWithoutTitle;
        if (practice.Summary.Length == 0)
            yield return AdminTexts.PracticeWithoutSummary;
        if (practice.Email.Length > 0 && !EmailAddress.TryParse(practice.Email, out _))
            yield return AdminTexts.PracticeEmailNotAddress;
        if (PracticeReader.Countries(row).Unknown is { Count: > 0 } unknown)
            yield return AdminTexts.PracticeCountryNotUnderstood(unknown);
        if (PracticeReader.Text(row, "Language") is { Length: > 0 } language && Language.Find(language) is null)
            yield return AdminTexts.PracticeLanguageNotUnderstood;
        if (practice.SubmittedOn is null)
            yield return AdminTexts.PracticeSubmittedOnNotTime;
        if (practice.IsPublishedOnWrong)
            yield return AdminTexts.PracticePublishedOnNotTime;
        if (practice.DigestIssue.Length > 0 && !CanBeIssue(practice.DigestIssue, now))
            yield return AdminTexts.PracticeDigestIssueNotName;
    }

    private static bool CanBeIssue(IssueName name, DateTimeOffset now) =>
        name is { IsValid: true, Date: { } date } && date <= DateOnly.FromDateTime(now.UtcDateTime).AddDays(MaxIssueDaysAhead);
}
