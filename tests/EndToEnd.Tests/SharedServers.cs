using LakehouseOperator.EndToEnd.Tests.Cluster;

[assembly: AssemblyFixture(typeof(LakeNode))]

// One node, and what one test does to it would be another's trouble.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
