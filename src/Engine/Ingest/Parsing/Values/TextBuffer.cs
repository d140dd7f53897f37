using System.Text.Json;

namespace LakehouseOperator.Engine.Ingest.Parsing.Values;

/// <summary>A thread's room for texts whose escapes are resolved; reused, so that a record costs no allocation.</summary>
internal sealed class TextBuffer
{
    private byte[] bytes = new byte[256];

    /// <summary>The string or property name under the reader without its escapes; valid until the next call where it has any.</summary>
    /// <returns>False where an escape is half of a surrogate pair.</returns>
    public bool TryRead(ref Utf8JsonReader reader, out ReadOnlySpan<byte> text)
    {
        text = reader.ValueSpan;
        if (!reader.ValueIsEscaped)
            return true;
        if (bytes.Length < text.Length)
            bytes = new byte[Math.Max(text.Length, Math.Min(bytes.Length * 2, Array.MaxLength))];
        try
        {
            text = bytes.AsSpan(0, reader.CopyString(bytes));
            return true;
        }
        catch (InvalidOperationException)
        {
            // The record is known to be UTF-8; what is left is an escaped lone surrogate.
            return false;
        }
    }
}
