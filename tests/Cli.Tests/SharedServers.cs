using LakehouseOperator.Testing.Servers;

[assembly: AssemblyFixture(typeof(SharedS3))]
