using System.CommandLine;
using LakehouseOperator.Runner;

// How long a commit in hand takes is not known to the command line: signals are heeded by the commands themselves.
return await new RootCommand("Runs one plan, or serves SQL. Started by the operator and by lakehouse.") { PlanCommand.Create(), SqlWorkerCommand.Create() }
    .Parse(args)
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
