using System.Globalization;
using System.Text;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Ingest.Parsing;
using LakehouseOperator.Engine.Ingest.Parsing.Paths;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Tests.Ingest.Parsing;

public sealed class RecordShapeTests
{
    [Fact]
    public void Paths_share_what_they_have_in_common_and_columns_may_share_a_value()
    {
        var columns = new[]
        {
            new ColumnSpec("whole", "JSON", Path: "$.a"), new ColumnSpec("b", "BIGINT", Path: "$.a.b"), new ColumnSpec("text", "JSON", Path: "$.a.b"),
            new ColumnSpec("second", "VARCHAR", Path: "$.a.l[1].n"), new ColumnSpec("odd", "BIGINT", Path: "$['x.y'][\"q'\\\"\"]"),
            new ColumnSpec("plain", "BIGINT", Path: "x.y.z"),
        };
        var parsed = Parsed.Read(columns, ListFeed.Of(
            """{"a": {"l": [{"n": "no"}, {"n": "yes"}], "b": 5}, "x.y": {"q'\"": 7}, "x.y.z": 8}""", """{"a": {"l": [0]}, "x.y": null}""", """{"a": {"l": 1}}"""));
        Assert.Equal(["""{"l": [{"n": "no"}, {"n": "yes"}], "b": 5}""", 5L, "5", "yes", 7L, 8L], parsed.Rows["0"]);
        Assert.Equal(["""{"l": [0]}""", null, null, null, null, null], parsed.Rows["1"]);
        Assert.Equal(("2", "LH3108", "second"), (parsed.Bad.Position, parsed.Bad.Code, parsed.Bad.Field));
    }

    [Theory]
    [InlineData("$")]
    [InlineData("$[0]")]
    [InlineData("$.")]
    [InlineData("$.a.")]
    [InlineData("$.a[")]
    [InlineData("$.a[x]")]
    [InlineData("$.a[-1]")]
    [InlineData("$.a['b]")]
    [InlineData("$.a['b'")]
    [InlineData("$.*")]
    [InlineData("$.a]")]
    [InlineData("$a")]
    [InlineData("")]
    public void A_path_that_cannot_be_read_is_refused(string path) =>
        Assert.Equal(RecordCodes.PathInvalid, Assert.Throws<DiagnosticException>(() => JsonPath.Parse(path)).Diagnostic.Code);

