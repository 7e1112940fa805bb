namespace Pipeline.Functions.Pages;

/// <summary>Who may cache a page.</summary>
public enum CachePolicy
{
    /// <summary>Browsers and caches keep it and revalidate each time, so that a withdrawn practice disappears at once.</summary>
    Public,

    /// <summary>A form or the answer to one: the browser alone keeps it, for its button Back. It sends no Referer.</summary>
    Private,

    /// <summary>Nothing is kept, and no Referer is sent: the address may hold a token.</summary>
    NoStore,
}
