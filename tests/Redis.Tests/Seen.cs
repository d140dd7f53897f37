using System.Text;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Redis.Tests;

/// <summary>Writes down what it is given, one line an entry: <c>stream id name=value …</c>.</summary>
internal sealed class Seen : IStreamEntries
{
    public List<string> Lines { get; } = [];

    public void OnEntry(in StreamEntry entry)
    {
        var line = new StringBuilder($"{entry.Stream} {entry.Id}");
        if (entry.IsOversized)
            line.Append(" oversized");
        if (entry.FieldCount < 0)
            line.Append(" deleted");
        foreach (var field in entry)
            line.Append($" {Encoding.UTF8.GetString(field.Name)}={Encoding.UTF8.GetString(field.Value)}");
        Lines.Add(line.ToString());
    }
}
