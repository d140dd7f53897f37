using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;

[assembly: AssemblyFixture(typeof(SharedNode))]
[assembly: AssemblyFixture(typeof(LoneCluster))]

// They wait for servers far more than they compute.
[assembly: CollectionBehavior(MaxParallelThreads = 10)]
