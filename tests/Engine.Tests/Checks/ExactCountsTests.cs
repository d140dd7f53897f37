using LakehouseOperator.Engine.Checks;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.Checks;

public sealed class ExactCountsTests
{
    [Fact]
    public void What_the_log_counted_stays_where_another_writer_spelled_the_partition_otherwise()
    {
        var file = new SqlInputFile("/f", 5, new Dictionary<string, string?>(StringComparer.Ordinal) { ["Day"] = "2026-01-01" });
        var table = new SqlTable("silver.t", [new SqlColumn("day", "DATE")], ["day"], [file]);
        Assert.Equal(0, ExactCounts.Of(table, new Dictionary<string, long>(StringComparer.Ordinal) { ["day"] = 0 })?.Nulls["day"]);
    }
}
