using System.Globalization;
using System.Text.Json;
using LakehouseOperator.Engine.Tables.Statistics;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.SqlWorker.Serving;

/// <summary>A <c>LOGICAL_GET</c> of a plan that DuckDB serialised.</summary>
/// <param name="Filters">Of which a row must meet every one to be read; filters that are not a column against constants are left out.</param>
internal sealed record PlanScan(string Schema, string Table, IReadOnlyList<ColumnFilter> Filters)
{
    /// <summary>Every scan of a table below, wherever the plan holds it.</summary>
    public static void Collect(JsonElement at, List<PlanScan> scans)
    {
        if (at.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in at.EnumerateArray())
                Collect(item, scans);
        }
        else if (at.ValueKind == JsonValueKind.Object)
        {
            if (Text(at, "type") == "LOGICAL_GET" && at.TryGetProperty("function_data", out var function)
                && Text(function, "schema") is { } schema && Text(function, "table") is { } table)
            {
                scans.Add(new PlanScan(schema, table, FiltersOf(at)));
            }

            foreach (var member in at.EnumerateObject())
                Collect(member.Value, scans);
        }
    }

    private static List<ColumnFilter> FiltersOf(JsonElement get)
    {
        var filters = new List<ColumnFilter>();
        if (!get.TryGetProperty("table_filters", out var set) || !set.TryGetProperty("filters", out var entries) || entries.ValueKind != JsonValueKind.Array
            || !get.TryGetProperty("names", out var names) || !get.TryGetProperty("returned_types", out var types))
        {
            return filters;
        }

        foreach (var entry in entries.EnumerateArray())
        {
            // The key is the column's place among the table's.
            if (entry.TryGetProperty("key", out var key) && key.TryGetInt32(out var place) && place >= 0 && place < names.GetArrayLength()
                && place < types.GetArrayLength() && entry.TryGetProperty("value", out var filter))
            {
                AddFilter(filter, new Target(names[place].GetString()!, types[place]), filters);
            }
        }

        return filters;
    }

    private static void AddFilter(JsonElement filter, Target target, List<ColumnFilter> filters)
    {
        switch (Text(filter, "filter_type"))
        {
            case "CONSTANT_COMPARISON" when filter.TryGetProperty("constant", out var constant):
                Add(Text(filter, "comparison_type"), [constant], target, filters);
                break;
            case "IS_NULL":
                filters.Add(new ColumnFilter(target.Column, ColumnFilter.IsNull, []));
                break;
            case "IS_NOT_NULL":
                filters.Add(new ColumnFilter(target.Column, ColumnFilter.IsNotNull, []));
                break;
            case "OPTIONAL_FILTER" when filter.TryGetProperty("child_filter", out var child):
                // Asked again above the scan: what fails it here is of no use there.
                AddFilter(child, target, filters);
                break;
            case "CONJUNCTION_AND" when filter.TryGetProperty("child_filters", out var children):
                foreach (var one in children.EnumerateArray())
                    AddFilter(one, target, filters);
                break;
            case "IN_FILTER" when filter.TryGetProperty("values", out var values):
                Add("COMPARE_IN", [.. values.EnumerateArray()], target, filters);
                break;
            case "EXPRESSION_FILTER" when filter.TryGetProperty("expr", out var expression):
                AddExpression(expression, target, filters);
                break;
        }
    }

    /// <summary>An expression over one column, which it calls reference 0.</summary>
    private static void AddExpression(JsonElement expression, Target target, List<ColumnFilter> filters)
    {
        var type = Text(expression, "type");
        var children = expression.TryGetProperty("children", out var below) && below.ValueKind == JsonValueKind.Array ? below.EnumerateArray().ToList() : [];
        switch (type)
        {
            case "CONJUNCTION_AND":
                foreach (var child in children)
                    AddExpression(child, target, filters);
                break;
            case "OPERATOR_IS_NULL" or "OPERATOR_IS_NOT_NULL" when children is [var column] && IsColumn(column):
                filters.Add(new ColumnFilter(target.Column, type == "OPERATOR_IS_NULL" ? ColumnFilter.IsNull : ColumnFilter.IsNotNull, []));
                break;
            case "COMPARE_IN" when children is [var column, .. var constants] && IsColumn(column) && constants.TrueForAll(IsConstant):
                Add(type, [.. constants.Select(static constant => constant.GetProperty("value"))], target, filters);
                break;
            case not null when expression.TryGetProperty("left", out var left) && expression.TryGetProperty("right", out var right) && IsColumn(left) && IsConstant(right):
                Add(type, [right.GetProperty("value")], target, filters);
                break;
        }
    }

    private static void Add(string? comparison, IReadOnlyList<JsonElement> constants, Target target, List<ColumnFilter> filters)
    {
        if (Operator(comparison) is not { } known || constants.Count == 0)
            return;
        var values = constants.Select(constant => ValueOf(constant, target.Type)).ToList();
        if (!values.Contains(null))
            filters.Add(new ColumnFilter(target.Column, known, values!));
    }

    private static string? Operator(string? comparison) => comparison switch
    {
        "COMPARE_EQUAL" or "COMPARE_IN" => ColumnFilter.In,
        "COMPARE_LESSTHAN" => ColumnFilter.Less,
        "COMPARE_LESSTHANOREQUALTO" => ColumnFilter.LessOrEqual,
        "COMPARE_GREATERTHAN" => ColumnFilter.Greater,
        "COMPARE_GREATERTHANOREQUALTO" => ColumnFilter.GreaterOrEqual,
        _ => null,
    };

    private static bool IsColumn(JsonElement expression) => Text(expression, "type") == "BOUND_REF";

    private static bool IsConstant(JsonElement expression) => Text(expression, "type") == "VALUE_CONSTANT" && expression.TryGetProperty("value", out _);

    /// <summary>The constant in Delta's spelling of partition values; null where it is not of the column's type, or of a type that has none here.</summary>
    private static string? ValueOf(JsonElement constant, JsonElement columnType)
    {
        if (!constant.TryGetProperty("type", out var type) || Text(type, "id") is not { } id || id != Text(columnType, "id") || !constant.TryGetProperty("value", out var value))
            return null;
        return (id, value.ValueKind) switch
        {
            ("VARCHAR", JsonValueKind.String) => value.GetString(),
            ("BOOLEAN", JsonValueKind.True) => "true",
            ("BOOLEAN", JsonValueKind.False) => "false",
            ("TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "FLOAT" or "DOUBLE", JsonValueKind.Number) => value.GetRawText(),
            ("DATE", JsonValueKind.Number) when value.TryGetInt32(out var days) => Date(days),
            ("TIMESTAMP WITH TIME ZONE", JsonValueKind.Number) when value.TryGetInt64(out var micros) => Timestamp(micros),
            ("DECIMAL", JsonValueKind.Number) when Scale(type) is { } scale && scale == Scale(columnType) && value.TryGetInt64(out var units) =>
                string.Create(CultureInfo.InvariantCulture, $"{units}e-{scale}"),
            _ => null,
        };
    }

    private static int? Scale(JsonElement type) =>
        type.TryGetProperty("type_info", out var info) ? info.TryGetProperty("scale", out var scale) ? scale.GetInt32() : 0 : null;

    private static string? Date(int days)
    {
        var number = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber + (long)days;
        return number >= 0 && number <= DateOnly.MaxValue.DayNumber
            ? DateOnly.FromDayNumber((int)number).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : null;
    }

    private static string? Timestamp(long micros) =>
        micros >= (DateTime.MinValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond
        && micros <= (DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond
            ? Instant.ToMicrosText(micros)
            : null;

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private readonly record struct Target(string Column, JsonElement Type);
}
