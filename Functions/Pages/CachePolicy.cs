namespace Pipeline.Functions.Pages;

/// <summary>Who may cache a page.</summary>
public enum CachePolicy
{
    /// <summary>Browsers and caches keep it and revalidate each time, so that a withdrawn practice disappears at once.</summary>
    Public,

    /// <summary>A form: the browser alone keeps it, so that going back shows what was typed. It sends no Referer.</summary>
    Private,

    /// <summary>Nothing is kept, and no Referer is sent: the address may hold a token.</summary>
    NoStore,
}
