using System.Buffers;
using System.Text;

namespace Pipeline.LocalHost.Mailbox;

/// <summary>
/// Checks a request against the limits that SendGrid documents for the members that the app sends, so that a request that SendGrid would
/// refuse fails on the developer's machine. If the documentation is unclear, the stricter reading holds. All other members are refused,
/// because their limits are not implemented.
/// </summary>
internal static class SendGridLimits
{
    public const int MaxRecipients = 1_000;
    public const int MaxCustomArgsBytes = 10_000;
    public const int MaxSubstitutions = 100;
    public const int MaxSubstitutionsBytes = 10_000;

    /// <summary>The documentation says "less than 30 MB". A MB is read as 1,000,000 bytes, the smaller unit.</summary>
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

    private static readonly SearchValues<char> ForbiddenInType = SearchValues.Create(";,\r\n");

    public static IEnumerable<RequestError> Check(SendRequest request) =>
    [
        .. CheckMembers(request, ""),
        .. CheckPersonalizations(request),
        .. CheckFrom(request.From),
        .. CheckSubject(request.Subject),
        .. CheckContent(request),
        .. CheckHeaders(request.Headers, "headers"),
        .. CheckCustomArgs(request.CustomArgs),
        .. CheckTracking(request.TrackingSettings),
    ];

    private static IEnumerable<RequestError> CheckMembers(RequestObject? part, string field) =>
        (part?.Unknown?.Keys ?? Enumerable.Empty<string>())
            .Select(name => RequestError.OfUnknown(field is "" ? name : $"{field}.{name}"));

