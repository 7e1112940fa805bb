using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Pipeline.Subscribers;
using Pipeline.Text;

namespace Pipeline.Benchmarks.Scale;

/// <summary>Subscribers in the order of their keys, in a file because the benchmark measures the memory of the process.</summary>
internal sealed class ReaderFile(string path) : IDisposable
{
    private const int RecordBytes = SubscriberKey.Bytes + sizeof(int);

    private readonly SafeFileHandle _file = File.OpenHandle(path);

    public static void Write(string path, int count)
    {
        var readers = Enumerable.Range(0, count).Select(number => (Key: KeyOf(EmailOf(number)), Number: number)).ToArray();
        Array.Sort(readers, (one, other) => one.Key.Value.CompareTo(other.Key.Value));
        using var stream = File.Create(path);
        Span<byte> record = stackalloc byte[RecordBytes];
        foreach (var (key, number) in readers)
        {
            key.Write(record);
            BinaryPrimitives.WriteInt32BigEndian(record[SubscriberKey.Bytes..], number);
            stream.Write(record);
        }
    }

    public IEnumerable<(SubscriberKey Key, string Email)> From(SubscriberKey from, int max)
    {
        var (low, high) = (0L, RandomAccess.GetLength(_file) / RecordBytes);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (SubscriberKey.Read(Records(middle, 1)).Value < from.Value)
                low = middle + 1;
            else
                high = middle;
        }

        var records = Records(low, max);
        for (var at = 0; at < records.Length; at += RecordBytes)
        {
            var number = BinaryPrimitives.ReadInt32BigEndian(records.AsSpan(at + SubscriberKey.Bytes));
            yield return (SubscriberKey.Read(records.AsSpan(at)), EmailOf(number));
        }
    }

    public void Dispose() => _file.Dispose();

    private byte[] Records(long first, int max)
    {
        var records = new byte[Math.Min(max * (long)RecordBytes, RandomAccess.GetLength(_file) - first * RecordBytes)];
        for (var read = 0; read < records.Length;)
            read += RandomAccess.Read(_file, records.AsSpan(read), first * RecordBytes + read);
        return records;
    }

    private static string EmailOf(int number) => $"reader{number}@example.org";

    private static SubscriberKey KeyOf(string email) =>
        EmailAddress.TryParse(email, out var address) ? SubscriberKey.Of(address) : throw new FormatException(email);
}
