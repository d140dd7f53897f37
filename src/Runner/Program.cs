using System.CommandLine;
using LakehouseOperator.Runner;

return await new RootCommand("Runs one plan, or serves SQL. Started by the operator and by lakehouse.") { PlanCommand.Create(), SqlWorkerCommand.Create() }
    .Parse(args)
    .InvokeAsync();
