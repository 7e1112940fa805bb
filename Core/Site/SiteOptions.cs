namespace Pipeline.Site;

/// <summary>Public address of the app and the sites that may use it. Settings: Pipeline__BaseUrl, __EmbedOrigins__n, __PageAge.</summary>
public sealed record SiteOptions
{
    private static readonly TimeSpan DefaultPageAge = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxPageAge = TimeSpan.FromHours(1);

    /// <summary>Public address, with a final slash. Every link in a mail starts with it.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Sites whose pages may embed the forms and whose scripts may call the API.</summary>
    public required IReadOnlyList<Uri> EmbedOrigins { get; init; }

    /// <summary>Maximum age of the data on a page. Zero reads storage at every request.</summary>
    public required TimeSpan PageAge { get; init; }

    public static SiteOptions Read(SettingsReader settings) => new()
    {
        BaseUrl = settings.RequiredAddress("Pipeline:BaseUrl", "https://practices.example.org"),
        EmbedOrigins = ReadEmbedOrigins(settings),
        PageAge = settings.Duration(
            "Pipeline:PageAge", DefaultPageAge, age => age >= TimeSpan.Zero && age <= MaxPageAge,
            "a length of time such as 00:00:02 for two seconds, at most an hour"),
    };

    /// <summary>True if the address belongs to one of <see cref="EmbedOrigins"/>.</summary>
    public bool IsEmbedOrigin(Uri address) => EmbedOrigins.Any(origin =>
        Uri.Compare(origin, address, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0);

    public Uri Link(string path) => new(BaseUrl, path);

    /// <summary>The address of a page in a language. English needs no lang parameter.</summary>
    public Uri Link(string path, Language language)
    {
        if (language == Language.English)
            return Link(path);

        // lang comes first: "&lang" is an HTML entity, which some mail programs decode even without a semicolon.
        var query = path.IndexOf('?') is >= 0 and var at ? at : path.Length;
        return Link($"{path[..query]}?lang={language.Code}{(query < path.Length ? $"&{path[(query + 1)..]}" : "")}");
    }

    private static List<Uri> ReadEmbedOrigins(SettingsReader settings)
    {
        List<Uri> origins = [];
        foreach (var name in settings.Entries("Pipeline:EmbedOrigins"))
            if (settings.Optional(name) is not { } text)
                continue;
            else if (SettingsReader.HttpAddress(text) is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" } origin)
                origins.Add(origin);
            else
                settings.Invalid<Uri?>(name, "a site's address without a path, such as https://www.example.org", null);
        return origins;
    }
}
