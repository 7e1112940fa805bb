namespace Pipeline.Text;

/// <summary>A topic, a reference or an issue in the address of a page, as people type and paste it.</summary>
public static class AddressPart
{
    /// <summary>Writes hyphens of any kind as "-", and removes invisible characters and what surrounded the address in a text.</summary>
    public static string Clean(string? typed)
    {
        var text = Identifiers.Clean(Hyphens.ToAscii(typed ?? ""));
        var (start, end) = (0, text.Length);
        while (start < end && !char.IsLetterOrDigit(text[start]))
            start++;
        while (end > start && !char.IsLetterOrDigit(text[end - 1]))
            end--;
        return text[start..end];
    }
}
