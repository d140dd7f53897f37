using LakehouseOperator.Cluster.Tests.Executor;

[assembly: AssemblyFixture(typeof(SharedNode))]
