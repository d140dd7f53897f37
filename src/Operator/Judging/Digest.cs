using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Operator.Judging;

/// <summary>SHA-256 of a question: its texts may be as large as specs get, and nothing of them is kept.</summary>
internal readonly record struct Digest(UInt128 High, UInt128 Low)
{
    private static readonly ConditionalWeakTable<TableSchema, byte[]> Schemas = [];

    /// <param name="what">Which question it is.</param>
    /// <param name="tables">In any order; a schema that is the same object is read once, whatever is asked of it.</param>
    public static Digest Of(string what, string sql, IReadOnlyList<KnownTable> tables)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, what);
        Append(hash, sql);
        foreach (var (name, schema) in tables.Select(static table => (Name: table.Name.ToString(), table.Schema)).OrderBy(static table => table.Name, StringComparer.Ordinal))
        {
            Append(hash, name);
            hash.AppendData(Schemas.GetValue(schema, OfSchema));
        }

        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(whole);
        return new Digest(BinaryPrimitives.ReadUInt128BigEndian(whole), BinaryPrimitives.ReadUInt128BigEndian(whole[16..]));
    }

    private static byte[] OfSchema(TableSchema schema)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var column in schema.Columns)
        {
            Append(hash, column.Name);
            Append(hash, column.Type.Sql);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>With its length before it, so that no two lists of texts are one.</summary>
    private static void Append(IncrementalHash hash, string text)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        hash.AppendData(length);
        hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
    }
}
