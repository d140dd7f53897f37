using System.Buffers;
using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace LakehouseOperator.Engine.Storage.S3;

/// <summary>Bodies of answers, read to their promised end or not at all.</summary>
internal static class S3Bodies
{
    private const int BufferBytes = 1 << 17;

    /// <summary>An object whole, asked for as a range.</summary>
    public static ByteRange Everything => new("bytes=0-");

    public static DateTimeOffset Utc(DateTime? time) => time is { } known ? new DateTimeOffset(known.ToUniversalTime(), TimeSpan.Zero) : DateTimeOffset.UnixEpoch;

    /// <summary>A range from the object's begin on; an empty object has none that could be asked for.</summary>
    public static async Task<GetObjectResponse> GetAsync(AmazonS3Client client, GetObjectRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetObjectAsync(request, cancellationToken);
        }
        catch (AmazonServiceException failure) when (S3Failures.IsStatus(failure, HttpStatusCode.RequestedRangeNotSatisfiable))
        {
            request.ByteRange = null;
            return await client.GetObjectAsync(request, cancellationToken);
        }
    }

    /// <param name="deadline">Moved on with every piece that comes: a large body may take its time, a silent store may not.</param>
    /// <exception cref="S3BodyException">It is shorter or longer than promised.</exception>
    public static async Task<byte[]> ReadAsync(GetObjectResponse response, int most, S3Tuning tuning, CancellationTokenSource deadline)
    {
        var length = response.ContentLength;
        if (length < 0 || length > most)
            throw new S3BodyException(string.Create(CultureInfo.InvariantCulture, $"{length} bytes were sent where at most {most} were asked for"));
        var content = new byte[length];
        var read = 0;
        while (read < content.Length)
        {
            deadline.CancelAfter(tuning.IdleWithin);
            var count = await response.ResponseStream.ReadAsync(content.AsMemory(read), deadline.Token);
            if (count == 0)
                throw Short(read, length);
            read += count;
        }

        return content;
    }

    /// <summary>Hands the body on piece by piece.</summary>
    public static async Task CopyAsync(GetObjectResponse response, Action<ReadOnlySpan<byte>> take, S3Tuning tuning, CancellationTokenSource deadline)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (long rest = response.ContentLength; rest > 0;)
            {
                deadline.CancelAfter(tuning.IdleWithin);
                var count = await response.ResponseStream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, rest)), deadline.Token);
                if (count == 0)
                    throw Short(response.ContentLength - rest, response.ContentLength);
                take(buffer.AsSpan(0, count));
                rest -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The answer is the range that was asked for, cut at the object's end.</summary>
    /// <returns>The object's whole size.</returns>
    public static long RequireRange(GetObjectResponse response, long offset, long length)
    {
        // bytes 0-9/100
        var text = response.ContentRange;
        if (string.IsNullOrEmpty(text))
        {
            return offset == 0 && response.ContentLength <= length
                ? response.ContentLength
                : throw new S3BodyException("the store sent the whole object where a range was asked for");
        }

        var parts = text.Replace("bytes", "", StringComparison.OrdinalIgnoreCase).Trim().Split('-', '/');
        if (parts.Length != 3
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var whole)
            || first != offset || last != Math.Min(offset + length, whole) - 1 || response.ContentLength != last - first + 1)
        {
            throw new S3BodyException(string.Create(CultureInfo.InvariantCulture, $"the store sent \"{text}\" where {length} bytes from {offset} on were asked for"));
        }

        return whole;
    }

    private static S3BodyException Short(long read, long length) =>
        new(string.Create(CultureInfo.InvariantCulture, $"it ended after {read} of {length} bytes"));
}
