using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>Names of tables: they become folders, object keys and SQL identifiers, so nothing but plain words is let through.</summary>
internal static class TableNameRules
{
    private const string Shape = "write layer.table in lower-case letters, digits and _, each part at most 63 long and not beginning with a digit";

    /// <summary>A table that the resource writes: also not one of our own names.</summary>
    public static TableName? Written(Subject subject, string field, string text)
    {
        if (Named(subject, field, text) is not { } name)
            return null;
        if (name.IsQuarantine)
        {
            subject.Error(DocumentCodes.InvalidTableName, field, $"the suffix {TableName.QuarantineSuffix} is reserved for the records that do not fit \"{text[..^TableName.QuarantineSuffix.Length]}\"", "choose another name");
            return null;
        }

        // The quarantine table has to fit as well.
        if (name.Table.Length + TableName.QuarantineSuffix.Length <= 63)
            return name;
        subject.Error(DocumentCodes.InvalidTableName, field, $"\"{name.Table}\" is longer than {63 - TableName.QuarantineSuffix.Length} characters", "choose a shorter name");
        return null;
    }

    /// <summary>A table that the resource names.</summary>
    public static TableName? Named(Subject subject, string field, string text)
    {
        if (!TableName.TryParse(text, out var name))
        {
            subject.Error(DocumentCodes.InvalidTableName, field, $"\"{Short(text)}\" is not the name of a table", Help(text));
            return null;
        }

        if (!name.Layer.StartsWith('_') && !name.Table.StartsWith('_'))
            return name;
        subject.Error(DocumentCodes.InvalidTableName, field, $"\"{text}\" has a part that begins with _, which engines take for hidden", "remove the _");
        return null;
    }

    private static string Help(string text)
    {
        var lower = text.ToLowerInvariant();
        if (lower != text && TableName.TryParse(lower, out _))
            return $"did you mean \"{lower}\"?";
        return !text.Contains('.', StringComparison.Ordinal) && TableName.IsPart(text) ? $"add its layer, such as bronze.{text}" : Shape;
    }

    private static string Short(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
