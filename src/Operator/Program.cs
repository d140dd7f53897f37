using LakehouseOperator.Operator.Commands;

return await OperatorCommand.Create().Parse(args).InvokeAsync();
