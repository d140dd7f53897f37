using System.Security.Cryptography;

namespace LakehouseOperator.Engine.Sources.Files.Text;

/// <summary>
/// A moving window over a file's bytes, each of which is read and hashed once. What the window holds stays in place until
/// <see cref="Advance"/>; <see cref="TryFill"/> may move it in memory, so spans are taken anew after it.
/// </summary>
internal sealed class ByteWindow : IDisposable
{
    private const int ReadBytes = 1 << 18;

    private readonly FileStream file;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] buffer = new byte[2 * ReadBytes];
    private int start;
    private int end;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public ByteWindow(string path)
    {
        file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            Options = FileOptions.SequentialScan,
        });
    }

    public ReadOnlySpan<byte> Bytes => buffer.AsSpan(start, end - start);

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Adds bytes after those held; false at the end of the file.</summary>
    public bool TryFill()
    {
        MakeRoom();
        var read = file.Read(buffer, end, Math.Min(ReadBytes, buffer.Length - end));
        if (read == 0)
            return false;
        hash.AppendData(buffer, end, read);
        end += read;
        BytesRead += read;
        return true;
    }

    /// <summary>Lets go of the first bytes held.</summary>
    public void Advance(int bytes) => start += bytes;

    /// <summary>Of everything read so far, which is the file when <see cref="TryFill"/> has said false.</summary>
    public string Sha256() => Convert.ToHexStringLower(hash.GetCurrentHash());

    public void Dispose()
    {
        file.Dispose();
        hash.Dispose();
    }

    private void MakeRoom()
    {
        if (buffer.Length - end >= ReadBytes)
            return;
        var held = end - start;
        var target = held + ReadBytes <= buffer.Length ? buffer : new byte[checked(2 * buffer.Length)];
        buffer.AsSpan(start, held).CopyTo(target);
        buffer = target;
        (start, end) = (0, held);
    }
}
