using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Cli.Commands;

/// <summary>A table that the lake does not have, and the one that was probably meant.</summary>
internal static class UnknownTables
{
    public static async Task<DiagnosticException> ErrorAsync(Lake lake, string name, CancellationToken cancellationToken, Place? place = null)
    {
        var names = new List<string>();
        await foreach (var table in LakeTables.FindAsync(lake, cancellationToken))
            names.Add(table.Name.ToString());
        return new DiagnosticException(new Diagnostic(
            InputCodes.UnknownTable,
            DiagnosticSeverity.Error,
            $"the lake has no table \"{name}\"",
            Place: place,
            Help: Spelling.Suggest(name, names, "tables") ?? (names.Count == 0 ? "it has no tables yet" : "see lakehouse tables")));
    }
}
