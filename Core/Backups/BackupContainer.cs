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

/// <summary>
/// The blobs: a folder for each backup, in it a compressed blob for each table and the manifest. They are in the account of the setting
/// BackupStorage, or of AzureWebJobsStorage where there is none. Neither is looked at before it is needed: the app is not there for its
/// backups, and starts without them.
/// </summary>
public sealed class BackupContainer(IConfiguration configuration, IEnumerable<HttpPipelinePolicy> policies)
{
    public const string Connection = "BackupStorage";

    private const string HostConnection = "AzureWebJobsStorage";
    private const string ContainerName = "backups";
    private const string ManifestName = "manifest.json";

    private readonly Lazy<BlobContainerClient> container = new(() => Connect(configuration, policies));

    /// <exception cref="BackupException">The setting is missing or malformed.</exception>
    public Uri Address => container.Value.Uri;

    /// <summary>Takes a name that no other backup has, and never will.</summary>
    public async Task<string> BeginAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await container.Value.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        while (true)
        {
            var name = now.UtcDateTime.ToString("yyyy-MM-dd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            try
            {
                await Blob(name, "begun.txt").UploadAsync(
                    BinaryData.FromString($"This backup was begun. It is whole when {ManifestName} is here, too; until then it is none.\n"),
                    new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } }, cancellationToken);
                return name;
            }
            catch (RequestFailedException taken) when (taken.ErrorCode == BlobErrorCode.BlobAlreadyExists)
            {
                now = now.AddSeconds(1);
            }
        }
    }

    /// <summary>Streams the rows into a blob, with as much memory for one as for millions.</summary>
    public async Task<BackupTable> WriteAsync(string name, string table, IAsyncEnumerable<TableEntity> rows, CancellationToken cancellationToken)
    {
        var count = 0L;
        using var hash = SHA256.Create();
        await using (var blob = await container.Value.GetBlockBlobClient($"{name}/{FileOf(table)}").OpenWriteAsync(overwrite: true, cancellationToken: cancellationToken))
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

    /// <summary>Makes it a backup.</summary>
    public Task EndAsync(BackupManifest manifest, CancellationToken cancellationToken) =>
        Blob(manifest.Name, ManifestName).UploadAsync(manifest.Write(), overwrite: true, cancellationToken);

    /// <summary>The names of all that were begun, oldest first.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken)
    {
        List<string> names = [];
        try
        {
            await foreach (var item in container.Value.GetBlobsByHierarchyAsync(
                new GetBlobsByHierarchyOptions { Delimiter = "/" }, cancellationToken))
                if (item.IsPrefix)
                    names.Add(item.Prefix.TrimEnd('/'));
        }
        catch (RequestFailedException none) when (none.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // It is made with the first backup.
        }

        return names;
    }

    /// <summary>Null where there is none: then it is no backup.</summary>
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

    /// <summary>Whether the blob is there and every bit of it is as it was written.</summary>
    public async Task<bool> IsSoundAsync(string name, BackupTable table, CancellationToken cancellationToken)
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
    public async IAsyncEnumerable<string> LinesAsync(string name, BackupTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var blob = await OpenAsync(name, table, cancellationToken);
        await using var plain = new GZipStream(blob, CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            yield return line;
    }

    private Task<Stream> OpenAsync(string name, BackupTable table, CancellationToken cancellationToken) =>
        Blob(name, FileOf(table.Name)).OpenReadAsync(cancellationToken: cancellationToken);

    private BlobClient Blob(string name, string file) => container.Value.GetBlobClient($"{name}/{file}");

    private static string FileOf(string table) => $"{table}.jsonl.gz";

    private static BlobContainerClient Connect(IConfiguration configuration, IEnumerable<HttpPipelinePolicy> policies)
    {
        var options = new BlobClientOptions();
        foreach (var policy in policies)
            options.AddPolicy(policy, Azure.Core.HttpPipelinePosition.PerRetry);

        var name = new[] { Connection, HostConnection }.FirstOrDefault(each => configuration.GetSection(each) is var section && (section.Value is { Length: > 0 } || section.GetChildren().Any()))
            ?? throw new BackupException(
                $"The setting {Connection} is missing, so there is no place for backups: it is a storage account's connection string, or {Connection}__accountName where "
                + $"an identity is used. Without it {HostConnection} counts, which is missing, too.");
        try
        {
            return Service(configuration.GetSection(name), options).GetBlobContainerClient(ContainerName);
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException or InvalidOperationException)
        {
            // The text of the exception may repeat the key, so it is not shown.
            throw new BackupException(
                $"The setting {name} is neither a storage account's connection string nor, as {name}__accountName or {name}__blobServiceUri, its name or the address of its blobs, "
                + "so there is no place for backups.", malformed);
        }
    }

    private static BlobServiceClient Service(IConfigurationSection section, BlobClientOptions options) =>
        section.Value is { Length: > 0 } connectionString ? new BlobServiceClient(connectionString, options)
        : IdentityConnection.ServiceUri(section, "blob") is { } address ? new BlobServiceClient(address, IdentityConnection.Credential(section), options)
        : throw new FormatException();
}
