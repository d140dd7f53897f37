using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tests.Tables;

public sealed class CommitTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Where_no_log_is_there_is_no_table() =>
        Assert.Null(await TestTables.Open(folder.Path).ReadSnapshotAsync(null, CancellationToken.None));

    [Fact]
    public async Task What_was_committed_is_read_by_another_instance()
    {
        var table = TestTables.Open(folder.Path);
        var first = await table.CommitAsync(TestTables.Append(null, TestTables.File("a")));
        var second = await table.CommitAsync(TestTables.Append(first, TestTables.File("b", 5)));

        var read = await TestTables.Open(folder.Path).ReadAsync();

        Assert.Equal((1, 1, 15L), (read.Version, read.DataVersion, read.Rows!.Value));
        Assert.Equal(["a", "b"], read.Paths());
        Assert.Equal(second.TableId, read.TableId);
        Assert.Equal(TestTables.Schema, read.Schema);
        Assert.Equal(second.Timestamp, read.Timestamp);
    }

    [Fact]
    public async Task Replace_removes_every_row_and_adds_the_new_ones()
    {
        var table = TestTables.Open(folder.Path);
        var first = await table.CommitAsync(TestTables.Append(null, TestTables.File("a"), TestTables.File("b")));
        await table.CommitAsync(TestTables.Replace(first, TestTables.File("c")));

        Assert.Equal(["c"], (await TestTables.Open(folder.Path).ReadAsync()).Paths());
        Assert.Equal(["a", "b"], (await TestTables.Open(folder.Path).ReadSnapshotAsync(0, CancellationToken.None))!.Paths());
    }

    [Fact]
    public async Task An_empty_result_is_a_version_and_only_rows_make_a_data_version()
    {
        var table = TestTables.Open(folder.Path);
        var empty = await table.CommitAsync(TestTables.Replace(null));
        Assert.Equal((0, 0, 0L), (empty.Version, empty.DataVersion, empty.Rows!.Value));

        var again = await table.CommitAsync(TestTables.Replace(empty));
        Assert.Equal((1, 0), (again.Version, again.DataVersion));

        var filled = await table.CommitAsync(TestTables.Replace(again, TestTables.File("a")));
        Assert.Equal((2, 2), (filled.Version, filled.DataVersion));

        var cleared = await table.CommitAsync(TestTables.Replace(filled));
        Assert.Equal((3, 3), (cleared.Version, cleared.DataVersion));

        var marked = await table.CommitAsync(TestTables.Metadata(cleared).With("lakehouse.test", "{}"));
        Assert.Equal((4, 3), (marked.Version, marked.DataVersion));
        Assert.Equal(3, (await TestTables.Open(folder.Path).ReadAsync()).DataVersion);
    }

    [Fact]
    public async Task A_version_that_does_not_exist_is_refused()
    {
        var table = TestTables.Open(folder.Path);
        await table.CommitAsync(TestTables.Append(null, TestTables.File("a")));
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => table.ReadSnapshotAsync(7, CancellationToken.None));
        Assert.Equal(TableCodes.VersionUnknown, error.Diagnostic.Code);
    }

    [Fact]
    public async Task Append_may_add_nullable_columns_and_nothing_else()
    {
        var table = TestTables.Open(folder.Path);
        var first = await table.CommitAsync(TestTables.Append(null, TestTables.File("a")));
        var wider = new TableSchema([.. TestTables.Schema.Columns, new("more", ColumnType.Double)], []);
        var second = await table.CommitAsync(TestTables.Append(first, TestTables.File("b")) with { Schema = wider });
        Assert.Equal(wider, second.Schema);

        await Refused(new TableSchema([new("id", ColumnType.String)], []));
        await Refused(new TableSchema([.. wider.Columns, new("must", ColumnType.Double, Nullable: false)], []));
        await Refused(new TableSchema([.. wider.Columns, new("ID", ColumnType.Long)], []));
        await Refused(new TableSchema(wider.Columns, ["id"]));

        async Task Refused(TableSchema schema)
        {
            var error = await Assert.ThrowsAsync<DiagnosticException>(() => table.CommitAsync(TestTables.Append(second, TestTables.File("c")) with { Schema = schema }));
            Assert.Equal(TableCodes.SchemaChange, error.Diagnostic.Code);
        }
    }

    [Fact]
    public async Task Append_only_tables_refuse_replace_until_the_property_is_changed()
    {
        var table = TestTables.Open(folder.Path);
        var first = await table.CommitAsync(TestTables.Append(null, TestTables.File("a")).WithProperty(TableProperties.AppendOnly, "true"));
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => table.CommitAsync(TestTables.Replace(first, TestTables.File("b"))));
        Assert.Equal(TableCodes.AppendOnly, error.Diagnostic.Code);

        var open = await table.CommitAsync(TestTables.Metadata(first).WithProperty(TableProperties.AppendOnly, "false"));
        Assert.Equal(["b"], (await table.CommitAsync(TestTables.Replace(open, TestTables.File("b")))).Paths());
    }

    [Fact]
    public async Task Another_owner_is_refused_unless_told_to_adopt()
    {
        var table = TestTables.Open(folder.Path);
        var first = await table.CommitAsync(TestTables.Append(null, TestTables.File("a")).WithProperty(TableProperties.Owner, "one"));
        var foreign = TestTables.Append(first, TestTables.File("b")).WithProperty(TableProperties.Owner, "two");
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => table.CommitAsync(foreign));
        Assert.Equal(TableCodes.OwnedByAnother, error.Diagnostic.Code);
        Assert.Equal("two", (await table.CommitAsync(foreign with { Adopt = true })).Owner);
    }

    [Fact]
    public async Task Files_staged_longer_than_half_the_retention_are_not_committed()
    {
        var table = TestTables.Open(folder.Path);
        var old = TestTables.File("a", written: TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(13));
        var change = TestTables.Append(null, old).WithProperty(TableProperties.FileRetention, "interval 24 hours");
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => table.CommitAsync(change));
        Assert.Equal(TableCodes.StagedTooOld, error.Diagnostic.Code);
        await table.CommitAsync(change.WithProperty(TableProperties.FileRetention, "interval 1 week"));
    }

    [Fact]
    public async Task History_tells_what_each_version_did_newest_first()
    {
        var table = TestTables.Open(folder.Path);
        var first = await table.CommitAsync(TestTables.Append(null, TestTables.File("a", 3)));
        var second = await table.CommitAsync(TestTables.Replace(first, TestTables.File("b", 4), TestTables.File("c", 1)));
        await table.CommitAsync(TestTables.Metadata(second).With("lakehouse.test", "{}"));

        var history = await table.HistoryAsync(CancellationToken.None).ToListAsync();

        Assert.Equal([2L, 1, 0], history.Select(static one => one.Version));
        Assert.Equal([(false, 0, 0, 0), (true, 5, 3, 2), (true, 3, 0, 1)], history.Select(static one => (one.DataChange, one.RowsAdded!.Value, one.RowsRemoved!.Value, one.Files)));
        Assert.All(history, static one => Assert.Equal(("WRITE", "run-1"), (one.Operation, one.RunId)));
    }
}
