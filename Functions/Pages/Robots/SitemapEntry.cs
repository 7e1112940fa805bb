namespace Pipeline.Functions.Pages.Robots;

/// <param name="Path">Relative to the base address.</param>
/// <param name="InAllLanguages">True if the page is translated.</param>
public sealed record SitemapEntry(string Path, bool InAllLanguages = false, DateTimeOffset? LastChanged = null);
