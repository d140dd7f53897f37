using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LakehouseOperator.Pipelines.Specs;

/// <summary>Processor time as Kubernetes counts it (<c>2</c>, <c>0.5</c>, <c>500m</c>): a whole number of thousandths of a core, from 1m to 100,000 cores.</summary>
[JsonConverter(typeof(CpuQuantityConverter))]
public readonly record struct CpuQuantity(long Millicores)
{
    private const long Most = 100_000_000;

    /// <param name="problem">Why not, as the end of a sentence about the text.</param>
    public static bool TryParse(string text, out CpuQuantity quantity, [NotNullWhen(false)] out string? problem)
    {
        quantity = default;
        problem = null;
        var milli = text.EndsWith('m');
        var number = milli ? text.AsSpan(0, text.Length - 1) : text;
        if (text.Length > 32 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            problem = "is not a number of cores";
        else if ((milli ? value : value * 1000) is var thousandths && !decimal.IsInteger(thousandths))
            problem = "is finer than a thousandth of a core";
        else if (thousandths is < 1 or > Most)
            problem = "is not within 1m to 100000 cores";
        else
            quantity = new CpuQuantity((long)thousandths);
        return problem is null;
    }

    /// <exception cref="FormatException">The text is not a number of cores.</exception>
    public static CpuQuantity Parse(string text) =>
        TryParse(text, out var quantity, out var problem) ? quantity : throw new FormatException($"\"{text}\" {problem}");

    /// <summary>Whole cores plainly, others in thousandths: <c>2</c>, <c>500m</c>.</summary>
    public override string ToString() => Millicores % 1000 == 0
        ? (Millicores / 1000).ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Millicores}m");
}

/// <summary>Reads a string or a number, as the API server does; writes a string.</summary>
internal sealed class CpuQuantityConverter : JsonConverter<CpuQuantity>
{
    public override CpuQuantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.Number ? reader.GetDecimal().ToString(CultureInfo.InvariantCulture) : reader.GetString() ?? "";
        return CpuQuantity.TryParse(text, out var quantity, out var problem) ? quantity : throw new JsonException($"\"{text}\" {problem}");
    }

    public override void Write(Utf8JsonWriter writer, CpuQuantity value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