    private static IEnumerable<RequestError> CheckPersonalizations(SendRequest request)
    {
        var all = request.Personalizations ?? [];
        if (all.Count == 0)
            yield return RequestError.OfField("personalizations", "You must have at least one personalization.");
        if (all.Count > MaxRecipients)
        {
            yield return RequestError.OfField("personalizations",
                $"The personalization block is limited to {MaxRecipients} personalizations per API request. " +
                $"You have provided {all.Count} personalizations.");
            yield break;
        }

        var recipients = all.Sum(personalization => personalization?.To?.Count ?? 0);
        if (recipients > MaxRecipients)
            yield return RequestError.OfField("personalizations",
                $"There is a limit of {MaxRecipients} total recipients per request. You have provided {recipients}.");

        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < all.Count; i++)
        {
            var field = $"personalizations.{i}";
            if (all[i] is not { } personalization)
            {
                yield return RequestError.OfField(field, "Each personalization must be an object.");
                continue;
            }

            foreach (var error in CheckMembers(personalization, field)
                .Concat(CheckRecipients(personalization, i, seen))
                .Concat(CheckHeaders(personalization.Headers, $"{field}.headers"))
                .Concat(CheckSubstitutions(personalization.Substitutions, $"{field}.substitutions")))
                yield return error;
        }
    }

    private static IEnumerable<RequestError> CheckRecipients(Personalization personalization, int i, Dictionary<string, int> seen)
    {
        if (personalization.To is not { Count: > 0 } addresses)
        {
            yield return RequestError.OfField($"personalizations.{i}.to",
                "The to array is required for all personalization objects, and must have at least one email object with a " +
                "valid email address.");
            yield break;
        }

        for (var k = 0; k < addresses.Count; k++)
        {
            var field = $"personalizations.{i}.to.{k}";
            var address = addresses[k];
            foreach (var error in CheckMembers(address, field))
                yield return error;
            if (address is null || !address.IsWellFormed)
                yield return RequestError.OfField($"{field}.email", AddressError(address));
            else if (!seen.TryAdd(address.Email!, i))
                yield return RequestError.OfField($"personalizations.{i}", seen[address.Email!] == i
                    ? "Each email address in the personalization block should be unique. " +
                      $"We found the first duplicate instance of [{address.Email}] in the personalizations.{i}.to field."
                    : "Each unique email address in the personalizations array should only be included once. " +
                      $"You have included [{address.Email}] more than once.");
        }
    }

    private static IEnumerable<RequestError> CheckFrom(Sender? from)
    {
        foreach (var error in CheckMembers(from, "from"))
            yield return error;
        if (from is null)
            yield return RequestError.OfField("from",
                "The from object must be provided for every email send. It is an object that requires the email " +
                "parameter, but may also contain a name parameter.");
        else if (!from.IsWellFormed)
            yield return RequestError.OfField("from.email", AddressError(from));
        else if (!Ascii.IsValid(from.Email))
            yield return RequestError.OfField("from.email", "Unicode is not supported in the from address.");
    }

    private static IEnumerable<RequestError> CheckSubject(string? subject)
    {
        if (subject is null)
            yield return RequestError.OfField("subject", "The subject is required.");
        else if (subject is "")
            yield return RequestError.OfField("subject", "The subject of your email must be a string at least one character in length.");
    }

    private static IEnumerable<RequestError> CheckContent(SendRequest request)
    {
        if (request.Content is not { Count: > 0 } content)
        {
            yield return RequestError.OfField("content",
                "There must be at least one defined content block. We typically suggest both text/plain and text/html blocks " +
                "are included, but only one block is required.");
            yield break;
        }

        var last = 0;
        for (var i = 0; i < content.Count; i++)
        {
            foreach (var error in CheckMembers(content[i], $"content.{i}"))
                yield return error;
            var type = content[i]?.Type;
            if (string.IsNullOrEmpty(type))
                yield return RequestError.OfField($"content.{i}.type",
                    "Your content type must be a string with length of at least one character.");
            else if (type.AsSpan().IndexOfAny(ForbiddenInType) >= 0)
                yield return RequestError.OfField($"content.{i}.type", "The content type cannot contain ';', ',' or CRLF characters.");
            if (string.IsNullOrEmpty(content[i]?.Value))
                yield return RequestError.OfField($"content.{i}.value",
                    "The content value must be a string at least one character in length.");

            var rank = Is(type, "text/plain") ? 1 : Is(type, "text/html") ? 2 : 3;
            if (rank < last || (rank == last && rank < 3))
                yield return RequestError.OfField("content",
                    "Following RFC 1341, section 7.2, if either text/html or text/plain are to be sent in your email: " +
                    "text/plain needs to be first, followed by text/html, followed by any other content, each once.");
            last = Math.Max(rank, last);
        }

        static bool Is(string? type, string wanted) => string.Equals(type, wanted, StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<RequestError> CheckHeaders(IReadOnlyDictionary<string, string?>? headers, string field)
    {
        if (headers is null)
            yield break;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers)
        {
            if (name is "" || name.AsSpan().ContainsAnyExcept(HeaderName))
                yield return RequestError.OfField(field,
                    "Header keys cannot be empty or contain non-ASCII characters, colons or empty spaces.");
            else if (ReservedHeaders.Contains(name))
                yield return RequestError.OfField(field, $"Header cannot be one of the reserved keys. You provided {name}.");
            else if (!names.Add(name))
                yield return RequestError.OfField(field, $"The headers cannot contain duplicate keys. You provided {name} more than once.");
            if (value is null)
                yield return RequestError.OfField(field, $"The header values must be strings. The value of {name} is null.");
            else if (value.AsSpan().ContainsAnyExcept(Printable))
                yield return RequestError.OfField(field,
                    $"The header values must be ASCII without CRLF characters. The value of {name} is not.");
        }
    }

    private static IEnumerable<RequestError> CheckCustomArgs(IReadOnlyDictionary<string, string?>? args)
    {
        if (args?.Count == 0)
            yield return RequestError.OfField("custom_args", "custom_args cannot be empty.");
        if (args?.FirstOrDefault(arg => arg.Value is null).Key is { } name)
            yield return RequestError.OfField("custom_args",
                $"All values of custom arguments must be strings. The value of {name} is null.");
        var size = Size(args);
        if (size >= MaxCustomArgsBytes)
            yield return RequestError.OfField("custom_args",
                $"The combined size of custom arguments must be less than {MaxCustomArgsBytes} bytes per personalization. " +
                $"You have provided {size} bytes.");
    }

    private static IEnumerable<RequestError> CheckSubstitutions(IReadOnlyDictionary<string, string?>? substitutions, string field)
    {
        if (substitutions?.Count > MaxSubstitutions)
            yield return RequestError.OfField(field,
                $"You are limited to {MaxSubstitutions} substitutions per personalization. " +
                $"You have provided {substitutions.Count}.");
        var size = Size(substitutions);
        if (size > MaxSubstitutionsBytes)
            yield return RequestError.OfField(field,
                $"The total size of your substitutions may not exceed {MaxSubstitutionsBytes} bytes per personalization. " +
                $"You have provided {size} bytes.");
        foreach (var (tag, value) in substitutions ?? new Dictionary<string, string?>())
            if (value is null)
                yield return RequestError.OfField(field, $"The substitution values must all be strings. The value of {tag} is null.");
    }

    private static IEnumerable<RequestError> CheckTracking(TrackingSettings? tracking) =>
        new (RequestObject? Part, string Field)[]
        {
            (tracking, "tracking_settings"),
            (tracking?.ClickTracking, "tracking_settings.click_tracking"),
            (tracking?.OpenTracking, "tracking_settings.open_tracking"),
            (tracking?.SubscriptionTracking, "tracking_settings.subscription_tracking"),
            (tracking?.Ganalytics, "tracking_settings.ganalytics"),
        }.SelectMany(each => CheckMembers(each.Part, each.Field));

    private static string AddressError(SendGridAddress? address) => address?.Email?.Length > SendGridAddress.MaxLength
        ? $"The email exceeds the maximum total length of {SendGridAddress.MaxLength} characters."
        : "Does not contain a valid address.";

    private static int Size(IReadOnlyDictionary<string, string?>? pairs) =>
        pairs?.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value ?? "")) ?? 0;
}
