using System.Buffers;
using System.Text;

namespace Pipeline.LocalHost.Mailbox;

/// <summary>
/// The limits that SendGrid documents for mail/send. The mailbox enforces them so that a request which could not be sent
/// fails on the developer's machine; where the documentation leaves room, the stricter reading holds.
/// </summary>
internal static class SendGridLimits
{
    public const int MaxRecipients = 1_000;
    public const int MaxCategories = 10;
    public const int MaxCategoryLength = 255;
    public const int MaxCustomArgsBytes = 10_000;
    public const int MaxSubstitutions = 100;
    public const int MaxSubstitutionsBytes = 10_000;
    public static readonly TimeSpan MaxDelay = TimeSpan.FromHours(72);

    /// <summary>The documentation asks for less than 30 MB and does not say which MB; this is the smaller one.</summary>
    public const long MaxBodyBytes = 30_000_000 - 1;

    private static readonly HashSet<string> ReservedHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "x-sg-id", "x-sg-eid", "received", "dkim-signature", "Content-Type", "Content-Transfer-Encoding",
        "To", "From", "Subject", "Reply-To", "CC", "BCC",
    };

    private static readonly SearchValues<char> Printable =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c), '\t']);

    private static readonly SearchValues<char> HeaderName =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Where(c => c != ':')]);

    private static readonly SearchValues<char> NotInType = SearchValues.Create(";,\r\n");

    public static IEnumerable<Refusal> Check(SendRequest request, DateTimeOffset now) =>
    [
        .. CheckPersonalizations(request, now),
        .. CheckFrom(request.From, "from", required: true),
        .. CheckReplyTo(request),
        .. CheckSubject(request),
        .. CheckContent(request),
        .. CheckAttachments(request),
        .. CheckHeaders(request.Headers, "headers"),
        .. CheckValues(request.CustomArgs, "custom_args"),
        .. CheckCategories(request),
        .. CheckSendAt(request.SendAt, "send_at", now),
    ];

    private static IEnumerable<Refusal> CheckPersonalizations(SendRequest request, DateTimeOffset now)
    {
        var all = request.Personalizations ?? [];
        if (all.Count == 0)
            yield return Refusal.Of("personalizations", "You must have at least one personalization.");
        if (all.Count > MaxRecipients)
        {
            yield return Refusal.Of("personalizations",
                $"The personalization block is limited to {MaxRecipients} personalizations per API request. " +
                $"You have provided {all.Count} personalizations.");
            yield break;
        }

        var recipients = all.Sum(own => (own?.To?.Count ?? 0) + (own?.Cc?.Count ?? 0) + (own?.Bcc?.Count ?? 0));
        if (recipients > MaxRecipients)
            yield return Refusal.Of("personalizations",
                $"There is a limit of {MaxRecipients} total recipients (to + cc + bcc) per request. You have provided {recipients}.");

        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < all.Count; i++)
        {
            var field = $"personalizations.{i}";
            if (all[i] is not { } own)
            {
                yield return Refusal.Of(field, "Each personalization must be an object.");
                continue;
            }

            foreach (var refusal in CheckRecipients(own, i, seen)
                .Concat(CheckFrom(own.From, $"{field}.from", required: false))
                .Concat(CheckHeaders(own.Headers, $"{field}.headers"))
                .Concat(CheckCustomArgs(request.CustomArgs, own.CustomArgs, $"{field}.custom_args"))
                .Concat(CheckSubstitutions(own.Substitutions, $"{field}.substitutions"))
                .Concat(CheckSendAt(own.SendAt, $"{field}.send_at", now)))
                yield return refusal;
            if (own.Subject is "")
                yield return Refusal.Of($"{field}.subject",
                    "The subject of your email must be a string at least one character in length.");
        }
    }

    private static IEnumerable<Refusal> CheckRecipients(Personalization own, int i, Dictionary<string, int> seen)
    {
        if (own.To is null or { Count: 0 })
            yield return Refusal.Of($"personalizations.{i}.to",
                "The to array is required for all personalization objects, and must have at least one email object with a " +
                "valid email address.");

        foreach (var (kind, addresses) in new[] { ("to", own.To), ("cc", own.Cc), ("bcc", own.Bcc) })
            for (var k = 0; k < (addresses?.Count ?? 0); k++)
            {
                var field = $"personalizations.{i}.{kind}.{k}";
                var address = addresses![k];
                if (address is null || !address.IsWellFormed)
                    yield return Refusal.Of($"{field}.email", AddressFault(address));
                else if (!seen.TryAdd(address.Email!, i))
                    yield return Refusal.Of($"personalizations.{i}", seen[address.Email!] == i
                        ? "Each email address in the personalization block should be unique between to, cc, and bcc. " +
                          $"We found the first duplicate instance of [{address.Email}] in the personalizations.{i}.{kind} field."
                        : "Each unique email address in the personalizations array should only be included once. " +
                          $"You have included [{address.Email}] more than once.");
                if (address?.Name?.AsSpan().IndexOfAny(",;") >= 0)
                    yield return Refusal.Of($"{field}.name", "The name cannot include the ; or , characters.");
            }
    }

    private static IEnumerable<Refusal> CheckFrom(EmailAddress? from, string field, bool required)
    {
        if (from is null)
        {
            if (required)
                yield return Refusal.Of(field,
                    "The from object must be provided for every email send. It is an object that requires the email " +
                    "parameter, but may also contain a name parameter.");
        }
        else if (!from.IsWellFormed)
            yield return Refusal.Of($"{field}.email", AddressFault(from));
        else if (!Ascii.IsValid(from.Email))
            yield return Refusal.Of($"{field}.email", "Unicode is not supported in the from address.");
    }

    private static IEnumerable<Refusal> CheckReplyTo(SendRequest request)
    {
        if (request.ReplyTo is { IsWellFormed: false } one)
            yield return Refusal.Of("reply_to.email", AddressFault(one));
        if (request.ReplyToList is not { } list)
            yield break;
        if (request.ReplyTo is not null)
            yield return Refusal.Of("reply_to_list", "You can use either reply_to or reply_to_list, not both.");
        if (list.Count > MaxRecipients)
            yield return Refusal.Of("reply_to_list", $"There is a limit of {MaxRecipients} addresses in reply_to_list.");
        for (var i = 0; i < list.Count; i++)
            if (list[i] is null or { IsWellFormed: false })
                yield return Refusal.Of($"reply_to_list.{i}.email", AddressFault(list[i]));
    }

    private static IEnumerable<Refusal> CheckSubject(SendRequest request)
    {
        if (request.Subject is "")
            yield return Refusal.Of("subject", "The subject of your email must be a string at least one character in length.");
        else if (request.Subject is null && request.Personalizations?.All(own => own?.Subject is not null) is not true)
            yield return Refusal.Of("subject",
                "The subject is required. You can get around this requirement if you use a template with a subject defined " +
                "or if every personalization has a subject defined.");
        // SendGrid has templates of its own; what they hold cannot be known here, and an unknown one is refused there too.
        if (request.TemplateId is not null)
            yield return Refusal.Of("template_id",
                $"The Template ID must be a valid template id for your account. You provided {request.TemplateId}. " +
                "The local mailbox has no templates.");
    }

    private static IEnumerable<Refusal> CheckContent(SendRequest request)
    {
        if (request.Content is not { Count: > 0 } content)
        {
            yield return Refusal.Of("content",
                "There must be at least one defined content block. We typically suggest both text/plain and text/html blocks " +
                "are included, but only one block is required.");
            yield break;
        }

        var last = 0;
        for (var i = 0; i < content.Count; i++)
        {
            var type = content[i]?.Type;
            if (string.IsNullOrEmpty(type))
                yield return Refusal.Of($"content.{i}.type",
                    "Your content type must be a string with length of at least one character.");
            else if (type.AsSpan().IndexOfAny(NotInType) >= 0)
                yield return Refusal.Of($"content.{i}.type", "The content type cannot contain ';', ',' or CRLF characters.");
            if (string.IsNullOrEmpty(content[i]?.Value))
                yield return Refusal.Of($"content.{i}.value",
                    "The content value must be a string at least one character in length.");

            var rank = Is(type, "text/plain") ? 1 : Is(type, "text/html") ? 2 : 3;
            if (rank < last || (rank == last && rank < 3))
                yield return Refusal.Of("content",
                    "Following RFC 1341, section 7.2, if either text/html or text/plain are to be sent in your email: " +
                    "text/plain needs to be first, followed by text/html, followed by any other content, each once.");
            last = Math.Max(rank, last);
        }

        static bool Is(string? type, string wanted) => string.Equals(type, wanted, StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<Refusal> CheckAttachments(SendRequest request)
    {
        for (var i = 0; i < (request.Attachments?.Count ?? 0); i++)
        {
            var attachment = request.Attachments![i];
            if (attachment?.Filename is null)
                yield return Refusal.Of($"attachments.{i}.filename", "filename is required.");
            else if (attachment.Filename.AsSpan().IndexOfAny(NotInType) >= 0)
                yield return Refusal.Of($"attachments.{i}.filename",
                    "The filename of your attachment cannot contain ';', ',' or CRLF characters.");
            if (attachment?.Type is { } type && (type is "" || type.AsSpan().IndexOfAny(NotInType) >= 0))
                yield return Refusal.Of($"attachments.{i}.type",
                    "The attachment type must be at least one character in length and cannot contain ';', ',' or CRLF.");
        }
    }

    private static IEnumerable<Refusal> CheckHeaders(IReadOnlyDictionary<string, string?>? headers, string field)
    {
        if (headers is null)
            yield break;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers)
        {
            if (name is "" || name.AsSpan().ContainsAnyExcept(HeaderName))
                yield return Refusal.Of(field,
                    "Header keys cannot be empty or contain non-ASCII characters, colons or empty spaces.");
            else if (ReservedHeaders.Contains(name))
                yield return Refusal.Of(field, $"Header cannot be one of the reserved keys. You provided {name}.");
            else if (!names.Add(name))
                yield return Refusal.Of(field, $"The headers cannot contain duplicate keys. You provided {name} more than once.");
            if (value is null)
                yield return Refusal.Of(field, $"The header values must be strings. The value of {name} is null.");
            else if (value.AsSpan().ContainsAnyExcept(Printable))
                yield return Refusal.Of(field,
                    $"The header values must be ASCII without CRLF characters. The value of {name} is not.");
        }
    }

    private static IEnumerable<Refusal> CheckCustomArgs(
        IReadOnlyDictionary<string, string?>? common, IReadOnlyDictionary<string, string?>? own, string field)
    {
        // The global ones are merged into every personalization, so that even one without any can be too long.
        var size = Size(own) + (common?.Where(arg => own is null || !own.ContainsKey(arg.Key)).Sum(Size) ?? 0);
        if (size >= MaxCustomArgsBytes)
            yield return Refusal.Of(field,
                "The combined size of both global and personalization custom arguments must be less than " +
                $"{MaxCustomArgsBytes} bytes per personalization. You have provided {size} bytes.");
        foreach (var refusal in CheckValues(own, field))
            yield return refusal;
    }

    private static IEnumerable<Refusal> CheckSubstitutions(IReadOnlyDictionary<string, string?>? substitutions, string field)
    {
        if (substitutions?.Count > MaxSubstitutions)
            yield return Refusal.Of(field,
                $"You are limited to {MaxSubstitutions} substitutions per personalization. " +
                $"You have provided {substitutions.Count}.");
        var size = Size(substitutions);
        if (size > MaxSubstitutionsBytes)
            yield return Refusal.Of(field,
                $"The total size of your substitutions may not exceed {MaxSubstitutionsBytes} bytes per personalization. " +
                $"You have provided {size} bytes.");
        foreach (var (tag, value) in substitutions ?? new Dictionary<string, string?>())
            if (value is null)
                yield return Refusal.Of(field, $"The substitution values must all be strings. The value of {tag} is null.");
    }

    private static IEnumerable<Refusal> CheckValues(IReadOnlyDictionary<string, string?>? args, string field)
    {
        if (args?.Count == 0)
            yield return Refusal.Of(field, "custom_args cannot be empty.");
        if (args?.FirstOrDefault(arg => arg.Value is null).Key is { } name)
            yield return Refusal.Of(field, $"All values of custom arguments must be strings. The value of {name} is null.");
    }

    private static IEnumerable<Refusal> CheckCategories(SendRequest request)
    {
        var categories = request.Categories ?? [];
        if (categories.Count > MaxCategories)
            yield return Refusal.Of("categories",
                $"There is a limit of {MaxCategories} categories for each email that is sent. " +
                $"You provided {categories.Count} categories.");
        for (var i = 0; i < categories.Count; i++)
            if (categories[i] is not { } category)
                yield return Refusal.Of($"categories.{i}", "Categories must be an array of strings.");
            else if (category.Length > MaxCategoryLength)
                yield return Refusal.Of($"categories.{i}",
                    $"Each category must not be longer than {MaxCategoryLength} characters. {category} exceeds this limit.");
            else if (!Ascii.IsValid(category))
                yield return Refusal.Of($"categories.{i}", "Categories can not contain non-ASCII characters.");
        if (categories.GroupBy(category => category).FirstOrDefault(same => same.Count() > 1) is { } repeated)
            yield return Refusal.Of("categories",
                $"The categories must be a unique list, and you have included {repeated.Key} more than once.");
    }

    private static IEnumerable<Refusal> CheckSendAt(long? sendAt, string field, DateTimeOffset now)
    {
        if (sendAt > (now + MaxDelay).ToUnixTimeSeconds())
            yield return Refusal.Of(field, "Scheduling more than 72 hours in advance is forbidden.");
    }

    private static string AddressFault(EmailAddress? address) => address?.Email?.Length > EmailAddress.MaxLength
        ? $"The email exceeds the maximum total length of {EmailAddress.MaxLength} characters."
        : "Does not contain a valid address.";

    private static int Size(IReadOnlyDictionary<string, string?>? pairs) => pairs?.Sum(Size) ?? 0;

    private static int Size(KeyValuePair<string, string?> pair) =>
        Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value ?? "");
}
