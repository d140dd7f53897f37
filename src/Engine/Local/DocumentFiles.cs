using System.Text;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Local;

/// <summary>
/// The texts below the paths that a person gave: files as they are, of folders their <c>.yaml</c>, <c>.yml</c> and <c>.json</c> files in
/// ordinal order, without subfolders, as kubectl reads them.
/// </summary>
public static class DocumentFiles
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>The texts by path as given, and an error for every path that yields none.</returns>
    public static (IReadOnlyList<(string File, string Text)> Texts, IReadOnlyList<Diagnostic> Errors) Read(IReadOnlyList<string> paths)
    {
        var texts = new List<(string, string)>();
        var errors = new List<Diagnostic>();
        foreach (var path in paths.Distinct(StringComparer.Ordinal))
        {
            try
            {
                foreach (var file in Expand(path))
                    texts.Add((file, ReadText(file)));
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                errors.Add(Error(InputCodes.PathMissing, $"{path}: no such file or folder", "give a YAML file or a folder of them"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                errors.Add(Error(InputCodes.PathUnreadable, $"{path} cannot be read: {e.Message}", "see its permissions"));
            }
            catch (DiagnosticException e)
            {
                errors.Add(e.Diagnostic);
            }
        }

        return (texts, errors);
    }

    private static IReadOnlyList<string> Expand(string path)
    {
        if (!Directory.Exists(path))
            return [path];
        var files = Directory.EnumerateFiles(path)
            .Where(file => Path.GetExtension(file) is ".yaml" or ".yml" or ".json")
            .Order(StringComparer.Ordinal)
            .ToList();
        return files.Count > 0
            ? files
            : throw new DiagnosticException(InputCodes.NothingFound, $"{path} holds no .yaml, .yml or .json file", "folders inside it are not read; name them with -f");
    }

    private static string ReadText(string file)
    {
        try
        {
            return Strict.GetString(File.ReadAllBytes(file));
        }
        catch (DecoderFallbackException e)
        {
            throw new DiagnosticException(InputCodes.PathUnreadable, $"{file} is not UTF-8 text: byte {e.Index} does not fit", "save it as UTF-8", e);
        }
    }

    private static Diagnostic Error(ErrorCode code, string message, string help) => new(code, DiagnosticSeverity.Error, message, Help: help);
}
