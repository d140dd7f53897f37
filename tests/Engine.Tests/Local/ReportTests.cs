using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Engine.Tests.Local;

public sealed class ReportTests
{
    private static readonly ResourceOutcome Fine = Of(ResourceKind.Transformation, Outcome.Succeeded);
    private static readonly ResourceOutcome Failed = Of(ResourceKind.Transformation, Outcome.Failed, RunnerExit.Store);
    private static readonly ResourceOutcome Invalid = Of(ResourceKind.Transformation, Outcome.Invalid);
    private static readonly ResourceOutcome Blocked = Of(ResourceKind.Transformation, Outcome.Blocked, RunnerExit.Blocked);
    private static readonly ResourceOutcome CheckFailed = Of(ResourceKind.QualityCheck, Outcome.Failed);
    private static readonly ResourceOutcome CheckBroke = Of(ResourceKind.QualityCheck, Outcome.Failed, RunnerExit.Store);
    private static readonly ResourceOutcome Warned = Of(ResourceKind.QualityCheck, Outcome.Warned);

    [Fact]
    public void Exit_codes_take_precedence_2_then_1_then_3()
    {
        Assert.Equal(0, Exit(Fine, Warned));
        Assert.Equal(3, Exit(Fine, Blocked));
        Assert.Equal(3, Exit(Fine, CheckFailed));
        Assert.Equal(1, Exit(CheckBroke));
        Assert.Equal(1, Exit(Blocked, CheckFailed, Failed));
        Assert.Equal(2, Exit(Blocked, Failed, Invalid));
        Assert.Equal(2, new LocalReport([Fine], InvalidInput: true).ExitCode);
    }

    [Fact]
    public async Task A_location_is_claimed_once_and_by_one_Lakehouse()
    {
        using var folder = new TemporaryFolder();
        var store = new FolderStore(folder.Path, TimeProvider.System);
        var ids = Enumerable.Range(0, 8).Select(number => new ResourceId(ResourceKind.Lakehouse, $"lake{number}")).ToList();
        var claims = await Task.WhenAll(ids.Select(async id =>
        {
            try
            {
                await LayerOwner.ClaimAsync(store, id, takeOver: false, TimeProvider.System, TestContext.Current.CancellationToken);
                return id;
            }
            catch (DiagnosticException e) when (e.Diagnostic.Code == TableCodes.LocationOwned)
            {
                return null;
            }
        }));
        var owner = Assert.Single(claims.OfType<ResourceId>());
        await LayerOwner.ClaimAsync(store, owner, takeOver: false, TimeProvider.System, TestContext.Current.CancellationToken);

        var other = ids.First(id => id != owner);
        await LayerOwner.ClaimAsync(store, other, takeOver: true, TimeProvider.System, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<DiagnosticException>(() => LayerOwner.ClaimAsync(store, owner, takeOver: false, TimeProvider.System, TestContext.Current.CancellationToken));
    }

    private static int Exit(params ResourceOutcome[] outcomes) => new LocalReport(outcomes).ExitCode;

    private static ResourceOutcome Of(ResourceKind kind, Outcome outcome, RunnerExit? exit = null) => new(
        new ResourceId(kind, "one"), outcome, null, null, null, [], exit is { } code ? new RunError("LH0000", code, "broken") : null);
}
