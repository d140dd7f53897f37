using System.Security.Cryptography;
using System.Text;
using LakehouseOperator.Engine.Sources.Files.Text;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Tests.Sources;

public sealed class TextReaderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("text-reader-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "1:a" })]
    [InlineData("a\n", new[] { "1:a" })]
    [InlineData("a\nb", new[] { "1:a", "2:b" })]
    [InlineData("a\r\n\r\nb\r", new[] { "1:a", "2:", "3:b" })]
    [InlineData("\uFEFFa\n\uFEFFb", new[] { "1:a", "2:\uFEFFb" })]
    [InlineData("\n\n", new[] { "1:", "2:" })]
    public void Lines_end_with_a_line_feed_or_with_the_file(string text, string[] expected)
    {
        using var window = new ByteWindow(Write(text));
        var reader = new LineReader(window);
        var lines = new List<string>();
        while (reader.TryRead())
            lines.Add($"{reader.Number}:{Encoding.UTF8.GetString(reader.Line)}");
        Assert.Equal(expected, lines);
    }

    [Fact]
    public void A_line_that_is_too_long_yields_its_beginning_and_costs_no_other()
    {
        var path = Path.Combine(folder, "long");
        using (var file = File.Create(path))
        {
            file.Write("first\n"u8);
            for (var i = 0; i < 40; i++)
                file.Write(Enumerable.Repeat((byte)'x', 1 << 20).ToArray());
            file.Write("\nlast"u8);
        }

        using var window = new ByteWindow(path);
        var reader = new LineReader(window);
        Assert.True(reader.TryRead() && reader.Line.SequenceEqual("first"u8) && reader.CutFrom is null);
        Assert.True(reader.TryRead());
        Assert.Equal(40L << 20, reader.CutFrom);
        Assert.Equal(LineReader.KeptBytes, reader.Line.Length);
        Assert.True(reader.TryRead() && reader.Line.SequenceEqual("last"u8) && reader.CutFrom is null);
        Assert.Equal(3, reader.Number);
        Assert.False(reader.TryRead());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))), window.Sha256());
    }

    [Fact]
    public void Random_lines_come_back_whatever_their_lengths()
    {
        var random = new Random(3);
        for (var round = 0; round < 20; round++)
        {
            var lines = Enumerable.Range(0, random.Next(400)).Select(_ => new string((char)('a' + random.Next(26)), random.Next(1, 1 << random.Next(1, 14)))).ToList();
            using var window = new ByteWindow(Write(string.Join('\n', lines)));
            var reader = new LineReader(window);
            foreach (var line in lines)
                Assert.True(reader.TryRead() && Encoding.UTF8.GetString(reader.Line) == line);
            Assert.False(reader.TryRead());
        }
    }

    [Theory]
    [InlineData("a,b\nc,d", new[] { "1:<a><b>", "2:<c><d>" })]
    [InlineData("a,b\r\nc,d\r\n", new[] { "1:<a><b>", "2:<c><d>" })]
    [InlineData("\uFEFFa,b", new[] { "1:<a><b>" })]
    [InlineData("a,,\"\",", new[] { "1:<a>-<>-" })]
    [InlineData("\"a\nb\",c\nd,e", new[] { "1:<a\nb><c>", "3:<d><e>" })]
    [InlineData("\"a\"\"b\",\"\"\"\",\"\"\"\"\"\"", new[] { "1:<a\"b><\"><\"\">" })]
    [InlineData("a\"b,5\" pipe", new[] { "1:<a\"b><5\" pipe>" })]
    [InlineData(" a , \"b\"", new[] { "1:< a >< \"b\">" })]
    [InlineData("a\n\n\r\nb", new[] { "1:<a>", "4:<b>" })]
    [InlineData("=1+1,@x,\0", new[] { "1:<=1+1><@x><\0>" })]
    [InlineData("\"a\"\r\n\"b\"\r", new[] { "1:<a>", "2:<b>" })]
    [InlineData("a\rb,c", new[] { "1:<a\rb><c>" })]
    [InlineData("\"a\"x,b\nc,d", new[] { "1:QuoteMisplaced \"a\"x,b", "2:<c><d>" })]
    [InlineData("\"a\nb\"x\nc,d", new[] { "1:QuoteMisplaced \"a\nb\"x", "3:<c><d>" })]
    [InlineData("a,\"b\nc,d\ne,f\n", new[] { "1:QuoteOpen a,\"b", "2:<c><d>", "3:<e><f>" })]
    [InlineData("\"", new[] { "1:QuoteOpen \"" })]
    public void Records_are_told_apart(string text, string[] expected) => Assert.Equal(expected, Records(Write(text), new CsvFormatSpec()));

    [Fact]
    public void Delimiter_quote_and_null_text_are_the_dialects()
    {
        Assert.Equal(["1:<a,b>-<NULL>< >"], Records(Write("a,b;NULL;'NULL'; "), new CsvFormatSpec(Delimiter: ";", Quote: "'", NullText: "NULL")));
        Assert.Equal(["1:<\"a><b\">"], Records(Write("\"a\tb\""), new CsvFormatSpec(Delimiter: "\t", Quote: "")));
        Assert.Equal(["1:<>-"], Records(Write(",\\N"), new CsvFormatSpec(NullText: "\\N")));
    }

    [Fact]
    public void What_is_not_utf8_is_a_fault_of_its_record_alone()
    {
        var path = Path.Combine(folder, "latin");
        File.WriteAllBytes(path, [.. "a,b\nc,"u8, 0xE9, .. "\ne,f"u8]);
        Assert.Equal(["1:<a><b>", "2:InvalidUtf8 c,\uFFFD", "3:<e><f>"], Records(path, new CsvFormatSpec()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"")]
    [InlineData("\"y\n\",\"")]
    public void A_record_that_is_too_long_costs_no_other(string before)
    {
        var path = Path.Combine(folder, "long");
        using (var file = File.Create(path))
        {
            file.Write("first\n"u8);
            file.Write(Encoding.UTF8.GetBytes(before));
            for (var i = 0; i < 40; i++)
                file.Write(Enumerable.Repeat((byte)'x', 1 << 20).ToArray());
            file.Write("\nlast"u8);
        }

        var records = Records(path, new CsvFormatSpec()).Select(record => record[..Math.Min(record.Length, 20)]).ToList();
        Assert.Equal("1:<first>", records[0]);
        Assert.Equal("<last>", records[^1].Split(':')[1]);
        Assert.All(records[1..^1], record => Assert.Matches("TooLong|QuoteOpen", record));
        Assert.Equal(before.Contains('\n', StringComparison.Ordinal) ? "4" : "3", records[^1].Split(':')[0]);
    }

    /// <summary>Whatever the fields hold, written by the rules and read back they are the same; small reads would show a window that moved.</summary>
    [Fact]
    public void Random_records_come_back()
    {
        var random = new Random(5);
        for (var round = 0; round < 30; round++)
        {
            var width = random.Next(2, 6);
            var table = Enumerable.Range(0, random.Next(1, 3000)).Select(_ => Enumerable.Range(0, width).Select(_ => Field(random)).ToArray()).ToList();
            var text = string.Concat(table.Select(record => string.Join(',', record.Select(Quoted)) + (random.Next(2) == 0 ? "\n" : "\r\n")));
            using var window = new ByteWindow(Write(text));
            var reader = new CsvReader(window, CsvDialect.Of(new CsvFormatSpec()));
            var line = 1;
            foreach (var record in table)
            {
                Assert.True(reader.TryRead());
                Assert.Equal(CsvFault.None, reader.Fault);
                Assert.Equal(line, reader.Line);
                Assert.Equal(record, Enumerable.Range(0, reader.FieldCount).Select(field => reader.IsNull(field) ? null : Encoding.UTF8.GetString(reader.FieldText(field))));
                line += 1 + record.Sum(field => field?.Count(c => c == '\n') ?? 0);
            }

            Assert.False(reader.TryRead());
        }
    }

    private static string? Field(Random random) => random.Next(8) switch
    {
        0 => null,
        1 => "",
        2 => new string('x', random.Next(1000)),
        _ => new string([.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => "ab,\"\n\ré;"[random.Next(8)])]),
    };

    private static string Quoted(string? field) => field is null ? "" : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static List<string> Records(string path, CsvFormatSpec format)
    {
        using var window = new ByteWindow(path);
        var reader = new CsvReader(window, CsvDialect.Of(format));
        var records = new List<string>();
        while (reader.TryRead())
        {
            records.Add($"{reader.Line}:" + (reader.Fault != CsvFault.None
                ? $"{reader.Fault} {Encoding.UTF8.GetString(reader.Record)}"
                : string.Concat(Enumerable.Range(0, reader.FieldCount).Select(field => reader.IsNull(field) ? "-" : $"<{Encoding.UTF8.GetString(reader.FieldText(field))}>"))));
        }

        return records;
    }

    private string Write(string text)
    {
        var path = Path.Combine(folder, Guid.NewGuid().ToString("n"));
        File.WriteAllText(path, text);
        return path;
    }
}
