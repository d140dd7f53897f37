using System.Text;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>Text of others on its way into a status or an Event.</summary>
internal static class Words
{
    /// <summary>At most so many UTF-16 units, without controls that could steer a terminal and without what URLs carry as user and password.</summary>
    public static string Plain(string text, int most)
    {
        var plain = new StringBuilder();

        // Of what is cut off no more is looked at than could be shown; a mask keeps the length.
        foreach (var rune in Credentials.Mask(text.Length > 2 * most ? text[..(2 * most)] : text).EnumerateRunes())
            plain.Append(Rune.IsControl(rune) && rune.Value != '\n' ? " " : rune.ToString());
        return Cut(plain.ToString(), most);
    }

    /// <summary>Never between the two halves of a character.</summary>
    public static string Cut(string text, int most) => StatusBounds.Cut(text, most);
}
