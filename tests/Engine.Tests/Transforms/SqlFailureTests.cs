using System.Reflection;
using LakehouseOperator.Engine.Transforms;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.Transforms;

public sealed class SqlFailureTests
{
    [Fact]
    public void Every_code_of_SQL_keeps_its_meaning_on_the_way_from_the_worker()
    {
        var codes = typeof(SqlCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<ErrorCode>().ToList();
        Assert.NotEmpty(codes);
        Assert.All(codes, code => Assert.Same(code, SqlFailure.Describe(new SqlError(code.Id, "…")).Code));
    }
}
