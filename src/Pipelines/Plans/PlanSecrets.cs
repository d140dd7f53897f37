namespace LakehouseOperator.Pipelines.Plans;

/// <summary>The Secrets that a plan's run reads: what a pod has to have mounted.</summary>
public static class PlanSecrets
{
    /// <summary>Names, each once, in ordinal order.</summary>
    public static IReadOnlyList<string> Of(RunPlan plan) =>
    [
        .. new[]
        {
            plan.Lake.S3?.Credentials?.Secret,
            plan.Lake.S3?.Ca?.Name,
            plan.Ingestion?.Source.RedisStreams?.CredentialsSecretRef?.Name,
            plan.Ingestion?.Source.RedisStreams?.CaSecretRef?.Name,
        }.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];
}
