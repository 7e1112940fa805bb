using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Pipeline.Functions.Pages.Assets;

/// <summary>A file inside the assembly. Its address changes with its content, so that browsers can cache it.</summary>
public sealed class Asset
{
    public static readonly Asset Stylesheet = new("style.css", "text/css; charset=utf-8");
    public static readonly Asset Favicon = new("favicon.svg", "image/svg+xml");

    private const string Version = "v";

    private readonly string _contentType;
    private readonly byte[] _bytes;
    private readonly string _hash;

    private Asset(string name, string contentType)
    {
        using var stream = typeof(Asset).Assembly.GetManifestResourceStream(name)!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        _contentType = contentType;
        _bytes = memory.ToArray();
        _hash = Convert.ToHexStringLower(SHA256.HashData(_bytes))[..12];
        Address = $"/{name}?{Version}={_hash}";
    }

    public string Address { get; }

    public IResult Answer(HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        // The address of another deployment must not cache this version.
        headers.CacheControl = request.Query[Version] == _hash ? "public, max-age=31536000, immutable" : "no-cache";
        return TypedResults.Bytes(_bytes, _contentType, entityTag: new EntityTagHeaderValue($"\"{_hash}\""));
    }
}
