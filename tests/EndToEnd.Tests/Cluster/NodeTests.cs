using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.EndToEnd.Tests.Cluster;

/// <summary>What everything else here stands on.</summary>
public sealed class NodeTests(LakeNode lake)
{
    [Fact]
    public async Task The_node_is_Ready()
    {
        var node = await lake.NodeAsync();
        _ = (await node.Kubectl.RunAsync("wait", "--for=condition=Ready", "--timeout=30s", "node/node1")).Succeeded;
    }

    /// <summary>As Pod Security's level <c>restricted</c> asks for, and nothing written to the image.</summary>
    [Theory]
    [InlineData("runner")]
    [InlineData("operator")]
    public async Task An_image_runs_restricted_and_read_only(string program)
    {
        var kubectl = (await lake.NodeAsync()).Kubectl;
        var name = $"help-{program}";
        _ = (await kubectl.ApplyAsync($$"""
            apiVersion: batch/v1
            kind: Job
            metadata: {name: {{name}} }
            spec:
              backoffLimit: 0
              template:
                spec:
                  restartPolicy: Never
                  automountServiceAccountToken: false
                  securityContext:
                    runAsNonRoot: true
                    seccompProfile: {type: RuntimeDefault}
                  containers:
                  - name: program
                    image: {{LakeNode.Image(program)}}
                    imagePullPolicy: Never
                    args: [--help]
                    securityContext:
                      readOnlyRootFilesystem: true
                      allowPrivilegeEscalation: false
                      capabilities: {drop: [ALL]}
            """)).Succeeded;
        var waited = await kubectl.RunAsync("wait", "--for=condition=Complete", "--timeout=180s", $"job/{name}");
        var log = (await kubectl.RunAsync("logs", $"job/{name}")).Output;
        Assert.True(waited.ExitCode == 0, $"{waited}\n{(await kubectl.RunAsync("describe", "pods", "-l", $"job-name={name}")).Output}\n{log}");
        Assert.Contains($"lakehouse-{program}", log, StringComparison.Ordinal);
    }

    /// <summary>By the names that the shop's documents call them.</summary>
    [Fact]
    public async Task Pods_reach_the_servers_by_their_Services()
    {
        var node = await lake.NodeAsync();
        _ = (await node.Kubectl.ApplyAsync("""
            apiVersion: batch/v1
            kind: Job
            metadata: {name: reach, namespace: storage}
            spec:
              backoffLimit: 0
              template:
                spec:
                  restartPolicy: Never
                  containers:
                  - name: shell
                    image: k8s.local/busybox:1
                    imagePullPolicy: Never
                    command: [sh, -c]
                    args:
                    - |
                      for i in $(seq 50); do
                        printf 'PING\r\nQUIT\r\n' | nc -w 2 redis.shop 6379 | grep -q PONG && printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 2 minio.storage 9000 | grep -q HTTP && exit 0
                        sleep 0.2
                      done
                      exit 1
            """)).Succeeded;
        var waited = await node.Kubectl.In("storage").RunAsync("wait", "--for=condition=Complete", "--timeout=180s", "job/reach");
        Assert.True(waited.ExitCode == 0, $"{waited}\n{(await node.Kubectl.In("storage").RunAsync("logs", "job/reach")).Output}");
    }
}
