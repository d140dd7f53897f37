using System.Globalization;
using System.Text.Json;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Pipelines.Specs;

internal delegate void ReportProblem(ErrorCode code, Node node, string path, string message, string? help);

/// <summary>Single values against the type of their field.</summary>
internal static class ScalarReader
{
    public static void Write(Node node, string path, Type type, FieldBounds bounds, Utf8JsonWriter json, ReportProblem report)
    {
        if (node is not ScalarNode scalar)
            report(DocumentCodes.WrongType, node, path, $"expected {Expected(type)}, found {node.Described}", null);
        else if (type == typeof(string))
            WriteString(scalar, path, bounds, json, report);
        else if (type == typeof(bool))
            WriteBool(scalar, path, json, report);
        else if (type == typeof(int) || type == typeof(long))
            WriteWhole(scalar, path, type, bounds, json, report);
        else if (type == typeof(double))
            WriteDouble(scalar, path, bounds, json, report);
        else if (type.IsEnum)
            WriteEnum(scalar, path, type, json, report);
        else if (type == typeof(Duration))
            WriteDuration(scalar, path, json, report);
        else if (type == typeof(Quantity))
            WriteQuantity(scalar, path, json, report);
        else if (type == typeof(CpuQuantity))
            WriteCpu(scalar, path, json, report);
        else
            WriteAny(scalar, path, bounds, json, report);
    }

    private static string Expected(Type type) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(double) ? "a number"
        : type == typeof(Duration) ? "a duration such as 60s"
        : type == typeof(Quantity) ? "a size such as 256Mi"
        : type == typeof(CpuQuantity) ? "a number of cores such as 500m"
        : type == typeof(JsonElement) ? "a string, a number or a boolean"
        : "a string";

    private static void Mismatch(ScalarNode scalar, string path, Type type, ReportProblem report)
    {
        var help = type != typeof(string) ? null
            : scalar.Kind == ScalarKind.Bool && scalar.Raw is not ("true" or "false") ? $"YAML 1.1 reads {scalar.Raw} as {scalar.Text}; put it in quotes: \"{scalar.Raw}\""
            : $"put it in quotes: \"{scalar.Raw}\"";
        if (scalar.Kind == ScalarKind.String && type != typeof(string))
            help = scalar.Layout == ScalarLayout.Plain ? null : UnquotedHelp(scalar, type);
        report(DocumentCodes.WrongType, scalar, path, $"expected {Expected(type)}, found {scalar.Described}", help);
    }

    /// <summary>Where the text in the quotes would be of the type without them.</summary>
    private static string? UnquotedHelp(ScalarNode scalar, Type type)
    {
        var (kind, _) = YamlScalars.Resolve(scalar.Text);
        var fits = type == typeof(bool) ? kind == ScalarKind.Bool
            : type == typeof(double) ? kind is ScalarKind.Integer or ScalarKind.Float
            : (type == typeof(int) || type == typeof(long)) && kind == ScalarKind.Integer;
        return fits ? "remove the quotes" : null;
    }

    private static void WriteString(ScalarNode scalar, string path, FieldBounds bounds, Utf8JsonWriter json, ReportProblem report)
    {
        if (scalar.Kind != ScalarKind.String)
            Mismatch(scalar, path, typeof(string), report);
        else if (JudgeLength(scalar, path, bounds, report))
            json.WriteStringValue(scalar.Text);
        else
            json.WriteStringValue("");
    }

    private static bool JudgeLength(ScalarNode scalar, string path, FieldBounds bounds, ReportProblem report)
    {
        var (min, max) = bounds.Length is { } length ? (length.Min, length.Max) : (0, FieldBounds.DefaultLength);
        if (scalar.Text.Length >= min && scalar.Text.Length <= max)
            return true;
        var message = scalar.Text.Length > max ? $"{scalar.Text.Length} characters are more than {max}" : scalar.Text.Length == 0 ? "this must not be empty" : $"{scalar.Text.Length} characters are fewer than {min}";
        report(DocumentCodes.OutOfRange, scalar, path, message, null);
        return false;
    }

    private static void WriteBool(ScalarNode scalar, string path, Utf8JsonWriter json, ReportProblem report)
    {
        if (scalar.Kind == ScalarKind.Bool)
            json.WriteBooleanValue(scalar.IsTrue);
        else
            Mismatch(scalar, path, typeof(bool), report);
    }

