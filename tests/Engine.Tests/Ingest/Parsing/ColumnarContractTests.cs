using System.Globalization;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Ingest.Parsing;
using LakehouseOperator.Engine.Ingest.Parsing.Columnar;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tests.Ingest.Parsing;

/// <summary>What the SQL twin makes of a relation: with texts it agrees with the JSON parser, value by value and code by code.</summary>
public sealed class ColumnarContractTests
{
    /// <summary>Types and texts for which JSON strings (numbers for number types) and texts mean the same.</summary>
    public static TheoryData<string, bool, string[]> Texts => new()
    {
        { "VARCHAR", true, ["", " x ", "é", "'"] },
        { "BIGINT", false, ["0", "-0", "12", "1.0", "1.5", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "100000000000000000000000000000000000000000"] },
        { "TINYINT", false, ["127", "128", "-129", "1.25"] },
        { "UBIGINT", false, ["18446744073709551615", "18446744073709551616", "-1"] },
        { "UTINYINT", false, ["255", "256", "-1"] },
        { "HUGEINT", false, ["9223372036854775807", "9223372036854775808"] },
        { "DECIMAL(12,2)", true, ["0", "12.5", "-12.50", "+1", "0012", "12.500", "12.505", "9999999999.99", "10000000000", "", "x", "1.", ".5", " 1", "1,5", "NaN", "inf", "1_000"] },
        { "DECIMAL(38,0)", true, ["99999999999999999999999999999999999999", "100000000000000000000000000000000000000", "0.5"] },
        { "DOUBLE", false, ["0", "0.1", "-1.5e300", "1e-400", "1e400", "123456789012345678901234567890"] },
        { "FLOAT", false, ["0.1", "1e39", "16777217"] },
        { "DATE", true, ["2024-02-29", "2023-02-29", "0001-01-01", "9999-12-31", "0000-01-01", "10000-01-01", "2024-2-9", "", "infinity", "2024-01-31 ", "2024-01-31T00:00:00Z", "2024-13-01"] },
        {
            "TIMESTAMPTZ", true,
            [
                "2026-01-31T00:00:00Z", "2026-01-31 00:00:00", "2026-01-31t23:59:59.9999999z", "2026-01-31T00:00:00+01:30", "2026-01-31T00:00:00-0800", "2026-01-31T00:00:00.123+02",
                "1969-12-31T23:59:59.5Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00+00:01", "10000-01-01T00:00:00Z",
                "0000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "infinity", "-infinity", "2026-02-29T00:00:00Z", "2026-01-31", "2026-01-31T24:00:00Z", "2026-01-31T23:59:60Z", "",
                "2026-01-31T00:00:00 UTC", "2026-01-31T00:00:00.Z", "2026-01-31T00:00:00+24:00", "1582-10-10T00:00:00Z",
            ]
        },
        { "UUID", true, ["01234567-89AB-cdef-0123-456789abcdef", "0123456789ABCDEF0123456789abcdef", "", "{01234567-89ab-cdef-0123-456789abcdef}", "01234567-89ab-cdef-0123-456789abcde"] },
        { "ENUM('a', 'b''c')", true, ["a", "b'c", "A", ""] },
        { "BLOB", true, ["", "AP8B", "AA==", "AA", "A===", "AP 8B"] },
        { "BOOLEAN", false, ["true", "false"] },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Texts_in_columns_and_in_records_meet_the_same_end(string type, bool quoted, string[] texts)
    {
        foreach (var policy in Enum.GetValues<InvalidValues>().Where(static policy => policy != InvalidValues.Stop))
        {
            var contract = new ContractSpec(InvalidValues: policy);
            var records = texts.Select(text => $$"""{"v": {{(quoted ? $"\"{text}\"" : text)}}}""");
            var fromJson = Parsed.Read([new ColumnSpec("v", type)], ListFeed.Of(records), contract);
            var fromColumns = Read([new ColumnSpec("v", type)], contract, ["VARCHAR"], [.. texts.Select(static text => $"({SqlText.String(text)})")]);
            for (var i = 0; i < texts.Length; i++)
            {
                var position = i.ToString(CultureInfo.InvariantCulture);
                Assert.Equal((texts[i], Show(fromJson, position)), (texts[i], Show(fromColumns, position)));
            }
        }
    }

    [Theory]
    [InlineData("BIGINT", "INTEGER", "5", "5")]
    [InlineData("TINYINT", "BIGINT", "128", "LH3110")]
    [InlineData("BIGINT", "DOUBLE", "2.0", "2")]
    [InlineData("BIGINT", "DOUBLE", "2.5", "LH3111")]
    [InlineData("BIGINT", "DOUBLE", "'nan'", "LH3110")]
    [InlineData("BIGINT", "DOUBLE", "9223372036854775808", "LH3110")]
    [InlineData("BIGINT", "DECIMAL(10,2)", "2.00", "2")]
    [InlineData("BIGINT", "DECIMAL(10,2)", "2.01", "LH3111")]
    [InlineData("BIGINT", "BOOLEAN", "true", "LH3108")]
    [InlineData("BIGINT", "VARCHAR", "'12'", "12")]
    [InlineData("DECIMAL(5,2)", "DECIMAL(10,4)", "1.2500", "1.25")]
    [InlineData("DECIMAL(5,2)", "DECIMAL(10,4)", "1.2550", "LH3111")]
    [InlineData("DECIMAL(5,2)", "INTEGER", "1000", "LH3110")]
    [InlineData("DECIMAL(5,2)", "DOUBLE", "1.5", "LH3108")]
    [InlineData("DOUBLE", "INTEGER", "3", "3")]
    [InlineData("DOUBLE", "DOUBLE", "'inf'", "LH3110")]
    [InlineData("FLOAT", "DOUBLE", "1e39", "LH3110")]
    [InlineData("VARCHAR", "INTEGER", "1", "LH3108")]
    [InlineData("VARCHAR", "UUID", "'01234567-89ab-cdef-0123-456789abcdef'", "01234567-89ab-cdef-0123-456789abcdef")]
    [InlineData("DATE", "DATE", "'2026-01-31'", "01/31/2026")]
    [InlineData("DATE", "DATE", "'infinity'", "LH3110")]
    [InlineData("DATE", "DATE", "'0001-01-01 (BC)'", "LH3110")]
    [InlineData("TIMESTAMPTZ", "TIMESTAMP", "'2026-01-31 00:00:00'", "01/31/2026 00:00:00 +00:00")]
    [InlineData("TIMESTAMPTZ", "TIMESTAMP_NS", "'2026-01-31 00:00:00.000000999'", "01/31/2026 00:00:00 +00:00")]
    [InlineData("TIMESTAMPTZ", "TIMESTAMPTZ", "'infinity'", "LH3110")]
    [InlineData("TIMESTAMPTZ", "TIMESTAMP", "'12026-01-31 00:00:00'", "LH3110")]
    [InlineData("TIMESTAMPTZ", "DATE", "'2026-01-31'", "LH3108")]
    [InlineData("JSON", "STRUCT(a INTEGER)", "{'a': 1}", "{\"a\":1}")]
    [InlineData("BIGINT[]", "VARCHAR[]", "['1']", "LH3108")]
    public void Types_are_cast_only_where_nothing_is_lost(string declared, string source, string value, string end)
    {
        var parsed = Read([new ColumnSpec("v", declared)], new ContractSpec(), [source], [$"(CAST({value} AS {source}))", "(NULL)"]);
        Assert.Equal(end, Show(parsed, "0"));
        Assert.Equal("", Show(parsed, "1"));
    }

    [Fact]
    public void Missing_values_unknown_columns_and_paths_are_told()
    {
        var columns = new[]
        {
            new ColumnSpec("id", "BIGINT", Required: true, Path: "$.key"),
            new ColumnSpec("inner", "BIGINT", Path: "$.s.a"),
            new ColumnSpec("first", "BIGINT", Path: "$.l[0]"),
            new ColumnSpec("absent", "VARCHAR"),
        };
        var parsed = Read(
            columns,
            new ContractSpec(UnknownFields: UnknownFields.Quarantine),
            ["VARCHAR", "STRUCT(a BIGINT)", "BIGINT[]", "VARCHAR"],
            ["('1', {'a': 2}, [3], NULL)", "(NULL, NULL, NULL, NULL)", "('3', NULL, NULL, 'x')"],
            ["key", "s", "l", "else"]);
        Assert.Equal([1L, 2L, 3L, null], parsed.Row);
        Assert.Equal(
            [("1", RecordCodes.MissingValue.Id, "id"), ("2", RecordCodes.UnknownField.Id, "else")],
            parsed.Quarantined.OrderBy(static row => row.Position, StringComparer.Ordinal).Select(static row => (row.Position, row.Code, row.Field!)));
        Assert.Equal("""{"key":"3","s":null,"l":null,"else":"x"}""", parsed.Quarantined.Single(static row => row.Position == "2").Payload);
    }

    [Fact]
    public void Texts_do_not_make_nested_types()
    {
        var refused = Assert.Throws<DiagnosticException>(() => Read([new ColumnSpec("v", "BIGINT[]")], new ContractSpec(), ["VARCHAR"], ["('x')"]));
        Assert.Equal(RecordCodes.ColumnTypeInvalid, refused.Diagnostic.Code);
    }

    private static string Show(Parsed parsed, string position) => parsed.Rows.TryGetValue(position, out var row)
        ? row[0] is byte[] bytes ? Convert.ToHexString(bytes) : string.Create(CultureInfo.InvariantCulture, $"{row[0]}")
        : parsed.Quarantined.Single(bad => bad.Position == position).Code;

    private static Parsed Read(IReadOnlyList<ColumnSpec> columns, ContractSpec contract, string[] types, string[] rows, string[]? names = null)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Execute("SET TimeZone = 'UTC'");
        names ??= [.. types.Select(static (_, i) => "v" + (i == 0 ? "" : i))];
        connection.Execute($"CREATE SEQUENCE number START 0 MINVALUE 0; CREATE TABLE source ({string.Join(", ", names.Zip(types, static (name, type) => $"\"{name}\" {type}"))}, row_number BIGINT DEFAULT nextval('number'))");
        connection.Execute($"INSERT INTO source ({string.Join(", ", names.Select(static name => $"\"{name}\""))}) VALUES {string.Join(", ", rows)}");
        IReadOnlyList<DuckDbColumn> source;
        using (var described = connection.Query("SELECT * EXCLUDE (row_number) FROM source LIMIT 0"))
            source = described.Columns;
        var sql = ColumnarContract.Build(RecordContract.Compile(connection, columns, contract), "source", source, "CAST(row_number AS VARCHAR)");
        using var good = connection.Query(sql.RowsSql);
        var types2 = good.Columns.Select(static column => column.Type).SkipLast(1).ToList();
        var values = good.ReadRows().ToDictionary(static row => (string)row[^1]!, static row => row[..^1], StringComparer.Ordinal);
        using var bad = connection.Query(sql.QuarantineSql);
        var quarantined = bad.ReadRows().Select(static row => new QuarantinedRow(
            (string?)row[0], (byte[]?)row[1], (string)row[2]!, (string)row[3]!, (string?)row[4], (string)row[5]!)).ToList();
        Assert.Equal(rows.Length, values.Count + quarantined.Count);
        return new Parsed(values, quarantined, types2, 0);
    }
}
