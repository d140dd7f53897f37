using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Operator.Tests.Model;

/// <summary>Specs as short as they can be, with single quotes for double ones.</summary>
internal static class Specs
{
    public const string Lakehouse = "{'storage':{'s3':{'bucket':'lake','endpoint':'http://s3.store:9000','credentialsSecretRef':{'name':'minio'}}}}";

    public static RawJson Json(string text) => RawJson.Parse(text.Replace('\'', '"'));

    public static string Stream(string table = "bronze.orders", string more = "", string url = "redis://redis.shop:6379/0") =>
        $"{{'lakehouseRef':{{'name':'main'}},'source':{{'redisStreams':{{'url':'{url}','credentialsSecretRef':{{'name':'redis'}},'format':{{'json':{{'field':'data'}}}}}}}},"
        + $"'tables':[{{'from':'shop:orders','name':'{table}','columns':[{{'name':'order_id','type':'VARCHAR','required':true}}]}}]{more}}}";

    public static string Select(string table, string from, string more = "", string lakehouse = "main") =>
        $"{{'lakehouseRef':{{'name':'{lakehouse}'}},'sql':'SELECT order_id FROM {from}','table':'{table}'{more}}}";

    public static string Gate(string table, string checks = "{'name':'has-rows','rowCount':{'min':1}}", string enforcement = "Gate", string more = "") =>
        $"{{'lakehouseRef':{{'name':'main'}},'table':'{table}','enforcement':'{enforcement}','checks':[{checks}]{more}}}";
}
