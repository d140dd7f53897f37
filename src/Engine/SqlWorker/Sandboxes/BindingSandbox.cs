using LakehouseOperator.DuckDb;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.SqlWorker.Sandboxes;

/// <summary>
/// A sandbox over no file at all, in which one statement after the other is bound over tables without rows. Opening a database costs ten times what
/// binding does, and binding neither reads rows nor leaves anything behind: a request's tables live in a transaction that is rolled back. After
/// whatever went wrong the next request gets a fresh one.
/// </summary>
/// <param name="scratch">A folder of its own, made here.</param>
internal sealed class BindingSandbox(string scratch) : IDisposable
{
    private volatile Sandbox? sandbox;
    private SqlLimits? bounds;
    private bool isInHand;

    /// <summary>
    /// Here all tables are empty, and elsewhere they are not: nothing may follow from that. And one scan of a table shall stay one.
    /// </summary>
    private const string ForgetRows = "SET disabled_optimizers = 'statistics_propagation,late_materialization'";

    /// <summary>Tables for one statement, until <see cref="End"/>.</summary>
    /// <param name="setup">Makes the tables.</param>
    /// <exception cref="DuckDbException">The tables cannot be made, which is not the statement's fault.</exception>
    public DuckDbConnection Begin(SqlLimits limits, IEnumerable<string> setup)
    {
        if (isInHand || bounds != limits)
            Dispose();
        isInHand = true;
        if (sandbox is null)
        {
            sandbox = Sandbox.Open();
            sandbox.Lock(limits, scratch, null, [], [ForgetRows]);
            bounds = limits;
        }

        sandbox.Connection.Execute($"BEGIN TRANSACTION;\n{string.Join(";\n", setup)}");
        return sandbox.Connection;
    }

    /// <summary>Forgets the tables and what was made over them. Left out where something failed: then all of it is forgotten.</summary>
    public void End()
    {
        sandbox!.Connection.Execute("ROLLBACK");
        isInHand = false;
    }

    /// <summary>Ends the statement that runs now. From any thread.</summary>
    public void Interrupt() => sandbox?.Connection.Interrupt();

    public void Dispose()
    {
        var last = sandbox;
        (sandbox, bounds, isInHand) = (null, null, false);
        last?.Dispose();
    }
}
