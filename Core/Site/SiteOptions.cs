namespace Pipeline.Site;

/// <summary>Where the app is on the web, and which other sites may use it. Settings: Pipeline__BaseUrl, __EmbedOrigins__n, __PageAge.</summary>
public sealed record SiteOptions
{
    private static readonly TimeSpan DefaultPageAge = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxPageAge = TimeSpan.FromHours(1);

    /// <summary>The public address of the app, ending with a slash. Every link in a mail starts with it.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Sites whose pages embed the forms and whose scripts may call the API.</summary>
    public required IReadOnlyList<Uri> EmbedOrigins { get; init; }

    /// <summary>How long a page may show what it showed before. Zero asks storage at every request.</summary>
    public required TimeSpan PageAge { get; init; }

    public static SiteOptions Read(SettingsReader settings) => new()
    {
        BaseUrl = settings.RequiredAddress("Pipeline:BaseUrl", "https://practices.example.org"),
        EmbedOrigins = ReadEmbedOrigins(settings),
        PageAge = settings.Duration(
            "Pipeline:PageAge", DefaultPageAge, age => age >= TimeSpan.Zero && age <= MaxPageAge,
            "a length of time as 00:00:02 for two seconds, at most an hour"),
    };

    /// <summary>True if the address belongs to a site that embeds the forms.</summary>
    public bool Embeds(Uri address) => EmbedOrigins.Any(origin =>
        Uri.Compare(origin, address, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0);

    public Uri Link(string path) => new(BaseUrl, path);

    /// <summary>The address of a page in a language. English is not written.</summary>
    public Uri Link(string path, Language language)
    {
        if (language == Language.English)
            return Link(path);

        // Before the rest of the query: "&lang" is an entity of HTML, which some mail programs decode even without a semicolon.
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
                settings.Wrong<Uri?>(name, "a site's address without a path, as https://www.example.org", null);
        return origins;
    }
}
