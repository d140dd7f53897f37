using LakehouseOperator.DuckDb.Native;
using LakehouseOperator.DuckDb.Types;

namespace LakehouseOperator.DuckDb.Vectors;

/// <summary>Values as objects, for small results and tests.</summary>
internal static class VectorValue
{
    public static object? Read(in VectorReader vector, int row) => vector.IsNull(row) ? null : vector.Type.Id switch
    {
        DuckDbTypeId.Boolean => vector.GetBoolean(row),
        DuckDbTypeId.TinyInt => vector.Get<sbyte>(row),
        DuckDbTypeId.SmallInt => vector.Get<short>(row),
        DuckDbTypeId.Integer => vector.Get<int>(row),
        DuckDbTypeId.BigInt => vector.Get<long>(row),
        DuckDbTypeId.UTinyInt => vector.Get<byte>(row),
        DuckDbTypeId.USmallInt => vector.Get<ushort>(row),
        DuckDbTypeId.UInteger => vector.Get<uint>(row),
        DuckDbTypeId.UBigInt => vector.Get<ulong>(row),
        DuckDbTypeId.HugeInt => vector.GetInt128(row),
        DuckDbTypeId.UHugeInt => (UInt128)vector.GetInt128(row),
        DuckDbTypeId.Float => vector.Get<float>(row),
        DuckDbTypeId.Double => vector.Get<double>(row),
        DuckDbTypeId.Decimal => vector.GetDecimal(row),
        DuckDbTypeId.Varchar => vector.GetString(row),
        DuckDbTypeId.Blob => vector.GetUtf8(row).ToArray(),
        DuckDbTypeId.Enum => ReadEnum(vector, row),
        DuckDbTypeId.Uuid => vector.GetGuid(row),
        DuckDbTypeId.List or DuckDbTypeId.Array => ReadList(vector, row),
        DuckDbTypeId.Map => ReadMap(vector, row),
        DuckDbTypeId.Struct => ReadStruct(vector, row),
        DuckDbTypeId.Union => Read(vector.Child(1 + vector.Child().Get<byte>(row)), row),
        _ => ReadTime(vector, row),
    };

    private static object? ReadTime(in VectorReader vector, int row) => vector.Type.Id switch
    {
        DuckDbTypeId.Date => DuckDbTime.TryFromDays(vector.Get<int>(row), out var date) ? date : new DuckDbFarDate(vector.Get<int>(row)),
        DuckDbTypeId.Timestamp or DuckDbTypeId.TimestampTz => Timestamp(vector.Get<long>(row), 1),
        DuckDbTypeId.TimestampS => Timestamp(vector.Get<long>(row), 1_000_000),
        DuckDbTypeId.TimestampMs => Timestamp(vector.Get<long>(row), 1_000),
        DuckDbTypeId.TimestampNs => TimestampNs(vector.Get<long>(row)),
        DuckDbTypeId.Time => new TimeSpan(vector.Get<long>(row) * TimeSpan.TicksPerMicrosecond),
        DuckDbTypeId.Interval => Interval(vector.Get<NativeInterval>(row)),
        DuckDbTypeId.SqlNull => null,
        _ => throw new NotSupportedException($"{vector.Type} is not read as a value; cast it to VARCHAR"),
    };

    private static object Timestamp(long count, long microsOfOne)
    {
        if (Math.Abs(count) == DuckDbTime.InfiniteMicros)
            return new DuckDbFarTimestamp(count);
        var micros = checked(count * microsOfOne);
        return DuckDbTime.TryFromMicros(micros, out var time) ? time : new DuckDbFarTimestamp(micros);
    }

    private static object TimestampNs(long nanos) => Math.Abs(nanos) == DuckDbTime.InfiniteMicros
        ? new DuckDbFarTimestamp(nanos)
        : new DateTimeOffset(DateTime.UnixEpoch.Ticks + (long)Math.Floor(nanos / (decimal)TimeSpan.NanosecondsPerTick), TimeSpan.Zero);

    private static DuckDbInterval Interval(NativeInterval value) => new(value.Months, value.Days, value.Micros);

    private static string ReadEnum(in VectorReader vector, int row)
    {
        var values = vector.Type.EnumValues!;
        return values[values.Count switch
        {
            <= byte.MaxValue => vector.Get<byte>(row),
            <= ushort.MaxValue => vector.Get<ushort>(row),
            _ => (int)vector.Get<uint>(row),
        }];
    }

    private static object?[] ReadList(in VectorReader vector, int row)
    {
        var (start, length) = vector.GetRange(row).GetOffsetAndLength(int.MaxValue);
        var child = vector.Child();
        var items = new object?[length];
        for (var i = 0; i < length; i++)
            items[i] = Read(child, start + i);
        return items;
    }

    private static KeyValuePair<object, object?>[] ReadMap(in VectorReader vector, int row)
    {
        var (start, length) = vector.GetRange(row).GetOffsetAndLength(int.MaxValue);
        var entries = vector.Child();
        var (keys, values) = (entries.Child(0), entries.Child(1));
        var pairs = new KeyValuePair<object, object?>[length];
        for (var i = 0; i < length; i++)
            pairs[i] = KeyValuePair.Create(Read(keys, start + i)!, Read(values, start + i));
        return pairs;
    }

    private static Dictionary<string, object?> ReadStruct(in VectorReader vector, int row)
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < vector.Type.Fields!.Count; i++)
            members[vector.Type.Fields[i].Name] = Read(vector.Child(i), row);
        return members;
    }
}
