using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Pipelines.Reports;

/// <summary>
/// A report as text. Unlike a plan it may carry members that the reader does not know: they tell of something and order nothing, so
/// a runner may learn to say more without a new protocol (ADR 0002).
/// </summary>
public static class ReportJson
{
    public static string Write(RunReport report) => JsonSerializer.Serialize(report, ReportJsonContext.Readable.RunReport);

    /// <exception cref="DiagnosticException"><see cref="RunCodes.ProtocolUnsupported"/> or <see cref="RunCodes.ReportUnreadable"/>.</exception>
    public static RunReport Read(string text) => Read(text, ReportJsonContext.Readable.RunReport);

    internal static T Read<T>(string text, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            Protocols.Check(document.RootElement, "report");
            return document.RootElement.Deserialize(type) ?? throw new JsonException("the report is empty");
        }
        catch (JsonException e)
        {
            throw new DiagnosticException(RunCodes.ReportUnreadable, $"the report cannot be read at {e.Path ?? "$"}: {e.Message}", inner: e);
        }
    }
}

/// <summary>RFC 3339 in UTC, to the microsecond.</summary>
internal sealed class UtcTime : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true,
    NewLine = "\n",
    Converters = [typeof(UtcTime)])]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(TerminationMessage.Summary))]
[JsonSerializable(typeof(TerminationMessage.Entry))]
internal sealed partial class ReportJsonContext : JsonSerializerContext
{
    /// <summary>Indented, for files and requests.</summary>
    internal static ReportJsonContext Readable => Encodings.Readable;

    /// <summary>One line a value.</summary>
    internal static ReportJsonContext Lines => Encodings.Lines;

    /// <summary>Letters stay as they are; control characters, what turns the direction of a text or hides in it, and what means something to a page, are escaped.</summary>
    private static class Encodings
    {
        private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Create(Shown());

        internal static readonly ReportJsonContext Readable = Context(indented: true);

        internal static readonly ReportJsonContext Lines = Context(indented: false);

        private static ReportJsonContext Context(bool indented) => new(new JsonSerializerOptions(Default.Options)
        {
            WriteIndented = indented,
            Encoder = Encoder,
        });

        private static TextEncoderSettings Shown()
        {
            var shown = new TextEncoderSettings(UnicodeRanges.All);
            for (var c = 0; c <= char.MaxValue; c++)
            {
                if (char.GetUnicodeCategory((char)c) == UnicodeCategory.Format)
                    shown.ForbidCharacter((char)c);
            }

            return shown;
        }
    }
}
