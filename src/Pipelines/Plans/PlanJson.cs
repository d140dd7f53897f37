using System.Text.Json;
using System.Text.Json.Serialization;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Plans;

/// <summary>
/// A plan as text: camelCase, members in the order of their declaration, nulls left out, durations and sizes as users write them. Reading is strict, because
/// a member that this version does not know is an order that it would not carry out (ADR 0002).
/// </summary>
public static class PlanJson
{
    public static string Write(RunPlan plan) => JsonSerializer.Serialize(plan, PlanJsonContext.Default.RunPlan);

    /// <exception cref="DiagnosticException">
    /// <see cref="RunCodes.ProtocolUnsupported"/>, <see cref="RunCodes.PlanUnreadable"/>, or <see cref="RunCodes.PlanAltered"/>.
    /// </exception>
    public static RunPlan Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            Protocols.Check(document.RootElement, "plan");
            var plan = document.RootElement.Deserialize(PlanJsonContext.Default.RunPlan)
                ?? throw new DiagnosticException(RunCodes.PlanUnreadable, "the plan is empty");
            if (PlanHashes.Plan(document.RootElement) != plan.PlanHash)
                throw new DiagnosticException(RunCodes.PlanAltered, "the plan does not match its planHash", "plans are not edited by hand; ask for a new run");
            return plan;
        }
        catch (JsonException e)
        {
            throw new DiagnosticException(RunCodes.PlanUnreadable, $"the plan cannot be read at {e.Path ?? "$"}, line {e.LineNumber + 1}: {Reason(e)}",
                "use a runner of the version that wrote the plan", e);
        }
    }

    /// <summary>What the plan is for, without reading the rest of it; null where the text does not say. <see cref="Read"/> judges it.</summary>
    public static ResourceKind? KindOf(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("kind", out var kind) && kind.ValueKind == JsonValueKind.String
                && Enum.TryParse<ResourceKind>(kind.GetString(), out var known) ? known : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Reason(JsonException e) => e.InnerException is null ? e.Message : e.InnerException.Message;
}

/// <summary>The protocol that plan and report share.</summary>
internal static class Protocols
{
    /// <summary>Own and the one before; protocol 1 has none before it.</summary>
    internal static bool IsRead(int protocol) => protocol is RunPlan.CurrentProtocol or (RunPlan.CurrentProtocol - 1 and > 0);

    /// <summary>Judged before anything else is, so that another version's text is refused for its version and not for its members.</summary>
    internal static void Check(JsonElement root, string what)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("protocol", out var member)
            || member.ValueKind != JsonValueKind.Number || !member.TryGetInt32(out var protocol))
        {
            throw new JsonException($"the {what} is not an object with a protocol");
        }

        if (!IsRead(protocol))
        {
            throw new DiagnosticException(RunCodes.ProtocolUnsupported,
                $"the {what} speaks protocol {protocol}; this version reads {string.Join(" and ", new[] { RunPlan.CurrentProtocol - 1, RunPlan.CurrentProtocol }.Where(IsRead))}",
                "use an operator and a runner at most one version apart");
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true,
    WriteIndented = true,
    NewLine = "\n",
    Converters = [typeof(TimeSpanAsDuration)])]
[JsonSerializable(typeof(RunPlan))]
[JsonSerializable(typeof(PlanHashes.Shape))]
[JsonSerializable(typeof(IReadOnlyList<CheckSpec>))]
[JsonSerializable(typeof(ConsumedInputs))]
internal sealed partial class PlanJsonContext : JsonSerializerContext
{
    /// <summary>One line a value.</summary>
    internal static PlanJsonContext Lines => Unindented.Context;

    private static class Unindented
    {
        internal static readonly PlanJsonContext Context = new(new JsonSerializerOptions(Default.Options) { WriteIndented = false });
    }
}
