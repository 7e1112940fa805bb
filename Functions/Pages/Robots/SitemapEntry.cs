namespace Pipeline.Functions.Pages.Robots;

/// <param name="Path">From the base address on.</param>
/// <param name="InAllLanguages">Its text is ours and is translated; a practice reads the same under each language.</param>
public sealed record SitemapEntry(string Path, bool InAllLanguages = false, DateTimeOffset? LastChanged = null);
