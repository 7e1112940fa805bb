namespace Pipeline.Submissions;

/// <summary>The only validator. The intake uses it for the sender; the queue function uses it because messages are not trusted.</summary>
public sealed class SubmissionRules(TopicCatalog topics)
{
    public const int TitleMin = 3;
    public const int TitleMax = 200;
    public const int SummaryMin = 20;
    public const int SummaryMax = 10_000;
    public const int HonorificMax = 20;
    public const int SubmitterMax = 100;
    public const int OrganisationMax = 200;
    public const int LinkMax = 2_000;

    /// <summary>Validates a draft. Messages are in the current language; lengths are in Unicode code points.</summary>
    public (Submission? Submission, FieldErrors Errors) Check(SubmissionDraft draft)
    {
        var errors = new FieldErrors();
        var submission = new Submission(
            TopicOf(draft, errors),
            Line(errors, SubmissionFields.Title, RuleTexts.FieldTitle, draft.Title, TitleMax, TitleMin, RuleTexts.EnterTitle),
            Lines(errors, draft.Summary),
            Line(errors, SubmissionFields.Honorific, RuleTexts.FieldHonorific, draft.Honorific, HonorificMax),
            Line(errors, SubmissionFields.Submitter, RuleTexts.FieldName, draft.Submitter, SubmitterMax),
            Email(errors, draft.Email),
            Line(errors, SubmissionFields.Organisation, RuleTexts.FieldOrganisation, draft.Organisation, OrganisationMax),
            Country(errors, draft.Country),
            Link(errors, draft.Link));

        return errors.Any ? (null, errors) : (submission, errors);
    }

    private string TopicOf(SubmissionDraft draft, FieldErrors errors)
    {
        if (topics.Find(draft.Topic) is { } topic)
            return topic.Id;

        errors.Add(SubmissionFields.Topic, topics.Choose);
        return "";
    }

    private static string Line(
        FieldErrors errors, string field, string label, string? input, int max, int min = 0, string? missing = null) =>
        Limited(errors, field, label, input, TextCleaner.Clean(input, multiline: false), max, min, missing);

    private static string Lines(FieldErrors errors, string? input) => Limited(
        errors, SubmissionFields.Summary, RuleTexts.FieldSummary, input, TextCleaner.Clean(input, multiline: true), SummaryMax, SummaryMin,
        RuleTexts.EnterSummary);

    private static string Limited(
        FieldErrors errors, string field, string label, string? input, string? text, int max, int min, string? missing)
    {
        var length = text is null ? 0 : TextCleaner.Length(text);
        if (text is null && TextCleaner.HasTooManyMarks(input))
            errors.Add(field, RuleTexts.TooManyMarks.With(label, Number(TextCleaner.MaxMarks)));
        else if (text is null)
            errors.Add(field, RuleTexts.NoText.With(label));
        else if (length == 0 && missing is not null)
            errors.Add(field, missing);
        else if (length > 0 && length < min)
            errors.Add(field, RuleTexts.TooShort.With(label, Number(min), Number(length)));
        else if (length > max)
            errors.Add(field, RuleTexts.TooLong.With(label, Number(max), Number(length)));

        return text ?? "";
    }

    private static string Email(FieldErrors errors, string? input)
    {
        if (string.IsNullOrWhiteSpace(input))
            return "";
        if (EmailAddress.TryParse(input, out var address))
            return address.Value;

        errors.Add(SubmissionFields.Email, EmailAddress.InvalidMessage);
        return "";
    }

    private static string Country(FieldErrors errors, string? input)
    {
        if (string.IsNullOrWhiteSpace(input))
            return "";
        if (Countries.TryFind(input, out var code))
            return code;

        errors.Add(SubmissionFields.Country, RuleTexts.UnknownCountry);
        return "";
    }

    private static string Link(FieldErrors errors, string? input)
    {
        var text = TextCleaner.Clean(input, multiline: false) is { } clean ? TextCleaner.TrimInvisible(clean) : null;
        if (text is { Length: 0 })
            return "";
        // The encoded form has the final length: other than ASCII takes several characters.
        if (text is not null && Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && AddressOf(uri) is { } address)
        {
            if (text.Length <= LinkMax && address.Length <= LinkMax)
                return address;

            errors.Add(SubmissionFields.Link, RuleTexts.LinkTooLong.With(Number(LinkMax)));
            return "";
        }

        errors.Add(SubmissionFields.Link, RuleTexts.LinkNotWeb);
        return "";
    }

    /// <summary>The normalized address with its host in ASCII, which exposes look-alike hosts. Null if the host is invalid.</summary>
    private static string? AddressOf(Uri uri)
    {
        if (uri.HostNameType is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6))
            return null;

        try
        {
            var host = uri.HostNameType == UriHostNameType.Dns ? uri.IdnHost : uri.Host;
            return Uri.CheckHostName(host) == UriHostNameType.Unknown
                ? null
                : $"{uri.Scheme}://{host}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}{uri.PathAndQuery}{uri.Fragment}";
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    private static string Number(int number) => Language.Current.Number(number);
}
