using System.Buffers;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Backups;

/// <summary>The blobs of the backups: a folder for each backup, with a compressed blob for each table, and the manifest.</summary>
/// <remarks>
/// The account is that of the setting BackupStorage, else of AzureWebJobsStorage. The setting is read at the first use, so that the app
/// starts without it.
/// </remarks>
public sealed class BackupContainer(IConfiguration configuration, IEnumerable<HttpPipelinePolicy> policies, TimeProvider time)
{
    public const string Connection = "BackupStorage";

    private const string HostConnection = "AzureWebJobsStorage";
    private const string ContainerName = "backups";
    private const string ManifestName = "manifest.json";

    private readonly Lazy<BlobContainerClient> _container =
        new(() => Connect(configuration, new BlobClientOptions().WithLimits(time, policies), time));

    /// <exception cref="BackupException">The setting is missing or malformed.</exception>
    public Uri Address => _container.Value.Uri;

    /// <summary>Reserves a unique name.</summary>
    public async Task<string> BeginAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await _container.Value.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        while (true)
        {
            var name = now.UtcDateTime.ToString("yyyy-MM-dd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            try
            {
                await Blob(name, "begun.txt").UploadAsync(
                    BinaryData.FromString($"This backup was started. It is complete if this folder contains {ManifestName}.\n"),
                    new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } }, cancellationToken);
                return name;
            }
            catch (RequestFailedException taken) when (taken.ErrorCode == BlobErrorCode.BlobAlreadyExists)
            {
                now = now.AddSeconds(1);
            }
        }
    }

    /// <summary>Streams the rows into a blob.</summary>
    public async Task<BackupTable> WriteAsync(
        string name, string table, IAsyncEnumerable<TableEntity> rows, CancellationToken cancellationToken)
    {
        var blobOfTable = _container.Value.GetBlockBlobClient($"{name}/{FileOf(table)}");
        var count = 0L;
        using var hash = SHA256.Create();
        await using (var blob = await blobOfTable.OpenWriteAsync(overwrite: true, cancellationToken: cancellationToken))
        await using (var hashed = new CryptoStream(blob, hash, CryptoStreamMode.Write))
        await using (var compressed = new GZipStream(hashed, CompressionLevel.Optimal))
        {
            var line = new ArrayBufferWriter<byte>();
            await foreach (var row in rows.WithCancellation(cancellationToken))
            {
                line.ResetWrittenCount();
                BackupLine.Write(line, row);
                await compressed.WriteAsync(line.WrittenMemory, cancellationToken);
                count++;
            }
        }

        return new BackupTable(table, count, Convert.ToHexStringLower(hash.Hash!));
    }

    /// <summary>Writes the manifest. The backup is complete after that.</summary>
    public Task EndAsync(BackupManifest manifest, CancellationToken cancellationToken) =>
        Blob(manifest.Name, ManifestName).UploadAsync(manifest.Write(), overwrite: true, cancellationToken);

    /// <summary>Names of all backups, oldest first. Incomplete ones are among them.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken)
    {
        List<string> names = [];
        try
        {
            await foreach (var item in _container.Value.GetBlobsByHierarchyAsync(
                new GetBlobsByHierarchyOptions { Delimiter = "/" }, cancellationToken))
                if (item.IsPrefix)
                    names.Add(item.Prefix.TrimEnd('/'));
        }
        catch (RequestFailedException none) when (none.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // The first backup creates it.
        }

        return names;
    }

    /// <summary>Null if the backup is incomplete.</summary>
    public async Task<BackupManifest?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return BackupManifest.Read(name, (await Blob(name, ManifestName).DownloadContentAsync(cancellationToken)).Value.Content);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }

    /// <summary>True if the blob exists and has the hash of the manifest.</summary>
    public async Task<bool> IsIntactAsync(string name, BackupTable table, CancellationToken cancellationToken)
    {
        try
        {
            await using var blob = await OpenAsync(name, table, cancellationToken);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(blob, cancellationToken)) == table.Sha256;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return false;
        }
    }

    /// <summary>The lines of the blob, one for each row.</summary>
    public async IAsyncEnumerable<string> LinesAsync(
        string name, BackupTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var blob = await OpenAsync(name, table, cancellationToken);
        await using var plain = new GZipStream(blob, CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            yield return line;
    }

    private Task<Stream> OpenAsync(string name, BackupTable table, CancellationToken cancellationToken) =>
        Blob(name, FileOf(table.Name)).OpenReadAsync(cancellationToken: cancellationToken);

    private BlobClient Blob(string name, string file) => _container.Value.GetBlobClient($"{name}/{file}");

    private static string FileOf(string table) => $"{table}.jsonl.gz";

    private static BlobContainerClient Connect(IConfiguration configuration, BlobClientOptions options, TimeProvider time)
    {
        var name = new[] { Connection, HostConnection }.FirstOrDefault(each => IsSet(configuration.GetSection(each)))
            ?? throw new BackupException(
                $"The setting {Connection} is missing, and {HostConnection} as well. Set {Connection} to a storage account's connection "
                + $"string. With an identity, set {Connection}__accountName.");
        try
        {
            return Service(configuration.GetSection(name), options, time).GetBlobContainerClient(ContainerName);
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException or InvalidOperationException)
        {
            // The exception's message may contain the key: do not show it.
            throw new BackupException(
                $"The setting {name} is neither a storage account's connection string nor an address. Set {name}, {name}__accountName or "
                + $"{name}__blobServiceUri.", malformed);
        }
    }

    private static bool IsSet(IConfigurationSection section) => section.Value is { Length: > 0 } || section.GetChildren().Any();

    private static BlobServiceClient Service(IConfigurationSection section, BlobClientOptions options, TimeProvider time) =>
        section.Value is { Length: > 0 } connectionString ? new BlobServiceClient(connectionString, options)
        : IdentityConnection.ServiceUri(section, "blob") is { } address
            ? new BlobServiceClient(address, IdentityConnection.Credential(section, time), options)
        : throw new FormatException();
}
