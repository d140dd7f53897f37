using System.Globalization;
using System.Text;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Ingest.Parsing;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Tests.Ingest.Parsing;

public sealed class RecordFaultTests
{
    private const string Whole =
        """{"id": 12345, "name": "thirteen \u00e9 bytes", "total": "12.50", "at": "2026-01-31T23:59:59Z", "tags": ["x", "yy"], "who": {"a": [1, 2], "b": "q"}, "m": {"k": 1}}""";

    private const string WholeColumns =
        "id BIGINT; name VARCHAR; total DECIMAL(12,2); at TIMESTAMPTZ; tags VARCHAR[]; who STRUCT(a INTEGER[], b VARCHAR); m MAP(VARCHAR, BIGINT)";

    [Theory]
    [InlineData("", "LH3101")]
    [InlineData("   ", "LH3101")]
    [InlineData("{", "LH3101")]
    [InlineData("{\"v\": 1} x", "LH3101")]
    [InlineData("{\"v\": 1}{\"v\": 2}", "LH3101")]
    [InlineData("{\"v\": 1,}", "LH3101")]
    [InlineData("{\"v\": 01}", "LH3101")]
    [InlineData("{\"v\": NaN}", "LH3101")]
    [InlineData("{\"v\": Infinity}", "LH3101")]
    [InlineData("{\"v\": 1 /* no */}", "LH3101")]
    [InlineData("{'v': 1}", "LH3101")]
    [InlineData("{\"x\": \"\t\"}", "LH3101")]
    [InlineData("1 2", "LH3101")]
    [InlineData("null", "LH3102")]
    [InlineData("[{\"v\": 1}]", "LH3102")]
    [InlineData("\"v\"", "LH3102")]
    [InlineData("{\"v\": 1, \"v\": 1}", "LH3105")]
    [InlineData("{\"v\": 1, \"\\u0076\": null}", "LH3105")]
    public void A_record_that_is_not_one_object_is_quarantined_as_it_came(string record, string code)
    {
        var parsed = Parsed.Read("v BIGINT", record);
        Assert.Equal(code, parsed.Bad.Code);
        Assert.Equal(record, parsed.Bad.Payload);
        Assert.Equal("0", parsed.Bad.Position);
        Assert.Empty(parsed.Rows);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_kept_as_bytes()
    {
        byte[] record = [.. "{\"v\": \""u8, 0xC3, 0x28, .. "\"}"u8];
        var parsed = Parsed.Read(Parsed.Columns("v VARCHAR"), new ListFeed([record]));
        Assert.Equal(RecordCodes.InvalidUtf8.Id, parsed.Bad.Code);
        Assert.Null(parsed.Bad.Payload);
        Assert.Equal(record, parsed.Bad.Bytes);
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over() => Assert.Equal(1L, Parsed.Read("v BIGINT", "\uFEFF{\"v\": 1}").Row[0]);

    [Theory]
    [InlineData(999, false)]
    [InlineData(1000, true)]
    [InlineData(10_000, true)]
    public void Depth_is_bounded(int arrays, bool tooDeep)
    {
        var parsed = Parsed.Read("v JSON", $$"""{"v": {{new string('[', arrays)}}{{new string(']', arrays)}}}""");
        Assert.Equal(tooDeep ? RecordCodes.TooDeep.Id : null, parsed.Quarantined.SingleOrDefault()?.Code);
    }

    [Fact]
    public void A_record_cut_anywhere_is_quarantined_and_leaves_nothing_in_its_neighbours()
    {
        var bytes = Encoding.UTF8.GetBytes(Whole);
        var records = new List<byte[]>();
        for (var length = 0; length < bytes.Length; length++)
        {
            records.Add(bytes[..length]);
            records.Add(bytes);
        }

        var parsed = Parsed.Read(Parsed.Columns(WholeColumns), new ListFeed(records, batchSize: 37));
        Assert.Equal(bytes.Length, parsed.Quarantined.Count);
        Assert.Equal(bytes.Length, parsed.Rows.Count);
        Assert.All(parsed.Quarantined, bad => Assert.Equal(records[int.Parse(bad.Position, CultureInfo.InvariantCulture)], Encoding.UTF8.GetBytes(bad.Payload!)));
        Assert.All(parsed.Rows.Values, static row =>
        {
            Assert.Equal(12345L, row[0]);
            Assert.Equal("thirteen é bytes", row[1]);
            Assert.Equal(["x", "yy"], (object?[])row[4]!);
            Assert.Equal([1, 2], (object?[])((Dictionary<string, object?>)row[5]!)["a"]!);
            Assert.Equal([new KeyValuePair<object, object?>("k", 1L)], (KeyValuePair<object, object?>[])row[6]!);
        });
    }

    [Fact]
    public void A_record_with_any_byte_changed_is_a_row_or_in_quarantine()
    {
        var random = new Random(7);
        var records = new List<byte[]>();
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(Whole);
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : "{}[]\",:\\0"u8[random.Next(9)];
            records.Add(bytes);
        }

        var parsed = Parsed.Read(Parsed.Columns(WholeColumns), new ListFeed(records, batchSize: 100), quarantineMemory: 1000);
        Assert.Equal(records.Count, parsed.Rows.Count + parsed.Quarantined.Count);
        Assert.NotEmpty(parsed.Rows);
        foreach (var bad in parsed.Quarantined)
            Assert.Equal(records[int.Parse(bad.Position, CultureInfo.InvariantCulture)], bad.Bytes ?? Encoding.UTF8.GetBytes(bad.Payload!));
        foreach (var (position, row) in parsed.Rows)
        {
            using var document = System.Text.Json.JsonDocument.Parse(records[int.Parse(position, CultureInfo.InvariantCulture)]);
            var name = document.RootElement.TryGetProperty("name", out var text) ? text.GetString() : null;
            Assert.Equal(name, row[1]);
        }
    }

    [Fact]
    public void Null_and_missing_are_the_same_and_required_refuses_both()
    {
        var columns = new[] { new ColumnSpec("a", "BIGINT"), new ColumnSpec("b", "BIGINT", Required: true) };
        var parsed = Parsed.Read(columns, ListFeed.Of("""{"a": null, "b": 1}""", """{"b": 2}""", """{"a": 1, "b": null}""", """{"a": 1}"""));
        Assert.Equal([null, 1L], parsed.Rows["0"]);
        Assert.Equal([null, 2L], parsed.Rows["1"]);
        Assert.Equal([("2", "LH3107", "b"), ("3", "LH3107", "b")], parsed.Quarantined.Select(static bad => (bad.Position, bad.Code, bad.Field!)));
    }

    [Fact]
    public void Unknown_fields_are_those_at_the_top_that_no_path_begins_with()
    {
        var columns = new[] { new ColumnSpec("a", "BIGINT", Path: "$.x.y"), new ColumnSpec("b", "BIGINT") };
        var records = new[] { """{"x": {"y": 1, "other": 2}, "b": 3}""", """{"b": 1, "c": 2}""", """{"b": 1, "a": null}""" };
        Assert.Equal(3, Parsed.Read(columns, ListFeed.Of(records)).Rows.Count);
        var strict = Parsed.Read(columns, ListFeed.Of(records), new ContractSpec(UnknownFields: UnknownFields.Quarantine));
        Assert.Equal([1L, 3L], strict.Row);
        Assert.Equal([("LH3106", "c"), ("LH3106", "a")], strict.Quarantined.Select(static bad => (bad.Code, bad.Field!)));
    }

    [Fact]
    public void Invalid_values_become_null_where_the_contract_says_so_and_the_rest_of_the_record_counts()
    {
        var columns = new[]
        {
            new ColumnSpec("a", "BIGINT"), new ColumnSpec("l", "BIGINT[]"), new ColumnSpec("d", "BIGINT", Path: "$.o.p"), new ColumnSpec("r", "BIGINT", Required: true),
        };
        var parsed = Parsed.Read(
            columns,
            ListFeed.Of("""{"a": "x", "l": [1, {"y": [2]}, 3], "o": 5, "r": 1}""", """{"l": [7], "r": 2}""", """{"a": 1, "r": "x"}""", """{"a": 1"""),
            new ContractSpec(InvalidValues: InvalidValues.Null));
        Assert.Equal([null, null, null, 1L], parsed.Rows["0"]);
        Assert.Equal([7L], (object?[])parsed.Rows["1"][1]!);
        Assert.Equal(3, parsed.Nulled);
        Assert.Equal([("2", "LH3108"), ("3", "LH3101")], parsed.Quarantined.Select(static bad => (bad.Position, bad.Code)));
    }

    [Fact]
    public void Stop_ends_the_statement_with_the_record_and_the_reason()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        var tables = RecordTables.Register(connection);
        using var scratch = new ScratchFolder();
        using var parse = tables.Open(
            RecordContract.Compile(connection, [new ColumnSpec("v", "BIGINT")], new ContractSpec(InvalidValues: InvalidValues.Stop)),
            ListFeed.Of("""{"v": 1}""", """{"v": "secret"}"""),
            new RecordParseOptions(scratch.Path, 1));
        var error = Assert.Throws<DuckDbException>(() => connection.Query($"SELECT * FROM {parse.RowsSql}"));
        Assert.Equal(RecordCodes.WrongType, parse.Stopped!.Diagnostic.Code);
        Assert.Contains("record 1", parse.Stopped.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", parse.Stopped.Message + error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_feed_that_fails_ends_the_statement_and_the_process_goes_on()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        var tables = RecordTables.Register(connection);
        using var scratch = new ScratchFolder();
        using var parse = tables.Open(RecordContract.Compile(connection, [new ColumnSpec("v", "BIGINT")], null), new FailingFeed(), new RecordParseOptions(scratch.Path, 2));
        Assert.Contains("the disk is gone", Assert.Throws<DuckDbException>(() => connection.Query($"SELECT * FROM {parse.RowsSql}")).Message, StringComparison.Ordinal);
        Assert.Equal(1L, connection.ExecuteScalarLong("SELECT 1"));
    }

    private sealed class FailingFeed : IRecordFeed
    {
        public bool TryNext(RecordBatch batch) => throw new IOException("the disk is gone");
    }
}
