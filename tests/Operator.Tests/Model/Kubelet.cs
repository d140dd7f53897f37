using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using Condition = LakehouseOperator.Kubernetes.Objects.Condition;

namespace LakehouseOperator.Operator.Tests.Model;

/// <summary>The Job controller, the kubelet and the runner of a <see cref="ModelCluster"/>: Pods are made, carry out their plan over a <see cref="Lake"/>, and end.</summary>
internal sealed class Kubelet(ModelCluster cluster, Lake lake)
{
    /// <summary>A Pod for every Job that has none, running.</summary>
    public void Begin()
    {
        foreach (var job in cluster.Jobs.Values.Where(job => job.Status?.Conditions is null && !cluster.Pods.Values.Any(pod => Owns(job, pod)) && cluster.Maps.ContainsKey(job.Metadata.Name!)).ToList())
            PodOf(job, new ContainerState { Running = new ContainerStateRunning { StartedAt = cluster.Now } });
    }

    /// <summary>Carries out the plan of every running Pod of a Job.</summary>
    /// <param name="told">What arrives of a report: null for nothing.</param>
    /// <param name="message">Whether the termination message is written.</param>
    public void Finish(Action<RunReport> told, bool message = true)
    {
        foreach (var job in cluster.Jobs.Values.Where(job => cluster.Pods.Values.Any(pod => Owns(job, pod) && IsRunning(pod))).ToList())
        {
            var report = lake.Run(cluster.PlanOf(job.Metadata.Name!), cluster.Now, cluster.Now.AddTicks(1_234_567));
            told(report);
            End(job.Metadata.Name!, (int)(report.Error?.Exit ?? RunnerExit.Done), message ? TerminationMessage.Write(report) : null);
        }
    }

    /// <summary>A Job's container ends, and with it the Job.</summary>
    public void End(string name, int exit, string? message = null, string? reason = null, string? podReason = null)
    {
        var job = cluster.Jobs[name];
        foreach (var pod in cluster.Pods.Values.Where(pod => Owns(job, pod)).ToList())
        {
            var end = new ContainerState { Terminated = new ContainerStateTerminated { ExitCode = exit, Message = message, Reason = reason ?? (exit == 0 ? "Completed" : "Error"), StartedAt = cluster.Now, FinishedAt = cluster.Now } };
            cluster.Pods[pod.Metadata.Name!] = pod with { Status = pod.Status! with { Phase = exit == 0 ? "Succeeded" : "Failed", Reason = podReason, ContainerStatuses = [new ContainerStatus { Name = RunPod.Runner, State = end }] } };
        }

        cluster.Jobs[name] = job with { Status = new JobStatus { Conditions = [new Condition { Type = exit == 0 ? "Complete" : "Failed", Status = "True", Reason = exit == 0 ? null : "BackoffLimitExceeded" }] } };
    }

    /// <summary>Its node is gone, its Pod with it.</summary>
    public void Lose(string name)
    {
        var job = cluster.Jobs[name];
        foreach (var pod in cluster.Pods.Values.Where(pod => Owns(job, pod)).ToList())
            cluster.Pods.Remove(pod.Metadata.Name!);
        cluster.Jobs[name] = job with { Status = new JobStatus { Conditions = [new Condition { Type = "Failed", Status = "True", Reason = "BackoffLimitExceeded" }] } };
    }

    /// <summary>Whether the pod of a Deployment stays up.</summary>
    public Func<Deployment, bool> Comes { get; set; } = static _ => true;

    /// <summary>A Pod for every Deployment that wants one, which reports; none for the others. Rollouts are done at once.</summary>
    public void Stream(Action<RunReport> told)
    {
        foreach (var (name, deployment) in cluster.Deployments.ToList())
        {
            var replicas = deployment.Spec!.Replicas ?? 1;
            var template = deployment.Spec.Template!;
            var run = template.Metadata!.Labels!["lakehouse.dev/run-id"];
            foreach (var old in cluster.Pods.Values.Where(pod => IsOf(deployment, pod) && (replicas == 0 || pod.Metadata.Labels!["lakehouse.dev/run-id"] != run)).ToList())
                cluster.Pods.Remove(old.Metadata.Name!);
            if (replicas > 0 && !cluster.Pods.Values.Any(pod => IsOf(deployment, pod)))
                Add(template, new OwnerReference("apps/v1", "ReplicaSet", name, deployment.Metadata.Uid!, Controller: true), new ContainerState { Running = new ContainerStateRunning { StartedAt = cluster.Now } });
            cluster.Deployments[name] = deployment with
            {
                Status = new DeploymentStatus { ObservedGeneration = deployment.Metadata.Generation, Replicas = replicas, UpdatedReplicas = replicas, AvailableReplicas = Comes(deployment) ? replicas : 0 },
            };
            if (replicas == 0)
                continue;
            var plan = PlanJson.Read(cluster.Maps[template.Spec!.Volumes!.First(volume => volume.Name == "plan").ConfigMap!.Name!].Data!["plan.json"]);
            foreach (var table in plan.Ingestion!.Tables.Where(table => !lake.Tables.ContainsKey(table.Name)))
                lake.Write(table.Name);
            told(RunReport.Of(plan, RunResult.Running, StartOf(deployment), cluster.Now) with { RunId = run, Tables = [.. plan.Ingestion.Tables.Select(table => lake.Table(table.Name))] });
        }
    }

    public void PodOf(Job job, ContainerState runner, string phase = "Running", Condition? condition = null) =>
        Add(job.Spec!.Template!, new OwnerReference("batch/v1", "Job", job.Metadata.Name!, job.Metadata.Uid!, Controller: true), runner, phase, condition);

    private DateTimeOffset StartOf(Deployment deployment) => cluster.Pods.Values.First(pod => IsOf(deployment, pod)).Metadata.CreationTimestamp!.Value;

    private void Add(PodTemplateSpec template, OwnerReference owner, ContainerState runner, string phase = "Running", Condition? condition = null)
    {
        var name = $"{owner.Name}-{cluster.NextUid()}";
        cluster.Pods[name] = new Pod
        {
            Metadata = new ObjectMeta
            {
                Name = name, Namespace = ModelCluster.Namespace, Uid = cluster.NextUid(), CreationTimestamp = cluster.Now, Labels = template.Metadata!.Labels, OwnerReferences = [owner],
            },
            Spec = template.Spec,
            Status = new PodStatus { Phase = phase, Conditions = condition is null ? null : [condition], ContainerStatuses = [new ContainerStatus { Name = RunPod.Runner, State = runner }] },
        };
    }

    private static bool Owns(Job job, Pod pod) => pod.Metadata.OwnerReferences![0].Uid == job.Metadata.Uid;

    private static bool IsOf(Deployment deployment, Pod pod) => pod.Metadata.OwnerReferences![0].Uid == deployment.Metadata.Uid;

    private static bool IsRunning(Pod pod) => pod.Status!.ContainerStatuses![0].State?.Running is not null;
}
