using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Amazon.S3.Model;
using LakehouseOperator.Pipelines.Codes;
using Microsoft.Win32.SafeHandles;

namespace LakehouseOperator.Engine.Storage.S3;

/// <summary>
/// An object as a local file: its first range tells its size, the others follow side by side. Each must come from the object that the first came from, which its
/// ETag tells: Ceph 16 refuses an <c>If-Match</c> as the SDK writes it.
/// </summary>
[SuppressMessage("Security", "CA5351", Justification = "The store's own digest; it guards against accidents only.")]
internal sealed class S3Download(S3Store store, string key, S3Digests digests)
{
    /// <summary>Reads of one object until its bytes fit its digest.</summary>
    private const int Readings = 4;

    private readonly S3Tuning tuning = store.Connection.Tuning;

    /// <returns>The file's path; null where there is no object.</returns>
    public async Task<string?> RunAsync(string directory, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, Guid.NewGuid().ToString("N") + Extension(key));
        var whole = false;
        try
        {
            string? before = null;
            for (var reading = 1; reading <= Readings; reading++)
            {
                if (await ReadAsync(path, cancellationToken) is not { } read)
                    return null;
                if (read.ETag is not { } etag || digests.Accept(etag, read.Digest!, before))
                {
                    whole = true;
                    return path;
                }

                before = read.Digest;
            }

            throw S3Errors.From(new S3BodyException("its bytes do not fit its digest"), store.Connection, store.Bucket, Place);
        }
        catch (IOException failure) when (failure is not HttpIOException)
        {
            throw new DiagnosticException(RunCodes.ScratchFull, $"{directory} cannot take a copy of {Place}: {failure.Message}", "free space there, or choose another temporary folder by TMPDIR", failure);
        }
        finally
        {
            if (!whole)
                File.Delete(path);
        }
    }

    private string Place => $"s3://{store.Bucket}/{key}";

    /// <summary>DuckDB knows files by what is behind the dot.</summary>
    private static string Extension(string key) => Path.GetExtension(key) is { Length: > 1 and <= 16 } extension && extension[1..].All(char.IsAsciiLetterOrDigit) ? extension : "";

    private async Task<Reading?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous);
        if (await FetchAsync(file, 0, null, cancellationToken) is not { } first)
            return null;
        var count = (int)Math.Max(1, (first.Whole + tuning.PartBytes - 1) / tuning.PartBytes);
        var parts = new byte[count][];
        parts[0] = first.Digest;
        await Parallel.ForAsync(
            1,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = tuning.Parallel, CancellationToken = cancellationToken },
            async (i, cancellation) => parts[i] = (await FetchAsync(file, (long)i * tuning.PartBytes, first, cancellation) ?? throw Changed()).Digest);
        if (RandomAccess.GetLength(file) != first.Whole)
            throw S3Errors.From(new S3BodyException("it came in another length than promised"), store.Connection, store.Bucket, Place);
        if (S3Digests.Comparable(first.ETag, first.Encryption, count) is not { } etag || !digests.AreCompared(etag))
            return new Reading(null, null);
        if (etag.Contains('-', StringComparison.Ordinal))
            return new Reading(etag, S3Digests.OfParts(parts));
        return new Reading(etag, Convert.ToHexStringLower(count == 1 ? parts[0] : await DigestAsync(path, cancellationToken)));
    }

    /// <param name="first">What the object's first range told; null for that itself.</param>
    private async Task<Range?> FetchAsync(SafeFileHandle file, long offset, Range? first, CancellationToken cancellationToken)
    {
        await store.Connection.Transfers.WaitAsync(cancellationToken);
        try
        {
            return await store.Connection.FindAsync(
                store.Bucket,
                Place,
                tuning.AnswerWithin,
                async (client, deadline) =>
                {
                    var request = new GetObjectRequest { BucketName = store.Bucket, Key = key, ByteRange = new ByteRange(offset, offset + tuning.PartBytes - 1) };
                    using var response = first is null ? await S3Bodies.GetAsync(client, request, deadline.Token) : await client.GetObjectAsync(request, deadline.Token);
                    var whole = S3Bodies.RequireRange(response, offset, tuning.PartBytes);
                    if (first is not null && (response.ETag != first.ETag || whole != first.Whole))
                        throw Changed();
                    using var digest = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
                    var at = offset;
                    await S3Bodies.CopyAsync(response, Take, tuning, deadline);
                    return new Range(whole, response.ETag, response.ServerSideEncryptionMethod, digest.GetHashAndReset());

                    void Take(ReadOnlySpan<byte> piece)
                    {
                        digest.AppendData(piece);
                        Write(file, piece, at);
                        at += piece.Length;
                    }
                },
                cancellationToken);
        }
        finally
        {
            store.Connection.Transfers.Release();
        }
    }

    /// <summary>A disk that is full is not the network's failure, and not repeated like one.</summary>
    private void Write(SafeFileHandle file, ReadOnlySpan<byte> piece, long at)
    {
        try
        {
            RandomAccess.Write(file, piece, at);
        }
        catch (IOException failure)
        {
            throw new DiagnosticException(RunCodes.ScratchFull, $"no space is left for a copy of {Place}: {failure.Message}", "free space in the temporary folder, or choose another by TMPDIR", failure);
        }
    }

    private static async Task<byte[]> DigestAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 17, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return await MD5.HashDataAsync(stream, cancellationToken);
    }

    private DiagnosticException Changed() => new(
        TableCodes.ReadDamaged, $"{Place} was replaced while it was read", "objects of a table are never replaced; look at who writes there");

    /// <param name="ETag">Null: nothing to compare.</param>
    private sealed record Reading(string? ETag, string? Digest);

    private sealed record Range(long Whole, string? ETag, Amazon.S3.ServerSideEncryptionMethod? Encryption, byte[] Digest);
}
