using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LakehouseOperator.Engine.Sources.Files.Text;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Sources.Files;

/// <summary>A file as one commit takes it.</summary>
/// <param name="Sha256">Of its content.</param>
internal sealed record FileTaken(FoundFile File, long Records, string Sha256);

/// <summary>A file that is being read as text for one commit.</summary>
internal sealed class FileReading(FoundFile file, ByteWindow window) : IDisposable
{
    private readonly byte[] prefix = Encoding.UTF8.GetBytes(file.Name + ":");
    private readonly byte[] position = new byte[Encoding.UTF8.GetByteCount(file.Name) + 1 + 20];

    public FoundFile File { get; } = file;

    public ByteWindow Window { get; } = window;

    public long Records { get; set; }

    /// <summary><c>name:line</c>, valid until the next call.</summary>
    public ReadOnlySpan<byte> PositionOf(long line)
    {
        prefix.CopyTo(position, 0);
        _ = line.TryFormat(position.AsSpan(prefix.Length), out var digits, default, CultureInfo.InvariantCulture);
        return position.AsSpan(0, prefix.Length + digits);
    }

    public void Dispose() => Window.Dispose();

    public static string HashOf(string path)
    {
        using var stream = System.IO.File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    public static Diagnostic Unreadable(FoundFile file, Exception why) => new(
        SourceCodes.FileUnreadable,
        DiagnosticSeverity.Error,
        $"the file {file.Name} cannot be read: {(why is UnauthorizedAccessException ? "permission denied" : why.Message)}",
        Help: "give the process read permission on it, or move it out of the pattern");
}
