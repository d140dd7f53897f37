using LakehouseOperator.Testing.Cluster;

[assembly: AssemblyFixture(typeof(SharedCluster))]
