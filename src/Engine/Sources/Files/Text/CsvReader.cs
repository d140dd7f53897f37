using System.Text.Unicode;

namespace LakehouseOperator.Engine.Sources.Files.Text;

internal enum CsvFault
{
    None,

    /// <summary>After a closing quote comes something other than a delimiter or the record's end.</summary>
    QuoteMisplaced,

    /// <summary>No quote closes the field before the file, or the longest record, ends. Only its first line is given up.</summary>
    QuoteOpen,

    /// <summary>Longer than <see cref="LineReader.MaxRecordBytes"/>.</summary>
    TooLong,

    InvalidUtf8,
}

/// <summary>
/// CSV records (RFC 4180, with any one-byte delimiter and quote): a quoted field may hold delimiters, line ends and doubled quotes; a quote within a field that does
/// not begin with one is a character; lines end with LF or CRLF. Nothing is trimmed or interpreted. A record that cannot be told apart is yielded with its
/// fault, and the next one begins at the next line, so that one bad line never costs others.
/// </summary>
internal sealed class CsvReader(ByteWindow window, CsvDialect dialect)
{
    private readonly List<Field> fields = [];
    private readonly byte[] beginning = new byte[LineReader.KeptBytes];
    private byte[] texts = new byte[256];
    private int textsEnd;
    private int recordEnd;
    private int taken;
    private long nextLine = 1;
    private bool begun;

    /// <summary>Whether a line without anything is a record with one empty field; otherwise it is passed over.</summary>
    public bool BlankIsRecord { get; set; }

    public CsvFault Fault { get; private set; }

    /// <summary>Line on which the record begins, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>The record's bytes in the file; more than <see cref="Record"/> has where it is too long.</summary>
    public long Length { get; private set; }

    /// <summary>None for a record with a fault.</summary>
    public int FieldCount => fields.Count;

    /// <summary>The record as it stands in the file without its line end, or its beginning. Valid, as its fields are, until the next <see cref="TryRead"/>.</summary>
    public ReadOnlySpan<byte> Record => Fault == CsvFault.TooLong ? beginning : window.Bytes[..recordEnd];

    public ReadOnlySpan<byte> FieldText(int field) => fields[field] is { Unescaped: true } own
        ? texts.AsSpan(own.Start, own.Length)
        : window.Bytes.Slice(fields[field].Start, fields[field].Length);

    public bool IsNull(int field) => !fields[field].Quoted && (dialect.NullText is { } text ? FieldText(field).SequenceEqual(text) : fields[field].Length == 0);

    public bool TryRead()
    {
        while (true)
        {
            window.Advance(taken);
            (taken, textsEnd, Fault) = (0, 0, CsvFault.None);
            fields.Clear();
            if (!begun)
                LineReader.SkipByteOrderMark(window);
            begun = true;
            if (window.Bytes.IsEmpty && !window.TryFill())
                return false;
            Line = nextLine;
            ScanRecord();
            if (recordEnd > 0 || BlankIsRecord || Fault != CsvFault.None)
                return true;
        }
    }

    private void ScanRecord()
    {
        var at = 0;
        while (true)
        {
            var quoted = dialect.Quote is { } quote && Has(at) && window.Bytes[at] == quote;
            if (quoted ? !TryScanQuoted(ref at) : !TryScanPlain(ref at))
                return;
            if (!Has(at) || window.Bytes[at] == '\n')
                break;
            at++;
        }

        End(at);
    }

    /// <summary>Leaves <paramref name="at"/> on the delimiter, the line feed or the file's end.</summary>
    private bool TryScanPlain(ref int at)
    {
        var from = at;
        int end;
        while ((end = window.Bytes[at..].IndexOfAny(dialect.FieldEnds)) < 0)
        {
            at = window.Bytes.Length;
            if (at > LineReader.MaxRecordBytes)
                return PassOver(at);
            if (!window.TryFill())
            {
                fields.Add(new Field(from, WithoutReturn(from, at) - from, false, false));
                return true;
            }
        }

        at += end;
        var length = (window.Bytes[at] == '\n' ? WithoutReturn(from, at) : at) - from;
        fields.Add(new Field(from, length, false, false));
        return true;
    }

