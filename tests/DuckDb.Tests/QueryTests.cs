namespace LakehouseOperator.DuckDb.Tests;

public sealed class QueryTests
{
    [Fact]
    public void A_scalar_comes_back()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        Assert.Equal(42, connection.ExecuteScalar("SELECT 42"));
    }
}
