using LakehouseOperator.Testing.Servers;

[assembly: AssemblyFixture(typeof(SharedRedis))]
