using System.IO.Pipelines;
using Governance.Inventory;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Governance.Web.Features.Imports;

/// <summary>Several uploaded files as one archive, packed while they arrive: neither memory nor disk holds them twice.</summary>
internal static class UploadedFiles
{
    public static bool AreIn(HttpRequest request) => request.ContentType is { } type && type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="InvalidDataException">The body is not what a browser sends.</exception>
    public static async Task<T> PackAsync<T>(HttpRequest request, Func<Stream, Task<T>> take, CancellationToken ct)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).Value ?? throw new InvalidDataException("The upload has no boundary.");
        var pipe = new Pipe();
        var packing = WriteAsync(new MultipartReader(boundary, request.Body), pipe.Writer, ct);
        try
        {
            return await take(pipe.Reader.AsStream());
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await packing;
        }
    }

    /// <summary>A fault on the way is the reader's to see, not this task's.</summary>
    private static async Task WriteAsync(MultipartReader parts, PipeWriter to, CancellationToken ct)
    {
        try
        {
            // Packing writes synchronously in places: on a thread of its own, so that the reader goes on.
            await Task.Run(() => ImportPack.WriteAsync(to.AsStream(leaveOpen: true), token => NextAsync(parts, token), ct), ct);
            await to.CompleteAsync();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OperationCanceledException or InvalidOperationException or BadHttpRequestException)
        {
            await to.CompleteAsync(e is InvalidOperationException ? new IOException("The upload was not taken.", e) : e);
        }
    }

    private static async Task<(string Name, Stream Content)?> NextAsync(MultipartReader parts, CancellationToken ct)
    {
        while (await parts.ReadNextSectionAsync(ct) is { } section)
        {
            // The browser gives the place in its folder as the part's name, escaped.
            if (section.AsFileSection() is { FileStream: { } content } file)
                return (Uri.UnescapeDataString(file.Name is { Length: > 0 } name ? name : file.FileName).Replace('\\', '/').TrimStart('/'), content);
        }

        return null;
    }
}
