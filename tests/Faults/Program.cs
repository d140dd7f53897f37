using System.Globalization;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Faults.Runs;
using LakehouseOperator.Faults.Stores;

// DOCUMENTS LAKE SCRATCH NOW-IN-MILLISECONDS FAULT STEP: one run that ends by the fault, or with the exit code of `lakehouse run --once`. 0 for now: the clock goes on.
var fault = new FaultPlan(args[5], Enum.Parse<Fault>(args[4]));
var steps = new Steps(fault);
await using var workers = new OneWorker(new LocalSqlWorkerPool(new LocalSqlWorkerOptions(LocalSqlWorkerPool.FindRunner(), args[2] + "-sql", KeepIdle: 1), TimeProvider.System));
var documents = await LocalDocuments.LoadAsync([args[0]], workers, CancellationToken.None);
var now = long.Parse(args[3], CultureInfo.InvariantCulture);
var scene = new Scene(args[1], args[2], now == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(now));
var report = await PipelineRun.ExecuteAsync(
    documents, scene, workers, new StepObserver(steps), (layer, store) => new FaultyStore(store, steps, layer + "/"), CancellationToken.None);
foreach (var name in steps.Names)
    Console.WriteLine(name);
return report.ExitCode;