    private static void WriteWhole(ScalarNode scalar, string path, Type type, FieldBounds bounds, Utf8JsonWriter json, ReportProblem report)
    {
        if (scalar.Kind is not (ScalarKind.Integer or ScalarKind.Float))
        {
            Mismatch(scalar, path, type, report);
            return;
        }

        scalar.TryGetDouble(out var number);
        var (min, max) = type == typeof(int) ? ((double)int.MinValue, (double)int.MaxValue) : (long.MinValue, long.MaxValue);
        if (bounds.Number is { } declared)
            (min, max) = (Math.Max(min, declared.Min), Math.Min(max, declared.Max));
        if (scalar.Kind == ScalarKind.Float && !double.IsInteger(number))
            Mismatch(scalar, path, type, report);
        else if (number < min || number > max || !scalar.TryGetInt64(out var value))
            report(DocumentCodes.OutOfRange, scalar, path, OutOfRange(scalar, min, max), null);
        else
            json.WriteNumberValue(value);
    }

    private static string OutOfRange(ScalarNode scalar, double min, double max) =>
        string.Create(CultureInfo.InvariantCulture, $"{scalar.Raw} is not within {Plain(min)} to {Plain(max)}");

    private static string Plain(double bound) => bound >= long.MaxValue ? "9223372036854775807" : bound <= long.MinValue ? "-9223372036854775808" : Math.Abs(bound) < 1e15 ? bound.ToString("0.###", CultureInfo.InvariantCulture) : bound.ToString("0.##e+0", CultureInfo.InvariantCulture);

    private static void WriteDouble(ScalarNode scalar, string path, FieldBounds bounds, Utf8JsonWriter json, ReportProblem report)
    {
        if (!scalar.TryGetDouble(out var value))
            Mismatch(scalar, path, typeof(double), report);
        else if (bounds.Number is { } declared && (value < declared.Min || value > declared.Max))
            report(DocumentCodes.OutOfRange, scalar, path, OutOfRange(scalar, declared.Min, declared.Max), null);
        else
            json.WriteNumberValue(value);
    }

    private static void WriteEnum(ScalarNode scalar, string path, Type type, Utf8JsonWriter json, ReportProblem report)
    {
        var names = Enum.GetNames(type);
        if (scalar.Kind == ScalarKind.String && names.Contains(scalar.Text, StringComparer.Ordinal))
            json.WriteStringValue(scalar.Text);
        else
            report(DocumentCodes.UnknownValue, scalar, path, $"\"{Short(scalar.Raw)}\" is none of {string.Join(", ", names)}", Spelling.Nearest(scalar.Raw, names) is { } nearest ? $"did you mean \"{nearest}\"?" : null);
    }

    private static void WriteDuration(ScalarNode scalar, string path, Utf8JsonWriter json, ReportProblem report)
    {
        if (Duration.TryParse(scalar.Raw, out var duration, out var problem) && scalar.Kind is ScalarKind.String or ScalarKind.Integer)
            json.WriteStringValue(duration.ToString());
        else if (scalar.Kind is ScalarKind.Integer or ScalarKind.Float)
            report(DocumentCodes.NotADuration, scalar, path, $"{scalar.Raw} {problem ?? "is not a duration"}", $"write {scalar.Raw}s for seconds");
        else if (scalar.Kind == ScalarKind.String)
            report(DocumentCodes.NotADuration, scalar, path, $"\"{Short(scalar.Raw)}\" {problem}", "write it as 250ms, 60s, 5m, 1h or 1h30m; days are 24h");
        else
            Mismatch(scalar, path, typeof(Duration), report);
    }

    private static void WriteQuantity(ScalarNode scalar, string path, Utf8JsonWriter json, ReportProblem report)
    {
        if (scalar.Kind is not (ScalarKind.String or ScalarKind.Integer or ScalarKind.Float))
            Mismatch(scalar, path, typeof(Quantity), report);
        else if (Quantity.TryParse(scalar.Text, out var quantity, out var problem))
            json.WriteStringValue(quantity.ToString());
        else
            report(DocumentCodes.NotAQuantity, scalar, path, $"\"{Short(scalar.Raw)}\" {problem}", "write it as 500M, 256Mi, 10Gi or a plain number of bytes");
    }

    private static void WriteCpu(ScalarNode scalar, string path, Utf8JsonWriter json, ReportProblem report)
    {
        if (scalar.Kind is not (ScalarKind.String or ScalarKind.Integer or ScalarKind.Float))
            Mismatch(scalar, path, typeof(CpuQuantity), report);
        else if (CpuQuantity.TryParse(scalar.Text, out var quantity, out var problem))
            json.WriteStringValue(quantity.ToString());
        else
            report(DocumentCodes.NotAQuantity, scalar, path, $"\"{Short(scalar.Raw)}\" {problem}", "write it as 2, 0.5 or 500m");
    }

    private static void WriteAny(ScalarNode scalar, string path, FieldBounds bounds, Utf8JsonWriter json, ReportProblem report)
    {
        if (scalar.Kind == ScalarKind.String)
            WriteString(scalar, path, bounds, json, report);
        else
            json.WriteRawValue(scalar.Text);
    }

    private static string Short(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
