using System.Globalization;

namespace Pipeline.Benchmarks;

/// <summary>The values of a figure, one for each round.</summary>
internal sealed class Measurements
{
    private readonly List<double> _values = [];

    public int Count => _values.Count;

    public double Median => Benchmarks.Median.Of(_values, value => value);

    public void Add(double value) => _values.Add(value);

    /// <summary>The median, then the lowest and the highest value in brackets.</summary>
    public string Show(string format, string unit = "")
    {
        var (median, min, max) = (Text(Median, format), Text(_values.Min(), format), Text(_values.Max(), format));
        return unit.Length > 0 ? $"{median} {unit} ({min} to {max})" : $"{median} ({min} to {max})";
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
