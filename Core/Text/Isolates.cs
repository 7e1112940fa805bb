namespace Pipeline.Text;

/// <summary>The marks U+2066 to U+2069, between which text has a direction of its own.</summary>
public static class Isolates
{
    /// <summary>
    /// Only those that come in pairs within a line: one that is never closed would take what stands behind the text with it, and one
    /// that closes nothing would end what was opened around it.
    /// </summary>
    public static string Balanced(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\u2066', '\u2069') < 0)
            return text;

        Stack<int> open = [];
        HashSet<int> stray = [];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\n')
                CloseLine();
            else if (text[i] is >= '\u2066' and <= '\u2068')
                open.Push(i);
            else if (text[i] is '\u2069' && !open.TryPop(out _))
                stray.Add(i);
        }

        CloseLine();
        return stray.Count == 0 ? text : string.Concat(text.Where((_, i) => !stray.Contains(i)));

        void CloseLine()
        {
            stray.UnionWith(open);
            open.Clear();
        }
    }
}
