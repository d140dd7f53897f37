using System.Text.Json;

namespace LakehouseOperator.Engine.SqlWorker.Judging;

/// <summary>Which classes of expressions a tree holds.</summary>
internal static class ExpressionKinds
{
    public static HashSet<string> In(JsonElement tree)
    {
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        Collect(tree, kinds);
        return kinds;
    }

    private static void Collect(JsonElement element, HashSet<string> kinds)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Collect(item, kinds);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            if (element.Text("class") is { } kind)
                kinds.Add(kind);
            foreach (var member in element.EnumerateObject())
                Collect(member.Value, kinds);
        }
    }
}
