using System.Text.Json;
using Pipeline.Keys;

namespace Pipeline.Backups;

/// <summary>What a backup consists of. It is written last, so that a backup without it is none.</summary>
/// <param name="Name">When it was begun, as in 2026-11-24T035000Z; the folder of its blobs.</param>
/// <param name="TokenKeys">Tells for each of Tokens__Keys as they were whether a key is that one; nobody can find a key from it. Null where it is not to be checked.</param>
/// <param name="Tables">In the order in which they were read.</param>
public sealed record BackupManifest(
    int Format, string Name, DateTimeOffset BegunOn, DateTimeOffset EndedOn, IReadOnlyList<BackupTable> Tables, IReadOnlyList<string>? TokenKeys = null)
{
    /// <summary>To be raised when an older version of the app could no longer read what is written.</summary>
    public const int CurrentFormat = 1;

    private const int MarkBytes = 8;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public long Rows => Tables.Sum(table => table.Rows);

    /// <summary>
    /// Tells the token keys from others without giving them away. The entries in Erasures are made with them: a restore without them
    /// would take nobody for erased.
    /// </summary>
    public static IReadOnlyList<string> MarksOf(KeyRing keys) =>
        [.. keys.SignWithAll(KeyPurpose.BackupMark, [], MarkBytes).Select(Convert.ToHexStringLower)];

    /// <exception cref="BackupException">It is no manifest, or one of another version.</exception>
    public static BackupManifest Read(string name, BinaryData json)
    {
        try
        {
            using (var document = JsonDocument.Parse(json))
                if (document.RootElement.GetProperty("format").GetInt32() is var format and not CurrentFormat)
                    throw new BackupException(
                        $"The backup {name} has the format {format}, and this version of the app reads format {CurrentFormat}: run the command of the version that made it.");
            return json.ToObjectFromJson<BackupManifest>(Options)! with { Name = name };
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new BackupException($"The manifest of the backup {name} is damaged: take another backup.", malformed);
        }
    }

    public BinaryData Write() => BinaryData.FromObjectAsJson(this, Options);
}

/// <param name="Rows">How many there were.</param>
/// <param name="Sha256">Of the blob, compressed as it is.</param>
public sealed record BackupTable(string Name, long Rows, string Sha256);
