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
    public const int CountriesMax = 20;

    /// <summary>True if the submission is valid and has an email address, to which its status is mailed.</summary>
    public bool CausesMail(SubmissionDraft draft) =>
        !string.IsNullOrWhiteSpace(draft.Email) && Check(draft) is { Submission.Email.Length: > 0, Errors.Any: false };

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
            CountriesOf(draft, errors),
            Link(errors, draft.Link))
        {
            Language = LanguageOf(draft, errors),
        };

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
            errors.Add(field, RuleTexts.HalfCharacter.With(label));
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
        if (TextCleaner.Clean(input, multiline: false) is "")
            return "";
        if (EmailAddress.TryParse(input, out var address))
            return address.Value;

        errors.Add(SubmissionFields.Email, EmailAddress.InvalidMessage(input));
        return "";
    }

    private static string CountriesOf(SubmissionDraft draft, FieldErrors errors)
    {
        string[] codes =
        [
            .. Codes(errors, SubmissionFields.Country, draft.Country)
                .Union(Codes(errors, SubmissionFields.Countries, draft.Countries)),
        ];
        if (codes.Length > CountriesMax)
            errors.Add(
                string.IsNullOrEmpty(draft.Countries) ? SubmissionFields.Country : SubmissionFields.Countries,
                RuleTexts.TooManyCountries.With(Number(CountriesMax), Number(codes.Length)));
        return string.Join(' ', codes);
    }

    private static IReadOnlyList<string> Codes(FieldErrors errors, string field, string? input)
    {
        var typed = TypedCountries.Read(input);
        if (typed.Unknown.Count > 0)
            errors.Add(field, RuleTexts.UnknownCountry.With(string.Join(", ", typed.Unknown.Select(Direction.Isolate))));
        return typed.Codes;
    }

    private static Language? LanguageOf(SubmissionDraft draft, FieldErrors errors)
    {
        if (TextCleaner.Clean(draft.Language, multiline: false) is "")
            return null;
        if (Language.Find(draft.Language) is { } language)
            return language;

        errors.Add(SubmissionFields.Language, Language.Choose);
        return null;
    }

    private static string Link(FieldErrors errors, string? input)
    {
        if (TextCleaner.Clean(input, multiline: false) is "")
            return "";
        if (WebLink.Normalize(input!) is not { } address)
            errors.Add(SubmissionFields.Link, RuleTexts.LinkNotWeb);
        else if (address.Length > LinkMax)
            errors.Add(SubmissionFields.Link, RuleTexts.LinkTooLong.With(Number(LinkMax)));
        else
            return address;

        return "";
    }

    private static string Number(int number) => Language.Current.Number(number);
}