    [Theory]
    [InlineData("TIMESTAMP")]
    [InlineData("NOTHING")]
    [InlineData("BIGINT); DROP TABLE x; --")]
    [InlineData("MAP(DATE, BIGINT)")]
    public void A_type_that_no_table_holds_is_refused_with_its_column(string type)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        var refused = Assert.Throws<DiagnosticException>(() => RecordContract.Compile(connection, [new ColumnSpec("c", type)], null));
        Assert.Equal(RecordCodes.ColumnTypeInvalid, refused.Diagnostic.Code);
        Assert.Contains("\"c\"", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_grow_beyond_a_vector_and_keep_their_nulls()
    {
        var random = new Random(3);
        var lists = Enumerable.Range(0, 300).Select(_ => Enumerable.Range(0, random.Next(0, 200)).Select(i => random.Next(4) == 0 ? (int?)null : i).ToArray()).ToList();
        var records = lists.Select((list, i) => i % 7 == 3
            ? "{\"l\": [[1, 2, \"bad\"]], \"s\": 1}"
            : $$"""{"l": [{{string.Join(", ", list.Select(static n => n is null ? "null" : $"[{n}, null, {n + 1}]"))}}], "s": {"t": ["{{new string('x', i % 20)}}", null] } }""");
        var parsed = Parsed.Read(Parsed.Columns("l INTEGER[][]; s STRUCT(t VARCHAR[], u BIGINT)"), ListFeed.Of(records));
        for (var i = 0; i < lists.Count; i++)
        {
            var position = i.ToString(CultureInfo.InvariantCulture);
            if (i % 7 == 3)
            {
                Assert.Contains(parsed.Quarantined, bad => bad.Position == position);
                continue;
            }

            var outer = (object?[])parsed.Rows[position][0]!;
            Assert.Equal(lists[i].Select(static n => n is null ? "-" : $"{n},,{n + 1}"), outer.Select(static inner => inner is null ? "-" : string.Join(',', (object?[])inner)));
            var members = (Dictionary<string, object?>)parsed.Rows[position][1]!;
            Assert.Equal([new string('x', i % 20), null], (object?[])members["t"]!);
            Assert.Null(members["u"]);
        }
    }

    [Fact]
    public void Large_values_pass_and_large_quarantine_goes_to_scratch()
    {
        var large = new string('v', 20_000_000);
        var records = Enumerable.Range(0, 6).Select(i => i % 2 == 0 ? $$"""{"v": "{{large}}{{i}}"}""" : $$"""{"v": ["{{large}}{{i}}"]}""");
        var parsed = Parsed.Read(Parsed.Columns("v VARCHAR"), ListFeed.Of(records));
        Assert.Equal(["0", "2", "4"], parsed.Rows.Values.Select(static row => ((string)row[0]!)[20_000_000..]).Order(StringComparer.Ordinal));
        Assert.Equal(["1", "3", "5"], parsed.Quarantined.Select(static bad => bad.Position).Order(StringComparer.Ordinal));
        Assert.All(parsed.Quarantined, bad => Assert.Equal($$"""{"v": ["{{large}}{{bad.Position}}"]}""", bad.Payload));
    }

    [Fact]
    public void Every_record_is_counted_once_whatever_the_batches_and_threads()
    {
        var records = Enumerable.Range(0, 50_000).Select(static i => i % 10 == 0 ? "{\"n\": \"bad\"}" : $$"""{"n": {{i}}, "t": "text number {{i}}"}""");
        var parsed = Parsed.Read(Parsed.Columns("n BIGINT; t VARCHAR"), ListFeed.Of(records), quarantineMemory: 10_000);
        Assert.Equal(45_000, parsed.Rows.Count);
        Assert.Equal(5_000, parsed.Quarantined.Select(static bad => bad.Position).Distinct(StringComparer.Ordinal).Count());
        Assert.All(parsed.Rows, static row => Assert.Equal([long.Parse(row.Key, CultureInfo.InvariantCulture), $"text number {row.Key}"], row.Value));
    }

    [Fact]
    public void Counting_rows_holds_them_to_the_contract_too()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        var tables = RecordTables.Register(connection);
        using var scratch = new ScratchFolder();
        using var parse = tables.Open(RecordContract.Compile(connection, Parsed.Columns("v BIGINT; w VARCHAR"), null), ListFeed.Of("""{"v": 1}""", """{"v": "x"}"""), new RecordParseOptions(scratch.Path, 1));
        Assert.Equal(1L, connection.ExecuteScalarLong($"SELECT count(*) FROM {parse.RowsSql}"));
        Assert.Equal(1, parse.Quarantined);
        Assert.Throws<DuckDbException>(() => connection.Execute($"SELECT * FROM {parse.RowsSql}"));
    }

    [Fact]
    public void A_fast_path_record_allocates_nothing()
    {
        using var database = DuckDbDatabase.Open(null, new Dictionary<string, string> { ["threads"] = "1" });
        using var connection = database.Connect();
        var tables = RecordTables.Register(connection);
        using var scratch = new ScratchFolder();
        var contract = RecordContract.Compile(connection, Parsed.Columns("id BIGINT; name VARCHAR; total DECIMAL(12,2); at TIMESTAMPTZ; d DATE; l BIGINT[]; m MAP(VARCHAR, BIGINT); u UUID"), null);
        var record = Encoding.UTF8.GetBytes(
            """{"id": 1, "name": "a \n somewhat longer name", "total": "12.50", "at": "2026-01-31T23:59:59Z", "d": "2026-01-31", "l": [1, 2], "m": {"a": 1, "b": 2}, "u": "01234567-89ab-cdef-0123-456789abcdef", "x": [1]}""");
        Read(5_000);
        Assert.InRange(Read(205_000) - Read(5_000), 0, 20_000);

        // With one thread DuckDB works on the caller's.
        long Read(int records)
        {
            using var parse = tables.Open(contract, new RepeatingFeed(record, records), new RecordParseOptions(scratch.Path, 1));
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(records, connection.ExecuteScalarLong($"SELECT count(*) FROM {parse.RowsSql}"));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private sealed class RepeatingFeed(byte[] record, int left) : IRecordFeed
    {
        private int left = left;

        public bool TryNext(RecordBatch batch)
        {
            for (; batch.Count < 1000 && left > 0; left--)
                batch.Add(record, "position"u8);
            return batch.Count > 0;
        }
    }
}