    private bool TryScanQuoted(ref int at)
    {
        var quote = dialect.Quote!.Value;
        var from = at + 1;
        var doubled = 0;
        for (at = from; ; at += 2, doubled++)
        {
            if (!TryFind(quote, ref at))
                return GiveUpLine(0, CsvFault.QuoteOpen);
            if (!Has(at + 1) || window.Bytes[at + 1] != quote)
                break;
        }

        fields.Add(doubled == 0 ? new Field(from, at - from, true, false) : Unescape(from, at, quote));
        at++;
        if (Has(at) && window.Bytes[at] == '\r' && (!Has(at + 1) || window.Bytes[at + 1] == '\n'))
            at++;
        return !Has(at) || window.Bytes[at] == '\n' || window.Bytes[at] == dialect.Delimiter || GiveUpLine(at, CsvFault.QuoteMisplaced);
    }

    private bool TryFind(byte sought, ref int at)
    {
        int found;
        while ((found = window.Bytes[Math.Min(at, window.Bytes.Length)..].IndexOf(sought)) < 0)
        {
            at = Math.Max(at, window.Bytes.Length);
            if (window.Bytes.Length > LineReader.MaxRecordBytes || !window.TryFill())
                return false;
        }

        at += found;
        return true;
    }

    private bool Has(int at)
    {
        while (at >= window.Bytes.Length)
        {
            if (!window.TryFill())
                return false;
        }

        return true;
    }

    private int WithoutReturn(int from, int end) => end > from && window.Bytes[end - 1] == '\r' ? end - 1 : end;

    private Field Unescape(int from, int end, byte quote)
    {
        var text = window.Bytes[from..end];
        if (texts.Length - textsEnd < text.Length)
            Array.Resize(ref texts, Math.Max(2 * texts.Length, textsEnd + text.Length));
        var start = textsEnd;
        while (text.IndexOf(quote) is >= 0 and var at)
        {
            text[..(at + 1)].CopyTo(texts.AsSpan(textsEnd));
            textsEnd += at + 1;
            text = text[(at + 2)..];
        }

        text.CopyTo(texts.AsSpan(textsEnd));
        textsEnd += text.Length;
        return new Field(start, textsEnd - start, true, true);
    }

    /// <param name="at">The line feed that ends the record, or the file's end.</param>
    private void End(int at)
    {
        taken = Math.Min(at + 1, window.Bytes.Length);
        recordEnd = WithoutReturn(0, at);
        Length = recordEnd;
        nextLine += 1 + window.Bytes[..at].Count((byte)'\n');
        if (Fault != CsvFault.None)
            return;
        if (recordEnd > LineReader.MaxRecordBytes)
            Cut(CsvFault.TooLong);
        else if (!Utf8.IsValid(window.Bytes[..recordEnd]))
            Cut(CsvFault.InvalidUtf8);
    }

    /// <summary>The record ends with the first line that ends at or after <paramref name="at"/>.</summary>
    private bool GiveUpLine(int at, CsvFault fault)
    {
        if (!TryFind((byte)'\n', ref at) && window.Bytes.Length > LineReader.MaxRecordBytes)
            return PassOver(window.Bytes.Length);
        Cut(fault);
        End(at);
        return false;
    }

    /// <summary>Gives up a record that is too long, up to the first line feed at or after <paramref name="at"/>, in bounded memory.</summary>
    private bool PassOver(int at)
    {
        Cut(CsvFault.TooLong);
        nextLine += 1 + window.Bytes[..at].Count((byte)'\n');
        Length = at;
        window.Advance(at);
        int end;
        while ((end = window.Bytes.IndexOf((byte)'\n')) < 0)
        {
            Length += window.Bytes.Length;
            window.Advance(window.Bytes.Length);
            if (!window.TryFill())
                break;
        }

        taken = end + 1;
        Length += Math.Max(end, 0);
        return false;
    }

    private void Cut(CsvFault fault)
    {
        Fault = fault;
        fields.Clear();
        if (fault == CsvFault.TooLong)
            window.Bytes[..LineReader.KeptBytes].CopyTo(beginning);
    }

    private readonly record struct Field(int Start, int Length, bool Quoted, bool Unescaped);
}
