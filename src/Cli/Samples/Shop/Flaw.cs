using System.Text;
using System.Text.Json.Nodes;

namespace LakehouseOperator.Cli.Samples.Shop;

/// <summary>What can be wrong with an entry. Each makes the contract of its table, or the row-level gate on orders, turn the entry away.</summary>
internal enum Flaw
{
    CutOff,
    NoObject,
    NoUtf8,
    NoKey,
    WrongType,
    TooLarge,
    NoTime,

    /// <summary>The field that should hold the JSON has another name.</summary>
    NoField,

    /// <summary>Orders only: a status that there is not.</summary>
    UnknownStatus,

    /// <summary>Orders only: a total below zero.</summary>
    NegativeTotal,
}

internal static class Flaws
{
    private static readonly Flaw[] OfAny = [Flaw.CutOff, Flaw.NoObject, Flaw.NoUtf8, Flaw.NoKey, Flaw.WrongType, Flaw.TooLarge, Flaw.NoField];
    private static readonly Flaw[] OfTimed = [.. OfAny, Flaw.NoTime];
    private static readonly Flaw[] OfOrders = [.. OfTimed, Flaw.UnknownStatus, Flaw.NegativeTotal];

    /// <summary>Those that an entry of the stream can have.</summary>
    public static IReadOnlyList<Flaw> Of(ShopStream stream) => stream switch
    {
        ShopStream.Orders => OfOrders,
        ShopStream.OrderItems => OfAny,
        _ => OfTimed,
    };

    /// <param name="good">The entry's JSON, an object that has what the stream's rows have.</param>
    public static byte[] Spoil(this Flaw flaw, ShopStream stream, byte[] good) => flaw switch
    {
        Flaw.CutOff => good[..(good.Length * 2 / 3)],
        Flaw.NoObject => [(byte)'[', .. good, (byte)']'],
        Flaw.NoUtf8 => WithInvalidByte(good),
        Flaw.NoField => good,
        _ => Changed(good, row => Change(row, flaw, stream)),
    };

    private static void Change(JsonObject row, Flaw flaw, ShopStream stream)
    {
        switch (flaw)
        {
            case Flaw.NoKey:
                row.Remove("id");
                break;
            case Flaw.WrongType:
                row["id"] = "see above";
                break;
            case Flaw.TooLarge:
                if (stream is ShopStream.Orders)
                    row["total"] = "10000000000.00";
                else
                    row["id"] = (ulong)long.MaxValue + 1;
                break;
            case Flaw.NoTime:
                row[stream is ShopStream.OrderStatusChanges ? "changed_at" : "updated_at"] = "yesterday";
                break;
            case Flaw.UnknownStatus:
                row["status"] = "teleported";
                break;
            case Flaw.NegativeTotal:
                row["total"] = "-1.00";
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(flaw), flaw, null);
        }
    }

    private static byte[] Changed(byte[] good, Action<JsonObject> change)
    {
        var row = JsonNode.Parse(good)!.AsObject();
        change(row);
        return Encoding.UTF8.GetBytes(row.ToJsonString());
    }

    /// <summary>At the end of the last text that the row holds.</summary>
    private static byte[] WithInvalidByte(byte[] good)
    {
        var at = good.AsSpan().LastIndexOf((byte)'"');
        return [.. good.AsSpan(0, at), 0xFF, .. good.AsSpan(at)];
    }
}
