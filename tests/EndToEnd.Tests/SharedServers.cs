using LakehouseOperator.EndToEnd.Tests.Cluster;

[assembly: AssemblyFixture(typeof(LakeNode))]
