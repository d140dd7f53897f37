using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Operator.Tests.Objects;

/// <summary>Resources, and plans of them, as builders get them.</summary>
internal static class Plans
{
    public static readonly RunnerSetting Setting = new("registry/runner:1", "IfNotPresent", new Uri("http://operator.lakehouse:8082/v1/reports"));

    public static readonly PlanAttempt Attempt = new("run1", 1, new RunTrigger(TriggerKind.OnChange, "key"));

    public static ResourceItem Item(ResourceKind kind, string name, string spec, long generation = 1, params (string Key, string Value)[] annotations) => ResourceItem.Of(kind, new CustomResource
    {
        Metadata = new ObjectMeta
        {
            Name = name, Namespace = "shop", Uid = $"uid-of-{kind}-{name}", Generation = generation, ResourceVersion = "1",
            Annotations = annotations.ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal),
        },
        Spec = Specs.Json(spec),
    });

    public static Resource Parse(ResourceItem item)
    {
        using var spec = System.Text.Json.JsonDocument.Parse(item.Spec.ToUtf8());
        var set = ParsedSet.Parse(new DocumentSet([ClusterDocuments.Read(item.Id, item.Orders, spec.RootElement)], new SecretSet(), []));
        return set.Resources[0].Resource ?? throw new InvalidOperationException(string.Join("; ", set.Diagnostics));
    }

    public static LakehouseResource Lakehouse(string spec = Specs.Lakehouse) => (LakehouseResource)Parse(Item(ResourceKind.Lakehouse, "main", spec));

    public static PlanSetting Lake(string spec = Specs.Lakehouse) => new(
        Lakehouse(spec), new Dictionary<string, string>(StringComparer.Ordinal) { ["bronze"] = "s3://lake/bronze", ["silver"] = "s3://lake/silver", ["gold"] = "s3://lake/gold" }, 2L << 30, 4);

    public static RunPlan Transformation(string more = "") =>
        PlanBuilder.Build((TransformationResource)Parse(Item(ResourceKind.Transformation, "silver", Specs.Select("silver.orders", "bronze.orders", more))), [], [new PlannedInput("bronze.orders")], Lake(), Attempt);

    public static RunPlan Stream(string url = "redis://redis.shop:6379/0") =>
        PlanBuilder.Build((IngestionResource)Parse(Item(ResourceKind.Ingestion, "orders", Specs.Stream(url: url))), [], drain: false, Lake(), Attempt);

    public static RunPlan Probe() => PlanBuilder.BuildProbe(Lakehouse(), false, "uid", Lake(), Attempt);

    public static RunPlan Check() => PlanBuilder.Build((QualityCheckResource)Parse(Item(ResourceKind.QualityCheck, "orders", Specs.Gate("silver.orders"))), null, Lake(), Attempt);

    public static PodDemands Demands(string lakehouse = Specs.Lakehouse, RunnerSpec? own = null) => PodDemands.Of(Lakehouse(lakehouse).Spec, own);

    public static PodSpec Pod(RunPlan plan, PodDemands? demands = null, bool endless = false) => RunnerPod.Of(plan, demands ?? Demands(), Setting, "plan-map", endless);
}
