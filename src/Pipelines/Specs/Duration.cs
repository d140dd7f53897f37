using System.Text.Json.Serialization;

namespace LakehouseOperator.Pipelines.Specs;

/// <summary>A Go duration (<c>60s</c>, <c>1h30m</c>, <c>250ms</c>); never negative.</summary>
[JsonConverter(typeof(DurationConverter))]
public readonly partial record struct Duration(TimeSpan Value)
{
    public static implicit operator TimeSpan(Duration duration) => duration.Value;
}

/// <summary>A Kubernetes quantity of bytes (<c>256Mi</c>, <c>10Gi</c>, <c>1e6</c>, <c>1500000</c>); no <c>m</c>, never negative, below 2^63.</summary>
[JsonConverter(typeof(QuantityConverter))]
public readonly partial record struct Quantity(long Bytes)
{
    public static implicit operator long(Quantity quantity) => quantity.Bytes;
}
