namespace Pipeline.Text;

public static class EditDistance
{
    /// <summary>Counts missing, extra, wrong and swapped letters. Null if there are more than <paramref name="max"/>.</summary>
    /// <remarks>Returns early if the lengths differ by more than max, so that a long text costs nothing.</remarks>
    public static int? Of(string from, string to, int max)
    {
        if (Math.Abs(from.Length - to.Length) > max)
            return null;

        var steps = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
            for (var j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    steps[i, j] = i + j;
                    continue;
                }

                var wrong = from[i - 1] == to[j - 1] ? 0 : 1;
                steps[i, j] = Math.Min(Math.Min(steps[i - 1, j], steps[i, j - 1]) + 1, steps[i - 1, j - 1] + wrong);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    steps[i, j] = Math.Min(steps[i, j], steps[i - 2, j - 2] + 1);
            }

        return steps[from.Length, to.Length] is var distance && distance <= max ? distance : null;
    }
}
