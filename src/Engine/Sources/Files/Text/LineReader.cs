namespace LakehouseOperator.Engine.Sources.Files.Text;

/// <summary>
/// A text file's lines: they end with LF or CRLF, the last one with the file. A line that is longer than <see cref="MaxRecordBytes"/> is passed over in
/// bounded memory and yields its beginning alone. A byte-order mark is not part of the first line.
/// </summary>
internal sealed class LineReader(ByteWindow window)
{
    /// <summary>No record can be longer: it bounds memory.</summary>
    public const int MaxRecordBytes = 16 << 20;

    /// <summary>What is kept of a record that is too long.</summary>
    public const int KeptBytes = 4096;

    private readonly byte[] beginning = new byte[KeptBytes];
    private int length;
    private int taken;

    /// <summary>The line under the reader without its end, or the beginning of one that is too long; valid until the next <see cref="TryRead"/>.</summary>
    public ReadOnlySpan<byte> Line => CutFrom is null ? window.Bytes[..length] : beginning;

    /// <summary>Of <see cref="Line"/>, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>How many bytes the line has that <see cref="Line"/> is only the beginning of.</summary>
    public long? CutFrom { get; private set; }

    public bool TryRead()
    {
        window.Advance(taken);
        (taken, CutFrom) = (0, null);
        if (Number == 0)
            SkipByteOrderMark(window);
        for (var searched = 0; ;)
        {
            var end = window.Bytes[searched..].IndexOf((byte)'\n');
            if (end >= 0)
                return Take(searched + end, searched + end + 1);
            searched = window.Bytes.Length;
            if (searched > MaxRecordBytes)
                return PassOver();
            if (!window.TryFill())
                return searched > 0 && Take(searched, searched);
        }
    }

    public static void SkipByteOrderMark(ByteWindow window)
    {
        while (window.Bytes.Length < 3 && window.TryFill())
        {
        }

        if (window.Bytes.StartsWith("\uFEFF"u8))
            window.Advance(3);
    }

    private bool Take(int end, int next)
    {
        Number++;
        taken = next;
        length = end > 0 && window.Bytes[end - 1] == '\r' ? end - 1 : end;
        if (length > MaxRecordBytes)
            Cut(length);
        return true;
    }

    private bool PassOver()
    {
        Cut(0);
        long passed = 0;
        int end;
        while ((end = window.Bytes.IndexOf((byte)'\n')) < 0)
        {
            passed += window.Bytes.Length;
            window.Advance(window.Bytes.Length);
            if (!window.TryFill())
                break;
        }

        Number++;
        taken = end + 1;
        CutFrom = passed + Math.Max(end, 0);
        return true;
    }

    private void Cut(long bytes)
    {
        window.Bytes[..KeptBytes].CopyTo(beginning);
        CutFrom = bytes;
    }
}
