using System.Text;

namespace LakehouseOperator.Engine.Tables.Writing;

/// <summary>Paths for DuckDB's readers, which take every path for a pattern.</summary>
public static class Glob
{
    /// <summary>The same path with <c>*</c>, <c>?</c> and <c>[</c> standing for themselves; a backslash always does.</summary>
    public static string Escape(string path)
    {
        if (path.AsSpan().IndexOfAny("*?[") < 0)
            return path;
        var escaped = new StringBuilder(path.Length + 8);
        foreach (var c in path)
            escaped.Append(c is '*' or '?' or '[' ? $"[{c}]" : c.ToString());
        return escaped.ToString();
    }
}
