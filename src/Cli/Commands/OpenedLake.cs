using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cli.Commands;

/// <summary>The lake that a read-only command looks at: <c>--lake DIR</c>, else where the Lakehouse under <c>-f</c> says, else <c>./lake</c>.</summary>
internal static class OpenedLake
{
    private const string Default = "./lake";

    /// <exception cref="DiagnosticException">There is no lake there, or the documents do not say where.</exception>
    public static Lake Open(string? folder, IReadOnlyList<string> paths, string? secretsFolder)
    {
        if (folder is null && paths.Count > 0)
            return LocalDocuments.OpenLake(paths, secretsFolder, TimeProvider.System);
        folder ??= Default;
        if (!Directory.Exists(folder))
        {
            throw new DiagnosticException(
                InputCodes.NoLake, $"there is no lake in {folder}", "name its folder with --lake, or fill it: lakehouse run -f PATH --lake DIR --once");
        }

        return LakeLocations.Open(LakeLocations.In(folder), TimeProvider.System);
    }
}
