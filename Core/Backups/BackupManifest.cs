using System.Text.Json;
using Pipeline.Keys;

namespace Pipeline.Backups;

/// <summary>The content of a backup. It is written last: a backup without it is incomplete.</summary>
/// <param name="Name">The UTC time of the start, as in 2026-11-24T035000Z. Also the folder of the blobs.</param>
/// <param name="TokenKeys">A mark of each key in Tokens__Keys. Null in old backups.</param>
/// <param name="Tables">In the order in which they were read.</param>
public sealed record BackupManifest(
    int Format, string Name, DateTimeOffset BegunOn, DateTimeOffset EndedOn, IReadOnlyList<BackupTable> Tables,
    IReadOnlyList<string>? TokenKeys = null)
{
    /// <summary>Increase it if older versions of the app cannot read new backups.</summary>
    public const int CurrentFormat = 1;

    private const int MarkBytes = 8;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public long Rows => Tables.Sum(table => table.Rows);

    /// <summary>Marks that identify the token keys and do not reveal them.</summary>
    /// <remarks>Rows of Erasures are signed with these keys. A restore without a key would not recognize them.</remarks>
    public static IReadOnlyList<string> MarksOf(KeyRing keys) =>
        [.. keys.SignWithAll(KeyPurpose.BackupMark, [], MarkBytes).Select(Convert.ToHexStringLower)];

    /// <exception cref="BackupException">The manifest is damaged or has another format.</exception>
    public static BackupManifest Read(string name, BinaryData json)
    {
        try
        {
            using (var document = JsonDocument.Parse(json))
                if (document.RootElement.GetProperty("format").GetInt32() is var format and not CurrentFormat)
                    throw new BackupException(
                        $"The backup {name} has the format {format}, and this version of the app reads format {CurrentFormat}. Use the "
                        + "version that created it.");
            return json.ToObjectFromJson<BackupManifest>(Options)! with { Name = name };
        }
        catch (Exception malformed)
            when (malformed is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new BackupException($"The manifest of the backup {name} is damaged. Use another backup.", malformed);
        }
    }

    public BinaryData Write() => BinaryData.FromObjectAsJson(this, Options);
}

/// <param name="Sha256">Of the compressed blob, in lower-case hexadecimal.</param>
public sealed record BackupTable(string Name, long Rows, string Sha256);
