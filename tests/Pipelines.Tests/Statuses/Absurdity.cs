using System.Globalization;
using System.Reflection;

namespace LakehouseOperator.Pipelines.Tests.Statuses;

/// <summary>Values of any record out of everything that is allowed to a type and to nobody else: endless texts and lists, numbers at their ends, words that no enum has.</summary>
internal sealed class Absurdity(Random random)
{
    /// <summary>Long lists of long texts of long lists would say nothing more.</summary>
    private int left = 30_000;

    public object? Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return random.Next(4) == 0 ? null : Of(inner);
        if (type == typeof(string))
            return Text();
        if (type.IsEnum)
            return random.Next(8) == 0 ? Enum.ToObject(type, 99) : Pick(Enum.GetValues(type).Cast<object>().ToArray());
        if (type == typeof(bool))
            return random.Next(2) == 0;
        if (type == typeof(int))
            return Pick(0, 1, -1, 7, int.MinValue, int.MaxValue);
        if (type == typeof(long))
            return Pick(0L, 1L, -1L, 7L, long.MinValue, long.MaxValue);
        if (type == typeof(double))
            return Pick(0.0, -0.0, 0.1, -1.0, double.Epsilon, double.MinValue, double.MaxValue);
        if (type == typeof(DateTimeOffset))
            return Pick(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, new DateTimeOffset(2026, 1, 15, 12, 0, 0, 123, TimeSpan.FromHours(5)));
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? List(type.GetGenericArguments()[0]) : Record(type);
    }

    private object Record(Type type)
    {
        var constructor = type.GetConstructors().MaxBy(one => one.GetParameters().Length)!;
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => IsAbsent(parameter) ? null : Of(parameter.ParameterType))]);
    }

    private bool IsAbsent(ParameterInfo parameter) =>
        parameter is { HasDefaultValue: true, DefaultValue: null } && random.Next(6) == 0;

    private System.Collections.IList List(Type element)
    {
        var list = (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        var count = Pick(0, 1, 3, 20, 2500);
        for (var i = 0; i < count && left > 0; i++, left--)
            list.Add(Of(element));
        return list;
    }

    private string Text() => random.Next(12) switch
    {
        0 => "",
        1 => new string('x', 10_000),
        2 => string.Concat(Enumerable.Repeat("🙂", 200)),
        3 => new string('ä', 130),
        4 => "\ud800",
        5 => new string('z', 62) + "\udc00\ud83d",
        6 => "a\0b\u001b[31m\r\n\t\u202e",
        7 => "null",
        _ => random.Next(1000).ToString(CultureInfo.InvariantCulture),
    };

    private T Pick<T>(params T[] of) => of[random.Next(of.Length)];
}
