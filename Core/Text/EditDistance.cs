namespace Pipeline.Text;

/// <summary>How far a mistyped word is from the one that was meant.</summary>
public static class EditDistance
{
    /// <summary>
    /// The number of letters that are missing, too many, wrong, or have changed places with their neighbour. Null if the lengths
    /// differ by more than <paramref name="max"/>, so that a long text costs nothing, or if it is more than that.
    /// </summary>
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
