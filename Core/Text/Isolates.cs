namespace Pipeline.Text;

public static class Isolates
{
    /// <summary>Removes directional isolates (U+2066 to U+2069) without a partner in the line: they would affect other text.</summary>
    public static string Balance(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\u2066', '\u2069') < 0)
            return text;

        Stack<int> open = [];
        HashSet<int> unpaired = [];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\n')
                CloseLine();
            else if (text[i] is >= '\u2066' and <= '\u2068')
                open.Push(i);
            else if (text[i] is '\u2069' && !open.TryPop(out _))
                unpaired.Add(i);
        }

        CloseLine();
        return unpaired.Count == 0 ? text : string.Concat(text.Where((_, i) => !unpaired.Contains(i)));

        void CloseLine()
        {
            unpaired.UnionWith(open);
            open.Clear();
        }
    }
}
